/* SPDX-License-Identifier: ISC */
/*
 * Keys: the unique index of a table, merging rows into a live table, and
 * taking out of a fresh one the rows whose key came again.
 */
#ifndef SQLITE_MERGE_H
#define SQLITE_MERGE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "schema.h"
#include "sqlite_seen.h"

#include <sqlite3.h>

struct batch;
struct sqlite;
struct sqlite_table;

/* Makes the functions that the statements call known to the connection. */
ATTR_NODISCARD
int sqlite_merge_register(struct sqlite *s, struct fail *why);

/* Notes what has happened to a row of a root table; not on trial. */
void sqlite_merge_note(const struct sqlite *s, struct sqlite_table *t,
    int64_t rowid, enum sqlite_seen_state state);

/* The columns of the table's key; their number. */
size_t sqlite_merge_key(const struct table *t,
    const struct column *key[SCHEMA_KEY_MAX]);

/* Appends what makes an INSERT a merge. */
void sqlite_merge_add_clause(const struct sqlite_table *t, struct buf *sql);

/* Drops our own index, which the end of the load makes again. */
ATTR_NODISCARD
int sqlite_merge_drop_key(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

/* Makes the unique index from the rows that are there. */
ATTR_NODISCARD
int sqlite_merge_create_key(struct sqlite *s, const struct sqlite_table *t,
    struct fail *why);

/* Makes the unique index of a live table, if it has none that fits. */
ATTR_NODISCARD
int sqlite_merge_make_key(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

/* Of records with the same key, drops all but the last: the rows below them
 * could not be told apart, and the last may be what the table has, though one
 * before it is not. */
void sqlite_merge_drop_doubled(struct sqlite_table *t, struct batch *b);

/* Merges the rows that the feed holds into a live table. */
ATTR_NODISCARD
int sqlite_merge_write(struct sqlite *s, struct sqlite_table *t,
    struct batch *b, struct fail *why);

/* All rows are there: the keys of fresh tables, and what --sync deletes. */
ATTR_NODISCARD
int sqlite_merge_finish(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

#endif
