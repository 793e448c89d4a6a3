/* SPDX-License-Identifier: ISC */
/*
 * Deleting what did not come. A resource that hangs on parents, such as the
 * users of a role, is covered for the parents that have rows in the stream,
 * and for those that it says have none: {"_resource":...,"_parent":...,
 * "_rows":0}. Without _parent, that line covers the whole table.
 */
#include "sqlite_sync.h"

#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"

#include <inttypes.h>

/* Appends the parts of the key that came from _parent: (a,b) */
static void
add_parent_columns(const struct table *root, struct buf *sql)
{
	buf_add_char(sql, '(');
	for (size_t i = 0; i < root->parent_key_count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		sqlite_db_quote(sql, root->key[i]->name);
	}
	buf_add_char(sql, ')');
}

static void
add_literal(const struct cell *c, struct buf *sql)
{
	if (c->kind != CELL_TEXT) {
		buf_addf(sql, "%" PRId64, c->integer);
		return;
	}
	/* In hexadecimal: no quoting to get wrong. */
	buf_add(sql, "CAST(x'");
	for (size_t i = 0; i < c->len; i++)
		buf_addf(sql, "%02x", (unsigned char)c->text[i]);
	buf_add(sql, "' AS TEXT)");
}

static void
add_covered(const struct table *root, struct buf *sql)
{
	size_t parts = root->parent_key_count;

	for (size_t i = 0; i < root->covered_count; i++) {
		buf_add(sql, i == 0 ? " UNION VALUES" : ",");
		for (size_t n = 0; n < parts; n++) {
			buf_add_char(sql, n == 0 ? '(' : ',');
			add_literal(&root->covered[i * parts + n], sql);
		}
		buf_add_char(sql, ')');
	}
}

void
sqlite_sync_add_condition(const struct table *root, const char *now,
    struct buf *sql)
{
	struct buf columns;

	buf_add(sql, "NOT loader_seen(_rowid_)");
	if (root->parent_key_count == 0 || root->is_covered)
		return;
	buf_init(&columns, SQL_BYTES_MAX);
	add_parent_columns(root, &columns);
	buf_addf(sql, " AND %s IN (SELECT DISTINCT %.*s FROM ", columns.data,
	    (int)columns.len - 2, columns.data + 1);
	buf_free(&columns);
	sqlite_db_quote(sql, root->name);
	buf_add(sql, " WHERE loader_seen(_rowid_)");
	if (now) {
		buf_add(sql, " OR ");
		sqlite_db_quote(sql, root->valid_from->name);
		buf_addf(sql, "='%s'", now);
	}
	add_covered(root, sql);
	buf_add_char(sql, ')');
}

/* Appends what rows below refer to in a row of `t`. */
static void
add_reference(const struct table *t, struct buf *sql)
{
	if (t->id_column) {
		sqlite_db_quote(sql, t->id_column->name);
		return;
	}
	if (t->key_count > 1)
		buf_add(sql, "json_array(");
	for (size_t i = 0; i < t->key_count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		sqlite_db_quote(sql, t->key[i]->name);
	}
	if (t->key_count > 1)
		buf_add_char(sql, ')');
}

/* Appends the condition that a row of `t` is below a root row that goes. */
static void
add_below(const struct table *t, struct buf *sql)
{
	size_t open = 0;

	for (; t->parent; t = t->parent, open++) {
		sqlite_db_quote(sql, t->parent_id->name);
		buf_add(sql, " IN (SELECT ");
		add_reference(t->parent, sql);
		buf_add(sql, " FROM ");
		sqlite_db_quote(sql, t->parent->name);
		buf_add(sql, " WHERE ");
	}
	sqlite_sync_add_condition(t, NULL, sql);
	while (open-- > 0)
		buf_add_char(sql, ')');
}

int
sqlite_sync_run(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	int result = 0;

	s->current = t;
	/* The deepest first: tables come behind those they hang on. */
	for (size_t i = s->table_count; i-- > 0 && result == 0;) {
		struct sqlite_table *below = &s->tables[i];
		struct buf sql;

		if (!below->table || below->table->root != t->table)
			continue;
		buf_init(&sql, SQL_BYTES_MAX);
		buf_add(&sql, "DELETE FROM ");
		sqlite_db_quote(&sql, below->table->name);
		buf_add(&sql, " WHERE ");
		add_below(below->table, &sql);
		result = buf_check(&sql, "a statement", why);
		if (result == 0)
			result = sqlite_db_run(s->db, sql.data, why);
		if (result == 0)
			below->counts.deleted +=
			    (uint64_t)sqlite3_changes64(s->db);
		buf_free(&sql);
	}
	s->current = NULL;
	return result;
}
