/* SPDX-License-Identifier: ISC */
/*
 * Tables and indexes as sqlite_tree.c and sqlite_keys.c write them: rows of
 * any shape, in pages of any size. SQLite must find nothing wrong in the
 * file, and in it the rows that it was given itself.
 *
 * The first byte of the input is the size of a page; each row takes a few
 * more: how far its rowid is from the one before, how long its text is, most
 * often near where a record begins to overflow or its rest fills a page, and
 * what its key is. What is left of the input when it ends is zero.
 */
#include "batch.h"
#include "mem.h"
#include "schema.h"
#include "sqlite_keys.h"
#include "sqlite_tree.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum {
	TEXT_MAX = 100 * 1024,
	FILE_MAX = 2 << 20,  /* no more rows then */
	RECORD_MORE = 64,    /* a record's bytes beside its texts */
	KEY_TEXT_MAX = 1280, /* more than sqlite_keys.c takes */
};

struct input {
	const unsigned char *at, *end;
};

struct trial {
	struct input in;
	struct tree_file file;
	struct tree tree;
	struct keys keys;
	struct sorter_space space;
	sqlite3 *db; /* holds the same rows, put there by SQLite */
	sqlite3_stmt *insert;
	unsigned char *record;
	size_t rows;
	int64_t rowid;
	bool is_spread; /* rowids far apart */
};

static unsigned
take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static void
run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		abort();
	}
}

/* --- one row ------------------------------------------------------------ */

/* Mostly where something changes: a page's local bytes, or overflow pages
 * that are just full. */
static size_t
take_len(struct trial *t)
{
	size_t usable = t->file.page_bytes, near, len;
	unsigned how = take(&t->in), more = take(&t->in);

	switch (how % 8) {
	case 0:
	case 1:
		return more;
	case 2:
		near = usable - 35;
		break;
	case 3:
		near = (usable - 12) * 32 / 255 - 23 +
		    (size_t)(how / 64 + 1) * (usable - 4);
		break;
	case 4:
		near = usable - 35 + (size_t)(how / 32) * (usable - 4);
		break;
	case 5: /* two or more rows a page */
		near = usable / (2 + how / 32);
		break;
	case 6: /* where its length takes another byte */
		near = how & 128 ? 8192 : 64;
		break;
	default:
		near = (size_t)how * more;
	}
	len = near + more % 64;
	len = len < 32 ? 0 : len - 32;
	return len < TEXT_MAX ? len : TEXT_MAX;
}

/* The integers at and beside the powers of two. */
static int64_t
take_integer(struct trial *t)
{
	unsigned power = take(&t->in), more = take(&t->in);
	uint64_t bits =
	    (power % 64 ? (uint64_t)1 << (power % 64) : 0) + more - 3;

	return (int64_t)(power & 64 ? ~bits : bits);
}

static size_t
take_key_text(struct trial *t, char *text)
{
	unsigned len = take(&t->in), letter = take(&t->in);
	size_t count = len < 200 ? len % 24
	    : len < 255          ? (size_t)(len - 200) * 18
				 : KEY_TEXT_MAX;

	memset(text, 'a' + (int)(letter % 3), count);
	if (count > 0)
		text[count - 1] = (char)(letter < 16 ? 1 + letter : letter);
	return count;
}

/* Where a record is being made. */
struct record {
	unsigned char types[40];
	size_t type_count, len;
	unsigned char *values;
};

static void
put_text(struct record *r, const char *text, size_t len)
{
	r->type_count +=
	    tree_put_varint(r->types + r->type_count, 13 + 2 * len);
	memcpy(r->values + r->len, text, len);
	r->len += len;
}

static void
put_integer(struct record *r, int64_t integer)
{
	r->types[r->type_count++] = 6;
	for (int shift = 56; shift >= 0; shift -= 8)
		r->values[r->len++] = (unsigned char)(integer >> shift);
}

static void
add_row(struct trial *t)
{
	static char key_text[KEY_TEXT_MAX + 1], text[TEXT_MAX];
	static const struct column columns[] = {{.index = 0}, {.index = 1}};
	const struct column *const key[] = {&columns[0], &columns[1]};
	struct cell cells[2] = {{.kind = CELL_INTEGER}, {.kind = CELL_TEXT}};
	struct row row = {.cells = cells, .count = 2};
	struct record r = {.values = t->record + RECORD_MORE};
	size_t len = take_len(t);
	unsigned char *start;
	struct fail why;

	t->rowid += 1;
	if (t->is_spread && t->rowid < (int64_t)1 << 60)
		t->rowid += (int64_t)1 << take(&t->in) % 61;
	cells[0].integer = take_integer(t);
	cells[1].len = (uint32_t)take_key_text(t, key_text);
	cells[1].text = key_text;
	memset(text, 'a' + (int)(t->rows % 26), len);
	(void)sqlite3_reset(t->insert);
	(void)sqlite3_bind_int64(t->insert, 1, t->rowid);
	(void)sqlite3_bind_int64(t->insert, 2, cells[0].integer);
	(void)sqlite3_bind_text(t->insert, 3, key_text, (int)cells[1].len,
	    SQLITE_STATIC);
	(void)sqlite3_bind_text(t->insert, 4, text, (int)len, SQLITE_STATIC);
	if (sqlite3_step(t->insert) != SQLITE_DONE)
		abort();
	put_integer(&r, cells[0].integer);
	put_text(&r, key_text, cells[1].len);
	put_text(&r, text, len);
	start = r.values - 1 - r.type_count;
	start[0] = (unsigned char)(1 + r.type_count);
	memcpy(start + 1, r.types, r.type_count);
	if (tree_add(&t->tree, t->rowid, start, 1 + r.type_count + r.len,
		&why) != 0 ||
	    keys_add(&t->keys, &row, key, 2, t->rowid, &why) != 0)
		abort();
	t->rows++;
}

/* --- the file ----------------------------------------------------------- */

/* An empty table, whose root is page 2, and its index, page 3. */
static void
make_file(struct trial *t)
{
	char pragma[64];
	sqlite3 *db;
	sqlite3_int64 size;
	unsigned char *image;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		abort();
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA page_size=%u",
	    t->file.page_bytes);
	run(db, pragma);
	run(db,
	    "CREATE TABLE t(k INTEGER, l TEXT, a TEXT);"
	    "CREATE INDEX i ON t(k, l)");
	image = sqlite3_serialize(db, "main", &size, 0);
	if (!image || size != 3 * (sqlite3_int64)t->file.page_bytes ||
	    write(t->file.fd, image, (size_t)size) != size)
		abort();
	sqlite3_free(image);
	(void)sqlite3_close(db);
}

/* Whether there is an index by us; the file is whole then but for that. */
static bool
finish_file(struct trial *t)
{
	const unsigned char *table, *index = NULL;
	unsigned char count[4];
	struct fail why;
	int has_index;

	if (tree_finish(&t->tree, &table, &why) != 0 ||
	    (has_index = keys_build(&t->keys, &t->file, &index, &why)) < 0 ||
	    tree_put_page(&t->file, 2, table, &why) != 0 ||
	    (index && tree_put_page(&t->file, 3, index, &why) != 0))
		abort();
	for (int i = 0; i < 4; i++)
		count[i] = (unsigned char)(t->file.count >> (24 - 8 * i));
	if (pwrite(t->file.fd, count, 4, 28) != 4 ||
	    ftruncate(t->file.fd, (off_t)t->file.count * t->file.page_bytes) !=
		0)
		abort();
	return has_index == 1;
}

static int
must_be(void *wanted, int count, char **values, char **names)
{
	(void)names;
	if (count == 1 && values[0] && strcmp(values[0], wanted) == 0)
		return 0;
	(void)fprintf(stderr, "SQLite says %s\n", values[0]);
	abort();
}

static void
check(sqlite3 *db, const char *sql, const char *wanted)
{
	char copy[16];

	(void)snprintf(copy, sizeof(copy), "%s", wanted);
	if (sqlite3_exec(db, sql, must_be, copy, NULL) == SQLITE_OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
	abort();
}

static void
check_file(struct trial *t, bool has_index)
{
	size_t size = (size_t)t->file.count * t->file.page_bytes;
	unsigned char *image = sqlite3_malloc64(size);

	if (!image || pread(t->file.fd, image, size, 0) != (ssize_t)size)
		abort();
	run(t->db, "ATTACH ':memory:' AS ours");
	if (sqlite3_deserialize(t->db, "ours", image, (sqlite3_int64)size,
		(sqlite3_int64)size,
		SQLITE_DESERIALIZE_FREEONCLOSE |
		    SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK)
		abort();
	if (!has_index)
		run(t->db, "DROP INDEX ours.i");
	check(t->db, "PRAGMA ours.integrity_check", "ok");
	check(t->db,
	    "SELECT count(*) FROM (SELECT rowid, * FROM ours.t NOT INDEXED"
	    " EXCEPT SELECT rowid, * FROM main.t)",
	    "0");
	check(t->db,
	    "SELECT (SELECT count(*) FROM ours.t NOT INDEXED)"
	    " - (SELECT count(*) FROM main.t)",
	    "0");
	if (has_index)
		check(t->db,
		    "SELECT count(*) FROM main.t AS m WHERE NOT EXISTS"
		    " (SELECT * FROM ours.t AS o INDEXED BY i"
		    " WHERE o.k = m.k AND o.l = m.l AND o.rowid = m.rowid)",
		    "0");
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct trial *t = mem_alloc(1, sizeof(*t));
	unsigned first;

	t->in = (struct input){data, data + size};
	first = take(&t->in);
	t->file = (struct tree_file){.name = "the trial",
	    .fd = memfd_create("tree", MFD_CLOEXEC),
	    .page_bytes = 512U << first % 7,
	    .count = 3};
	t->is_spread = first & 128;
	t->record = mem_alloc(1, RECORD_MORE + KEY_TEXT_MAX + TEXT_MAX + 64);
	if (t->file.fd == -1 || sqlite3_open(":memory:", &t->db) != SQLITE_OK)
		abort();
	make_file(t);
	run(t->db, "CREATE TABLE t(k INTEGER, l TEXT, a TEXT); BEGIN");
	if (sqlite3_prepare_v2(t->db,
		"INSERT INTO t(rowid, k, l, a) VALUES(?, ?, ?, ?)", -1,
		&t->insert, NULL) != SQLITE_OK)
		abort();
	sorter_space_init(&t->space, "/tmp/fuzz-tree", 0);
	sorter_init(&t->keys.sorter, &t->space);
	tree_init(&t->tree, TREE_TABLE, &t->file);
	while (t->in.at < t->in.end &&
	    (size_t)t->file.count * t->file.page_bytes < FILE_MAX)
		add_row(t);
	(void)sqlite3_finalize(t->insert);
	run(t->db, "COMMIT");
	check_file(t, finish_file(t));
	(void)sqlite3_close(t->db);
	tree_free(&t->tree);
	keys_free(&t->keys);
	sorter_space_free(&t->space);
	(void)close(t->file.fd);
	free(t->record);
	free(t);
	return 0;
}
