/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as an identifier and as a text of SQL. SQLite runs the statement:
 * what it names and what it gives back are the same bytes, and nothing else
 * happened. For the other dialects a reader of quotes, no more, finds them
 * whole between the first quote and the last.
 *
 * The input is two: what comes before the first byte 0xFF, and the rest.
 */
#include "dialect.h"
#include "num.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { SQL_MAX = 1 << 20 };

/* --- SQLite ------------------------------------------------------------- */

/* A row of one column, whose name and value are known. */
static void
check_query(sqlite3 *db, const char *sql, const char *name, const char *text,
    size_t len)
{
	sqlite3_stmt *statement = NULL;
	const char *tail = NULL;

	assert(sqlite3_prepare_v2(db, sql, -1, &statement, &tail) == SQLITE_OK);
	assert(*tail == '\0' && sqlite3_stmt_readonly(statement));
	assert(sqlite3_step(statement) == SQLITE_ROW);
	assert(sqlite3_column_count(statement) == 1);
	assert(strcmp(sqlite3_column_name(statement, 0), name) == 0);
	assert(sqlite3_column_type(statement, 0) == SQLITE_TEXT);
	assert((size_t)sqlite3_column_bytes(statement, 0) == len);
	assert(memcmp(sqlite3_column_text(statement, 0), text, len) == 0);
	assert(sqlite3_step(statement) == SQLITE_DONE);
	(void)sqlite3_finalize(statement);
}

/* The name as that of a table and of a column, in a statement that makes
 * them. */
static void
check_table(sqlite3 *db, const char *name)
{
	struct buf sql;
	sqlite3_stmt *statement = NULL;

	if (!*name || sqlite3_strnicmp(name, "sqlite_", 7) == 0)
		return;
	buf_init(&sql, SQL_MAX);
	buf_add(&sql, "CREATE TEMP TABLE ");
	dialect_quote(&dialect_sqlite, &sql, name);
	buf_add(&sql, " (");
	dialect_quote(&dialect_sqlite, &sql, name);
	buf_add(&sql, ", y)");
	assert(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
	if (sqlite3_exec(db, sql.data, NULL, NULL, NULL) == SQLITE_OK) {
		assert(
		    sqlite3_prepare_v2(db,
			"SELECT count(*) FROM sqlite_temp_schema AS s"
			" JOIN pragma_table_info(s.name) AS c"
			" WHERE s.name = ?1 AND (c.name = ?1 OR c.name = 'y')",
			-1, &statement, NULL) == SQLITE_OK);
		assert(sqlite3_bind_text(statement, 1, name, -1,
			   SQLITE_STATIC) == SQLITE_OK);
		assert(sqlite3_step(statement) == SQLITE_ROW);
		assert(sqlite3_column_int(statement, 0) == 2);
		(void)sqlite3_finalize(statement);
	} else {
		/* The one reason there is: the two columns are one. */
		assert(sqlite3_stricmp(name, "y") == 0);
	}
	assert(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK);
	buf_free(&sql);
}

static void
check_sqlite(const char *name, const char *text, size_t len)
{
	static sqlite3 *db;
	struct buf sql;

	if (!db &&
	    (sqlite3_open(":memory:", &db) != SQLITE_OK ||
		sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 100) < 0))
		abort();
	buf_init(&sql, SQL_MAX);
	buf_add(&sql, "SELECT ");
	assert(dialect_add_text(&dialect_sqlite, &sql, text, len));
	buf_add(&sql, " AS ");
	dialect_quote(&dialect_sqlite, &sql, name);
	assert(strlen(sql.data) == sql.len && !sql.is_overfull);
	check_query(db, sql.data, name, text, len);
	check_table(db, name);
	buf_free(&sql);
}

/* --- the others --------------------------------------------------------- */

/* What a backslash and `c` stand for. */
static size_t
read_escape(const char *at, char *to)
{
	static const char letters[] = "n\nr\rt\t0";
	unsigned code = 0;

	if (*at == 'u') {
		for (int i = 1; i <= 4; i++) {
			const char *digit = strchr("0123456789abcdef", at[i]);

			assert(at[i] && digit);
			code = code * 16 +
			    (unsigned)(digit - strchr("0123456789abcdef", '0'));
		}
		assert(code < 0x80);
		*to = (char)code;
		return 5;
	}
	for (size_t i = 0; i < sizeof(letters) - 1; i += 2)
		if (letters[i] == *at) {
			*to = letters[i + 1];
			return 1;
		}
	*to = *at;
	return 1;
}

/* Appends what the quotes at `at` hold, and returns where they end. */
static const char *
read_quotes(const char *at, bool has_escapes, struct buf *to)
{
	char quote = *at++, c;

	for (;;) {
		assert(*at != '\0');
		if (*at == quote && at[1] != quote)
			return at + 1;
		if (has_escapes && *at == '\\') {
			at++;
			at += read_escape(at, &c);
			buf_add_char(to, c);
			continue;
		}
		at += *at == quote;
		buf_add_char(to, *at++);
	}
}

/* Appends the text that an expression of literals, `||`, chr(N) and
 * parentheses is. */
static void
read_expression(const struct dialect *d, const char *at, struct buf *to)
{
	while (*at) {
		bool is_e =
		    d->text == TEXT_POSTGRES && at[0] == 'E' && at[1] == '\'';

		if (is_e || *at == '\'') {
			at = read_quotes(at + is_e,
			    is_e ||
				(d->text != TEXT_PLAIN &&
				    d->text != TEXT_POSTGRES),
			    to);
		} else if (d->chr && strncmp(at, d->chr, strlen(d->chr)) == 0 &&
		    at[strlen(d->chr)] == '(') {
			size_t digits;
			uint64_t code;

			at += strlen(d->chr) + 1;
			digits = strspn(at, "0123456789");
			assert(num_u64(at, digits, &code) == 0 && code < 128);
			assert(at[digits] == ')');
			buf_add_char(to, (char)code);
			at += digits + 1;
		} else {
			assert(strchr("() |", *at));
			at++;
		}
	}
}

static void
check_dialect(const struct dialect *d, const char *name, const char *text,
    size_t len)
{
	struct buf sql, back;

	buf_init(&sql, SQL_MAX);
	buf_init(&back, SQL_MAX);
	if (dialect_add_text(d, &sql, text, len)) {
		assert(strlen(sql.data) == sql.len);
		read_expression(d, sql.data, &back);
		assert(back.len == len && memcmp(back.data, text, len) == 0);
	} else {
		assert(d->has_no_nul && memchr(text, '\0', len));
		assert(sql.len == 0);
	}
	buf_clear(&sql);
	buf_clear(&back);
	dialect_quote(d, &sql, name);
	assert(*sql.data == d->quote);
	assert(*read_quotes(sql.data, d->has_name_escapes, &back) == '\0');
	assert(d->is_upper ? back.len == strlen(name)
			   : strcmp(back.data, name) == 0);
	buf_free(&sql);
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const names[] = {"sqlite", "postgres", "duckdb",
	    "mysql", "clickhouse", "bigquery", "databricks", "snowflake",
	    "redshift"};
	const unsigned char *split = size > 0 ? memchr(data, 0xFF, size) : NULL;
	size_t name_len = split ? (size_t)(split - data) : 0;
	const char *text = (const char *)data + name_len + (split != NULL);
	size_t len = size - name_len - (split != NULL);
	struct buf name;

	buf_init(&name, SQL_MAX);
	for (size_t i = 0; i < name_len; i++)
		if (data[i] != '\0')
			buf_add_char(&name, (char)data[i]);
	check_sqlite(name.data, text, len);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct dialect *d = dialect_find(names[i]);

		assert(d);
		check_dialect(d, name.data, text, len);
	}
	check_dialect(&dialect_postgres, name.data, text, len);
	check_dialect(&dialect_duckdb, name.data, text, len);
	buf_free(&name);
	return 0;
}
