/* SPDX-License-Identifier: ISC */
/*
 * Tables: what is known of them, and their DDL.
 */
#include "sqlite_table.h"

#include "dialect.h"
#include "mem.h"
#include "out.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"
#include "sqlite_merge.h"
#include "sqlite_type.h"

#include <stdlib.h>
#include <strings.h>

static void
forget_statements(struct sqlite_table *t)
{
	(void)sqlite3_finalize(t->insert);
	(void)sqlite3_finalize(t->append);
	(void)sqlite3_finalize(t->cut);
	(void)sqlite3_finalize(t->find);
	(void)sqlite3_finalize(t->end);
	t->insert = t->append = t->cut = t->find = t->end = NULL;
	sqlite_same_forget(&t->same);
}

void
sqlite_table_settle(struct sqlite_table *t)
{
	forget_statements(t);
	t->is_fresh = false;
	t->same.is_changed = false;
}

void
sqlite_table_free(struct sqlite_table *t)
{
	forget_statements(t);
	free(t->columns);
	free(t->aside);
	sqlite_bulk_forget(t);
	sqlite_seen_free(&t->seen);
	bloom_free(&t->filter);
	*t = (struct sqlite_table){0};
}

/* --- definition --------------------------------------------------------- */

int
sqlite_table_define(struct sqlite *s, struct buf *sql, struct fail *why)
{
	int result = buf_check(sql, "a statement", why);

	if (result == 0 && s->options.ddl) {
		buf_add(sql, ";\n");
		result = out_write(s->options.ddl, sql->data, sql->len, why);
	} else if (result == 0) {
		result = sqlite_db_run(s->db, sql->data, why);
	}
	buf_free(sql);
	return result;
}

static int
is_empty(struct sqlite *s, const struct table *table, bool *answer,
    struct fail *why)
{
	struct buf sql;
	int64_t found;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT 1 FROM ");
	sqlite_db_quote(&sql, table->name);
	buf_add(&sql, " LIMIT 1");
	result = sqlite_db_number(s->db, sql.data, 0, &found, why);
	buf_free(&sql);
	*answer = found == 0;
	return result;
}

/* Whether the query, about the table named ?1, gives a number but 0. */
static int
ask(struct sqlite *s, const struct table *table, const char *query,
    bool *answer, struct fail *why)
{
	sqlite3_stmt *statement = NULL;
	struct buf sql;
	int result = 0;

	*answer = false;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, query);
	result = sqlite_db_prepare(s->db, &sql, &statement, why);
	if (result == 0) {
		(void)sqlite3_bind_text(statement, 1, table->name, -1,
		    SQLITE_STATIC);
		result = sqlite_db_step(statement, why);
		*answer = result == 1 && sqlite3_column_int(statement, 0);
	}
	(void)sqlite3_finalize(statement);
	buf_free(&sql);
	return result < 0 ? -1 : 0;
}

/* A table WITHOUT ROWID has none, and a column of its name hides it; only a
 * user can have made it so. */
static int
has_rowid(struct sqlite *s, const struct table *table, bool *answer,
    struct fail *why)
{
	struct buf sql;
	bool is_hidden = false;
	int result;

	*answer = true;
	if (!table->is_foreign)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT _rowid_ FROM ");
	sqlite_db_quote(&sql, table->name);
	result = sqlite_db_compiles(s->db, &sql, why);
	buf_free(&sql);
	if (result == 1)
		result = ask(s, table,
		    "SELECT count(*) FROM pragma_table_xinfo(?1)"
		    " WHERE name = '_rowid_' COLLATE NOCASE",
		    &is_hidden, why);
	else
		is_hidden = true;
	*answer = !is_hidden;
	return result < 0 ? -1 : 0;
}

static int
empty(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	struct buf sql;
	int64_t before = sqlite3_total_changes64(s->db);

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "DELETE FROM ");
	sqlite_db_quote(&sql, t->table->name);
	if (sqlite_table_define(s, &sql, why) != 0)
		return -1;
	t->counts.deleted +=
	    (uint64_t)(sqlite3_total_changes64(s->db) - before);
	return 0;
}

int
sqlite_table_start(struct sqlite *s, struct sqlite_table *t,
    const struct change *c, struct fail *why)
{
	enum mode mode = c->table->is_own ? MODE_DEFAULT : s->options.mode;
	bool is_blank = true, is_index = false;

	if (!c->is_stored &&
	    ask(s, c->table,
		"SELECT count(*) FROM sqlite_schema WHERE type = 'index'"
		" AND name = ?1 COLLATE NOCASE",
		&is_index, why) != 0)
		return -1;
	if (is_index)
		return fail_set(why, STATUS_USAGE,
		    "no table can be called '%s': the database has an index "
		    "of that name; give another with --table",
		    c->table->name);
	if (strncasecmp(c->table->name, "sqlite_", 7) == 0)
		return fail_set(why, STATUS_USAGE,
		    "no table can be called '%s': names that begin with "
		    "'sqlite_' are SQLite's own; give another with --table",
		    c->table->name);
	t->table = c->table;
	t->is_made = c->is_stored;
	t->is_history = mode == MODE_HISTORY;
	t->is_merged = mode != MODE_APPEND && !t->is_history;
	if (c->is_stored && mode == MODE_REPLACE && empty(s, t, why) != 0)
		return -1;
	if (c->is_stored && is_empty(s, c->table, &is_blank, why) != 0)
		return -1;
	if (has_rowid(s, c->table, &t->has_rowid, why) != 0)
		return -1;
	if (ask(s, c->table,
		"SELECT strict FROM pragma_table_list"
		" WHERE schema = 'main' AND name = ?1 COLLATE NOCASE",
		&t->is_strict, why) != 0 ||
	    ask(s, c->table,
		"SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"
		" AND tbl_name = ?1 COLLATE NOCASE",
		&t->has_triggers, why) != 0 ||
	    ask(s, c->table,
		"SELECT (SELECT count(*) FROM sqlite_schema"
		" WHERE name = ?1 COLLATE NOCASE AND (sql LIKE '%CHECK%'"
		" OR sql LIKE '%NULL%' OR sql LIKE '%UNIQUE%'"
		" OR sql LIKE '%KEY%' OR sql LIKE '%STRICT%'))"
		" + (SELECT count(*) > 1 FROM pragma_index_list(?1)"
		" WHERE \"unique\")",
		&t->has_constraints, why) != 0)
		return -1;
	t->has_constraints |= t->has_triggers;
	if (c->table->parent)
		s->tables[c->table->parent->id].has_children = true;
	t->was_empty = is_blank;
	/* The rowid of a table that is not ours may be a column of it. */
	t->is_fresh = is_blank && !c->table->is_foreign && !t->is_history;
	/* A record that comes again takes its lists along: who looks for them
	 * in the parent's way must find them. */
	if (c->table->parent && !s->tables[c->table->parent->id].is_fresh)
		t->is_fresh = false;
	if (!t->has_rowid && mode == MODE_SYNC)
		return fail_set(why, STATUS_USAGE,
		    "--sync needs rowids, and '%s' was made without, or has a "
		    "column that is called _rowid_",
		    t->table->name);
	if (c->is_stored && t->is_fresh)
		return sqlite_merge_drop_key(s, t, why);
	return 0;
}

const struct dialect *
sqlite_table_dialect(const struct sqlite_table *t)
{
	return t->is_strict ? &dialect_sqlite_strict : &dialect_sqlite;
}

static void
add_definition(struct buf *sql, const struct sqlite_table *t,
    const struct sqlite_column *c)
{
	const char *type = sqlite_table_dialect(t)->types[c->type];

	sqlite_db_quote(sql, c->column->name);
	if (*type)
		buf_addf(sql, " %s", type);
}

static int
make_column(struct sqlite *s, struct sqlite_table *t, struct sqlite_column *c,
    struct fail *why)
{
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "ALTER TABLE ");
	sqlite_db_quote(&sql, t->table->name);
	buf_add(&sql, " ADD COLUMN ");
	add_definition(&sql, t, c);
	c->is_made = true;
	return sqlite_table_define(s, &sql, why);
}

int
sqlite_table_add_column(struct sqlite *s, struct sqlite_table *t,
    const struct change *c, struct fail *why)
{
	struct sqlite_column *column;

	t->columns = mem_grow(t->columns, &t->column_capacity,
	    t->column_count + 1, sizeof(*t->columns));
	column = &t->columns[t->column_count++];
	*column = (struct sqlite_column){.column = c->column,
	    .index = c->column->index,
	    .type = c->type,
	    .is_made = c->is_stored};
	forget_statements(t);
	/* The columns of a new table are known when its first rows come. */
	if (t->is_made && !column->is_made)
		return make_column(s, t, column, why);
	return 0;
}

int
sqlite_table_make(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	struct buf sql;

	if (t->is_made)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "CREATE TABLE ");
	sqlite_db_quote(&sql, t->table->name);
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(&sql, i == 0 ? " (" : ", ");
		add_definition(&sql, t, &t->columns[i]);
		t->columns[i].is_made = true;
	}
	buf_add_char(&sql, ')');
	t->is_made = true;
	return sqlite_table_define(s, &sql, why);
}

int
sqlite_table_change_type(struct sqlite *s, struct sqlite_table *t,
    const struct change *c, struct fail *why)
{
	for (size_t i = 0; i < t->column_count; i++) {
		struct sqlite_column *column = &t->columns[i];

		if (column->column != c->column)
			continue;
		if (t->bulk && c->from != TYPE_UNKNOWN &&
		    sqlite_bulk_end(s, false, why) != 0)
			return -1;
		column->type = c->type;
		/* Without a type it has no affinity, and keeps anything. */
		if (!column->is_made || c->from == TYPE_UNKNOWN)
			return 0;
		forget_statements(t);
		sqlite_same_change(&t->same);
		return sqlite_type_change(s, t, column, c->from, why);
	}
	return 0;
}

/* --- the end ----------------------------------------------------------- */

int
sqlite_table_finish(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	if (sqlite_table_make(s, t, why) != 0)
		return -1;
	if (s->options.ddl)
		return 0;
	return sqlite_merge_finish(s, t, why);
}
