/* SPDX-License-Identifier: ISC */
/*
 * Rows as records of SQLite's file format: a header that says how long it
 * is and of what kind and length each value is, and then the values. Columns
 * behind the last one that is not null are left out, as SQLite allows.
 */
#include "sqlite_bulk.h"

#include "mem.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"
#include "sqlite_merge.h"
#include "stop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	/* Of the file's header. */
	HEADER_BYTES = 100,
	AT_PAGE_BYTES = 16,
	AT_RESERVED = 20,
	AT_CHANGES = 24,
	AT_PAGE_COUNT = 28,
	AT_AUTO_VACUUM = 52,
	AT_VALID_FOR = 92,
	/* Memory for the keys of all tables. */
	SORT_BYTES = 24 << 20,
	/* Of a record. */
	TYPE_BYTES = 9,       /* of a column in its header, at most */
	KEPT_BYTES = 1 << 20, /* what a giant record took is given back */
};

static uint32_t
get32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

static void
put_big_endian(unsigned char *to, uint64_t number, size_t bytes)
{
	for (size_t i = bytes; i-- > 0; number >>= 8)
		to[i] = (unsigned char)number;
}

/* --- the file's header -------------------------------------------------- */

static int
read_header(const struct sqlite *s, unsigned char header[HEADER_BYTES],
    struct fail *why)
{
	for (size_t done = 0; done < HEADER_BYTES;) {
		ssize_t count = pread(s->file.lock, header + done,
		    HEADER_BYTES - done, (off_t)done);

		if (count == 0)
			return fail_set(why, STATUS_LOCAL,
			    "'%s' is shorter than it was",
			    sqlite3_db_filename(s->db, "main"));
		if (count < 0 && errno != EINTR)
			return fail_errno(why, "cannot read '%s'",
			    sqlite3_db_filename(s->db, "main"));
		done += count > 0 ? (size_t)count : 0;
	}
	return 0;
}

static int
put_header(const struct sqlite *s, const unsigned char header[HEADER_BYTES],
    struct fail *why)
{
	for (size_t done = 0; done < HEADER_BYTES;) {
		ssize_t count = pwrite(s->file.lock, header + done,
		    HEADER_BYTES - done, (off_t)done);

		if (count < 0 && errno != EINTR)
			return fail_errno(why, "cannot write '%s'",
			    sqlite3_db_filename(s->db, "main"));
		done += count > 0 ? (size_t)count : 0;
	}
	return 0;
}

/* Sets the number of pages, unless that is 0, and makes SQLite read the file
 * afresh: whoever writes to it counts the changes up. */
static int
write_header(const struct sqlite *s, uint32_t count, struct fail *why)
{
	unsigned char header[HEADER_BYTES];
	uint32_t changes;

	if (read_header(s, header, why) != 0)
		return -1;
	changes = get32(header + AT_CHANGES) + 1;
	put_big_endian(header + AT_CHANGES, changes, 4);
	put_big_endian(header + AT_VALID_FOR, changes, 4);
	if (count > 0)
		put_big_endian(header + AT_PAGE_COUNT, count, 4);
	return put_header(s, header, why);
}

int
sqlite_bulk_open(struct sqlite *s, struct fail *why)
{
	struct bulk *b = &s->bulk;
	unsigned char header[HEADER_BYTES];

	/* Setting what is set makes the first page, with nothing in it. */
	if (sqlite_db_run(s->db, "BEGIN; PRAGMA user_version=0; COMMIT", why) !=
		0 ||
	    read_header(s, header, why) != 0)
		return -1;
	b->file = (struct tree_file){.fd = s->file.lock,
	    .name = sqlite3_db_filename(s->db, "main"),
	    .page_bytes = (uint32_t)header[AT_PAGE_BYTES] << 8 |
		header[AT_PAGE_BYTES + 1],
	    .count = get32(header + AT_PAGE_COUNT)};
	/* A build of SQLite may keep more in a file than we know of. */
	sorter_space_init(&b->space, b->file.name, SORT_BYTES);
	b->is_open = b->file.page_bytes >= 4096 && b->file.count == 1 &&
	    header[AT_RESERVED] == 0 && get32(header + AT_AUTO_VACUUM) == 0;
	return b->is_open ? 0 : sqlite_db_run(s->db, "BEGIN", why);
}

/* --- records ------------------------------------------------------------ */

/* What a column may be given as it is; anything else SQLite would convert. */
static bool
fits(enum type type, uint32_t kind)
{
	switch (type) {
	case TYPE_BOOL:
	case TYPE_BIGINT:
		return kind == CELL_BOOL || kind == CELL_INTEGER;
	case TYPE_DOUBLE:
		/* Integers are numbers to SQLite, which keeps those of such
		 * a column as integers itself. */
		return kind == CELL_NUMBER || kind == CELL_INTEGER;
	case TYPE_DECIMAL:
	case TYPE_TIMESTAMP:
	case TYPE_DATE:
	case TYPE_TIME:
	case TYPE_TEXT:
	case TYPE_JSON:
		return kind == CELL_TEXT;
	case TYPE_UNKNOWN:
	case TYPE_COUNT:
		break;
	}
	return false;
}

/* Appends an integer, in as many bytes as it needs; its type. */
static unsigned
put_integer(unsigned char *to, int64_t integer, size_t *len)
{
	/* By type: 8 and 9 are the numbers 0 and 1 themselves. */
	static const unsigned char bytes[] = {0, 1, 2, 3, 4, 6, 8};
	uint64_t magnitude =
	    integer < 0 ? ~(uint64_t)integer : (uint64_t)integer;
	unsigned type = 1;

	*len = 0;
	if (magnitude <= 1 && integer >= 0)
		return 8 + (unsigned)integer;
	while (type < 6 && magnitude >> (8 * bytes[type] - 1))
		type++;
	*len = bytes[type];
	put_big_endian(to, (uint64_t)integer, bytes[type]);
	return type;
}

/* Appends a cell that is not null to a record's values; its type. */
static uint64_t
put_value(unsigned char *to, const struct cell *cell, size_t *len)
{
	uint64_t bits;

	switch ((enum cell_kind)cell->kind) {
	case CELL_TEXT:
		memcpy(to, cell->text, cell->len);
		*len = cell->len;
		return 13 + 2 * (uint64_t)cell->len;
	case CELL_NUMBER:
		memcpy(&bits, &cell->number, sizeof(bits));
		put_big_endian(to, bits, 8);
		*len = 8;
		return 7;
	case CELL_BOOL:
	case CELL_INTEGER:
	case CELL_NULL:
		break;
	}
	return put_integer(to, cell->integer, len);
}

/* Room for one more value. */
static void
make_room(struct bulk *b, size_t used, const struct cell *cell)
{
	size_t need = used + (cell->kind == CELL_TEXT ? cell->len : 8);

	if (need > b->capacity)
		b->record = mem_grow(b->record, &b->capacity, need, 1);
}

/* Makes the record of a row in b->record: where it begins, and its length;
 * NULL where SQLite would convert a value. The types are put first; the
 * values behind the room that they may take; then the types are moved up to
 * the values. */
static const unsigned char *
make_record(struct bulk *b, const struct sqlite_table *t, const struct row *row,
    size_t *len)
{
	size_t front = (t->column_count + 1) * TYPE_BYTES, used = front;
	size_t types = 0, last = 1, size; /* one type stays, as of a null */
	unsigned char *start;

	b->record = mem_grow(b->record, &b->capacity, front, 1);
	for (size_t i = 0; i < t->column_count; i++) {
		const struct sqlite_column *c = &t->columns[i];
		const struct cell *cell = row->cells + c->index;

		if (c->index >= row->count || cell->kind == CELL_NULL) {
			b->record[types++] = 0;
			continue;
		}
		if (!fits(c->type, cell->kind))
			return NULL;
		make_room(b, used, cell);
		types += tree_put_varint(b->record + types,
		    put_value(b->record + used, cell, &size));
		used += size;
		last = types;
	}
	/* The header's length counts itself. */
	size = last + 1 < 0x80 ? 1 : last + 2 < 0x4000 ? 2 : 3;
	start = b->record + front - last - size;
	memmove(start + size, b->record, last);
	(void)tree_put_varint(start, last + size);
	*len = used - front + last + size;
	return start;
}

static void
free_record(struct bulk *b)
{
	free(b->record);
	b->record = NULL;
	b->capacity = 0;
}

/* --- rows --------------------------------------------------------------- */

/* 1; 0 where the row is a matter for SQLite; -1. */
static int
write_row(struct sqlite *s, struct sqlite_table *t, const struct row *row,
    int64_t rowid, struct fail *why)
{
	size_t len;
	const unsigned char *record = make_record(&s->bulk, t, row, &len);

	if (!record)
		return 0;
	t->last_rowid = rowid;
	if (tree_add(&t->bulk->tree, rowid, record, len, why) != 0 ||
	    keys_add(&t->bulk->keys, row, t->bulk->key, t->bulk->key_count,
		rowid, why) != 0)
		return -1;
	return 1;
}

static void
start_table(struct sqlite *s, struct sqlite_table *t)
{
	struct bulk_table *b = mem_alloc(1, sizeof(*b));

	t->bulk = b;
	tree_init(&b->tree, TREE_TABLE, &s->bulk.file);
	sorter_init(&b->keys.sorter, &s->bulk.space);
	b->key_count = sqlite_merge_key(t->table, b->key);
	b->keys.is_unfit = b->key_count == 0;
}

int
sqlite_bulk_write(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	struct feed *f = &s->feed;
	int result = 1;

	if (stop_is_requested())
		return stop_fail(why);
	if (s->bulk.capacity > KEPT_BYTES)
		free_record(&s->bulk);
	if (!t->bulk)
		start_table(s, t);
	for (; f->from < f->to; f->from++) {
		const struct row *row = &f->rows->rows[f->from];
		int64_t place = row->sequence == f->sequence ? f->place + 1 : 0;

		if (batch_origin(f->batch, row)->is_dropped)
			continue;
		result = write_row(s, t, row, feed_number(f, row, place), why);
		if (result != 1)
			break;
		f->sequence = row->sequence;
		f->place = place;
	}
	return result == 0 ? sqlite_bulk_end(s, false, why)
	    : result < 0   ? -1
			   : 0;
}

/* --- the end ------------------------------------------------------------ */

/* What is to be written where SQLite puts the roots; NULL: nothing. */
struct roots {
	const unsigned char *table, *index;
};

void
sqlite_bulk_forget(struct sqlite_table *t)
{
	if (!t->bulk)
		return;
	tree_free(&t->bulk->tree);
	keys_free(&t->bulk->keys);
	free(t->bulk);
	t->bulk = NULL;
}

static int
finish_trees(struct sqlite *s, struct roots *roots, bool is_last,
    struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++) {
		struct sqlite_table *t = &s->tables[i];
		int result;

		if (!t->bulk)
			continue;
		if (tree_finish(&t->bulk->tree, &roots[i].table, why) != 0)
			return -1;
		if (!is_last)
			continue;
		result = keys_build(&t->bulk->keys, &s->bulk.file,
		    &roots[i].index, why);
		if (result < 0)
			return -1;
		t->has_key = result == 1;
	}
	return 0;
}

/* Lets SQLite make the tables, and the indexes that are to be filled. */
static int
make_tables(struct sqlite *s, struct fail *why)
{
	if (sqlite_db_run(s->db, "BEGIN", why) != 0)
		return -1;
	for (size_t i = 0; i < s->table_count; i++) {
		struct sqlite_table *t = &s->tables[i];

		if (t->bulk && sqlite_table_make(s, t, why) != 0)
			return -1;
		if (t->bulk && t->has_key &&
		    sqlite_merge_create_key(s, t, why) != 0)
			return -1;
	}
	return sqlite_db_run(s->db, "COMMIT", why);
}

/* Writes the root page of that type, "table" or "index", of the table. */
static int
put_root(struct sqlite *s, const struct table *t, const char *type,
    const unsigned char *page, struct fail *why)
{
	sqlite3_stmt *statement = NULL;
	uint32_t number;
	int result;

	if (!page)
		return 0;
	if (sqlite3_prepare_v2(s->db,
		"SELECT rootpage FROM sqlite_schema"
		" WHERE tbl_name = ?1 AND type = ?2",
		-1, &statement, NULL) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot read the database");
	(void)sqlite3_bind_text(statement, 1, t->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(statement, 2, type, -1, SQLITE_STATIC);
	result = sqlite_db_step(statement, why);
	number = (uint32_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	if (result != 1)
		return -1;
	return tree_put_page(&s->bulk.file, number, page, why);
}

static int
put_roots(struct sqlite *s, const struct roots *roots, struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++) {
		const struct table *t = s->tables[i].table;

		if (put_root(s, t, "table", roots[i].table, why) != 0 ||
		    put_root(s, t, "index", roots[i].index, why) != 0)
			return -1;
	}
	return write_header(s, 0, why);
}

int
sqlite_bulk_end(struct sqlite *s, bool is_last, struct fail *why)
{
	struct roots *roots;
	int result = -1;

	if (!s->bulk.is_open)
		return 0;
	s->bulk.is_open = false;
	roots = mem_alloc(s->table_count + 1, sizeof(*roots));
	if (finish_trees(s, roots, is_last, why) == 0 &&
	    write_header(s, s->bulk.file.count, why) == 0 &&
	    make_tables(s, why) == 0 && put_roots(s, roots, why) == 0)
		result = sqlite_db_run(s->db,
		    "PRAGMA locking_mode=EXCLUSIVE; BEGIN", why);
	free(roots);
	for (size_t i = 0; i < s->table_count; i++)
		sqlite_bulk_forget(&s->tables[i]);
	return result;
}

void
sqlite_bulk_free(struct bulk *b)
{
	free_record(b);
	sorter_space_free(&b->space);
	*b = (struct bulk){0};
}
