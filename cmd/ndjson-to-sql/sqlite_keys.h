/* SPDX-License-Identifier: ISC */
/*
 * The index of a table that is written in bulk: the keys of its rows, with
 * their rowids behind them, sorted while the rows come, and made into a
 * b-tree at the end. What no plain order of bytes would sort as SQLite does,
 * or is long, is left to SQLite's CREATE INDEX.
 */
#ifndef SQLITE_KEYS_H
#define SQLITE_KEYS_H

#include "attr.h"
#include "fail.h"
#include "sorter.h"
#include "sqlite_tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct column;
struct row;

struct keys {
	struct sorter sorter;
	bool is_unfit; /* SQLite must make the index */
	struct tree *tree;
};

/* Takes the key of a row, whose parts are in those columns. */
ATTR_NODISCARD
int keys_add(struct keys *k, const struct row *row,
    const struct column *const *columns, size_t count, int64_t rowid,
    struct fail *why);

/* Builds the index, but for its root: 1; 0 where SQLite must do it, because
 * a key is unfit or came twice: the file is as before then. Or -1. */
ATTR_NODISCARD
int keys_build(struct keys *k, struct tree_file *file,
    const unsigned char **root, struct fail *why);

void keys_free(struct keys *k);

#endif
