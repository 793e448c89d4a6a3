/* SPDX-License-Identifier: ISC */
/*
 * The row of the table of destinations for scripts.
 */
#include "sink_script.h"

#include "buf.h"
#include "dialect.h"
#include "script.h"
#include "script_check.h"
#include "stage.h"

/* PostgreSQL has the shortest names, the scratch database the fewest
 * columns. */
enum { NAME_BYTES_MAX = 63, COLUMNS_MAX = 1600 };

static int
script_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.is_stream = true,
	    .export = script_export,
	    .check = script_check};
	struct buf names;

	if (options->ddl)
		return fail_set(why, STATUS_USAGE,
		    "a script changes nothing until it is run: --dry-run adds "
		    "nothing to that");
	if (dialect_find(options->target))
		return stage_open(&kind, options, sink, why);
	buf_init(&names, BOUND_MESSAGE_BYTES);
	dialect_list(&names);
	(void)fail_set(why, STATUS_USAGE,
	    "there is no SQL dialect '%.100s'; there is %s", options->target,
	    names.data);
	buf_free(&names);
	return -1;
}

const struct sink_kind sink_script = {
    .name = "script",
    .prefix = "sql:",
    .suffixes = "",
    .usage = "sql:DIALECT",
    .is_blind = true,
    .dialect = "",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .open = script_open,
};
