/* SPDX-License-Identifier: ISC */
/*
 * The option table of ndjson-to-sql.
 */
#include "opts.h"

#include "describe.h"
#include "record.h"

#include <stddef.h>
#include <string.h>

#define MEMBER(name) offsetof(struct opts, name)

enum {
	DEPTH = 16, /* as deep as the records of a tenant go, and more */
	MAX_COLUMNS = 1000,
	BUSY_TIMEOUT_MS = 10000,
};

static const struct opt table[] = {
    {'t', "table", "NAME", OPT_STRING, MEMBER(table),
	"the table, instead of each record's _resource", NULL, 0, 0},
    {'k', "key", "NAME", OPT_LIST, MEMBER(key),
	"a member of the key; may be repeated", NULL, 0, 0},
    {0, "merge", NULL, OPT_FLAG, MEMBER(is_merge),
	"update rows by key (default with a key)", NULL, 0, 0},
    {0, "append", NULL, OPT_FLAG, MEMBER(is_append),
	"add rows (default without a key)", NULL, 0, 0},
    {0, "replace", NULL, OPT_FLAG, MEMBER(is_replace), "empty the tables first",
	NULL, 0, 0},
    {0, "sync", NULL, OPT_FLAG, MEMBER(is_sync),
	"merge, then delete rows that did not come", NULL, 0, 0},
    {0, "history", NULL, OPT_FLAG, MEMBER(is_history),
	"keep each version of a row", NULL, 0, 0},
    {'d', "depth", "N", OPT_U64, MEMBER(depth), NULL, NULL, 0,
	RECORD_DEPTH_MAX},
    {0, "arrays", "tables|json", OPT_CHOICE, MEMBER(arrays), NULL,
	"tables json", 0, 0},
    {0, "max-columns", "N", OPT_U64, MEMBER(max_columns), NULL, NULL, 8, 2000},
    {0, "allow-empty", NULL, OPT_FLAG, MEMBER(allows_empty), NULL, NULL, 0, 0},
    {0, "accept-truncated", NULL, OPT_FLAG, MEMBER(accepts_truncated), NULL,
	NULL, 0, 0},
    {0, "busy-timeout", "TIME", OPT_DURATION, MEMBER(busy_timeout_ms), NULL,
	NULL, 0, 0},
    {'n', "dry-run", NULL, OPT_FLAG, MEMBER(is_dry),
	"print the DDL, change nothing", NULL, 0, 0},
    {0, "describe", "FORMAT", OPT_MAYBE, MEMBER(describe),
	"tell what TARGET holds, as text or json ...", NULL, 0, 0},
    {0, "last", "TABLE.COLUMN", OPT_STRING, MEMBER(last),
	"print the greatest value, for --since", NULL, 0, 0},
    {'q', "quiet", NULL, OPT_FLAG, MEMBER(is_quiet), "say errors only", NULL, 0,
	0},
    {'v', "verbose", NULL, OPT_COUNT, MEMBER(verbosity), "say what was done",
	NULL, 0, 0},
    {'h', "help", NULL, OPT_HELP, 0, "print this", NULL, 0, 0},
    {'V', "version", NULL, OPT_VERSION, 0, "print the version", NULL, 0, 0},
};

static const struct opt_program program = {
    .name = "ndjson-to-sql",
    .usage = "ndjson-to-sql [OPTION]... TARGET [FILE]...",
    .example = "logto-fetch logs users | ndjson-to-sql out.db",
    .table = table,
    .count = sizeof(table) / sizeof(*table),
};

static int
choose_mode(struct opts *o, struct fail *why)
{
	const struct {
		const char *name;
		bool is_given;
		enum mode mode;
	} modes[] = {
	    {"merge", o->is_merge, MODE_MERGE},
	    {"append", o->is_append, MODE_APPEND},
	    {"replace", o->is_replace, MODE_REPLACE},
	    {"sync", o->is_sync, MODE_SYNC},
	    {"history", o->is_history, MODE_HISTORY},
	};
	const char *chosen = NULL;

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (!modes[i].is_given)
			continue;
		if (chosen)
			return fail_set(why, STATUS_USAGE,
			    "--%s and --%s do not go together", chosen,
			    modes[i].name);
		chosen = modes[i].name;
		o->mode = modes[i].mode;
	}
	return 0;
}

/* What --describe and --last go with: a target, and nothing to load. */
static int
check_question(struct opts *o, struct fail *why)
{
	const char *const formats[] = {DESCRIBE_FORMAT_LIST};
	const char *option = o->describe ? "--describe" : "--last";

	if (!o->describe && !o->last)
		return 0;
	if ((o->describe && o->last) || o->operands.count > 1)
		return fail_set(why, STATUS_USAGE,
		    "%s takes one TARGET and loads nothing", option);
	for (unsigned i = 0; o->describe && *o->describe; i++) {
		if (i == sizeof(formats) / sizeof(*formats))
			return fail_set(why, STATUS_USAGE,
			    "--describe takes one of: " DESCRIBE_FORMATS
			    "; not '%.100s'",
			    o->describe);
		o->describe_format = i;
		if (strcmp(formats[i], o->describe) == 0)
			break;
	}
	return 0;
}

enum opt_result
opts_parse(struct opts *o, int argc, char **argv, struct fail *why)
{
	enum opt_result result;

	*o = (struct opts){.depth = DEPTH,
	    .max_columns = MAX_COLUMNS,
	    .busy_timeout_ms = BUSY_TIMEOUT_MS};
	result = opt_parse(&program, argc, argv, o, &o->operands, why);
	if (result == OPT_RUN && o->operands.count == 0) {
		(void)fail_set(why, STATUS_USAGE,
		    "no target; name a database, such as out.db");
		result = OPT_BAD;
	}
	if (result == OPT_RUN &&
	    (choose_mode(o, why) != 0 || check_question(o, why) != 0))
		result = OPT_BAD;
	if (result != OPT_RUN)
		return result;
	o->target = o->operands.items[0];
	o->files.items = o->operands.items + 1;
	o->files.count = o->operands.count - 1;
	return OPT_RUN;
}

void
opts_free(struct opts *o)
{
	opt_list_free(&o->operands);
	opt_list_free(&o->key);
}
