/* SPDX-License-Identifier: ISC */
/*
 * Rows that did not change. A list that is loaded again mostly comes in the
 * order that it came in before, which is the order of the table's rowids. So
 * the table is read along with the batch, and what is equal on both sides
 * needs neither a look at the index nor a merge.
 */
#ifndef SQLITE_SAME_H
#define SQLITE_SAME_H

#include "attr.h"
#include "fail.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct row;
struct scan;
struct sqlite;
struct sqlite_table;

struct sqlite_same {
	struct scan *file;  /* the rows in the file; NULL: by `scan` */
	bool is_changed;    /* the transaction has rewritten the table */
	sqlite3_stmt *scan; /* rows behind a rowid, and whether they differ */
	sqlite3_stmt *find; /* the rowid of a key */
	int64_t rowid;      /* the last row that the scan is done with */
	int64_t at;         /* the row that the scan stands at */
	bool is_open;       /* it stands at one */
	bool is_ended;      /* there is none behind `rowid` */
	const struct row *row; /* of the batch, to be compared with */
	uint64_t hits, misses;
};

/* Makes its function known to the connection. */
ATTR_NODISCARD
int sqlite_same_register(struct sqlite *s, struct fail *why);

/* Whether so many rows were met so far that going on pays. */
bool sqlite_same_pays(const struct sqlite_table *t);

/* Marks the rows of the feed that the table has already as they are, and
 * counts them. Does nothing where it does not pay. Of rows with one key the
 * earlier ones must be dropped: written later, they would win. */
ATTR_NODISCARD
int sqlite_same_mark(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

/* The table's rows are not those of the file any more. */
void sqlite_same_change(struct sqlite_same *same);

/* Ends its statements; the place in the table stays. */
void sqlite_same_forget(struct sqlite_same *same);

#endif
