/* SPDX-License-Identifier: ISC */
/*
 * The option table.
 */
#include "opts.h"

#include "num.h"

#include <stddef.h>

#define AT(member) offsetof(struct opts, member)

static const struct opt table[] = {
    {'a', "all", "NAME,...", OPT_MAYBE, AT(all),
	"the whole tenant, relations included", NULL, 0, 0},
    {0, "list", NULL, OPT_FLAG, AT(is_list), "list the resources", NULL, 0, 0},
    {0, "since", "TIME", OPT_STRING, AT(since),
	"logs from then on: 15m, 7d, 2026-11-24, @FILE", NULL, 0, 0},
    {0, "until", "TIME", OPT_STRING, AT(until), "logs before then", NULL, 0, 0},
    {'f', "follow", "SECONDS", OPT_MAYBE, AT(follow),
	"go on with the log as it grows, looking every 5 s", NULL, 0, 0},
    {0, "jq", "PROGRAM", OPT_STRING, AT(jq),
	"pass each record through a jq program", NULL, 0, 0},
    {'n', "limit", "N", OPT_U64, AT(limit),
	"at most N records of each resource", NULL, 1, 0},
    {'c', "count", NULL, OPT_FLAG, AT(is_count), "count instead of reading",
	NULL, 0, 0},
    {'p', "param", "NAME=VALUE", OPT_LIST, AT(params), "add a query parameter",
	NULL, 0, 0},
    {'o', "output", "FILE", OPT_STRING, AT(output),
	"write FILE, whole or not at all", NULL, 0, 0},
    {'j', "jobs", "N", OPT_U64, AT(jobs), "requests at once (4)", NULL, 1,
	OPTS_MAX_JOBS},
    {0, "rate", "N", OPT_U64, AT(rate), "requests a second (Cloud: 10; 0: any)",
	NULL, 0, 1000000},
    {0, "with-secrets", NULL, OPT_FLAG, AT(has_secrets),
	"keep secrets, which are null otherwise", NULL, 0, 0},
    {0, "dry-run", NULL, OPT_FLAG, AT(is_dry_run), NULL, NULL, 0, 0},
    {0, "overlap", "TIME", OPT_DURATION, AT(overlap_ms), NULL, NULL, 0, 0},
    {0, "page-size", "N", OPT_U64, AT(page_size), NULL, NULL, 1, 100},
    {0, "raw", NULL, OPT_FLAG, AT(is_raw), NULL, NULL, 0, 0},
    {0, "stable", NULL, OPT_FLAG, AT(is_stable), NULL, NULL, 0, 0},
    {0, "token-file", "FILE",
	COMMON_GIVEN(struct opts, common, SETTING_TOKEN_FILE), NULL, NULL, 0,
	0},
    {0, "token-command", "COMMAND",
	COMMON_GIVEN(struct opts, common, SETTING_TOKEN_COMMAND), NULL, NULL, 0,
	0},
    COMMON_TENANT_ROWS(struct opts, common),
    COMMON_NETWORK_ROWS(struct opts, common),
    COMMON_TALK_ROWS(struct opts, common),
};

static const struct opt_program program = {
    .name = "logto-fetch",
    .usage = "logto-fetch [OPTION]... RESOURCE...",
    .example = "logto-token | logto-fetch users logs | ndjson-to-sql out.db",
    .secret_hint = "use --token-file FILE, LOGTO_TOKEN in the environment, or "
		   "'logto-token | logto-fetch'",
    .table = table,
    .count = sizeof(table) / sizeof(*table),
    .operands = "logto-fetch --list | sed 1d | cut -f 1",
    .print_completion = completion_print,
};

static int
check(struct opts *o, struct fail *why)
{
	bool has_resources = o->operands.count > 0 || o->all;

	if (!has_resources && !o->is_list)
		return fail_set(why, STATUS_USAGE,
		    "no resource is named; --list shows them, --all takes "
		    "them all");
	if (o->operands.count > 0 && o->all)
		return fail_set(why, STATUS_USAGE,
		    "'%.100s' and --all contradict each other; to choose, "
		    "use --all=NAME,...",
		    o->operands.items[0]);
	if (o->follow && (o->until || o->limit > 0 || o->is_count || o->output))
		return fail_set(why, STATUS_USAGE,
		    "--follow has no end, so --until, --limit, --count and "
		    "--output do not go with it");
	if (o->follow && *o->follow &&
	    (num_duration_ms(o->follow, &o->interval_ms) != 0 ||
		o->interval_ms < 100))
		return fail_set(why, STATUS_USAGE,
		    "--follow takes a time of at least 100ms, not '%.100s'",
		    o->follow);
	if (o->is_count && (o->jq || o->limit > 0 || o->is_raw))
		return fail_set(why, STATUS_USAGE,
		    "--count reads no records, so --jq, --limit and --raw do "
		    "not go with it");
	if (o->is_count && o->is_dry_run)
		return fail_set(why, STATUS_USAGE,
		    "--count and --dry-run do not go together; the latter "
		    "counts, too");
	return 0;
}

enum opt_result
opts_parse(struct opts *o, int argc, char **argv, struct fail *why)
{
	enum opt_result result;

	*o = (struct opts){.common = COMMON_DEFAULTS,
	    .page_size = 100,
	    .jobs = 4,
	    .rate = RATE_BY_TENANT,
	    .interval_ms = 5 * 1000,
	    .overlap_ms = 60 * 1000};
	result = opt_parse(&program, argc, argv, o, &o->operands, why);
	if (result == OPT_RUN && check(o, why) != 0)
		result = OPT_BAD;
	return result;
}

void
opts_free(struct opts *o)
{
	opt_list_free(&o->operands);
	opt_list_free(&o->params);
}
