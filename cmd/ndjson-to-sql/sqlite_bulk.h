/* SPDX-License-Identifier: ISC */
/*
 * Rows of a new database, put into the file's pages by us. SQLite's own
 * machine takes three times as long for a row of a log (3.3 s and 1.0 s for
 * a million of 105 columns), most of it for columns that are null. While
 * bulk is open, SQLite has not heard of the tables yet:
 *
 *      write        rows -> records -> pages behind the end of the file
 *      end          SQLite makes the tables, empty; then their root pages
 *                   are written, and SQLite finds the file changed as if
 *                   another process had done it
 *
 * From there on SQLite does everything. The file is ours alone until it is
 * put in its place (target_file.h), so no reader sees any of this. Whatever
 * is unusual ends bulk early: a column that changes its type, or a value
 * that SQLite would convert.
 */
#ifndef SQLITE_BULK_H
#define SQLITE_BULK_H

#include "attr.h"
#include "fail.h"
#include "schema.h"
#include "sorter.h"
#include "sqlite_keys.h"
#include "sqlite_tree.h"

#include <stdbool.h>
#include <stddef.h>

struct batch;
struct sqlite;
struct sqlite_table;

/* A table while bulk is open. */
struct bulk_table {
	struct tree tree;
	struct keys keys;
	const struct column *key[SCHEMA_KEY_MAX];
	size_t key_count; /* 0: it has no index */
};

struct bulk {
	bool is_open;
	struct tree_file file;
	struct sorter_space space;
	unsigned char *record; /* the row being written */
	size_t capacity;
};

/* Opens it, where the new file is as we know files to be. No transaction may
 * be open; on success, one is if and only if bulk is not. */
ATTR_NODISCARD
int sqlite_bulk_open(struct sqlite *s, struct fail *why);

/* Writes rows that the feed shows, from the first one on. Where bulk ends in
 * the middle, feed.from says which rows are left for SQLite. */
ATTR_NODISCARD
int sqlite_bulk_write(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

/* Hands everything over to SQLite; does nothing where bulk is not open. With
 * `is_last`, no rows follow, and the indexes are made as well. */
ATTR_NODISCARD
int sqlite_bulk_end(struct sqlite *s, bool is_last, struct fail *why);

void sqlite_bulk_forget(struct sqlite_table *t);

void sqlite_bulk_free(struct bulk *b);

#endif
