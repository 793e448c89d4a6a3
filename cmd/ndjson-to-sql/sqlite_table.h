/* SPDX-License-Identifier: ISC */
/*
 * One table of the database during a load: its definition, the statement
 * that takes rows over, and its key.
 *
 * A table that is empty when the load begins is fresh: rows go in without
 * an index, each under a rowid that says which record it came from
 * (sqlite_feed.h); the key's index is made at the end, and rows whose key
 * came again are taken out by their rowids. Any other table is live: its
 * index exists, and rows are merged one by one.
 */
#ifndef SQLITE_TABLE_H
#define SQLITE_TABLE_H

#include "attr.h"
#include "batch.h"
#include "bloom.h"
#include "fail.h"
#include "mode.h"
#include "sqlite_seen.h"
#include "sink.h"
#include "sqlite_feed.h"
#include "sqlite_same.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct sqlite_column {
	const struct column *column;
	uint32_t index; /* the column's */
	enum type type;
	bool is_made;
};

struct sqlite_table {
	struct table *table; /* NULL: not in use */
	struct sqlite_column *columns;
	size_t column_count, column_capacity;
	bool is_made;
	bool is_fresh;
	bool was_empty; /* when the load began */
	bool has_key;   /* the unique index exists */
	bool is_merged; /* a row of a known key replaces the old one */
	bool has_rowid;
	bool is_strict;
	bool has_triggers;
	bool has_constraints; /* of somebody else, or triggers */
	bool has_children;    /* tables for its lists are in use */
	char *aside; /* SQL that makes unique indexes again; NULL: none */
	struct fail aside_reason;
	const struct row *retried; /* was met before it was refused */
	struct sqlite_seen seen;   /* of a root table that is merged into */
	bool is_history;
	struct bulk_table *bulk;  /* what bulk has of it */
	sqlite3_stmt *insert;     /* NULL: to be prepared */
	sqlite3_stmt *append;     /* the same where rowids run on by 1 */
	int64_t last_rowid;       /* of a fresh root table */
	sqlite3_stmt *cut;        /* of a child: rows beyond a list's end */
	sqlite3_stmt *find, *end; /* of a history: the version in force */
	struct sqlite_same same;
	struct bloom filter; /* of a child: its rows (sqlite_cut.c) */
	uint64_t row_count, seek_count;
	struct sink_counts counts;
};

struct buf;
struct dialect;
struct sqlite;

/* Takes part in the load from now on. */
ATTR_NODISCARD
int sqlite_table_start(struct sqlite *s, struct sqlite_table *t,
    const struct change *c, struct fail *why);

ATTR_NODISCARD
int sqlite_table_add_column(struct sqlite *s, struct sqlite_table *t,
    const struct change *c, struct fail *why);

ATTR_NODISCARD
int sqlite_table_change_type(struct sqlite *s, struct sqlite_table *t,
    const struct change *c, struct fail *why);

/* The dialect of its declarations: a user may have made it STRICT. */
const struct dialect *sqlite_table_dialect(const struct sqlite_table *t);

/* Runs statements that define, and frees them; --dry-run only prints them. */
ATTR_NODISCARD
int sqlite_table_define(struct sqlite *s, struct buf *sql, struct fail *why);

/* Makes the table, unless it is made. */
ATTR_NODISCARD
int sqlite_table_make(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

/* Makes the table, if no row came, and its key. */
ATTR_NODISCARD
int sqlite_table_finish(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

/* Ends the use of the table's statements; what was fresh is live. */
void sqlite_table_settle(struct sqlite_table *t);

void sqlite_table_free(struct sqlite_table *t);

#endif
