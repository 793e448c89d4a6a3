/* SPDX-License-Identifier: ISC */
/*
 * Dialects of servers that only scripts reach.
 *
 * MySQL and MariaDB: what a text means and whether a value may be cut hangs on
 * sql_mode, which the script therefore sets. Texts compare byte for byte, with
 * the spaces at their ends: the collations that do so have different names in
 * the two, so that each reads its own out of a comment that the other skips.
 * An index takes 3072 bytes, hence the length of texts in keys. JSON there
 * rounds numbers, and DECIMAL ends at 65 digits, 30 of them behind the point:
 * both are texts. Definitions end a transaction.
 *
 * ClickHouse: there are no transactions and no unique keys. A clone of a table
 * shares its files, a DELETE leaves these as they are, and an EXCHANGE is
 * atomic. So readers see a table as it was or as it is, without FINAL.
 */
#include "dialect_server.h"

#include "dialect_json.h"

#define COLLATE                                                                \
	"/*!80017 COLLATE utf8mb4_0900_bin */"                                 \
	"/*M!100202 COLLATE utf8mb4_nopad_bin */"

#define CLOSE JSON_CLOSE("\\\\", "'\\0'", "'\3'", "'\\n'", "'\\r'")

const struct dialect dialect_mysql = {
    .name = "mysql",
    .quote = '`',
    .text = TEXT_C,
    .has_short_names = true,
    .has_loose_names = true,
    .fold_open = "",
    .fold_close = " COLLATE utf8mb4_general_ci",
    .reserved = "db_row_id db_trx_id db_roll_ptr fts_doc_id",
    .opens_stages_once = true,
    .second_digits = 6,
    .max_key_chars = 766, /* and a number of eight bytes */
    .cast = "CHAR",
    .key = KEY_WITHIN,
    .table_end = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 " COLLATE,
    .merge = MERGE_UPDATE,
    .choice = CHOICE_NAMED,
    .same = " <=> ",
    .add = ADD_PREPARE,
    .stage = "CREATE TEMPORARY TABLE ",
    .stage_end = "",
    .json_open = JSON_OPEN "CAST(",
    .json_close = " AS CHAR)" CLOSE,
    .begin = "START TRANSACTION",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .head = "SET NAMES utf8mb4 " COLLATE ";\n"
	    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,"
	    "NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT';\n"
	    "SET SESSION time_zone = '+00:00';\n"
	    "SET SESSION group_concat_max_len = 16777216;\n",
    .zone = "",
    .has_early_tables = true,
    .types =
	{
	    [TYPE_UNKNOWN] = "longtext",
	    [TYPE_BOOL] = "boolean",
	    [TYPE_BIGINT] = "bigint",
	    [TYPE_DOUBLE] = "double",
	    [TYPE_DECIMAL] = "longtext",
	    [TYPE_TIMESTAMP] = "datetime(6)",
	    [TYPE_DATE] = "date",
	    [TYPE_TIME] = "time(6)",
	    [TYPE_TEXT] = "longtext",
	    [TYPE_JSON] = "longtext",
	},
    .key_types =
	{
	    [TYPE_UNKNOWN] = "varchar",
	    [TYPE_BOOL] = "boolean",
	    [TYPE_BIGINT] = "bigint",
	    [TYPE_DOUBLE] = "double",
	    [TYPE_DECIMAL] = "varchar",
	    [TYPE_TIMESTAMP] = "datetime(6)",
	    [TYPE_DATE] = "date",
	    [TYPE_TIME] = "time(6)",
	    [TYPE_TEXT] = "varchar",
	    [TYPE_JSON] = "varchar",
	},
};

const struct dialect dialect_clickhouse = {
    .name = "clickhouse",
    .quote = '`',
    .has_name_escapes = true,
    .text = TEXT_C,
    .second_digits = 9,
    .first_day = "1900-01-01",
    .end_day = "2262-04-11",
    .fold_open = "lower(",
    .fold_close = ")",
    .reserved = "_row_exists _block_number _block_offset",
    .cast = "String",
    .key = KEY_ORDER,
    .table_end = " ENGINE = MergeTree",
    .merge = MERGE_REPLACE,
    .choice = CHOICE_ALTER,
    .same = " IS NOT DISTINCT FROM ",
    .add = ADD_LIST,
    .stage = "CREATE OR REPLACE TABLE ",
    .has_shared_stages = true,
    .stage_end = "",
    .json_open = JSON_OPEN "CAST(",
    .json_close = " AS String)" CLOSE,
    .head = "SET join_use_nulls = 1;\n"
	    "SET mutations_sync = 2;\n"
	    "SET lightweight_deletes_sync = 2;\n",
    .zone = "",
    .has_early_tables = true,
    .has_copies = true,
    .fail_open = "SELECT throwIf(count(*) > 0, ",
    .fail_close = ") FROM ",
    .types =
	{
	    [TYPE_UNKNOWN] = "Nullable(String)",
	    [TYPE_BOOL] = "Nullable(Bool)",
	    [TYPE_BIGINT] = "Nullable(Int64)",
	    [TYPE_DOUBLE] = "Nullable(Float64)",
	    [TYPE_DECIMAL] = "Nullable(String)",
	    [TYPE_TIMESTAMP] = "Nullable(DateTime64(9, 'UTC'))",
	    [TYPE_DATE] = "Nullable(Date32)",
	    [TYPE_TIME] = "Nullable(String)",
	    [TYPE_TEXT] = "Nullable(String)",
	    [TYPE_JSON] = "Nullable(String)",
	},
    .key_types =
	{
	    [TYPE_UNKNOWN] = "String",
	    [TYPE_BOOL] = "Bool",
	    [TYPE_BIGINT] = "Int64",
	    [TYPE_DOUBLE] = "Float64",
	    [TYPE_DECIMAL] = "String",
	    [TYPE_TIMESTAMP] = "DateTime64(9, 'UTC')",
	    [TYPE_DATE] = "Date32",
	    [TYPE_TIME] = "String",
	    [TYPE_TEXT] = "String",
	    [TYPE_JSON] = "String",
	},
};
