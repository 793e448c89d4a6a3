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
#include "sqlite_scan.h"

#include <string.h>

enum {
	/* A miss costs about as much as a hit saves. */
	MISSES_FREE = 200,
	HITS_PER_MISS = 2,
	/* Columns that a call of loader_same() takes; SQLite's limit is 127
	 * arguments. */
	COLUMNS_PER_CALL = 100,
};

void
sqlite_same_forget(struct sqlite_same *same)
{
	(void)sqlite3_finalize(same->scan);
	(void)sqlite3_finalize(same->find);
	same->scan = same->find = NULL;
	scan_free(same->file);
	same->file = NULL;
}

void
sqlite_same_change(struct sqlite_same *same)
{
	same->is_changed = true;
}

/* Whether the file has the table as it was when the transaction began, so
 * that only rows which the load has brought itself may differ. */
static bool
is_as_in_file(const struct sqlite *s, const struct sqlite_table *t)
{
	const struct table *root = t->table->root;

	return t->table->is_stored && !t->table->is_foreign &&
	    !t->has_triggers && !t->same.is_changed &&
	    s->tables[root->id].has_rowid &&
	    !s->tables[root->id].has_triggers &&
	    sqlite_db_spills(s->db) == s->spills;
}

/* Appends "loader_same(0,c0,c1,...) AND loader_same(100,c100,...)": within a
 * call of a function, a value costs half of what it costs in a result. */
static void
add_comparison(const struct sqlite_table *t, struct buf *sql)
{
	const char *before = "";

	for (size_t i = 0; i < t->column_count; i++) {
		if (i % COLUMNS_PER_CALL == 0) {
			buf_addf(sql, "%sloader_same(%zu", before, i);
			before = ") AND ";
		}
		/* That another load brought the same row is no change. */
		if (t->columns[i].column == t->table->load_id)
			continue;
		buf_add_char(sql, ',');
		sqlite_db_quote(sql, t->columns[i].column->name);
	}
	buf_add_char(sql, ')');
}

static int
prepare(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sqlite_merge_key(t->table, key);
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT _rowid_,");
	add_comparison(t, &sql);
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
	if (result == 0 && is_as_in_file(s, t))
		result = scan_open(&t->same.file, s->db, t, why);
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

/* loader_same(first, value, ...): whether the values are those of the row
 * that the scan is compared with, from its column `first` on. */
static void
on_comparison(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	static const struct cell null;
	const struct sqlite *s = sqlite3_user_data(context);
	const struct sqlite_table *t = s->current;
	const struct row *row = t ? t->same.row : NULL;
	size_t at = (size_t)sqlite3_value_int64(argv[0]);

	for (int i = 1; i < argc && row; at++) {
		const struct column *c = t->columns[at].column;
		const struct cell *cell =
		    c->index < row->count ? &row->cells[c->index] : &null;

		if (c == t->table->load_id)
			continue;
		if (!is_same_value(argv[i++], cell))
			row = NULL;
	}
	sqlite3_result_int(context, row != NULL);
}

int
sqlite_same_register(struct sqlite *s, struct fail *why)
{
	if (sqlite3_create_function_v2(s->db, "loader_same", -1,
		SQLITE_UTF8 | SQLITE_DIRECTONLY, s, on_comparison, NULL, NULL,
		NULL) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot make a function");
	return 0;
}

/* compare_next by the file: -1 where it cannot be read so. */
static int
compare_in_file(struct sqlite_same *same)
{
	int result = same->is_open && same->at == same->rowid
	    ? scan_next(same->file)
	    : scan_seek(same->file, same->rowid);

	same->is_open = result == 1;
	same->is_ended = result == 0;
	if (result != 1)
		return result;
	same->at = scan_rowid(same->file);
	return scan_is_same(same->file, same->row);
}

/* Moves the scan to the first row behind same.rowid, and compares that with
 * same.row: 1 where it is the same, 0 where not, -1. */
static int
compare_next(struct sqlite_table *t, struct fail *why)
{
	struct sqlite_same *same = &t->same;
	int result;

	if (same->file) {
		result = compare_in_file(same);
		if (result >= 0)
			return result;
		scan_free(same->file);
		same->file = NULL;
	}
	/* Unless it stands just before that row, it is sent there. */
	if (!same->is_open || same->at != same->rowid) {
		(void)sqlite3_reset(same->scan);
		(void)sqlite3_bind_int64(same->scan, 1, same->rowid);
	}
	result = sqlite_db_step(same->scan, why);
	same->is_open = result == 1;
	same->is_ended = result == 0;
	if (result != 1)
		return result;
	same->at = sqlite3_column_int64(same->scan, 0);
	return sqlite3_column_int(same->scan, 1);
}

/* The rowid of the row of that key: 1; 0: there is none; -1. */
static int
find(struct sqlite_table *t, const struct row *row, int64_t *rowid,
    struct fail *why)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sqlite_merge_key(t->table, key);
	int result;

	for (size_t i = 0; i < count; i++)
		sqlite_db_bind(t->same.find, (int)i + 1,
		    &row->cells[key[i]->index]);
	result = sqlite_db_step(t->same.find, why);
	if (result != 1)
		return result;
	*rowid = sqlite3_column_int64(t->same.find, 0);
	(void)sqlite3_reset(t->same.find);
	return 1;
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
		if (sqlite_seen_get(&t->seen, rowid) != SEEN_NOT) {
			b->origins[row->sequence - b->first_sequence].is_again =
			    true;
			t->counts.doubled++;
			return;
		}
		sqlite_merge_note(s, t, rowid, SEEN_UNCHANGED);
	} else if (batch_origin(b, row)->is_again) {
		return;
	}
	t->counts.unchanged++;
}

/* Whether what the file says of a row holds: it does not know of what this
 * load did to the same record before. */
static bool
may_trust(const struct sqlite *s, const struct sqlite_table *t,
    const struct row *row)
{
	if (!t->same.file)
		return true;
	return t->table->parent
	    ? !batch_origin(s->feed.batch, row)->is_again
	    : sqlite_seen_get(&t->seen, t->same.at) == SEEN_NOT;
}

static int
mark_row(struct sqlite *s, struct sqlite_table *t, struct row *row,
    struct fail *why)
{
	struct sqlite_same *same = &t->same;
	int64_t rowid;
	int result = 0;

	same->row = row;
	if (!same->is_ended)
		result = compare_next(t, why);
	if (result == 0) {
		same->misses++;
		result = find(t, row, &rowid, why);
		if (result != 1)
			return result;
		/* It may stand there already, at a row that differs. */
		result = 0;
		if (!same->is_open || same->at != rowid) {
			same->rowid = rowid - 1;
			result = compare_next(t, why);
		}
	}
	if (result < 0)
		return -1;
	if (same->is_open)
		same->rowid = same->at;
	if (result == 1 && may_trust(s, t, row))
		count_hit(s, t, row, same->at);
	return 0;
}

bool
sqlite_same_pays(const struct sqlite_table *t)
{
	return t->has_rowid &&
	    t->same.misses <= MISSES_FREE + t->same.hits / HITS_PER_MISS;
}

int
sqlite_same_mark(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	const struct batch_table *rows = s->feed.rows;
	int result = 0;

	if (!sqlite_same_pays(t))
		return 0;
	if (!t->same.scan && prepare(s, t, why) != 0)
		return -1;
	if (t->same.file && !is_as_in_file(s, t)) {
		scan_free(t->same.file);
		t->same.file = NULL;
	}
	t->same.is_open = t->same.is_ended = false;
	for (size_t i = 0;
	     i < rows->count && result == 0 && sqlite_same_pays(t); i++)
		if (!batch_origin(s->feed.batch, &rows->rows[i])->is_dropped)
			result = mark_row(s, t, &rows->rows[i], why);
	/* Tables may be altered only while nobody reads them. */
	(void)sqlite3_reset(t->same.scan);
	return result;
}
