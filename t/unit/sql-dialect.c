/* SPDX-License-Identifier: ISC */
/*
 * Quoting, and what declared types look like.
 */
#include "dialect_server.h"
#include "dialect_warehouse.h"
#include "tap.h"

#include <sqlite3.h>

static void
test_names(void)
{
	static const struct dialect escaping = {.quote = '`',
	    .has_name_escapes = true};
	struct buf sql;

	buf_init(&sql, 100);
	dialect_quote(&escaping, &sql, "a`b\\c\"");
	is(sql.data, "`a\\`b\\\\c\"`", "names with escapes");
	buf_clear(&sql);
	dialect_quote(&dialect_snowflake, &sql, "a\"bz_\xC3\xA9");
	is(sql.data, "\"A\"\"BZ_\xC3\xA9\"", "names in capitals");
	buf_free(&sql);
}

/* Each name that is listed is found. */
static void
test_list(void)
{
	struct buf list;
	size_t count = 0;
	char *rest, *name;

	buf_init(&list, 1000);
	dialect_list(&list);
	ok(strncmp(list.data, "sqlite, ", 8) == 0 &&
		strstr(list.data, " or databricks") ==
		    strstr(list.data, " or "),
	    "%s", list.data);
	rest = list.data;
	while ((name = strsep(&rest, ", ")) != NULL) {
		const struct dialect *found = dialect_find(name);

		if (*name == '\0' || strcmp(name, "or") == 0)
			continue;
		ok(found && strcmp(found->name, name) == 0, "%s", name);
		count++;
	}
	ok(count > 5, "are many");
	ok(!dialect_find("or") && !dialect_find(""), "and no others");
	buf_free(&list);
}

static void
test_texts(void)
{
	static const struct dialect escaping = {.text = TEXT_BACKSLASH};
	static const struct {
		const struct dialect *dialect;
		const char *text;
		size_t len;
		const char *quoted; /* NULL: cannot be */
		const char *name;
	} texts[] = {
	    {&dialect_sqlite, "", 0, "''", "an empty text"},
	    {&dialect_sqlite, "it's \\'", 7, "'it''s \\'''", "quotes"},
	    {&dialect_sqlite, "a\0\0b", 4,
		"(('a' || char(0) || '') || char(0) || 'b')", "U+0000"},
	    {&dialect_sqlite, "\0", 1, "('' || char(0) || '')", "only U+0000"},
	    {&dialect_duckdb, "a\\\0", 3, "('a\\' || chr(0) || '')",
		"U+0000 at the end"},
	    {&dialect_postgres, "it's", 4, "'it''s'", "no backslash"},
	    {&dialect_postgres, "\\'", 2, "E'\\\\'''", "a backslash"},
	    {&dialect_postgres, "a\0", 2, NULL, "no U+0000"},
	    {&escaping,
		"\\'\0"
		"n",
		4, "'\\\\''\\0n'", "escapes"},
	    {&dialect_bigquery, "\\'\n\r${$a\0", 9,
		"'\\\\\\'\\n\\r\\u0024{$a\\u0000'", "escapes of warehouses"},
	    {&dialect_bigquery, "${", 2, "'\\u0024{'", "${ alone"},
	    {&dialect_bigquery, "$", 1, "'$'", "$ alone"},
	    {&dialect_mysql, "\\'\n\r${\0", 7, "'\\\\\\'\\n\\r${\\0'",
		"escapes of MySQL"},
	    {&dialect_redshift, "\\'\r", 3,
		"('\\\\''"
		"' || chr(13) || '')",
		"escapes of Redshift"},
	    {&dialect_redshift, "a\0", 2, NULL, "Redshift has no U+0000"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct buf sql;
		bool is_safe;

		buf_init(&sql, 100);
		is_safe = dialect_add_text(texts[i].dialect, &sql,
		    texts[i].text, texts[i].len);
		ok(is_safe == (texts[i].quoted != NULL), "%s: can be or not",
		    texts[i].name);
		is(sql.data, texts[i].quoted ? texts[i].quoted : "",
		    texts[i].name);
		buf_free(&sql);
	}
}

static void
test_bytes(void)
{
	sqlite3_stmt *statement = NULL;
	char bytes[128];
	sqlite3 *db;
	struct buf sql;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(sizeof(bytes) - 1 - i);
	buf_init(&sql, 1 << 10);
	buf_add(&sql, "SELECT ");
	(void)dialect_add_text(&dialect_sqlite, &sql, bytes, sizeof(bytes));
	(void)sqlite3_open(":memory:", &db);
	(void)sqlite3_prepare_v2(db, sql.data, -1, &statement, NULL);
	ok(sqlite3_step(statement) == SQLITE_ROW &&
		sqlite3_column_bytes(statement, 0) == sizeof(bytes) &&
		memcmp(sqlite3_column_text(statement, 0), bytes,
		    sizeof(bytes)) == 0,
	    "all of ASCII, quoted, is the same for SQLite");
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
	buf_free(&sql);
}

int
main(void)
{
	static const struct {
		const char *name, *quoted;
	} names[] = {
	    {"a", "\"a\""},
	    {"", "\"\""},
	    {"a\"b", "\"a\"\"b\""},
	    {"\"", "\"\"\"\""},
	    {"a; DROP TABLE x --", "\"a; DROP TABLE x --\""},
	};
	static const struct {
		const char *declared;
		enum type type;
	} types[] = {
	    {NULL, TYPE_UNKNOWN},
	    {"", TYPE_UNKNOWN},
	    {"INTEGER", TYPE_BIGINT},
	    {"unsigned big int", TYPE_BIGINT},
	    {"VARCHAR(20)", TYPE_TEXT},
	    {"nativetext", TYPE_TEXT},
	    {"REAL", TYPE_DOUBLE},
	    {"double precision", TYPE_DOUBLE},
	    {"NUMERIC(10,2)", TYPE_DOUBLE},
	    {"BLOB", TYPE_UNKNOWN},
	    {"ANY", TYPE_UNKNOWN},
	    {"boolean", TYPE_BOOL},
	    {"timestamp", TYPE_TIMESTAMP},
	    {"DATETIME", TYPE_TIMESTAMP},
	    {"date", TYPE_DATE},
	    {"TIME", TYPE_TIME},
	    {"JSON", TYPE_JSON},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct buf sql;

		buf_init(&sql, 100);
		dialect_quote(&dialect_sqlite, &sql, names[i].name);
		is(sql.data, names[i].quoted, names[i].name);
		buf_free(&sql);
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		is(type_name(dialect_guess_type(types[i].declared)),
		    type_name(types[i].type),
		    types[i].declared ? types[i].declared : "none");
	/* What we declare is guessed right again, where it says enough. */
	for (enum type t = TYPE_UNKNOWN; t <= TYPE_DOUBLE; t++)
		is(type_name(dialect_guess_type(dialect_sqlite.types[t])),
		    type_name(t), dialect_sqlite.types[t]);
	test_names();
	test_list();
	test_texts();
	test_bytes();
	return tap_done();
}
