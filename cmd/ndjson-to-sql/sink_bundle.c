/* SPDX-License-Identifier: ISC */
/*
 * The rows of the table of destinations for warehouses.
 */
#include "sink_bundle.h"

#include "bundle.h"
#include "script_check.h"
#include "stage.h"

/* Short names, so that any of them will do; and what Redshift has of columns,
 * the fewest. */
enum { NAME_BYTES_MAX = 63, COLUMNS_MAX = 1600 };

static int
open_kind(const struct stage_kind *kind, const struct sink_options *options,
    struct sink **sink, struct fail *why)
{
	if (options->is_reading)
		return fail_set(why, STATUS_USAGE,
		    "a load for %s has no tables to look at; ask the "
		    "warehouse",
		    kind->dialect);
	if (options->ddl)
		return fail_set(why, STATUS_USAGE,
		    "a load for %s changes nothing until its script is run: "
		    "--dry-run adds nothing to that",
		    kind->dialect);
	return stage_open(kind, options, sink, why);
}

static int
snowflake_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.dialect = "snowflake",
	    .look = bundle_look,
	    .export = bundle_export,
	    .check = script_check};

	return open_kind(&kind, options, sink, why);
}

static int
bigquery_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.dialect = "bigquery",
	    .look = bundle_look,
	    .export = bundle_export,
	    .check = script_check};

	return open_kind(&kind, options, sink, why);
}

static int
redshift_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.dialect = "redshift",
	    .look = bundle_look,
	    .export = bundle_export,
	    .check = script_check};

	return open_kind(&kind, options, sink, why);
}

static int
databricks_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.dialect = "databricks",
	    .look = bundle_look,
	    .export = bundle_export,
	    .check = script_check};

	return open_kind(&kind, options, sink, why);
}

const struct sink_kind sink_snowflake = {
    .name = "snowflake",
    .prefix = "snowflake:",
    .suffixes = "",
    .usage = "snowflake:DIR",
    .is_blind = true,
    .dialect = "snowflake",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .open = snowflake_open,
};

const struct sink_kind sink_bigquery = {
    .name = "bigquery",
    .prefix = "bigquery:",
    .suffixes = "",
    .usage = "bigquery:DIR",
    .is_blind = true,
    .dialect = "bigquery",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .open = bigquery_open,
};

const struct sink_kind sink_redshift = {
    .name = "redshift",
    .prefix = "redshift:",
    .suffixes = "",
    .usage = "redshift:DIR",
    .is_blind = true,
    .dialect = "redshift",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .open = redshift_open,
};

const struct sink_kind sink_databricks = {
    .name = "databricks",
    .prefix = "databricks:",
    .suffixes = "",
    .usage = "databricks:DIR",
    .is_blind = true,
    .dialect = "databricks",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .open = databricks_open,
};
