/* SPDX-License-Identifier: ISC */
/*
 * Reading the table along with the batch. Where they part, the row's place is
 * looked up by its key, and the scan goes on from there; where that happens
 * too often, the table is not scanned any more in this load.
 */
#include "sqlite_same.h"

#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"
#include "sqlite_merge.h"

#include <string.h>

/* A miss costs about as much as a hit saves. */
enum { MISSES_FREE = 200, HITS_PER_MISS = 2 };

void
sqlite_same_forget(struct sqlite_same *same)
{
	(void)sqlite3_finalize(same->scan);
	(void)sqlite3_finalize(same->find);
	same->scan = same->find = NULL;
}

static int
prepare(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sqlite_merge_key(t->table, key);
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT _rowid_");
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add_char(&sql, ',');
		sqlite_db_quote(&sql, t->columns[i].column->name);
	}
	buf_add(&sql, " FROM ");
	sqlite_db_quote(&sql, t->table->name);
	buf_add(&sql, " WHERE _rowid_>?1 ORDER BY _rowid_");
	result = sqlite_db_prepare(s->db, &sql, &t->same.scan, why);
	buf_clear(&sql);
	buf_add(&sql, "SELECT _rowid_ FROM ");
	sqlite_db_quote(&sql, t->table->name);
	for (size_t i = 0; i < count; i++) {
		buf_add(&sql, i == 0 ? " WHERE " : " AND ");
		sqlite_db_quote(&sql, key[i]->name);
		buf_addf(&sql, "=?%zu", i + 1);
	}
	if (result == 0)
		result = sqlite_db_prepare(s->db, &sql, &t->same.find, why);
	buf_free(&sql);
	return result;
}

/* Whether SQLite's value is the cell's. What is merely equal by some
 * conversion is left to the merge to judge. */
static bool
is_same_value(sqlite3_value *value, const struct cell *cell)
{
	int type = sqlite3_value_type(value);

	switch ((enum cell_kind)cell->kind) {
	case CELL_NULL:
		return type == SQLITE_NULL;
	case CELL_BOOL:
	case CELL_INTEGER:
		return type == SQLITE_INTEGER &&
		    sqlite3_value_int64(value) == cell->integer;
	case CELL_NUMBER:
		return type == SQLITE_FLOAT &&
		    !(sqlite3_value_double(value) < cell->number) &&
		    !(sqlite3_value_double(value) > cell->number);
	case CELL_TEXT:
		/* As a blob: a text would be copied to get its NUL. */
		return type == SQLITE_TEXT &&
		    (uint32_t)sqlite3_value_bytes(value) == cell->len &&
		    (cell->len == 0 ||
			memcmp(sqlite3_value_blob(value), cell->text,
			    cell->len) == 0);
	}
	return false;
}

static bool
is_same_row(const struct sqlite_table *t, const struct row *row)
{
	static const struct cell null;

	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;
		const struct cell *cell =
		    c->index < row->count ? &row->cells[c->index] : &null;

		if (c != t->table->load_id &&
		    !is_same_value(sqlite3_column_value(t->same.scan,
				       (int)i + 1),
			cell))
			return false;
	}
	return true;
}

/* Steps the scan to the first row behind `rowid`. */
static int
seek(struct sqlite_table *t, int64_t rowid, bool *has_row, struct fail *why)
{
	int result;

	(void)sqlite3_reset(t->same.scan);
	(void)sqlite3_bind_int64(t->same.scan, 1, rowid);
	result = sqlite_db_step(t->same.scan, why);
	*has_row = result == 1;
	return result < 0 ? -1 : 0;
}

/* Moves the scan to the row of that key, if there is one. */
static int
follow(struct sqlite_table *t, const struct row *row, bool *has_row,
    struct fail *why)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sqlite_merge_key(t->table, key);
	int64_t rowid;
	int result;

	for (size_t i = 0; i < count; i++)
		sqlite_db_bind(t->same.find, (int)i + 1,
		    &row->cells[key[i]->index]);
	result = sqlite_db_step(t->same.find, why);
	if (result != 1)
		return result;
	rowid = sqlite3_column_int64(t->same.find, 0);
	(void)sqlite3_reset(t->same.find);
	/* It stands there already, and differs. */
	if (*has_row && sqlite3_column_int64(t->same.scan, 0) == rowid)
		return 0;
	return seek(t, rowid - 1, has_row, why);
}

static void
count_hit(struct sqlite *s, struct sqlite_table *t, struct row *row,
    int64_t rowid)
{
	struct batch *b = s->feed.batch;

	row->is_same = true;
	b->origins[row->sequence - b->first_sequence].is_known = true;
	t->same.hits++;
	if (!t->table->parent) {
		if (seen_get(&t->seen, rowid) != SEEN_NOT) {
			t->counts.doubled++;
			return;
		}
		seen_set(&t->seen, rowid, SEEN_UNCHANGED);
	}
	t->counts.unchanged++;
}

/* One row; `has_row` says whether the scan stands at one. */
static int
mark_row(struct sqlite *s, struct sqlite_table *t, struct row *row,
    bool *has_row, struct fail *why)
{
	bool is_same = *has_row && is_same_row(t, row);
	int result;

	if (!is_same) {
		t->same.misses++;
		if (follow(t, row, has_row, why) != 0)
			return -1;
		is_same = *has_row && is_same_row(t, row);
	}
	if (!is_same)
		return 0;
	t->same.rowid = sqlite3_column_int64(t->same.scan, 0);
	count_hit(s, t, row, t->same.rowid);
	result = sqlite_db_step(t->same.scan, why);
	*has_row = result == 1;
	return result < 0 ? -1 : 0;
}

static bool
pays(const struct sqlite_table *t)
{
	return t->has_rowid &&
	    t->same.misses <= MISSES_FREE + t->same.hits / HITS_PER_MISS;
}

int
sqlite_same_mark(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	const struct batch_table *rows = s->feed.rows;
	bool has_row;
	int result;

	if (!pays(t))
		return 0;
	if (!t->same.scan && prepare(s, t, why) != 0)
		return -1;
	result = seek(t, t->same.rowid, &has_row, why);
	for (size_t i = 0; i < rows->count && result == 0 && pays(t); i++)
		if (!batch_origin(s->feed.batch, &rows->rows[i])->is_dropped)
			result = mark_row(s, t, &rows->rows[i], &has_row, why);
	/* Tables may be altered only while nobody reads them. */
	(void)sqlite3_reset(t->same.scan);
	return result;
}
