/* SPDX-License-Identifier: ISC */
/*
 * B-trees (sqlite_tree.h): SQLite itself says whether they are right. Pages
 * of 512 bytes make trees high and cases at their edges frequent.
 */
#include "sqlite_tree.h"
#include "tap.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_BYTES = 512, RECORD_MAX = 70000, LOCK_PAGE = 0x200001 };

/* What a database is to hold. */
struct shape {
	uint32_t page_bytes, pages; /* before the first of the tree's */
	size_t rows, len;
	uint64_t seed; /* 0: all texts are of that length; else up to it */
};

static const char path[] = "sql-tree.db";

/* t(a) is on page 2, its index on page 3. */
static void
make_database(uint32_t page_bytes)
{
	char sql[128];
	sqlite3 *db;

	(void)unlink(path);
	(void)snprintf(sql, sizeof(sql),
	    "PRAGMA page_size=%u; CREATE TABLE t(a TEXT);"
	    "CREATE INDEX i ON t(a)",
	    page_bytes);
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		abort();
	(void)sqlite3_close(db);
}

/* The record of a text of `len` bytes that grows with `n`, and for the index
 * the rowid behind it; returns its length. */
static size_t
make_record(unsigned char *to, size_t n, size_t len, bool has_rowid)
{
	unsigned char types[16];
	char digits[16];
	size_t count = tree_put_varint(types, 13 + 2 * len), at;

	if (has_rowid)
		types[count++] = 4;
	to[0] = (unsigned char)(count + 1);
	memcpy(to + 1, types, count);
	at = 1 + count;
	memset(to + at, 'x', len);
	(void)snprintf(digits, sizeof(digits), "%08zu", n);
	memcpy(to + at, digits, 8);
	at += len;
	for (int shift = 24; has_rowid && shift >= 0; shift -= 8)
		to[at++] = (unsigned char)(n >> shift);
	return at;
}

static bool
put_root(struct tree *t, uint32_t number)
{
	const unsigned char *root;
	struct fail why;
	bool good = tree_finish(t, &root, &why) == 0 &&
	    tree_put_page(t->file, number, root, &why) == 0;

	tree_free(t);
	return good;
}

/* The length of the next text: 8 bytes at least, and mostly not many more. */
static size_t
take_len(struct shape *s)
{
	size_t most = s->len;

	if (s->seed == 0)
		return s->len;
	s->seed = s->seed * 6364136223846793005U + 1442695040888963407U;
	for (uint64_t bits = s->seed >> 60; bits & 1; bits >>= 1)
		most /= 4;
	return 8 + (most > 0 ? (s->seed >> 33) % most : 0);
}

/* `*bytes` gets the length of all texts. */
static bool
fill_database(struct tree_file *file, struct shape shape, size_t *bytes)
{
	static unsigned char record[RECORD_MAX + 64];
	static struct tree table, index;
	unsigned char count[4];
	struct fail why;
	bool good = true;

	*bytes = 0;
	tree_init(&table, TREE_TABLE, file);
	tree_init(&index, TREE_INDEX, file);
	for (size_t n = 1; n <= shape.rows && good; n++) {
		size_t len = take_len(&shape);
		size_t size = make_record(record, n, len, false);

		*bytes += len;
		good = tree_add(&table, (int64_t)n, record, size, &why) == 0;
		size = make_record(record, n, len, true);
		good = good && tree_add(&index, 0, record, size, &why) == 0;
	}
	good = good && put_root(&table, 2) && put_root(&index, 3);
	for (int i = 0; i < 4; i++)
		count[i] = (unsigned char)(file->count >> (24 - 8 * i));
	return good && pwrite(file->fd, count, 4, 28) == 4;
}

static int
take_text(void *to, int count, char **values, char **names)
{
	(void)count;
	(void)names;
	(void)snprintf(to, 64, "%s", values[0]);
	return 0;
}

static bool
is_answer(sqlite3 *db, const char *query, const char *wanted)
{
	char answer[64] = "";

	return sqlite3_exec(db, query, take_text, answer, NULL) == SQLITE_OK &&
	    strcmp(answer, wanted) == 0;
}

/* Whether SQLite finds so many texts, and, where no pages were left out,
 * nothing wrong. */
static bool
is_right(size_t rows, size_t bytes, bool is_whole)
{
	char sums[64];
	sqlite3 *db;
	bool good;

	(void)snprintf(sums, sizeof(sums), "%zu %zu", rows, bytes);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		return false;
	good = (!is_whole || is_answer(db, "PRAGMA integrity_check", "ok")) &&
	    is_answer(db,
		"SELECT count(*) || ' ' || coalesce(sum(length(a)), 0) FROM t",
		sums) &&
	    is_answer(db,
		"SELECT count(*) || ' ' || coalesce(sum(length(a)), 0)"
		" FROM (SELECT a FROM t INDEXED BY i WHERE a > '')",
		sums);
	(void)sqlite3_close(db);
	return good;
}

static bool
shape_works(struct shape shape)
{
	struct tree_file file = {.name = path,
	    .page_bytes = shape.page_bytes,
	    .count = shape.pages};
	size_t bytes = 0;
	bool good;

	make_database(shape.page_bytes);
	file.fd = open(path, O_RDWR | O_CLOEXEC);
	good = file.fd != -1 && fill_database(&file, shape, &bytes);
	(void)close(file.fd);
	good = good && is_right(shape.rows, bytes, shape.pages == 3);
	if (!good)
		(void)
		    printf("# %zu rows of %zu bytes, pages of %u, seed %llu\n",
			shape.rows, shape.len, shape.page_bytes,
			(unsigned long long)shape.seed);
	return good;
}

static bool
works(size_t rows, size_t len, uint32_t pages)
{
	return shape_works((struct shape){.page_bytes = PAGE_BYTES,
	    .pages = pages,
	    .rows = rows,
	    .len = len});
}

static void
test_sizes(void)
{
	/* Where a record begins to overflow, and where its rest fills pages. */
	static const size_t lens[] = {8, 9, 35, 36, 57, 58, 80, 98, 99, 100,
	    101, 102, 103, 110, 473, 474, 475, 476, 477, 478, 479, 507, 508,
	    509, 510, 580, 981, 985, 1017, 8000, RECORD_MAX};
	bool good = true;

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens) && good; i++)
		good = works(7, lens[i], 3) && works(200, lens[i], 3);
	ok(good, "records of all sizes are found again");
}

static void
test_shapes(void)
{
	bool good = true;

	/* Each number of rows fills the last pages differently. */
	for (size_t rows = 0; rows < 300 && good; rows++)
		good = works(rows, 8 + rows % 60, 3);
	ok(good, "trees of 0 to 300 rows are right");
	/* A page of an index holds four of these. */
	for (size_t rows = 0; rows < 100 && good; rows++)
		good = works(rows, 90, 3);
	ok(good, "high trees are right");
	ok(works(30000, 20, 3), "a tree of many rows is right");
}

static void
test_mixed(void)
{
	bool good = true;

	for (uint64_t seed = 1; seed <= 100 && good; seed++) {
		struct shape s = {.page_bytes = 512U << seed % 7,
		    .pages = 3,
		    .rows = 1 + seed * seed % 300,
		    .seed = seed};

		s.len = s.page_bytes < 8192 ? 8 * s.page_bytes : RECORD_MAX;
		good = shape_works(s);
	}
	ok(good, "records of mixed sizes are found, in pages of any size");
}

/* SQLite keeps its locks in the page at 1 GiB, and nothing else. */
static void
test_lock_page(void)
{
	static const char empty[PAGE_BYTES];
	char page[PAGE_BYTES];
	bool good = true;
	int fd;

	for (uint32_t before = 1; before < 8 && good; before++)
		good = works(60, 30, LOCK_PAGE - before) &&
		    works(3, 2000, LOCK_PAGE - before);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	good = good && pread(fd, page, PAGE_BYTES, 1 << 30) == PAGE_BYTES &&
	    memcmp(page, empty, PAGE_BYTES) == 0;
	(void)close(fd);
	ok(good, "no tree uses the page of the locks");
}

static void
test_varints(void)
{
	static const struct {
		uint64_t number;
		const char *bytes;
		size_t len;
	} cases[] = {
	    {0, "\0", 1},
	    {127, "\x7F", 1},
	    {128, "\x81\0", 2},
	    {16383, "\xFF\x7F", 2},
	    {16384, "\x81\x80\0", 3},
	    {(uint64_t)1 << 55, "\xC0\x80\x80\x80\x80\x80\x80\0", 8},
	    {(uint64_t)1 << 56, "\x80\xC0\x80\x80\x80\x80\x80\x80\0", 9},
	    {UINT64_MAX, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned char bytes[9];
		size_t len = tree_put_varint(bytes, cases[i].number);

		ok(len == cases[i].len &&
			memcmp(bytes, cases[i].bytes, len) == 0,
		    "the varint of %llu", (unsigned long long)cases[i].number);
	}
}

int
main(void)
{
	char directory[] = "/tmp/sql-tree.XXXXXX";

	if (!mkdtemp(directory) || chdir(directory) != 0)
		return 1;
	test_varints();
	test_sizes();
	test_shapes();
	test_mixed();
	test_lock_page();
	(void)unlink(path);
	(void)rmdir(directory);
	return tap_done();
}
