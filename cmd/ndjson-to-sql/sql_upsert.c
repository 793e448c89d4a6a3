/* SPDX-License-Identifier: ISC */
/*
 * One way for each dialect's enum dialect_merge.
 */
#include "sql_upsert.h"

#include "dialect.h"
#include "sql_choice.h"
#include "sql_compare.h"
#include "sql_part.h"

#include <string.h>

/* Appends s_.a,s_.b,s_.c from the stage. */
static void
add_source(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "SELECT ");
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		buf_add(sql, i == 0 ? "" : ",");
		sql_compare_add_staged(t, c, sql);
		if (t->columns[i].type != TYPE_JSON || !t->dialect->parse_open)
			continue;
		buf_add(sql, " AS ");
		sql_table_add_column_name(t, "", c, sql);
	}
	buf_add(sql, " FROM ");
	sql_part_add_stage(t, "s_", sql);
}

void
sql_upsert_add_same_row(const struct sql_table *t, struct buf *sql)
{
	size_t count = 0;

	buf_add(sql, "((");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		if (!sql_compare_counts(t, c))
			continue;
		sql_compare_add_word(++count, "AND", sql);
		sql_compare_add_same(t, c, sql);
	}
	buf_add(sql, "))");
}

/* Leaves out what the table has already as it is. A merge of an equal row
 * would write it anew, and ON CONFLICT would at least lock it, which for
 * PostgreSQL is a write as well. */
static void
add_changed(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	/* DuckDB makes the plan of a NOT EXISTS with bounds a slow one. */
	bool is_bounded = range && range->within;

	buf_add(sql,
	    is_bounded ? " ANTI JOIN " : " WHERE NOT EXISTS (SELECT 1 FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, is_bounded ? " AS t_ ON " : " AS t_ WHERE ");
	sql_upsert_add_same_row(t, sql);
	buf_add(sql, is_bounded ? range->within : ")");
	sql_part_add_range(range, "s_", is_bounded ? " WHERE " : " AND ", sql);
}

/* Appends a=NEW(a), ... for what is not of the key; "" where all is. */
static void
add_assignments(const struct sql_table *t, const char *verb, const char *open,
    const char *close, struct buf *sql)
{
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		if (sql_table_is_key_column(t->table, c))
			continue;
		buf_add(sql, verb);
		sql_table_add_column_name(t, "", c, sql);
		buf_addf(sql, " = %s", open);
		sql_table_add_column_name(t, "", c, sql);
		buf_add(sql, close);
		verb = ", ";
	}
}

static void
add_insert(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "INSERT INTO ");
	sql_table_add_name(t, sql);
	buf_add_char(sql, ' ');
	sql_table_add_columns(t, false, sql);
	buf_add_char(sql, ' ');
	add_source(t, sql);
}

static void
add_on_conflict(const struct sql_table *t, struct buf *sql)
{
	size_t len;

	buf_add(sql, " ON CONFLICT ");
	sql_table_add_key_columns(t, sql);
	len = sql->len;
	add_assignments(t, " DO UPDATE SET ", "excluded.", "", sql);
	if (sql->len == len)
		buf_add(sql, " DO NOTHING");
}

static void
add_merge_statement(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const char *within = range ? range->within : NULL;

	sql_part_add_target(t, "MERGE INTO ", sql);
	buf_add(sql, " USING (");
	add_source(t, sql);
	if (t->dialect->merge == MERGE_STATEMENT)
		add_changed(t, range, sql);
	else
		sql_part_add_range(range, "s_", " WHERE ", sql);
	buf_add(sql, ") AS s_ ON ");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	buf_add(sql, within ? within : "");
	if (t->dialect->merge == MERGE_STATEMENT) {
		add_assignments(t, " WHEN MATCHED THEN UPDATE SET ", "s_.", "",
		    sql);
	} else if (sql_compare_add_differs(t, false, " WHEN MATCHED AND ",
		       sql)) {
		add_assignments(t, " THEN UPDATE SET ", "s_.", "", sql);
	}
	buf_add(sql, " WHEN NOT MATCHED THEN INSERT ");
	sql_table_add_columns(t, false, sql);
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, i == 0 ? " VALUES (" : ",");
		sql_table_add_column_name(t, "s_", t->columns[i].column, sql);
	}
	buf_add_char(sql, ')');
}

/* Rows come in whose key is not there. */
static void
add_missing(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];

	(void)sql_table_key(t->table, key);
	add_insert(t, sql);
	buf_add(sql, " LEFT JOIN ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ ON ");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	buf_add(sql, " WHERE ");
	sql_table_add_column_name(t, "t_", key[0], sql);
	buf_add(sql, " IS NULL");
	sql_part_add_range(range, "s_", " AND ", sql);
}

/* Rows that differ change, then those come in that are not there. No index
 * has to tell which these are: a table of somebody else may have none. */
static void
add_update(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	size_t start = sql->len;
	const char *verb = " SET ";

	sql_part_add_target(t, "UPDATE ", sql);
	buf_add(sql, " JOIN ");
	sql_part_add_stage(t, "s_", sql);
	buf_add(sql, " ON ");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	sql_part_add_range(range, "s_", " AND ", sql);
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		if (sql_table_is_key_column(t->table, c))
			continue;
		buf_add(sql, verb);
		sql_table_add_column_name(t, "t_", c, sql);
		buf_add(sql, " = ");
		sql_table_add_column_name(t, "s_", c, sql);
		verb = ", ";
	}
	if (sql_compare_add_differs(t, true, " WHERE ", sql))
		buf_add(sql, ";\n");
	else
		sql->data[sql->len = start] = '\0';
	add_missing(t, range, sql);
}

/* The rows that differ go, then those come in that are not there. */
static void
add_replacement(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	struct sql_choice choice;
	size_t start = sql->len;

	sql_choice_init(&choice, t, false);
	buf_add(sql, "DELETE FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, " WHERE (");
	sql_choice_add_columns(&choice, "", sql);
	buf_add(sql, ") IN (SELECT ");
	sql_choice_add_columns(&choice, "t_", sql);
	sql_part_add_target(t, " FROM ", sql);
	buf_add(sql, " JOIN ");
	sql_part_add_stage(t, "s_", sql);
	buf_add(sql, " ON ");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	sql_part_add_range(range, "s_", " AND ", sql);
	if (sql_compare_add_differs(t, true, " WHERE ", sql))
		buf_add(sql, ");\n");
	else
		sql->data[sql->len = start] = '\0';
	add_missing(t, range, sql);
}

void
sql_upsert_add_merge(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	switch (t->dialect->merge) {
	case MERGE_STATEMENT:
	case MERGE_WHEN:
		add_merge_statement(t, range, sql);
		return;
	case MERGE_REPLACE:
		add_replacement(t, range, sql);
		return;
	case MERGE_UPDATE:
		add_update(t, range, sql);
		return;
	case MERGE_CONFLICT:
		break;
	}
	add_insert(t, sql);
	add_changed(t, range, sql);
	add_on_conflict(t, sql);
}

void
sql_upsert_add_insert(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	add_insert(t, sql);
	sql_part_add_range(range, "s_", " WHERE ", sql);
}
