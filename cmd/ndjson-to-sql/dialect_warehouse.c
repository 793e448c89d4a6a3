/* SPDX-License-Identifier: ISC */
/*
 * Dialects of warehouses. None has indexes or CHECK constraints; all have
 * MERGE or something like it. Decimals are texts, as NUMBER, NUMERIC and
 * DECIMAL end at 38 digits or fix how many are behind the point. JSON is the
 * type that people query there; it keeps what JSON means, but not its
 * spelling, and for Databricks, where that type is young, a text.
 *
 * Definitions of Snowflake and BigQuery end a transaction or are not allowed
 * in one. Databricks has none over several statements.
 */
#include "dialect_warehouse.h"

/* Names are quoted in capitals, so that nobody else needs quotes. */
const struct dialect dialect_snowflake = {
    .name = "snowflake",
    .quote = '"',
    .is_upper = true,
    .text = TEXT_ESCAPES,
    .second_digits = 9,
    .max_name_bytes = 255,
    .merge = MERGE_WHEN,
    .choice = CHOICE_MERGE,
    .same = " IS NOT DISTINCT FROM ",
    .add = ADD_WORDS,
    .stage = "CREATE OR REPLACE TEMPORARY TABLE ",
    .stage_end = "",
    .json_open = "TO_JSON(TO_VARIANT(CAST(",
    .json_close = " AS VARCHAR)))",
    .parse_open = "PARSE_JSON(",
    .parse_close = ")",
    .begin = "BEGIN",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .head = "!set exit_on_error=true\n",
    .zone = "+00:00",
    .has_early_tables = true,
    .fail_open = "SELECT CASE WHEN count(*) > 0 THEN CAST(",
    .fail_close = " || CAST(count(*) AS VARCHAR) AS INTEGER) END FROM ",
    .types =
	{
	    [TYPE_UNKNOWN] = "VARCHAR",
	    [TYPE_BOOL] = "BOOLEAN",
	    [TYPE_BIGINT] = "BIGINT",
	    [TYPE_DOUBLE] = "DOUBLE",
	    [TYPE_DECIMAL] = "VARCHAR",
	    [TYPE_TIMESTAMP] = "TIMESTAMP_TZ(9)",
	    [TYPE_DATE] = "DATE",
	    [TYPE_TIME] = "TIME(9)",
	    [TYPE_TEXT] = "VARCHAR",
	    [TYPE_JSON] = "VARIANT",
	},
};

/* JSON does not compare, and PARSE_JSON refuses numbers that it would round. A
 * script is one query, of 1 MB at most. */
const struct dialect dialect_bigquery = {
    .name = "bigquery",
    .quote = '`',
    .has_name_escapes = true,
    .text = TEXT_ESCAPES,
    .second_digits = 6,
    .max_name_bytes = 300,
    .has_loose_names = true,
    .fold_open = "lower(",
    .fold_close = ")",
    .reserved = "_table_* _file_* _partition* _row_timestamp* __root__*"
		" _colidentifier* _change_sequence_number* _change_type*"
		" _change_timestamp*",
    .merge = MERGE_WHEN,
    .choice = CHOICE_MERGE,
    .same = " IS NOT DISTINCT FROM ",
    .add = ADD_LIST,
    .stage = "CREATE TEMP TABLE ",
    .stage_end = "",
    .json_open = "TO_JSON_STRING(CAST(",
    .json_close = " AS STRING))",
    .parse_open = "PARSE_JSON(",
    .parse_close = ")",
    .compare_open = "TO_JSON_STRING(",
    .compare_close = ")",
    .begin = "BEGIN TRANSACTION",
    .commit = "COMMIT TRANSACTION",
    .rollback = "ROLLBACK TRANSACTION",
    .head = "",
    .zone = "+00",
    .has_early_tables = true,
    .literals =
	{
	    [TYPE_TIMESTAMP] = "TIMESTAMP ",
	    [TYPE_DATE] = "DATE ",
	    [TYPE_TIME] = "TIME ",
	},
    .fail_open = "SELECT IF(count(*) > 0, ERROR(",
    .fail_close = "), NULL) FROM ",
    .types =
	{
	    [TYPE_UNKNOWN] = "STRING",
	    [TYPE_BOOL] = "BOOL",
	    [TYPE_BIGINT] = "INT64",
	    [TYPE_DOUBLE] = "FLOAT64",
	    [TYPE_DECIMAL] = "STRING",
	    [TYPE_TIMESTAMP] = "TIMESTAMP",
	    [TYPE_DATE] = "DATE",
	    [TYPE_TIME] = "TIME",
	    [TYPE_TEXT] = "STRING",
	    [TYPE_JSON] = "JSON",
	},
};

/* Its MERGE takes no query and no condition. A backslash in a text escapes. A
 * text must say how long it may become. */
const struct dialect dialect_redshift = {
    .name = "redshift",
    .quote = '"',
    .text = TEXT_BACKSLASH,
    .has_no_nul = true,
    .chr = "chr",
    .max_text_bytes = 65535,
    .second_digits = 6,
    .max_name_bytes = 127,
    .reserved = "oid tableoid xmin cmin xmax cmax ctid deletexid insertxid",
    .merge = MERGE_REPLACE,
    .choice = CHOICE_LIST,
    .add = ADD_GEXEC,
    .stage = "CREATE TEMPORARY TABLE ",
    .stage_end = "",
    .json_open = "JSON_SERIALIZE(CAST(CAST(",
    .json_close = " AS VARCHAR(65535)) AS SUPER))",
    .parse_open = "JSON_PARSE(",
    .parse_close = ")",
    .compare_open = "JSON_SERIALIZE(",
    .compare_close = ")",
    .begin = "BEGIN",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .head = "\\set ON_ERROR_STOP on\n"
	    "SET client_encoding TO 'UTF8';\n"
	    "SET TimeZone TO 'UTC';\n",
    .zone = "+00",
    /* A query cannot look at tables and at the catalogue. */
    .where_there = "",
    .fail_open = "SELECT CASE WHEN count(*) > 0 THEN CAST(",
    .fail_close = " || CAST(count(*) AS VARCHAR) AS INTEGER) END FROM ",
    .types =
	{
	    [TYPE_UNKNOWN] = "VARCHAR(65535)",
	    [TYPE_BOOL] = "BOOLEAN",
	    [TYPE_BIGINT] = "BIGINT",
	    [TYPE_DOUBLE] = "DOUBLE PRECISION",
	    [TYPE_DECIMAL] = "VARCHAR(65535)",
	    [TYPE_TIMESTAMP] = "TIMESTAMPTZ",
	    [TYPE_DATE] = "DATE",
	    [TYPE_TIME] = "TIME",
	    [TYPE_TEXT] = "VARCHAR(65535)",
	    [TYPE_JSON] = "SUPER",
	},
};

/* Two literals side by side are one text, so that a doubled quote would be
 * lost. trim: to_json takes lists, and a text within one has quotes around
 * it. Stages are tables like others, made anew by each script. */
const struct dialect dialect_databricks = {
    .name = "databricks",
    .quote = '`',
    .text = TEXT_ESCAPES,
    .second_digits = 6,
    .max_name_bytes = 255,
    .has_loose_names = true,
    .fold_open = "lower(",
    .fold_close = ")",
    .reserved = "_change_type _commit_version _commit_timestamp",
    .merge = MERGE_WHEN,
    .choice = CHOICE_MERGE,
    .same = " IS NOT DISTINCT FROM ",
    .add = ADD_EVOLVE,
    .stage = "CREATE OR REPLACE TABLE ",
    .has_shared_stages = true,
    .stage_end = "",
    .json_open = "trim(BOTH '[]' FROM to_json(array(CAST(",
    .json_close = " AS STRING))))",
    .head = "SET TIME ZONE 'UTC';\n",
    .zone = "+00:00",
    .has_early_tables = true,
    .literals =
	{
	    [TYPE_TIMESTAMP] = "TIMESTAMP ",
	    [TYPE_DATE] = "DATE ",
	},
    .fail_open = "SELECT assert_true(count(*) = 0, ",
    .fail_close = ") FROM ",
    .types =
	{
	    [TYPE_UNKNOWN] = "STRING",
	    [TYPE_BOOL] = "BOOLEAN",
	    [TYPE_BIGINT] = "BIGINT",
	    [TYPE_DOUBLE] = "DOUBLE",
	    [TYPE_DECIMAL] = "STRING",
	    [TYPE_TIMESTAMP] = "TIMESTAMP",
	    [TYPE_DATE] = "DATE",
	    [TYPE_TIME] = "STRING",
	    [TYPE_TEXT] = "STRING",
	    [TYPE_JSON] = "STRING",
	},
};
