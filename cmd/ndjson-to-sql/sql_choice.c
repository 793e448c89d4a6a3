/* SPDX-License-Identifier: ISC */
/*
 * DELETE and UPDATE, around their conditions.
 */
#include "sql_choice.h"

#include "dialect.h"

#include <string.h>

void
sql_choice_init(struct sql_choice *c, const struct sql_table *t, bool is_stage)
{
	*c = (struct sql_choice){.table = t,
	    .is_stage = is_stage,
	    .alias = is_stage ? "s_" : "t_"};
	c->count = sql_table_key(t->table, c->columns);
}

static void
add_table(const struct sql_choice *c, struct buf *sql)
{
	if (c->is_stage)
		dialect_quote(c->table->dialect, sql, c->table->stage);
	else
		sql_table_add_name(c->table, sql);
}

void
sql_choice_add_columns(const struct sql_choice *c, const char *alias,
    struct buf *sql)
{
	for (size_t i = 0; i < c->count; i++) {
		buf_add(sql, i > 0 ? "," : "");
		sql_table_add_column_name(c->table, alias, c->columns[i], sql);
	}
}

/* Appends SELECT key FROM the table WHERE */
static void
add_query(const struct sql_choice *c, struct buf *sql)
{
	buf_add(sql, "(SELECT DISTINCT ");
	sql_choice_add_columns(c, c->alias, sql);
	buf_add(sql, " FROM ");
	add_table(c, sql);
	buf_addf(sql, " AS %s WHERE ", c->alias);
}

void
sql_choice_begin_delete(const struct sql_choice *c, struct buf *sql)
{
	enum dialect_choice kind = c->table->dialect->choice;

	if (kind == CHOICE_NAMED)
		buf_addf(sql, "DELETE %s FROM ", c->alias);
	else
		buf_add(sql,
		    kind == CHOICE_MERGE ? "MERGE INTO " : "DELETE FROM ");
	add_table(c, sql);
	switch (kind) {
	case CHOICE_ALIAS:
	case CHOICE_NAMED:
		buf_addf(sql, " AS %s WHERE ", c->alias);
		break;
	case CHOICE_MERGE:
		buf_add(sql, " AS x_ USING ");
		add_query(c, sql);
		break;
	case CHOICE_LIST:
	case CHOICE_ALTER:
		buf_add(sql, " WHERE (");
		sql_choice_add_columns(c, "", sql);
		buf_add(sql, ") IN ");
		add_query(c, sql);
		break;
	}
}

static void
add_join(const struct sql_choice *c, struct buf *sql)
{
	buf_add(sql, ") AS g_ ON ");
	for (size_t i = 0; i < c->count; i++) {
		buf_add(sql, i == 0 ? "" : " AND ");
		sql_table_add_column_name(c->table, "x_", c->columns[i], sql);
		buf_add(sql, " = ");
		sql_table_add_column_name(c->table, "g_", c->columns[i], sql);
	}
}

void
sql_choice_end_delete(const struct sql_choice *c, struct buf *sql)
{
	switch (c->table->dialect->choice) {
	case CHOICE_ALIAS:
	case CHOICE_NAMED:
		break;
	case CHOICE_MERGE:
		add_join(c, sql);
		buf_add(sql, " WHEN MATCHED THEN DELETE");
		break;
	case CHOICE_LIST:
	case CHOICE_ALTER:
		buf_add_char(sql, ')');
		break;
	}
}

/* --- versions ----------------------------------------------------------- */

/* Appends an update of the table, which has no alias, up to what changes. */
static void
add_update(const struct sql_table *t, struct buf *sql)
{
	bool is_alter = t->dialect->choice == CHOICE_ALTER;

	buf_add(sql, is_alter ? "ALTER TABLE " : "UPDATE ");
	sql_table_add_name(t, sql);
	buf_add(sql, is_alter ? " UPDATE " : " SET ");
}

/* Appends valid_to = now */
static void
add_now(const struct sql_table *t, const char *now, struct buf *sql)
{
	const char *literal = t->dialect->literals[TYPE_TIMESTAMP];

	sql_table_add_column_name(t, "", t->table->valid_to, sql);
	buf_addf(sql, " = %s", literal ? literal : "");
	(void)dialect_add_text(t->dialect, sql, now, strlen(now));
}

void
sql_choice_add_in_force(const struct sql_table *t, const char *alias,
    struct buf *sql)
{
	sql_table_add_column_name(t, alias, t->table->valid_to, sql);
	buf_add(sql, " IS NULL");
}

void
sql_choice_begin_end(const struct sql_choice *c, const char *now,
    struct buf *sql)
{
	const struct sql_table *t = c->table;

	switch (t->dialect->choice) {
	case CHOICE_ALIAS:
	case CHOICE_NAMED:
		buf_add(sql, "UPDATE ");
		sql_table_add_name(t, sql);
		buf_add(sql, " AS t_ SET ");
		add_now(t, now, sql);
		buf_add(sql, " WHERE ");
		break;
	case CHOICE_MERGE:
		buf_add(sql, "MERGE INTO ");
		sql_table_add_name(t, sql);
		buf_add(sql, " AS x_ USING ");
		add_query(c, sql);
		break;
	case CHOICE_LIST:
	case CHOICE_ALTER:
		add_update(t, sql);
		add_now(t, now, sql);
		buf_add(sql, " WHERE ");
		sql_choice_add_in_force(t, "", sql);
		buf_add(sql, " AND (");
		sql_choice_add_columns(c, "", sql);
		buf_add(sql, ") IN ");
		add_query(c, sql);
		break;
	}
	sql_choice_add_in_force(t, "t_", sql);
	buf_add(sql, " AND ");
}

void
sql_choice_end_end(const struct sql_choice *c, const char *now, struct buf *sql)
{
	switch (c->table->dialect->choice) {
	case CHOICE_ALIAS:
	case CHOICE_NAMED:
		break;
	case CHOICE_MERGE:
		add_join(c, sql);
		buf_add(sql, " AND ");
		sql_choice_add_in_force(c->table, "x_", sql);
		buf_add(sql, " WHEN MATCHED THEN UPDATE SET ");
		add_now(c->table, now, sql);
		break;
	case CHOICE_LIST:
	case CHOICE_ALTER:
		buf_add_char(sql, ')');
		break;
	}
}
