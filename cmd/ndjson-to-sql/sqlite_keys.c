/* SPDX-License-Identifier: ISC */
/*
 * Keys as strings of bytes that memcmp orders as SQLite orders the keys:
 *
 *      integer   INTEGER + count, or below that for negative ones, and
 *                count bytes, the highest first
 *      text      TEXT, the bytes, and a NUL
 *
 * The rowid follows as one more integer. From such a string the entry of the
 * index can be written.
 */
#include "sqlite_keys.h"

#include "batch.h"
#include "mem.h"
#include "schema.h"
#include "stop.h"

#include <stdlib.h>
#include <string.h>

enum {
	INTEGER = 0x20, /* and 8 to either side */
	TEXT = 0x40,
	/* Longer keys would leave little room for others in memory. */
	KEY_BYTES_MAX = 1024,
	ROWID_BYTES = 9,
	/* Between two looks at the stop flag: some milliseconds. */
	ENTRIES_PER_LOOK = 1 << 16,
	/* A record's length and its header: a byte, and three for each text
	 * at most; see KEY_BYTES_MAX. */
	HEADER_BYTES_MAX = 1 + 3 * (SCHEMA_KEY_MAX + 1),
};

/* --- from a row --------------------------------------------------------- */

static size_t
put_integer(unsigned char *to, int64_t integer)
{
	uint64_t bits = (uint64_t)integer;
	uint64_t magnitude = integer < 0 ? ~bits : bits;
	unsigned count = 0;

	while (count < 8 && magnitude >> (8 * count))
		count++;
	to[0] = (unsigned char)(integer < 0 ? INTEGER - 1 - count
					    : INTEGER + count);
	for (unsigned i = count; i > 0; i--, bits >>= 8)
		to[i] = (unsigned char)bits;
	return 1 + count;
}

/* The bytes of one part; 0 where it is unfit. */
static size_t
put_part(unsigned char *to, const struct cell *cell, size_t room)
{
	switch ((enum cell_kind)cell->kind) {
	case CELL_BOOL:
	case CELL_INTEGER:
		return room < 9 ? 0 : put_integer(to, cell->integer);
	case CELL_TEXT:
		if (cell->len + (size_t)2 > room ||
		    memchr(cell->text, '\0', cell->len))
			return 0;
		to[0] = TEXT;
		memcpy(to + 1, cell->text, cell->len);
		to[1 + cell->len] = '\0';
		return cell->len + (size_t)2;
	case CELL_NULL:
	case CELL_NUMBER:
		break;
	}
	return 0;
}

int
keys_add(struct keys *k, const struct row *row,
    const struct column *const *columns, size_t count, int64_t rowid,
    struct fail *why)
{
	unsigned char key[KEY_BYTES_MAX + ROWID_BYTES];
	size_t len = 0;

	for (size_t i = 0; i < count && !k->is_unfit; i++) {
		size_t size = columns[i]->index < row->count
		    ? put_part(key + len, &row->cells[columns[i]->index],
			  KEY_BYTES_MAX - len)
		    : 0;

		k->is_unfit = size == 0;
		len += size;
	}
	if (k->is_unfit)
		return 0;
	len += put_integer(key + len, rowid);
	return sorter_add(&k->sorter, key, len, why);
}

/* --- to the index ------------------------------------------------------- */

/* Where a record's header and values end so far. */
struct entry {
	unsigned char header[HEADER_BYTES_MAX], values[KEY_BYTES_MAX + 64];
	size_t header_len, len;
};

/* Takes an integer of the key, whose bytes are its lowest ones. */
static const unsigned char *
take_integer(struct entry *e, const unsigned char *at)
{
	/* The type of a record's integer by its bytes. */
	static const unsigned char types[] = {0, 1, 2, 3, 4, 5, 5, 6, 6};
	static const unsigned char sizes[] = {0, 1, 2, 3, 4, 6, 8};
	bool is_negative = *at < INTEGER;
	size_t count =
	    is_negative ? (size_t)(INTEGER - 1 - *at) : (size_t)(*at - INTEGER);
	int64_t integer = is_negative ? -1 : 0;
	unsigned type;

	for (size_t i = 1; i <= count; i++)
		integer = (int64_t)((uint64_t)integer << 8 | at[i]);
	at += 1 + count;
	if (integer == 0 || integer == 1) {
		e->header[e->header_len++] = (unsigned char)(8 + integer);
		return at;
	}
	type = types[count > 0 ? count : 1];
	/* The highest bit is the sign's. */
	if (sizes[type] < 8 &&
	    (is_negative ? ~(uint64_t)integer : (uint64_t)integer) >>
		(8 * sizes[type] - 1))
		type++;
	e->header[e->header_len++] = (unsigned char)type;
	for (size_t i = sizes[type]; i-- > 0;)
		e->values[e->len++] =
		    (unsigned char)((uint64_t)integer >> (8 * i));
	return at;
}

static const unsigned char *
take_text(struct entry *e, const unsigned char *at)
{
	size_t len = strlen((const char *)++at);

	e->header_len +=
	    tree_put_varint(e->header + e->header_len, 13 + 2 * len);
	memcpy(e->values + e->len, at, len);
	e->len += len;
	return at + len + 1;
}

/* The key without the rowid behind it. */
static size_t
key_bytes(const unsigned char *bytes, size_t len)
{
	/* No rowid is negative: its length is in its first byte, which is
	 * the only one that far from the end to say so. */
	const unsigned char *at = bytes, *part = at;

	while (at < bytes + len) {
		part = at;
		at += *at == TEXT   ? strlen((const char *)at) + 1
		    : *at < INTEGER ? (size_t)(INTEGER - *at)
				    : (size_t)(1 + *at - INTEGER);
	}
	return (size_t)(part - bytes);
}

static int
add_entry(struct keys *k, const unsigned char *bytes, size_t len,
    struct fail *why)
{
	const unsigned char *at = bytes;
	unsigned char record[HEADER_BYTES_MAX + sizeof(struct entry)];
	struct entry e = {.header_len = 1};

	while (at < bytes + len)
		at = *at == TEXT ? take_text(&e, at) : take_integer(&e, at);
	e.header[0] = (unsigned char)e.header_len;
	memcpy(record, e.header, e.header_len);
	memcpy(record + e.header_len, e.values, e.len);
	return tree_add(k->tree, 0, record, e.header_len + e.len, why);
}

/* All keys in order: 1; 0 where one came twice; -1. */
static int
add_entries(struct keys *k, struct fail *why)
{
	unsigned char before[SORTER_STRING_MAX];
	const unsigned char *bytes;
	size_t before_len = 0, len, key_len, count = 0;
	int result;

	while ((result = sorter_next(&k->sorter, &bytes, &len, why)) == 1) {
		if (++count % ENTRIES_PER_LOOK == 0 && stop_is_requested())
			return stop_fail(why);
		key_len = key_bytes(bytes, len);
		if (key_len == before_len &&
		    memcmp(before, bytes, key_len) == 0)
			return 0;
		memcpy(before, bytes, key_len);
		before_len = key_len;
		if (add_entry(k, bytes, len, why) != 0)
			return -1;
	}
	return result < 0 ? -1 : 1;
}

int
keys_build(struct keys *k, struct tree_file *file, const unsigned char **root,
    struct fail *why)
{
	uint32_t before = file->count;
	int result;

	if (k->is_unfit)
		return 0;
	if (sorter_start(&k->sorter, why) != 0)
		return -1;
	k->tree = mem_alloc(1, sizeof(*k->tree));
	tree_init(k->tree, TREE_INDEX, file);
	result = add_entries(k, why);
	if (result == 1 && tree_finish(k->tree, root, why) != 0)
		result = -1;
	/* Pages of an index that came to nothing are written over. */
	if (result == 0)
		file->count = before;
	return result;
}

void
keys_free(struct keys *k)
{
	sorter_free(&k->sorter);
	if (k->tree)
		tree_free(k->tree);
	free(k->tree);
	*k = (struct keys){0};
}
