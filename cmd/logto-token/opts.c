/* SPDX-License-Identifier: ISC */
/*
 * The option table of logto-token.
 */
#include "opts.h"

#include <stddef.h>

#define MEMBER(name) offsetof(struct opts, name)

static const struct opt table[] = {
    COMMON_TENANT_ROWS(struct opts, common),
    {'a', "app-id", "ID", COMMON_GIVEN(struct opts, common, SETTING_APP_ID),
	"the machine-to-machine application", NULL, 0, 0},
    {'s', "secret-file", "FILE",
	COMMON_GIVEN(struct opts, common, SETTING_APP_SECRET_FILE),
	"its secret is the first line; '-' is stdin", NULL, 0, 0},
    {0, "dlt-secrets", "FILE", OPT_MAYBE, MEMBER(dlt_secrets),
	"both from dlt's .dlt/secrets.toml", NULL, 0, 0},
    {0, "check", NULL, OPT_FLAG, MEMBER(is_check),
	"say whether the credential works, or why not", NULL, 0, 0},
    {'H', "header", NULL, OPT_FLAG, MEMBER(is_header),
	"print a header line for curl -H @-", NULL, 0, 0},
    {'j', "json", NULL, OPT_FLAG, MEMBER(is_json), "print the server's answer",
	NULL, 0, 0},
    {'c', "claims", NULL, OPT_FLAG, MEMBER(is_claims),
	"print what the token says, not the token", NULL, 0, 0},
    {'t', "min-ttl", "TIME", OPT_DURATION, MEMBER(min_ttl_ms),
	"the token shall live at least so long", NULL, 0, 0},
    {'r', "refresh", NULL, OPT_FLAG, MEMBER(is_refresh),
	"ask for a new token, and cache it", NULL, 0, 0},
    {0, "no-cache", NULL, OPT_FLAG, MEMBER(without_cache),
	"neither read nor write the cache", NULL, 0, 0},
    {0, "cache-dir", "DIR", OPT_STRING, MEMBER(cache_dir),
	"instead of $XDG_RUNTIME_DIR/logto", NULL, 0, 0},
    COMMON_TALK_ROWS(struct opts, common),
    COMMON_NETWORK_ROWS(struct opts, common),
};

static const struct opt_program program = {
    .name = "logto-token",
    .usage = "logto-token [OPTION]...",
    .example = "logto-token | logto-fetch logs | ndjson-to-sql out.db",
    .secret_hint = "use --secret-file FILE, or LOGTO_APP_SECRET in the "
		   "environment",
    .table = table,
    .count = sizeof(table) / sizeof(*table),
    .print_completion = completion_print,
};

/* Turns the four flags into the form. */
static int
choose_form(struct opts *o, struct fail *why)
{
	const struct {
		const char *name;
		bool is_given;
		enum form form;
	} forms[] = {
	    {"header", o->is_header, FORM_HEADER},
	    {"json", o->is_json, FORM_JSON},
	    {"claims", o->is_claims, FORM_CLAIMS},
	    {"check", o->is_check, FORM_CHECK},
	};
	const char *chosen = NULL;

	o->form = FORM_BARE;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (!forms[i].is_given)
			continue;
		if (chosen)
			return fail_set(why, STATUS_USAGE,
			    "--%s and --%s do not go together", chosen,
			    forms[i].name);
		chosen = forms[i].name;
		o->form = forms[i].form;
	}
	return 0;
}

enum opt_result
opts_parse(struct opts *o, int argc, char **argv, struct fail *why)
{
	struct opt_list operands = {0};
	enum opt_result result;

	*o = (struct opts){.common = COMMON_DEFAULTS};
	result = opt_parse(&program, argc, argv, o, &operands, why);
	if (result == OPT_RUN && operands.count > 0) {
		(void)fail_set(why, STATUS_USAGE,
		    "'%.200s' is too much; logto-token takes options only",
		    operands.items[0]);
		result = OPT_BAD;
	}
	if (result == OPT_RUN && o->cache_dir && !*o->cache_dir) {
		(void)fail_set(why, STATUS_USAGE,
		    "--cache-dir was given no value");
		result = OPT_BAD;
	}
	if (result == OPT_RUN && o->without_cache && o->cache_dir) {
		(void)fail_set(why, STATUS_USAGE,
		    "--no-cache and --cache-dir do not go together");
		result = OPT_BAD;
	}
	if (result == OPT_RUN && choose_form(o, why) != 0)
		result = OPT_BAD;
	opt_list_free(&operands);
	return result;
}
