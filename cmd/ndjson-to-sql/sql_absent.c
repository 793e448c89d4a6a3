/* SPDX-License-Identifier: ISC */
/*
 * Absence by what the stream covered.
 */
#include "sql_absent.h"

#include "dialect.h"
#include "sql_part.h"

#include <inttypes.h>

static bool
add_value(const struct sql_table *t, const struct cell *c, struct buf *sql)
{
	switch ((enum cell_kind)c->kind) {
	case CELL_NULL:
		buf_add(sql, "NULL");
		return true;
	case CELL_BOOL:
		buf_add(sql, c->integer ? "TRUE" : "FALSE");
		return true;
	case CELL_INTEGER:
		buf_addf(sql, "%" PRId64, c->integer);
		return true;
	case CELL_NUMBER:
		buf_addf(sql, "%.17g", c->number);
		return true;
	case CELL_TEXT:
		break;
	}
	return dialect_add_text(t->dialect, sql, c->text, c->len);
}

/* Appends that the row's parent is one of those that the stream says have no
 * rows. Most resources hang on one parent: a list is what databases are
 * good at. */
static bool
add_covered(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;
	size_t parts = root->parent_key_count;
	bool is_list = parts == 1;

	for (size_t i = 0; i < root->covered_count; i++) {
		buf_add(sql, is_list && i > 0 ? "," : " OR ");
		for (size_t n = 0; n < parts; n++) {
			if (i == 0 || !is_list) {
				buf_add(sql, n == 0 ? "" : " AND ");
				sql_table_add_column_name(t, "t_", root->key[n],
				    sql);
				buf_add(sql, is_list ? " IN (" : " = ");
			}
			if (!add_value(t, &root->covered[i * parts + n], sql))
				return false;
		}
	}
	if (is_list && root->covered_count > 0)
		buf_add_char(sql, ')');
	return true;
}

void
sql_absent_add_parents(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;

	buf_add(sql, t->dialect->stage);
	dialect_quote(t->dialect, sql, t->parents);
	for (size_t i = 0; i < root->parent_key_count; i++) {
		buf_add(sql, i == 0 ? " AS SELECT DISTINCT " : ",");
		sql_table_add_column_name(t, "s_", root->key[i], sql);
	}
	buf_add(sql, " FROM ");
	sql_part_add_stage(t, "s_", sql);
}

/* Appends that rows of the parent of the row t_ are in the stage. A query that
 * looks at no row outside runs everywhere beside an OR. */
static void
add_stage_has_parent(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;
	bool is_list = root->parent_key_count == 1;

	if (is_list) {
		sql_table_add_column_name(t, "t_", root->key[0], sql);
		buf_add(sql, " IN (SELECT ");
		sql_table_add_column_name(t, "s_", root->key[0], sql);
	} else {
		buf_add(sql, "EXISTS (SELECT 1");
	}
	buf_add(sql, " FROM ");
	dialect_quote(t->dialect, sql, t->parents ? t->parents : t->stage);
	buf_add(sql, " AS s_");
	if (!is_list) {
		buf_add(sql, " WHERE ");
		sql_part_add_equal(t, (const struct column *const *)root->key,
		    root->parent_key_count, "s_", "t_", sql);
	}
	buf_add_char(sql, ')');
}

bool
sql_absent_add_condition(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;

	buf_add(sql, "NOT ");
	sql_part_add_came(t, NULL, sql);
	if (root->parent_key_count == 0 || root->is_covered)
		return true;
	buf_add(sql, " AND (");
	add_stage_has_parent(t, sql);
	if (!add_covered(t, sql))
		return false;
	buf_add_char(sql, ')');
	return true;
}
