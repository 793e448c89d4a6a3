/* SPDX-License-Identifier: ISC */
/*
 * Dialects of SQL.
 *
 * SQLite: tables are not STRICT. A STRICT table knows five type names only,
 * so that a column could not say BOOLEAN or BIGINT; and a database with one
 * in it cannot be opened at all by SQLite before 3.37, which is what many
 * readers still have. What STRICT would check holds anyway: a value goes
 * into no column but one of its own type. Times, decimals and JSON are
 * declared TEXT because every other affinity would rewrite or round what
 * looks like a number.
 *
 * PostgreSQL: numeric keeps every digit; jsonb what JSON means, but not its
 * spelling: the order of members, spaces and 1.0 against 1.00 are lost.
 *
 * DuckDB: DECIMAL ends at 38 digits, so that decimals are texts. There are no
 * indexes: making one for a key takes longer than the load, and lies whole in
 * memory. MERGE needs none.
 */
#include "dialect.h"

#include "dialect_json.h"

#include "dialect_server.h"
#include "dialect_warehouse.h"

#include <string.h>
#include <strings.h>

const struct dialect dialect_sqlite = {
    .name = "sqlite",
    .quote = '"',
    .chr = "char",
    .fold_open = "",
    .fold_close = " COLLATE NOCASE",
    .same = " IS ",
    .has_indexes = true,
    .has_partial_indexes = true,
    .stage = "CREATE TEMPORARY TABLE ",
    .stage_end = "",
    .json_open = "json_quote(CAST(",
    .json_close = " AS TEXT))",
    .begin = "BEGIN",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .head = ".bail on\n",
    .zone = "",
    .types =
	{
	    [TYPE_UNKNOWN] = "", /* no affinity: keeps what comes later */
	    [TYPE_BOOL] = "BOOLEAN",
	    [TYPE_BIGINT] = "BIGINT",
	    [TYPE_DOUBLE] = "DOUBLE",
	    [TYPE_DECIMAL] = "TEXT",
	    [TYPE_TIMESTAMP] = "TEXT",
	    [TYPE_DATE] = "TEXT",
	    [TYPE_TIME] = "TEXT",
	    [TYPE_TEXT] = "TEXT",
	    [TYPE_JSON] = "TEXT",
	},
};

const struct dialect dialect_sqlite_strict = {
    .name = "sqlite",
    .quote = '"',
    .types =
	{
	    [TYPE_UNKNOWN] = "ANY",
	    [TYPE_BOOL] = "INTEGER",
	    [TYPE_BIGINT] = "INTEGER",
	    [TYPE_DOUBLE] = "REAL",
	    [TYPE_DECIMAL] = "TEXT",
	    [TYPE_TIMESTAMP] = "TEXT",
	    [TYPE_DATE] = "TEXT",
	    [TYPE_TIME] = "TEXT",
	    [TYPE_TEXT] = "TEXT",
	    [TYPE_JSON] = "TEXT",
	},
};

const struct dialect dialect_postgres = {
    .name = "postgres",
    .quote = '"',
    .text = TEXT_POSTGRES,
    .has_no_nul = true,
    .first_day = "0001-01-01",
    .max_name_bytes = 63,
    .reserved = "tableoid xmin cmin xmax cmax ctid",
    .same = " IS NOT DISTINCT FROM ",
    .add = ADD_WORDS,
    .retype = "TYPE",
    .has_using = true,
    .has_indexes = true,
    .has_partial_indexes = true,
    .stage = "CREATE TEMPORARY TABLE ",
    .stage_end = " ON COMMIT DROP",
    .json_open = "to_json(CAST(",
    .json_close = " AS text))::text",
    .begin = "BEGIN",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .head = "\\set ON_ERROR_STOP on\n"
	    "SET standard_conforming_strings = on;\n"
	    "SET client_encoding = 'UTF8';\n"
	    "SET TimeZone = 'UTC';\n"
	    "SET client_min_messages = warning;\n",
    .zone = "+00",
    .has_copy = true,
    .where_there = " WHERE to_regclass(e_.name) IS NOT NULL",
    .types =
	{
	    [TYPE_UNKNOWN] = "text",
	    [TYPE_BOOL] = "boolean",
	    [TYPE_BIGINT] = "bigint",
	    [TYPE_DOUBLE] = "double precision",
	    [TYPE_DECIMAL] = "numeric",
	    [TYPE_TIMESTAMP] = "timestamp with time zone",
	    [TYPE_DATE] = "date",
	    [TYPE_TIME] = "time",
	    [TYPE_TEXT] = "text",
	    [TYPE_JSON] = "jsonb",
	},
};

const struct dialect dialect_duckdb = {
    .name = "duckdb",
    .quote = '"',
    .chr = "chr",
    .second_digits = 6,
    .merge = MERGE_STATEMENT,
    .same = " IS NOT DISTINCT FROM ",
    .add = ADD_WORDS,
    .retype = "TYPE",
    .has_using = true,
    .stage = "CREATE TEMPORARY TABLE ",
    .stage_end = "",
    .json_open = JSON_OPEN "CAST(",
    .json_close = " AS VARCHAR)" JSON_CLOSE("\\", "chr(0)", "chr(3)", "chr(10)",
	"chr(13)"),
    .begin = "BEGIN",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .head = ".bail on\n",
    .zone = "+00",
    /* A message does not name a constraint. */
    .fail_open = "CREATE OR REPLACE TEMPORARY TABLE _guard_ AS"
		 " SELECT CASE WHEN count(*) > 0 THEN error(",
    .fail_close = ") END AS n FROM ",
    .types =
	{
	    [TYPE_UNKNOWN] = "VARCHAR",
	    [TYPE_BOOL] = "BOOLEAN",
	    [TYPE_BIGINT] = "BIGINT",
	    [TYPE_DOUBLE] = "DOUBLE",
	    [TYPE_DECIMAL] = "VARCHAR",
	    [TYPE_TIMESTAMP] = "TIMESTAMP WITH TIME ZONE",
	    [TYPE_DATE] = "DATE",
	    [TYPE_TIME] = "TIME",
	    [TYPE_TEXT] = "VARCHAR",
	    [TYPE_JSON] = "JSON",
	},
};

static const struct dialect *const scripted[] = {
    &dialect_sqlite,
    &dialect_postgres,
    &dialect_duckdb,
    &dialect_snowflake,
    &dialect_bigquery,
    &dialect_redshift,
    &dialect_mysql,
    &dialect_clickhouse,
    &dialect_databricks,
};

enum { SCRIPTED_COUNT = sizeof(scripted) / sizeof(*scripted) };

const struct dialect *
dialect_find(const char *name)
{
	for (size_t i = 0; i < SCRIPTED_COUNT; i++)
		if (strcmp(scripted[i]->name, name) == 0)
			return scripted[i];
	return NULL;
}

void
dialect_list(struct buf *to)
{
	for (size_t i = 0; i < SCRIPTED_COUNT; i++)
		buf_addf(to, "%s%s",
		    i == 0                       ? ""
			: i + 1 < SCRIPTED_COUNT ? ", "
						 : " or ",
		    scripted[i]->name);
}

void
dialect_quote(const struct dialect *d, struct buf *sql, const char *identifier)
{
	char escape = d->has_name_escapes ? '\\' : d->quote;

	buf_add_char(sql, d->quote);
	for (; *identifier; identifier++) {
		if (*identifier == d->quote || *identifier == escape)
			buf_add_char(sql, escape);
		buf_add_char(sql,
		    d->is_upper && *identifier >= 'a' && *identifier <= 'z'
			? (char)(*identifier - 'a' + 'A')
			: *identifier);
	}
	buf_add_char(sql, d->quote);
}

/* Appends what stands between two quotes where a backslash begins all kinds
 * of escapes. Line ends are such, too: not every database allows them as they
 * are, and shells look at what a line begins with. ${name} would be replaced
 * by Spark. */
static void
add_escapes(const struct dialect *d, struct buf *sql, const char *text,
    size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '\0':
			buf_add(sql, d->text == TEXT_C ? "\\0" : "\\u0000");
			break;
		case '\n':
			buf_add(sql, "\\n");
			break;
		case '\r':
			buf_add(sql, "\\r");
			break;
		case '\'':
		case '\\':
			buf_add_char(sql, '\\');
			buf_add_char(sql, text[i]);
			break;
		case '$':
			if (d->text != TEXT_C && i + 1 < len &&
			    text[i + 1] == '{') {
				buf_add(sql, "\\u0024");
				break;
			}
			/* fall through */
		default:
			buf_add_char(sql, text[i]);
			break;
		}
	}
}

/* Appends what stands between two quotes, but for U+0000. */
static void
add_escaped(const struct dialect *d, struct buf *sql, const char *text,
    size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			buf_add_char(sql, '\'');
		else if (text[i] == '\\' && d->text != TEXT_PLAIN)
			buf_add_char(sql, '\\');
		if (text[i] == '\0')
			buf_add(sql, "\\0");
		else
			buf_add_char(sql, text[i]);
	}
}

static void
add_literal(const struct dialect *d, struct buf *sql, const char *text,
    size_t len)
{
	if (d->text == TEXT_POSTGRES && memchr(text, '\\', len))
		buf_add_char(sql, 'E');
	buf_add_char(sql, '\'');
	if (d->text == TEXT_ESCAPES || d->text == TEXT_C)
		add_escapes(d, sql, text, len);
	else
		add_escaped(d, sql, text, len);
	buf_add_char(sql, '\'');
}

/* DuckDB's shell takes a line that begins with U+0003 for a Ctrl-C. */
static bool
is_unquotable(char c)
{
	return c == '\0' || c == '\r' || c == '\3';
}

static size_t
count_unquotable(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += is_unquotable(text[i]);
	return count;
}

/* Appends literals and, between them, the bytes that cannot stand in one, of
 * which there are `count`. They are joined as a tree: a row of them would be an
 * expression as deep as it is long, and 1000 is what databases take. */
static void
add_joined(const struct dialect *d, struct buf *sql, const char *text,
    size_t len, size_t count)
{
	size_t middle = 0, before = count / 2;

	if (count == 0) {
		add_literal(d, sql, text, len);
		return;
	}
	for (size_t seen = 0; seen <= before; middle++)
		seen += is_unquotable(text[middle]);
	middle--;
	buf_add_char(sql, '(');
	add_joined(d, sql, text, middle, before);
	buf_addf(sql, " || %s(%d) || ", d->chr, text[middle]);
	add_joined(d, sql, text + middle + 1, len - middle - 1,
	    count - before - 1);
	buf_add_char(sql, ')');
}

bool
dialect_add_text(const struct dialect *d, struct buf *sql, const char *text,
    size_t len)
{
	if (len == 0) {
		buf_add(sql, "''");
		return true;
	}
	if (d->has_no_nul && memchr(text, '\0', len))
		return false;
	add_joined(d, sql, text, len, d->chr ? count_unquotable(text, len) : 0);
	return true;
}

static bool
contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; *text; text++)
		if (strncasecmp(text, part, len) == 0)
			return true;
	return false;
}

enum type
dialect_guess_type(const char *declared)
{
	static const struct {
		const char *part;
		enum type type;
	} rules[] = {
	    {"BOOL", TYPE_BOOL},
	    {"JSON", TYPE_JSON},
	    {"TIMESTAMP", TYPE_TIMESTAMP},
	    {"DATETIME", TYPE_TIMESTAMP},
	    /* From here on as in SQLite's "Determination Of Affinity". */
	    {"INT", TYPE_BIGINT},
	    {"CHAR", TYPE_TEXT},
	    {"CLOB", TYPE_TEXT},
	    {"TEXT", TYPE_TEXT},
	    {"BLOB", TYPE_UNKNOWN},
	    {"ANY", TYPE_UNKNOWN},
	    {"REAL", TYPE_DOUBLE},
	    {"FLOA", TYPE_DOUBLE},
	    {"DOUB", TYPE_DOUBLE},
	    {"DATE", TYPE_DATE},
	    {"TIME", TYPE_TIME},
	};

	if (!declared || !*declared)
		return TYPE_UNKNOWN;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (contains(declared, rules[i].part))
			return rules[i].type;
	return TYPE_DOUBLE; /* NUMERIC */
}
