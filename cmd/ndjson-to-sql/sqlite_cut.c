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
enum { ROWS_PER_SEEK = 8 };

struct ids {
	char **items; /* owned texts */
	size_t count, capacity;
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
	buf_add(&sql, ">=?2");
	if (child->has_children) {
		buf_add(&sql, " RETURNING ");
		sqlite_db_quote(&sql, child->table->id_column->name);
	}
	result = sqlite_db_prepare(s->db, &sql, &child->cut, why);
	buf_free(&sql);
	return result;
}

/* Deletes a parent's child rows from place `from` on, and notes the ids of
 * those that may have children of their own. ?1 is bound. */
static int
cut_rows(struct sqlite *s, struct sqlite_table *child, size_t from,
    struct ids *gone, struct fail *why)
{
	int result;

	s->current = NULL;
	(void)sqlite3_bind_int64(child->cut, 2, (sqlite3_int64)from);
	while ((result = sqlite_db_step(child->cut, why)) == 1) {
		const char *id =
		    (const char *)sqlite3_column_text(child->cut, 0);

		gone->items = mem_grow(gone->items, &gone->capacity,
		    gone->count + 1, sizeof(char *));
		gone->items[gone->count++] = mem_string(id ? id : "");
	}
	if (result == 0)
		child->counts.deleted += (uint64_t)sqlite3_changes64(s->db);
	return result;
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
			(void)sqlite3_bind_text(child->cut, 1, ids->items[n],
			    -1, SQLITE_STATIC);
			result = cut_rows(s, child, 0, &gone, why);
		}
		if (result == 0)
			result = delete_below(s, child->table, &gone, why);
		while (gone.count > 0)
			free(gone.items[--gone.count]);
		free(gone.items);
		if (result != 0)
			return -1;
	}
	return result;
}

static void
free_ids(struct ids *ids)
{
	while (ids->count > 0)
		free(ids->items[--ids->count]);
	free(ids->items);
	*ids = (struct ids){0};
}

/* --- the filter --------------------------------------------------------- */

static uint64_t
hash_place(const struct cell *parent, uint64_t index)
{
	return batch_hash_cell(parent, index + 1);
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
		    hash_place(&parent,
			(uint64_t)sqlite3_column_int64(rows, 1)));
		result = 0;
	}
	(void)sqlite3_finalize(rows);
	return result;
}

/* Whether the list may have a row `length`. */
static int
may_be_longer(struct sqlite *s, struct sqlite_table *child,
    const struct row *row, size_t length, bool *answer, struct fail *why)
{
	*answer = true;
	if (!child->filter.words &&
	    ++child->seek_count * ROWS_PER_SEEK > child->row_count &&
	    build_filter(s, child, why) != 0)
		return -1;
	*answer = bloom_may_have(&child->filter, hash_place(&row->id, length));
	return 0;
}

/* The rows of this batch belong to the table now. */
static void
add_to_filter(struct sqlite_table *child, const struct batch_table *above,
    const struct batch_table *rows)
{
	if (!child->filter.words || !rows)
		return;
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];
		const struct cell *index =
		    &row->cells[child->table->idx->index];

		bloom_add(&child->filter,
		    hash_place(&above->rows[row->parent].id,
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

/* --- cutting ------------------------------------------------------------ */

/* Cuts the lists of one table to what the batch says they are now. */
static int
cut_table(struct sqlite *s, struct sqlite_table *child, struct batch *b,
    struct fail *why)
{
	const struct batch_table *above = &b->tables[child->table->parent->id];
	const struct batch_table *rows = child->table->id < b->table_count
	    ? &b->tables[child->table->id]
	    : NULL;
	size_t at = 0, count = rows ? rows->count : 0;
	struct ids gone = {0};
	int result = 0;

	assert(b->tables);
	if (!child->cut && prepare_cut(s, child, why) != 0)
		return -1;
	if (child->row_count == 0 && count_rows(s, child, why) != 0)
		return -1;
	add_to_filter(child, above, rows);
	for (size_t i = 0; i < above->count && result == 0; i++) {
		const struct row *row = &above->rows[i];
		const struct origin *o = batch_origin(b, row);
		size_t length = at;
		bool is_longer;

		while (at < count && rows->rows[at].parent == i)
			at++;
		length = at - length;
		if (!o->is_known || o->is_dropped)
			continue;
		result = may_be_longer(s, child, row, length, &is_longer, why);
		if (result != 0 || !is_longer)
			continue;
		sqlite_db_bind(child->cut, 1, &row->id);
		result = cut_rows(s, child, length, &gone, why);
	}
	(void)sqlite3_clear_bindings(child->cut);
	if (result == 0)
		result = delete_below(s, child->table, &gone, why);
	free_ids(&gone);
	return result;
}

int
sqlite_cut_run(struct sqlite *s, struct batch *b, struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++) {
		struct sqlite_table *t = &s->tables[i];

		if (!t->table || !t->table->parent || t->is_fresh ||
		    !t->is_merged || !t->is_made ||
		    t->table->parent->id >= b->table_count)
			continue;
		if (cut_table(s, t, b, why) != 0)
			return -1;
	}
	return 0;
}
