/* SPDX-License-Identifier: ISC */
/*
 * One statement for each table takes rows out of the feed, many at a time;
 * where one of them is refused, the next turn begins behind it.
 */
#include "sqlite_rows.h"

#include "mem.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_aside.h"
#include "sqlite_db.h"
#include "sqlite_history.h"
#include "sqlite_merge.h"

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

/* What others made unique must be so at the end alone: the row that has the
 * value may go or change it yet. 1 where the row that SQLite refused may come
 * again; 0; -1. */
static int
may_retry(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	struct fail reason = *why;
	const struct row *row = failed_row(s);
	int result;

	/* A trigger would have run twice. */
	if (!row || t->aside || !t->is_merged || t->has_triggers ||
	    s->options.reject ||
	    sqlite3_extended_errcode(s->db) != SQLITE_CONSTRAINT_UNIQUE)
		return 0;
	(void)name_record(s, &reason);
	result = sqlite_aside_uniques(s, t, &reason, why);
	if (result != 1)
		return result;
	t->retried = row;
	s->feed.from = feed_place(&s->feed);
	return 1;
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
		result = may_retry(s, t, why);
		if (result < 0)
			return -1;
		if (result == 1)
			continue;
		if (reject_row(s, t, why) != 0)
			return -1;
		t->counts.rejected++;
	}
}

int
sqlite_rows_insert(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	size_t count = s->feed.rows->count;
	/* Without the rowid among the columns, SQLite makes the row where the
	 * query leaves it, and seeks no place for it. */
	bool has_rowid = t->is_fresh && !continues(s, t);
	sqlite3_stmt **insert =
	    t->is_fresh && !has_rowid ? &t->append : &t->insert;
	int result = 0;

	s->written = 0;
	t->retried = NULL;
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
	if (!s->bulk.is_open && sqlite_rows_insert(s, t, why) != 0)
		return -1;
	t->counts.inserted += count - (t->counts.rejected - rejected);
	return 0;
}

int
sqlite_rows_write(struct sqlite *s, struct sqlite_table *t, struct batch *b,
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
