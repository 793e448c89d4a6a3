/* SPDX-License-Identifier: ISC */
/*
 * Statements over a table, called t_ in them, and its stage, s_. No column has
 * such a name: ident.h makes none that ends in _.
 */
#include "sql_merge.h"

#include "dialect.h"
#include "sql_absent.h"
#include "sql_choice.h"
#include "sql_compare.h"
#include "sql_part.h"
#include "sql_upsert.h"

#include <assert.h>

/* --- stages ------------------------------------------------------------- */

void
sql_merge_add_doubled(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key);

	/* One pass and one sort or hash; a comparison of the stage with
	 * itself would look at every row for every other of its key. */
	buf_add(sql, "DELETE FROM ");
	dialect_quote(t->dialect, sql, t->stage);
	buf_addf(sql,
	    " WHERE %s IN (SELECT %s FROM (SELECT %s,"
	    " row_number() OVER (PARTITION BY ",
	    SQL_SEQUENCE, SQL_SEQUENCE, SQL_SEQUENCE);
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		sql_table_add_column_name(t, "", key[i], sql);
	}
	buf_addf(sql, " ORDER BY %s DESC) AS n_ FROM ", SQL_SEQUENCE);
	sql_part_add_stage(t, "s_", sql);
	sql_part_add_range(range, "s_", " WHERE ", sql);
	buf_add(sql, ") AS d_ WHERE n_ > 1)");
}

void
sql_merge_add_orphans(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct sql_table *root = t;

	while (root->parent)
		root = root->parent;
	buf_add(sql, "DELETE FROM ");
	sql_part_add_stage(t, "s_", sql);
	buf_add(sql, " WHERE NOT EXISTS (SELECT 1 FROM ");
	sql_part_add_stage(root, "r_", sql);
	buf_addf(sql, " WHERE r_.%s = s_.%s)", SQL_SEQUENCE, SQL_SEQUENCE);
	sql_part_add_range(range, "s_", " AND ", sql);
}

void
sql_merge_add_unowned(const struct sql_table *t, struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, true);
	sql_choice_begin_delete(&choice, sql);
	buf_add(sql, "NOT EXISTS (SELECT 1 FROM ");
	sql_part_add_stage(t->parent, "p_", sql);
	buf_add(sql, " WHERE ");
	sql_part_add_stage_reference(t->parent, t, "p_", sql);
	buf_add(sql, " = ");
	sql_table_add_column_name(t, "s_", t->table->parent_id, sql);
	buf_add_char(sql, ')');
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_unstage(const struct sql_table *t, const char *condition,
    struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, true);
	sql_choice_begin_delete(&choice, sql);
	buf_add(sql, condition);
	sql_choice_end_delete(&choice, sql);
}

/* --- into the table ----------------------------------------------------- */

void
sql_merge_add_cut(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct sql_table *at = t;
	struct sql_choice choice;
	size_t open = 0;

	assert(t->parent);
	sql_choice_init(&choice, t, false);
	sql_choice_begin_delete(&choice, sql);
	/* Down the tables from the root, whose stage tells what came: their
	 * rows that are beyond the end are not in their stages. */
	for (; at->parent->parent; at = at->parent, open++) {
		sql_table_add_column_name(at, open == 0 ? "t_" : "",
		    at->table->parent_id, sql);
		buf_add(sql, " IN (SELECT ");
		sql_table_add_column_name(at->parent, "",
		    at->parent->table->id_column, sql);
		buf_add(sql, " FROM ");
		sql_table_add_name(at->parent, sql);
		buf_add(sql, " WHERE ");
	}
	sql_table_add_column_name(at, open == 0 ? "t_" : "",
	    at->table->parent_id, sql);
	buf_add(sql, " IN (SELECT ");
	sql_part_add_stage_reference(at->parent, at, "s_", sql);
	buf_add(sql, " FROM ");
	sql_part_add_stage(at->parent, "s_", sql);
	sql_part_add_range(range, "s_", " WHERE ", sql);
	while (open-- > 0)
		buf_add_char(sql, ')');
	buf_add(sql, ") AND NOT ");
	sql_part_add_came(t, range, sql);
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_forget(const struct sql_table *t, const char *condition,
    struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_delete(&choice, sql);
	sql_part_add_came(t, NULL, sql);
	buf_add(sql, condition);
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_known(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	buf_add(sql, "SELECT count(*) FROM ");
	sql_part_add_stage(t, "s_", sql);
	buf_add(sql, " WHERE EXISTS (SELECT 1 FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ WHERE ");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	buf_add_char(sql, ')');
	sql_part_add_range(range, "s_", " AND ", sql);
}

void
sql_merge_add_found(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	buf_add(sql, "SELECT count(*), count(CASE WHEN ");
	sql_upsert_add_same_row(t, sql);
	buf_add(sql, " THEN 1 END) FROM ");
	sql_part_add_stage(t, "s_", sql);
	buf_add(sql, " JOIN ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ ON ");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	sql_part_add_range(range, "s_", " WHERE ", sql);
}

void
sql_merge_add_clear(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "DELETE FROM ");
	sql_table_add_name(t, sql);
	/* BigQuery wants to be told. */
	buf_add(sql, t->dialect->choice == CHOICE_ALIAS ? "" : " WHERE true");
}

bool
sql_merge_add_absent(const struct sql_table *t, struct buf *sql)
{
	size_t start = sql->len, open = 0;
	struct sql_choice choice;
	bool is_safe;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_delete(&choice, sql);
	/* Each query has a t_ of its own, which hides that outside. */
	for (; t->parent; t = t->parent, open++) {
		sql_table_add_column_name(t, "t_", t->table->parent_id, sql);
		buf_add(sql, " IN (SELECT ");
		sql_part_add_reference(t->parent, t, "t_", sql);
		sql_part_add_target(t->parent, " FROM ", sql);
		buf_add(sql, " WHERE ");
	}
	is_safe = sql_absent_add_condition(t, sql);
	while (open-- > 0)
		buf_add_char(sql, ')');
	sql_choice_end_delete(&choice, sql);
	if (!is_safe)
		sql->data[sql->len = start] = '\0';
	return is_safe;
}

/* --- histories ---------------------------------------------------------- */

bool
sql_merge_add_close_absent(const struct sql_table *t, const char *now,
    struct buf *sql)
{
	size_t start = sql->len;
	struct sql_choice choice;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_end(&choice, now, sql);
	if (sql_absent_add_condition(t, sql)) {
		sql_choice_end_end(&choice, now, sql);
		return true;
	}
	sql->data[sql->len = start] = '\0';
	return false;
}

void
sql_merge_add_same(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, true);
	/* The stage may have several versions of a key. */
	choice.columns[choice.count++] = t->table->hash;
	sql_choice_begin_delete(&choice, sql);
	buf_add(sql, "EXISTS (SELECT 1 FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ WHERE ");
	sql_part_add_key_equal(t, "t_", "s_", sql);
	buf_add(sql, " AND ");
	sql_choice_add_in_force(t, "t_", sql);
	buf_add(sql, " AND ");
	sql_compare_add_same(t, t->table->hash, sql);
	buf_add_char(sql, ')');
	sql_part_add_range(range, "s_", " AND ", sql);
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_close(const struct sql_table *t, const char *now,
    const struct sql_range *range, struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_end(&choice, now, sql);
	sql_part_add_came(t, range, sql);
	sql_choice_end_end(&choice, now, sql);
}
