/* SPDX-License-Identifier: ISC */
/*
 * SQLite cannot change a column's type: the values move to a new one, while
 * what hangs on the column is put aside (sqlite_aside.h).
 */
#include "sqlite_type.h"

#include "dialect.h"
#include "infer.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_aside.h"
#include "sqlite_db.h"

/* ALTER TABLE "t" VERB "name" */
static int
alter(struct sqlite *s, const struct sqlite_table *t, const char *verb,
    const char *name, const char *rest, struct fail *why)
{
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "ALTER TABLE ");
	sqlite_db_quote(&sql, t->table->name);
	buf_addf(&sql, " %s ", verb);
	sqlite_db_quote(&sql, name);
	buf_addf(&sql, " %s", rest);
	return sqlite_table_define(s, &sql, why);
}

static int
move_values(struct sqlite *s, const struct sqlite_table *t,
    const struct sqlite_column *c, enum type from, struct fail *why)
{
	/* To rename the old one would make references of other tables follow
	 * it. */
	static const char new[] = "_converted_";
	/* SQLite itself would write 15 digits. */
	bool is_spelled = from == TYPE_DOUBLE && c->type == TYPE_DECIMAL;
	struct buf sql;
	int result;

	if (alter(s, t, "ADD COLUMN", new,
		sqlite_table_dialect(t)->types[c->type], why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "UPDATE ");
	sqlite_db_quote(&sql, t->table->name);
	buf_addf(&sql, " SET %s = %s(", new,
	    is_spelled ? "loader_decimal" : "");
	sqlite_db_quote(&sql, c->column->name);
	buf_add(&sql, ") WHERE ");
	sqlite_db_quote(&sql, c->column->name);
	buf_add(&sql, " IS NOT NULL");
	if (sqlite_table_define(s, &sql, why) != 0 ||
	    alter(s, t, "DROP COLUMN", c->column->name, "", why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "TO ");
	sqlite_db_quote(&sql, c->column->name);
	result = alter(s, t, "RENAME COLUMN", new, sql.data, why);
	buf_free(&sql);
	return result;
}

/* Of our whole numbers it is known that doubles hold them; somebody else may
 * have put others there. */
static int
check_rounded(struct sqlite *s, const struct sqlite_table *t,
    const struct sqlite_column *c, struct fail *why)
{
	const char *name = c->column->name;
	struct buf sql;
	int64_t lost;
	int result;

	if (s->options.ddl)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT v FROM (SELECT ");
	sqlite_db_quote(&sql, name);
	buf_add(&sql, " AS v FROM ");
	sqlite_db_quote(&sql, t->table->name);
	/* The cast would take 2^63 for the largest integer. */
	buf_add(&sql,
	    ") WHERE typeof(v) = 'integer' AND"
	    " (CAST(CAST(v AS REAL) AS INTEGER) <> v"
	    " OR v = 9223372036854775807) LIMIT 1");
	result = sqlite_db_number(s->db, sql.data, 0, &lost, why);
	buf_free(&sql);
	if (result != 0 || lost == 0)
		return result;
	return fail_set(why, STATUS_DATA,
	    "'%s' of '%s' is to become double, which would round the %lld "
	    "that somebody else has put there; give the column a wider type",
	    name, t->table->name, (long long)lost);
}

/* SQLite says which index or constraint is in the way, but no next step. */
static int
fail_convert(struct sqlite *s, const struct sqlite_table *t,
    const struct sqlite_column *c, struct fail *why)
{
	if ((sqlite3_errcode(s->db) & 0xFF) == SQLITE_ERROR)
		return fail_set(why, STATUS_USAGE,
		    "cannot give '%s.%s' the type %s: %s; drop what uses the "
		    "column, load, and make it again",
		    t->table->name, c->column->name, type_name(c->type),
		    sqlite3_errmsg(s->db));
	return -1;
}

int
sqlite_type_change(struct sqlite *s, const struct sqlite_table *t,
    const struct sqlite_column *c, enum type from, struct fail *why)
{
	struct buf drop, make;
	int result;

	buf_init(&drop, SQL_BYTES_MAX);
	buf_init(&make, SQL_BYTES_MAX);
	result = from == TYPE_BIGINT && c->type == TYPE_DOUBLE
	    ? check_rounded(s, t, c, why)
	    : 0;
	if (result != 0)
		goto out;
	result = sqlite_aside_list(s, t, &drop, &make, why);
	if (result == 0 && drop.len > 0)
		result = sqlite_table_define(s, &drop, why);
	if (result == 0)
		result = move_values(s, t, c, from, why);
	if (result == 0 && make.len > 0)
		result = sqlite_table_define(s, &make, why);
	if (result != 0)
		result = fail_convert(s, t, c, why);
out:
	buf_free(&drop);
	buf_free(&make);
	return result;
}

/* loader_decimal(x): a double digit for digit, anything else as it is. */
static void
on_decimal(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	char text[INFER_NUMBER_BYTES];
	size_t len;

	(void)argc;
	if (sqlite3_value_type(argv[0]) != SQLITE_FLOAT) {
		sqlite3_result_value(context, argv[0]);
		return;
	}
	len = infer_write(sqlite3_value_double(argv[0]), text);
	sqlite3_result_text(context, text, (int)len, SQLITE_TRANSIENT);
}

int
sqlite_type_register(struct sqlite *s, struct fail *why)
{
	if (sqlite3_create_function_v2(s->db, "loader_decimal", 1,
		SQLITE_UTF8 | SQLITE_DIRECTONLY, s, on_decimal, NULL, NULL,
		NULL) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot make a function");
	return 0;
}
