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
	static const char old[] = "_converted_";
	/* SQLite itself would write 15 digits. */
	const char *value = from == TYPE_DOUBLE && c->type == TYPE_DECIMAL
	    ? "loader_decimal(_converted_)"
	    : old;
	struct buf sql;

	if (alter(s, t, "RENAME COLUMN", c->column->name, "TO _converted_",
		why) != 0 ||
	    alter(s, t, "ADD COLUMN", c->column->name,
		sqlite_table_dialect(t)->types[c->type], why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "UPDATE ");
	sqlite_db_quote(&sql, t->table->name);
	buf_add(&sql, " SET ");
	sqlite_db_quote(&sql, c->column->name);
	buf_addf(&sql, " = %s WHERE %s IS NOT NULL", value, old);
	if (sqlite_table_define(s, &sql, why) != 0)
		return -1;
	return alter(s, t, "DROP COLUMN", old, "", why);
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
	result = sqlite_aside_list(s, t, &drop, &make, why);
	if (result == 0 && drop.len > 0)
		result = sqlite_table_define(s, &drop, why);
	if (result == 0)
		result = move_values(s, t, c, from, why);
	if (result == 0 && make.len > 0)
		result = sqlite_table_define(s, &make, why);
	if (result != 0)
		result = fail_convert(s, t, c, why);
	buf_free(&drop);
	buf_free(&make);
	return result;
}

/* loader_decimal(x): a double digit for digit. */
static void
on_decimal(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	char text[INFER_NUMBER_BYTES];
	size_t len = infer_write(sqlite3_value_double(argv[0]), text);

	(void)argc;
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
