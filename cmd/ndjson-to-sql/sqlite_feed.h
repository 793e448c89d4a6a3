/* SPDX-License-Identifier: ISC */
/*
 * The rows of a batch as a virtual table of SQLite, so that
 *
 *      INSERT INTO t (a, b) SELECT c0, c1 FROM feed64
 *
 * takes them over without a value being bound or copied: a quarter fewer
 * instructions than a prepared INSERT per row. There is one such table for
 * each of a few widths. Its rowid is made of the number of the root record
 * and the row's place among that record's rows:
 *
 *      sequence << FEED_PLACE_BITS | place       for rows of child tables
 *      sequence                                  for rows of root tables
 */
#ifndef SQLITE_FEED_H
#define SQLITE_FEED_H

#include "attr.h"
#include "batch.h"
#include "fail.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* 2^26 rows of a child table for a record, and 2^37 records. */
enum { FEED_PLACE_BITS = 26 };

struct feed {
	struct batch *batch;
	const struct batch_table *rows;
	size_t from, to; /* what a query sees of them */
	size_t at;       /* the row that a query stands at */
	bool is_child;   /* rows of a child table */
	/* Of the row before `from`; a record's rows count on from there. */
	uint64_t sequence;
	int64_t place;
	bool is_single; /* one row is shown at a time */
};

/* The index of the row that is being written. */
static inline size_t
feed_place(const struct feed *f)
{
	return f->is_single ? f->from : f->at;
}

/* The rowid of a row that is the one at `place` of its record. */
static inline int64_t
feed_number(const struct feed *f, const struct row *row, int64_t place)
{
	return f->is_child ? (int64_t)(row->sequence << FEED_PLACE_BITS) | place
			   : (int64_t)row->sequence;
}

/* Makes the tables feed16, feed128, ... known to the connection. `f` must
 * outlive it. */
ATTR_NODISCARD
int feed_register(sqlite3 *db, struct feed *f, struct fail *why);

/* The name of the narrowest table that has `width` columns, or NULL. */
const char *feed_name(size_t width);

#endif
