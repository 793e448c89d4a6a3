/* SPDX-License-Identifier: ISC */
/*
 * From the root page of a table to its leaves (sqlite_tree.h draws them).
 * Whatever is not as the file format says ends the scan: SQLite will find
 * words for it.
 */
#include "sqlite_scan.h"

#include "batch.h"
#include "buf.h"
#include "mem.h"
#include "schema.h"
#include "sqlite_db.h"
#include "sqlite_table.h"

#include <stdlib.h>
#include <string.h>

enum {
	LEVELS_MAX = 20, /* as in SQLite itself */
	INTERIOR = 0x05,
	LEAF = 0x0D,
	UTF_8 = 1,
	/* Of the file's header. */
	HEADER_BYTES = 100,
	AT_PAGE_BYTES = 16,
	AT_RESERVED = 20,
	AT_ENCODING = 56,
};

/* What stands in a column of the table is not compared. */
static const uint32_t no_cell = UINT32_MAX;

struct level {
	unsigned char *page;
	uint32_t number; /* 0: nothing was read yet */
	size_t at, count;
};

struct scan_column {
	uint32_t index; /* of the cell */
	bool is_double;
};

struct scan {
	sqlite3_file *file;
	uint32_t page_bytes, usable, root;
	struct level levels[LEVELS_MAX];
	size_t leaf; /* its level */
	int64_t rowid;
	const unsigned char *record;
	size_t len;
	unsigned char *whole; /* a record that overflows */
	size_t whole_capacity;
	struct scan_column *columns; /* as the table has them */
	size_t column_count, column_capacity;
	size_t found; /* of the columns that the load has */
};

static unsigned
get16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t
get32(const unsigned char *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* Reads a varint before `end`: what is behind it; NULL: it does not end. */
static const unsigned char *
get_varint(const unsigned char *at, const unsigned char *end, uint64_t *number)
{
	*number = 0;
	for (int i = 0; i < 9 && at < end; i++, at++) {
		if (i == 8) {
			*number = *number << 8 | *at;
			return at + 1;
		}
		*number = *number << 7 | (*at & 0x7F);
		if (*at < 0x80)
			return at + 1;
	}
	return NULL;
}

/* --- pages -------------------------------------------------------------- */

static bool
read_bytes(const struct scan *s, void *to, size_t len, uint64_t at)
{
	return s->file->pMethods->xRead(s->file, to, (int)len,
		   (sqlite3_int64)at) == SQLITE_OK;
}

static bool
read_page(const struct scan *s, unsigned char *to, uint32_t number)
{
	return number > 1 &&
	    read_bytes(s, to, s->page_bytes,
		(uint64_t)(number - 1) * s->page_bytes);
}

static size_t
header_of(const struct level *l)
{
	return l->page[0] == LEAF ? 8 : 12;
}

/* Puts a page of the tree at that level. */
static bool
load_page(struct scan *s, size_t i, uint32_t number)
{
	struct level *l;

	if (i >= LEVELS_MAX)
		return false;
	l = &s->levels[i];
	if (!l->page)
		l->page = mem_alloc(1, s->page_bytes);
	if (l->number != number) {
		l->number = 0;
		if (!read_page(s, l->page, number))
			return false;
		l->number = number;
	}
	l->count = get16(l->page + 3);
	return (l->page[0] == LEAF || l->page[0] == INTERIOR) &&
	    header_of(l) + 2 * l->count <= s->usable;
}

/* The entry `i` of a page, or NULL. */
static const unsigned char *
entry_at(const struct scan *s, const struct level *l, size_t i)
{
	size_t at = get16(l->page + header_of(l) + 2 * i);

	return at + 4 <= s->usable ? l->page + at : NULL;
}

static bool
key_at(const struct scan *s, const struct level *l, size_t i, int64_t *rowid)
{
	const unsigned char *end = l->page + s->usable;
	const unsigned char *at = entry_at(s, l, i);
	uint64_t number;

	if (at && l->page[0] == INTERIOR)
		at += 4;
	else if (at)
		at = get_varint(at, end, &number);
	if (!at || !get_varint(at, end, &number))
		return false;
	*rowid = (int64_t)number;
	return true;
}

/* Finds the first entry of the page whose key is above the rowid. */
static bool
search(const struct scan *s, struct level *l, int64_t rowid)
{
	size_t from = 0, to = l->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int64_t key;

		if (!key_at(s, l, middle, &key))
			return false;
		if (key > rowid)
			to = middle;
		else
			from = middle + 1;
	}
	l->at = from;
	return true;
}

/* The child that level `l` stands at; 0 where there is none. */
static uint32_t
child_of(const struct scan *s, const struct level *l)
{
	const unsigned char *entry;

	if (l->at == l->count)
		return get32(l->page + 8);
	entry = l->at < l->count ? entry_at(s, l, l->at) : NULL;
	return entry ? get32(entry) : 0;
}

/* --- rows --------------------------------------------------------------- */

/* Puts a record together whose first `local` bytes are in its leaf. */
static bool
load_overflow(struct scan *s, const unsigned char *at, size_t local)
{
	unsigned char *page = mem_alloc(1, s->page_bytes);
	uint32_t number = get32(at + local);
	size_t done = local, room = s->usable - 4;
	bool good = true;

	s->whole = mem_grow(s->whole, &s->whole_capacity, s->len, 1);
	memcpy(s->whole, at, local);
	while (done < s->len && good) {
		size_t part = s->len - done < room ? s->len - done : room;

		good = read_page(s, page, number);
		number = get32(page);
		memcpy(s->whole + done, page + 4, part);
		done += part;
	}
	free(page);
	s->record = s->whole;
	return good;
}

/* Makes the entry that the leaf stands at the current row. */
static int
load_row(struct scan *s)
{
	const struct level *l = &s->levels[s->leaf];
	const unsigned char *end = l->page + s->usable, *at;
	size_t most = s->usable - 35, least = (s->usable - 12) * 32 / 255 - 23;
	uint64_t len, rowid;
	size_t local;

	at = entry_at(s, l, l->at);
	if (at)
		at = get_varint(at, end, &len);
	if (at)
		at = get_varint(at, end, &rowid);
	if (!at || len > INT32_MAX)
		return -1;
	s->rowid = (int64_t)rowid;
	s->len = (size_t)len;
	s->record = at;
	if (len <= most)
		return len <= (size_t)(end - at) ? 1 : -1;
	local = least + (s->len - least) % (s->usable - 4);
	if (local > most)
		local = least;
	if (local + 4 > (size_t)(end - at) || !load_overflow(s, at, local))
		return -1;
	return 1;
}

/* Goes down to the leaf from what level `i` stands at. */
static int
descend(struct scan *s, size_t i)
{
	while (s->levels[i].page[0] == INTERIOR) {
		if (!load_page(s, i + 1, child_of(s, &s->levels[i])))
			return -1;
		s->levels[++i].at = 0;
	}
	s->leaf = i;
	return s->levels[i].count > 0 ? load_row(s) : 0;
}

int
scan_next(struct scan *s)
{
	size_t i = s->leaf;

	if (++s->levels[i].at < s->levels[i].count)
		return load_row(s);
	while (i-- > 0)
		if (++s->levels[i].at <= s->levels[i].count)
			return descend(s, i);
	return 0;
}

int
scan_seek(struct scan *s, int64_t rowid)
{
	size_t i = 0;

	if (!load_page(s, 0, s->root))
		return -1;
	while (search(s, &s->levels[i], rowid)) {
		if (s->levels[i].page[0] == LEAF) {
			s->leaf = i;
			if (s->levels[i].at < s->levels[i].count)
				return load_row(s);
			s->levels[i].at--;
			return s->levels[i].count > 0 ? scan_next(s) : 0;
		}
		if (!load_page(s, i + 1, child_of(s, &s->levels[i])))
			return -1;
		i++;
	}
	return -1;
}

int64_t
scan_rowid(const struct scan *s)
{
	return s->rowid;
}

/* --- comparing ---------------------------------------------------------- */

/* How many bytes a value has by its type in a record. */
static uint64_t
size_of(uint64_t type)
{
	static const unsigned char sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0,
	    0};

	return type < sizeof(sizes) ? sizes[type] : (type - 12) / 2;
}

static int64_t
integer_of(uint64_t type, const unsigned char *at, size_t size)
{
	uint64_t number;

	if (type == 8 || type == 9)
		return (int64_t)type - 8;
	number = *at & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | at[i];
	return (int64_t)number;
}

static bool
is_same_number(uint64_t type, const unsigned char *at, size_t size,
    const struct cell *cell, bool is_double)
{
	uint64_t bits = 0;
	double number;

	if (type != 7) {
		/* A whole double is kept as an integer. */
		number = (double)integer_of(type, at, size);
		return is_double && !(number < cell->number) &&
		    !(number > cell->number);
	}
	for (size_t i = 0; i < 8; i++)
		bits = bits << 8 | at[i];
	memcpy(&number, &bits, sizeof(number));
	return !(number < cell->number) && !(number > cell->number);
}

static bool
is_same_value(uint64_t type, const unsigned char *at, size_t size,
    const struct cell *cell, bool is_double)
{
	bool is_integer = type > 0 && type != 7 && type < 10;

	switch ((enum cell_kind)cell->kind) {
	case CELL_NULL:
		return type == 0;
	case CELL_BOOL:
	case CELL_INTEGER:
		return is_integer &&
		    integer_of(type, at, size) == cell->integer;
	case CELL_NUMBER:
		return (is_integer || type == 7) &&
		    is_same_number(type, at, size, cell, is_double);
	case CELL_TEXT:
		return type >= 13 && type % 2 == 1 && size == cell->len &&
		    memcmp(at, cell->text, size) == 0;
	}
	return false;
}

/* Whether the row has nothing in the columns from `i` on. */
static bool
are_null(const struct scan *s, const struct row *row, size_t i)
{
	for (; i < s->column_count; i++) {
		uint32_t index = s->columns[i].index;

		if (index < row->count && row->cells[index].kind != CELL_NULL)
			return false;
	}
	return true;
}

bool
scan_is_same(const struct scan *s, const struct row *row)
{
	static const struct cell null;
	const unsigned char *end = s->record + s->len, *at, *value;
	uint64_t header, type;
	size_t i = 0;

	at = get_varint(s->record, end, &header);
	if (!at || header > s->len)
		return false;
	value = s->record + header;
	for (; at && at < s->record + header && i < s->column_count; i++) {
		const struct scan_column *c = &s->columns[i];
		const struct cell *cell = &null;
		uint64_t size;

		at = get_varint(at, s->record + header, &type);
		size = size_of(type);
		if (!at || size > (size_t)(end - value))
			return false;
		if (c->index < row->count)
			cell = &row->cells[c->index];
		if (c->index != no_cell &&
		    !is_same_value(type, value, (size_t)size, cell,
			c->is_double))
			return false;
		value += size;
	}
	return are_null(s, row, i);
}

/* --- opening ------------------------------------------------------------ */

static int
is_wal(sqlite3 *db, bool *answer, struct fail *why)
{
	sqlite3_stmt *statement = NULL;
	const char *mode;
	int result;

	if (sqlite3_prepare_v2(db, "PRAGMA main.journal_mode", -1, &statement,
		NULL) != SQLITE_OK)
		return sqlite_db_fail(db, why, "cannot read the database");
	result = sqlite_db_step(statement, why);
	mode = result == 1 ? sqlite_db_text(statement, 0) : NULL;
	*answer = !mode || sqlite3_stricmp(mode, "wal") == 0;
	(void)sqlite3_finalize(statement);
	return result < 0 ? -1 : 0;
}

static bool
read_header(struct scan *s, sqlite3 *db)
{
	unsigned char header[HEADER_BYTES];

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER,
		&s->file) != SQLITE_OK ||
	    !s->file->pMethods || !read_bytes(s, header, HEADER_BYTES, 0))
		return false;
	s->page_bytes = get16(header + AT_PAGE_BYTES);
	if (s->page_bytes == 1) /* 65536 */
		s->page_bytes = 1 << 16;
	s->usable = s->page_bytes - header[AT_RESERVED];
	return s->page_bytes >= 512 && s->usable >= 480 &&
	    get32(header + AT_ENCODING) == UTF_8;
}

static void
add_column(struct scan *s, const struct sqlite_table *t, const char *name)
{
	struct scan_column *c;

	s->columns = mem_grow(s->columns, &s->column_capacity,
	    s->column_count + 1, sizeof(*s->columns));
	c = &s->columns[s->column_count++];
	*c = (struct scan_column){.index = no_cell};
	for (size_t i = 0; i < t->column_count; i++) {
		const struct sqlite_column *own = &t->columns[i];

		if (strcmp(own->column->name, name) != 0)
			continue;
		s->found++;
		/* That another load brought the same row is no change. */
		if (own->column == t->table->load_id)
			continue;
		c->index = own->index;
		c->is_double = own->type == TYPE_DOUBLE;
	}
}

/* Prepares a query about the table named ?1. */
static int
ask(sqlite3 *db, const char *query, const struct sqlite_table *t,
    sqlite3_stmt **statement, struct fail *why)
{
	if (sqlite3_prepare_v2(db, query, -1, statement, NULL) != SQLITE_OK)
		return sqlite_db_fail(db, why, "cannot read the database");
	(void)sqlite3_bind_text(*statement, 1, t->table->name, -1,
	    SQLITE_STATIC);
	return 0;
}

/* Where the root is, and which columns are in a record, in their order. It is
 * not known where some are in none, the rowid is one of them, or one has a
 * value where a record says nothing. */
static int
read_table(struct scan *s, sqlite3 *db, const struct sqlite_table *t,
    bool *is_known, struct fail *why)
{
	static const char query[] =
	    "SELECT m.rootpage, c.name FROM sqlite_schema AS m,"
	    " pragma_table_xinfo(m.name) AS c"
	    " WHERE m.name = ?1 AND m.type = 'table'"
	    " AND c.hidden = 0 AND c.pk = 0 AND c.dflt_value IS NULL"
	    " ORDER BY c.cid";
	static const char count[] =
	    "SELECT count(*) FROM pragma_table_xinfo(?1)";
	sqlite3_stmt *statement = NULL;
	size_t all = 0;
	int result;

	if (ask(db, query, t, &statement, why) != 0)
		return -1;
	while ((result = sqlite_db_step(statement, why)) == 1) {
		s->root = (uint32_t)sqlite3_column_int64(statement, 0);
		add_column(s, t, sqlite_db_text(statement, 1));
	}
	(void)sqlite3_finalize(statement);
	if (result != 0 || ask(db, count, t, &statement, why) != 0)
		return -1;
	result = sqlite_db_step(statement, why);
	if (result == 1)
		all = (size_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	*is_known = s->root > 1 && s->column_count == all &&
	    s->found == t->column_count;
	return result < 0 ? -1 : 0;
}

int
scan_open(struct scan **scan, sqlite3 *db, const struct sqlite_table *t,
    struct fail *why)
{
	struct scan *s = mem_alloc(1, sizeof(*s));
	bool is_other = true, is_known = false;
	int result = is_wal(db, &is_other, why);

	*scan = NULL;
	if (result == 0 && !is_other && read_header(s, db))
		result = read_table(s, db, t, &is_known, why);
	if (result == 0 && is_known)
		*scan = s;
	else
		scan_free(s);
	return result;
}

void
scan_free(struct scan *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < LEVELS_MAX; i++)
		free(s->levels[i].page);
	free(s->whole);
	free(s->columns);
	free(s);
}
