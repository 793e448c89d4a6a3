/* SPDX-License-Identifier: ISC */
/*
 * Lists that became shorter. Rows of a list are numbered from 0 without a
 * gap, so something is to be cut off a list of n if and only if there is a
 * row n. Asking SQLite that for every list of every record would take longer
 * than the merge itself; a filter over the rows of the table answers it for
 * all but one in a hundred. It is built once enough questions were asked to
 * pay for reading the table's index.
 */
#include "sqlite_cut.h"

#include "mem.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Questions by seeking, for each row of the table, before the filter. */
enum { ROWS_PER_SEEK = 32 };

struct ids {
	struct gone {
		char *id;
		bool is_again; /* its record came in this load before */
	} * items;
	size_t count, capacity;
};

/* How long a list is now, and the hash of the place behind it. */
struct list_end {
	size_t length;
	uint64_t place;
};

/* Of the rows of a table in a batch. */
struct places {
	const struct batch_table *above;
	uint64_t *parents; /* hashes of their ids */
	struct list_end *ends;
};

static int
prepare_cut(struct sqlite *s, struct sqlite_table *child, struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "DELETE FROM ");
	sqlite_db_quote(&sql, child->table->name);
	buf_add(&sql, " WHERE ");
	sqlite_db_quote(&sql, child->table->parent_id->name);
	buf_add(&sql, "=?1 AND ");
	sqlite_db_quote(&sql, child->table->idx->name);
	buf_add(&sql, ">=?2 RETURNING _rowid_");
	if (child->has_children) {
		buf_add_char(&sql, ',');
		sqlite_db_quote(&sql, child->table->id_column->name);
	}
	result = sqlite_db_prepare(s->db, &sql, &child->cut, why);
	buf_free(&sql);
	return result;
}

/* Counts a row that is deleted: it may have been counted as another thing
 * already, when its record came in this load before. */
static void
count_deleted(struct sqlite_table *child, int64_t rowid, bool is_again)
{
	enum sqlite_seen_state state = sqlite_seen_get(&child->seen, rowid);

	if (is_again && state == SEEN_INSERTED) {
		child->counts.inserted--;
		return;
	}
	child->counts.deleted++;
	if (is_again && state == SEEN_UPDATED)
		child->counts.updated--;
	else if (is_again)
		child->counts.unchanged--;
}

/* Deletes a parent's child rows from place `from` on, and notes the ids of
 * those that may have children of their own. ?1 is bound. */
static int
cut_rows(struct sqlite *s, struct sqlite_table *child, size_t from,
    bool is_again, struct ids *gone, struct fail *why)
{
	int result;

	s->current = NULL;
	(void)sqlite3_bind_int64(child->cut, 2, (sqlite3_int64)from);
	while ((result = sqlite_db_step(child->cut, why)) == 1) {
		const char *id = sqlite_db_text(child->cut, 1);

		count_deleted(child, sqlite3_column_int64(child->cut, 0),
		    is_again);
		if (!child->has_children)
			continue;
		gone->items = mem_grow(gone->items, &gone->capacity,
		    gone->count + 1, sizeof(*gone->items));
		gone->items[gone->count++] =
		    (struct gone){mem_string(id ? id : ""), is_again};
	}
	return result;
}

static void
free_ids(struct ids *ids)
{
	while (ids->count > 0)
		free(ids->items[--ids->count].id);
	free(ids->items);
	*ids = (struct ids){0};
}

/* As deep as tables have children: --depth bounds that. */
static int
delete_below(struct sqlite *s, const struct table *parent, struct ids *ids,
    struct fail *why)
{
	int result = 0;

	for (size_t i = 0; i < s->table_count && ids->count > 0; i++) {
		struct sqlite_table *child = &s->tables[i];
		struct ids gone = {0};

		if (!child->table || child->table->parent != parent)
			continue;
		if (!child->cut && prepare_cut(s, child, why) != 0)
			return -1;
		for (size_t n = 0; n < ids->count && result == 0; n++) {
			(void)sqlite3_bind_text(child->cut, 1, ids->items[n].id,
			    -1, SQLITE_STATIC);
			result = cut_rows(s, child, 0, ids->items[n].is_again,
			    &gone, why);
		}
		if (result == 0)
			result = delete_below(s, child->table, &gone, why);
		free_ids(&gone);
		if (result != 0)
			return -1;
	}
	return result;
}

/* --- the filter --------------------------------------------------------- */

/* Of a row by the hash of its parent's id and its place in the list. */
static uint64_t
hash_place(uint64_t parent, uint64_t index)
{
	uint64_t hash = (parent ^ (index + 1)) * 0x9E3779B97F4A7C15u;

	return hash ^ hash >> 32;
}

static int
build_filter(struct sqlite *s, struct sqlite_table *child, struct fail *why)
{
	sqlite3_stmt *rows = NULL;
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT ");
	sqlite_db_quote(&sql, child->table->parent_id->name);
	buf_add_char(&sql, ',');
	sqlite_db_quote(&sql, child->table->idx->name);
	buf_add(&sql, " FROM ");
	sqlite_db_quote(&sql, child->table->name);
	result = sqlite_db_prepare(s->db, &sql, &rows, why);
	buf_free(&sql);
	bloom_init(&child->filter, (uint64_t)child->row_count * 2);
	while (result == 0 && (result = sqlite_db_step(rows, why)) == 1) {
		struct cell parent;

		sqlite_db_read(rows, 0, &parent);
		bloom_add(&child->filter,
		    hash_place(batch_hash_cell(&parent, 0),
			(uint64_t)sqlite3_column_int64(rows, 1)));
		result = 0;
	}
	(void)sqlite3_finalize(rows);
	return result;
}

/* Whether the list may have a row `length`. */
static int
may_be_longer(struct sqlite *s, struct sqlite_table *child, uint64_t place,
    bool *answer, struct fail *why)
{
	*answer = true;
	if (!child->filter.words &&
	    ++child->seek_count * ROWS_PER_SEEK > child->row_count &&
	    build_filter(s, child, why) != 0)
		return -1;
	*answer = bloom_may_have(&child->filter, place);
	return 0;
}

/* The rows of this batch belong to the table now; what it had before is in
 * the filter already. */
static void
add_to_filter(struct sqlite_table *child, const uint64_t *parents,
    const struct batch_table *rows)
{
	if (!child->filter.words || !rows)
		return;
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];
		const struct cell *index =
		    &row->cells[child->table->idx->index];

		if (!row->is_same)
			bloom_add(&child->filter,
			    hash_place(parents[row->parent],
				(uint64_t)index->integer));
	}
}

static int
count_rows(struct sqlite *s, struct sqlite_table *child, struct fail *why)
{
	struct buf sql;
	int64_t last;
	int result;

	/* The number of rows would take a scan; the sequence in the last
	 * rowid or the number itself bounds what matters here. */
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT count(*) FROM ");
	sqlite_db_quote(&sql, child->table->name);
	result = sqlite_db_number(s->db, sql.data, 0, &last, why);
	buf_free(&sql);
	child->row_count = (uint64_t)last + 1;
	return result;
}

/* --- lists ------------------------------------------------------------ */

/* Where a row would be that is beyond a record's list. The words of the
 * filter are fetched together: one by one, waiting for memory takes longer
 * than everything else here (0.6 s of a million logs with seven lists). */
static void
find_ends(const struct sqlite_table *child, const struct batch_table *above,
    const struct batch_table *rows, const uint64_t *parents,
    struct list_end *ends)
{
	size_t at = 0, count = rows ? rows->count : 0;

	for (size_t i = 0; i < above->count; i++) {
		size_t from = at;

		while (at < count && rows->rows[at].parent == i)
			at++;
		ends[i].length = at - from;
		ends[i].place = hash_place(parents[i], at - from);
		bloom_expect(&child->filter, ends[i].place);
	}
}

/* Cuts the lists of one table to what the batch says they are now. */
static int
cut_table(struct sqlite *s, struct sqlite_table *child, struct batch *b,
    struct places *p, struct fail *why)
{
	const struct batch_table *above = &b->tables[child->table->parent->id];
	const struct batch_table *rows = child->table->id < b->table_count
	    ? &b->tables[child->table->id]
	    : NULL;
	/* Then somebody has deleted the records, and not their lists. To ask
	 * that of each new record would cost a sixth of a load of new ones. */
	bool was_empty = s->tables[child->table->root->id].was_empty;
	struct ids gone = {0};
	int result = 0;

	assert(b->tables);
	if (!child->cut && prepare_cut(s, child, why) != 0)
		return -1;
	if (child->row_count == 0 && count_rows(s, child, why) != 0)
		return -1;
	add_to_filter(child, p->parents, rows);
	find_ends(child, above, rows, p->parents, p->ends);
	for (size_t i = 0; i < above->count && result == 0; i++) {
		const struct row *row = &above->rows[i];
		const struct origin *o = batch_origin(b, row);
		bool is_longer;

		if (o->is_dropped || (!o->is_known && !was_empty))
			continue;
		result =
		    may_be_longer(s, child, p->ends[i].place, &is_longer, why);
		if (result != 0 || !is_longer)
			continue;
		sqlite_db_bind(child->cut, 1, &row->id);
		result = cut_rows(s, child, p->ends[i].length,
		    batch_origin(b, row)->is_again, &gone, why);
	}
	(void)sqlite3_clear_bindings(child->cut);
	if (result == 0)
		result = delete_below(s, child->table, &gone, why);
	free_ids(&gone);
	return result;
}

/* Makes the hashes of the parents in that table. */
static void
hash_parents(struct places *p, const struct batch_table *above)
{
	if (p->above == above)
		return;
	p->above = above;
	free(p->parents);
	free(p->ends);
	p->parents = mem_alloc(above->count, sizeof(*p->parents));
	p->ends = mem_alloc(above->count, sizeof(*p->ends));
	for (size_t i = 0; i < above->count; i++)
		p->parents[i] = batch_hash_cell(&above->rows[i].id, 0);
}

int
sqlite_cut_run(struct sqlite *s, struct batch *b, struct fail *why)
{
	struct places p = {0};
	int result = 0;

	for (size_t i = 0; i < s->table_count && result == 0; i++) {
		struct sqlite_table *t = &s->tables[i];

		if (!t->table || !t->table->parent || t->is_fresh ||
		    !t->is_merged || !t->is_made ||
		    t->table->parent->id >= b->table_count)
			continue;
		hash_parents(&p, &b->tables[t->table->parent->id]);
		result = cut_table(s, t, b, &p, why);
	}
	free(p.parents);
	free(p.ends);
	return result;
}
