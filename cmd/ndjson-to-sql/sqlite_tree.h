/* SPDX-License-Identifier: ISC */
/*
 * B-trees of SQLite's file format (sqlite.org/fileformat2.html), built from
 * the first entry to the last: each page is filled, written once behind the
 * end of the file, and never looked at again.
 *
 *      level 2                  [ 3  7 ]              root: given to the caller
 *      level 1        [ 1 2 ]   [ 5 6 ]   [ 8 9 ]
 *      level 0      rows, or the entries of an index
 *
 * Of each level two pages are in memory: the one being filled, and the one
 * before it, which lends the last page an entry where that would stay empty.
 */
#ifndef SQLITE_TREE_H
#define SQLITE_TREE_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file that trees are appended to. */
struct tree_file {
	int fd; /* borrowed */
	const char *name;
	uint32_t page_bytes; /* 512 to 32768, no bytes reserved */
	uint32_t count;      /* of pages, the first one included */
};

enum tree_kind { TREE_TABLE, TREE_INDEX };

/* A page holds two entries at least, so no tree is higher. */
enum { TREE_LEVELS_MAX = 32 };

struct tree_level {
	unsigned char *page; /* being filled; NULL: no such level yet */
	unsigned char *held; /* filled before it, and not written yet */
	bool has_held;
	unsigned char *separator; /* what stands between the two above */
	size_t separator_len;
};

struct tree {
	enum tree_kind kind;
	struct tree_file *file;
	int64_t last_rowid;
	struct tree_level levels[TREE_LEVELS_MAX];
};

void tree_init(struct tree *t, enum tree_kind kind, struct tree_file *file);

/* Adds an entry behind all others: a record of a table under its rowid, or
 * of an index, where `rowid` is not used. Any record has a type at least, if
 * only that of a null: SQLite would read one behind an empty header. */
ATTR_NODISCARD
int tree_add(struct tree *t, int64_t rowid, const void *record, size_t len,
    struct fail *why);

/* Writes what is left but the root, which is put to *root: a page that the
 * tree owns, to be written by tree_put_page wherever the root is to be. */
ATTR_NODISCARD
int tree_finish(struct tree *t, const unsigned char **root, struct fail *why);

/* Writes one page of the file. */
ATTR_NODISCARD
int tree_put_page(const struct tree_file *f, uint32_t number,
    const unsigned char *page, struct fail *why);

void tree_free(struct tree *t);

/* Writes a number as SQLite's varint, 1 to 9 bytes; returns their count. */
size_t tree_put_varint(unsigned char *to, uint64_t number);

#endif
