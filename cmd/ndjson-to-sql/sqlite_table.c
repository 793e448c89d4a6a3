/* SPDX-License-Identifier: ISC */
/*
 * Tables: their DDL, and taking rows over.
 */
#include "sqlite_table.h"

#include "dialect.h"
#include "infer.h"
#include "mem.h"
#include "out.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_aside.h"
#include "sqlite_db.h"
#include "sqlite_history.h"
#include "sqlite_merge.h"

#include <stdlib.h>
#include <string.h>
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
	sqlite_bulk_forget(t);
	seen_free(&t->seen);
	bloom_free(&t->filter);
	*t = (struct sqlite_table){0};
}

/* --- definition --------------------------------------------------------- */

static int
run(struct sqlite *s, struct buf *sql, struct fail *why)
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

/* A table WITHOUT ROWID has none; only a user can have made it so. */
static int
has_rowid(struct sqlite *s, const struct table *table, bool *answer,
    struct fail *why)
{
	struct buf sql;
	int result;

	*answer = true;
	if (!table->is_foreign)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT _rowid_ FROM ");
	sqlite_db_quote(&sql, table->name);
	result = sqlite_db_compiles(s->db, &sql, why);
	*answer = result == 1;
	buf_free(&sql);
	return result < 0 ? -1 : 0;
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

static int
empty(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	struct buf sql;
	int64_t before = sqlite3_total_changes64(s->db);

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "DELETE FROM ");
	sqlite_db_quote(&sql, t->table->name);
	if (run(s, &sql, why) != 0)
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
	/* The rowid of a table that is not ours may be a column of it. */
	t->is_fresh = is_blank && !c->table->is_foreign && !t->is_history;
	/* A record that comes again takes its lists along: who looks for them
	 * in the parent's way must find them. */
	if (c->table->parent && !s->tables[c->table->parent->id].is_fresh)
		t->is_fresh = false;
	if (!t->has_rowid && mode == MODE_SYNC)
		return fail_set(why, STATUS_USAGE,
		    "--sync needs rowids, and '%s' was made without",
		    t->table->name);
	if (c->is_stored && t->is_fresh)
		return sqlite_merge_drop_key(s, t, why);
	return 0;
}

static const struct dialect *
dialect_of(const struct sqlite_table *t)
{
	return t->is_strict ? &dialect_sqlite_strict : &dialect_sqlite;
}

static void
add_definition(struct buf *sql, const struct sqlite_table *t,
    const struct sqlite_column *c)
{
	const char *type = dialect_of(t)->types[c->type];

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
	return run(s, &sql, why);
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
	return run(s, &sql, why);
}

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
	return run(s, &sql, why);
}

/* SQLite cannot change a column's type: the values move to a new column. */
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
		dialect_of(t)->types[c->type], why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "UPDATE ");
	sqlite_db_quote(&sql, t->table->name);
	buf_add(&sql, " SET ");
	sqlite_db_quote(&sql, c->column->name);
	buf_addf(&sql, " = %s WHERE %s IS NOT NULL", value, old);
	if (run(s, &sql, why) != 0)
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

static int
convert(struct sqlite *s, const struct sqlite_table *t,
    const struct sqlite_column *c, enum type from, struct fail *why)
{
	struct buf drop, make;
	int result;

	buf_init(&drop, SQL_BYTES_MAX);
	buf_init(&make, SQL_BYTES_MAX);
	result = sqlite_aside_list(s, t, &drop, &make, why);
	if (result == 0 && drop.len > 0)
		result = run(s, &drop, why);
	if (result == 0)
		result = move_values(s, t, c, from, why);
	if (result == 0 && make.len > 0)
		result = run(s, &make, why);
	if (result != 0)
		result = fail_convert(s, t, c, why);
	buf_free(&drop);
	buf_free(&make);
	return result;
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
		return convert(s, t, column, c->from, why);
	}
	return 0;
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
sqlite_table_register(struct sqlite *s, struct fail *why)
{
	if (sqlite3_create_function_v2(s->db, "loader_decimal", 1,
		SQLITE_UTF8 | SQLITE_DIRECTONLY, s, on_decimal, NULL, NULL,
		NULL) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot make a function");
	return 0;
}

/* --- rows --------------------------------------------------------------- */

static bool
is_keyed(const struct table *t)
{
	return t->parent || t->key_count > 0;
}

/* Appends the columns to fill, and the query over the feed. */
static void
add_source(const struct sqlite_table *t, bool has_rowid, struct buf *sql)
{
	size_t width = 0;

	buf_add(sql, has_rowid ? "(_rowid_" : "(");
	for (size_t i = 0; i < t->column_count; i++) {
		if (i > 0 || has_rowid)
			buf_add_char(sql, ',');
		sqlite_db_quote(sql, t->columns[i].column->name);
		if (t->columns[i].column->index >= width)
			width = t->columns[i].column->index + (size_t)1;
	}
	buf_add(sql, has_rowid ? ") SELECT rowid" : ") SELECT ");
	for (size_t i = 0; i < t->column_count; i++)
		buf_addf(sql, "%sc%u", i > 0 || has_rowid ? "," : "",
		    (unsigned)t->columns[i].column->index);
	/* "true": else ON would be taken for the condition of a join. */
	buf_addf(sql, " FROM %s WHERE true", feed_name(width));
}

/* Whether the rowids that SQLite gives by itself, one after the other, are
 * the ones that the rows of the feed want. */
static bool
continues(const struct sqlite *s, const struct sqlite_table *t)
{
	const struct feed *f = &s->feed;
	int64_t rowid = t->last_rowid;

	if (!t->is_fresh || t->table->parent || t->has_triggers ||
	    s->options.reject)
		return false;
	for (size_t i = 0; i < f->rows->count; i++)
		if ((int64_t)f->rows->rows[i].sequence != ++rowid ||
		    batch_origin(f->batch, &f->rows->rows[i])->is_dropped)
			return false;
	return true;
}

static int
prepare_insert(struct sqlite *s, struct sqlite_table *t, bool has_rowid,
    sqlite3_stmt **insert, struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	/* FAIL keeps what the statement did so far, so that it needs no
	 * journal of its own: a third of the time of a live merge. What it
	 * did counts for nothing if the load fails. */
	buf_add(&sql, "INSERT OR FAIL INTO ");
	sqlite_db_quote(&sql, t->table->name);
	add_source(t, has_rowid, &sql);
	if (!t->is_fresh && t->is_merged && is_keyed(t->table))
		sqlite_merge_add_clause(t, &sql);
	result = sqlite_db_prepare(s->db, &sql, insert, why);
	buf_free(&sql);
	return result;
}

/* The row that the statement failed at; NULL: not known. */
static const struct row *
failed_row(const struct sqlite *s)
{
	const struct feed *f = &s->feed;
	size_t at = feed_place(f);

	return at < f->to ? &f->rows->rows[at] : NULL;
}

static int
name_record(const struct sqlite *s, struct fail *why)
{
	const struct row *row = failed_row(s);
	const struct origin *o;

	if (!row)
		return -1;
	o = batch_origin(s->feed.batch, row);
	return fail_prefix(why, "%s: line %llu", o->name,
	    (unsigned long long)o->line);
}

/* --append meets a key that is there. */
static void
advise_append(const struct sqlite *s, const struct sqlite_table *t,
    struct fail *why)
{
	struct fail reason = *why;

	if (s->options.mode == MODE_APPEND && is_keyed(t->table) &&
	    sqlite3_extended_errcode(s->db) == SQLITE_CONSTRAINT_UNIQUE)
		(void)fail_set(why, reason.status,
		    "%s; --merge updates the row that has the key",
		    reason.text);
}

/* The row that SQLite refused goes to the rejects with its whole record; 0
 * if the rest may go on. */
static int
reject_row(struct sqlite *s, const struct sqlite_table *t, struct fail *why)
{
	struct feed *f = &s->feed;
	const struct row *row = failed_row(s);
	struct fail reason = *why;
	struct origin *o;

	if (why->status != STATUS_DATA || !row)
		return -1;
	/* The transaction is gone, and all rows with it. */
	if (sqlite3_get_autocommit(s->db)) {
		(void)fail_prefix(why, "a trigger rolled the load back");
		return name_record(s, why);
	}
	if (!s->options.reject) {
		advise_append(s, t, why);
		return name_record(s, why);
	}
	o = &f->batch->origins[row->sequence - f->batch->first_sequence];
	if (s->options.reject(s->options.context, o, &reason, why) != 0)
		return -1;
	o->is_dropped = o->is_refused = true;
	f->from = feed_place(f) + 1;
	return 0;
}

/* Writes what the feed shows. */
static int
insert_window(struct sqlite *s, struct sqlite_table *t, sqlite3_stmt *insert,
    struct fail *why)
{
	int result;

	/* Each turn but the last leaves one row out. */
	for (;;) {
		result = sqlite_db_step(insert, why);
		s->written += sqlite3_changes64(s->db);
		if (result == 0)
			return 0;
		if (reject_row(s, t, why) != 0)
			return -1;
		t->counts.rejected++;
	}
}

int
sqlite_table_insert(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	size_t count = s->feed.rows->count;
	/* Without the rowid among the columns, SQLite makes the row where the
	 * query leaves it, and seeks no place for it. */
	bool has_rowid = t->is_fresh && !continues(s, t);
	sqlite3_stmt **insert =
	    t->is_fresh && !has_rowid ? &t->append : &t->insert;
	int result = 0;

	s->written = 0;
	if (!*insert && prepare_insert(s, t, has_rowid, insert, why) != 0)
		return -1;
	if (!t->table->parent && count > 0)
		t->last_rowid = (int64_t)s->feed.rows->rows[count - 1].sequence;
	if (!t->has_triggers)
		return insert_window(s, t, *insert, why);
	/* Where triggers run, SQLite reads the whole query before it writes
	 * the first row; nobody could say which one failed. */
	s->feed.is_single = true;
	for (size_t i = 0; i < count && result == 0; i++) {
		s->has_inserted = false;
		s->feed.from = i;
		s->feed.to = i + 1;
		result = insert_window(s, t, *insert, why);
	}
	return result;
}

/* Inserts without merging. */
static int
insert_all(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	uint64_t rejected = t->counts.rejected;
	size_t count = 0;

	for (size_t i = 0; i < s->feed.rows->count; i++)
		count += !batch_origin(s->feed.batch, &s->feed.rows->rows[i])
			      ->is_dropped;
	if (s->bulk.is_open && sqlite_bulk_write(s, t, why) != 0)
		return -1;
	if (!s->bulk.is_open && sqlite_table_insert(s, t, why) != 0)
		return -1;
	t->counts.inserted += count - (t->counts.rejected - rejected);
	return 0;
}

int
sqlite_table_write(struct sqlite *s, struct sqlite_table *t, struct batch *b,
    struct fail *why)
{
	const struct batch_table *rows = &b->tables[t->table->id];

	if (rows->count == 0)
		return 0;
	if (!t->is_fresh && sqlite_bulk_end(s, false, why) != 0)
		return -1;
	if (!s->bulk.is_open && sqlite_table_make(s, t, why) != 0)
		return -1;
	if (s->options.ddl)
		return 0;
	s->feed = (struct feed){.batch = b,
	    .rows = rows,
	    .to = rows->count,
	    .is_child = t->table->parent != NULL};
	if (!t->is_fresh && t->is_merged && is_keyed(t->table))
		return sqlite_merge_write(s, t, b, why);
	if (t->is_history && !t->table->parent &&
	    sqlite_history_compare(s, t, b, why) != 0)
		return -1;
	return insert_all(s, t, why);
}

int
sqlite_table_finish(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	if (sqlite_table_make(s, t, why) != 0)
		return -1;
	if (s->options.ddl)
		return 0;
	return sqlite_merge_finish(s, t, why);
}
