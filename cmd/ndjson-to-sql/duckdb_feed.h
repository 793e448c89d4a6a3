/* SPDX-License-Identifier: ISC */
/*
 * The rows of a large new table, for several threads of DuckDB. An appender
 * compresses in the thread that appends, which is what a large load waits
 * for. Here rows are gathered in columns of our own until each thread has a
 * row group; then one INSERT reads the columns where they are, by the Arrow C
 * data interface, and each thread makes and compresses a group. The order of
 * the rows stays.
 *
 *      rows -> [ group 1 | group 2 ] -> INSERT ... FROM "t.feed"
 */
#ifndef DUCKDB_FEED_H
#define DUCKDB_FEED_H

#include "attr.h"
#include "batch.h"
#include "duckdb_fill.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct duckdb;
struct duckdb_feed;
struct duckdb_table;

enum { DUCKDB_FEED_GROUPS = 2 }; /* and threads */

/* Whether rows of the table are worth it, and the library can do it. */
bool duckdb_feed_pays(const struct duckdb *d, const struct duckdb_table *t);

/* With the columns that the filled table has now. */
ATTR_NODISCARD
int duckdb_feed_open(struct duckdb *d, const struct duckdb_table *t,
    struct duckdb_feed **feed, struct fail *why);

/* How many rows there is room for; after it was flushed, a group. */
size_t duckdb_feed_room(const struct duckdb_feed *feed);

/* Adds rows, for which there must be room: true; or false, and none is added,
 * where a column, sql.columns[*at], needs the type `*wider`. If that is the one
 * it has, its texts are too long together: come with fewer rows; one of them
 * always fits. The rows are copied. */
bool duckdb_feed_add(struct duckdb_feed *feed, const struct duckdb_table *t,
    const struct row *const *rows, size_t count, struct batch *b, size_t *at,
    enum duckdb_fill *wider);

/* Brings the rows into the filled table. */
ATTR_NODISCARD
int duckdb_feed_flush(struct duckdb *d, struct duckdb_feed *feed,
    struct fail *why);

/* Forgets rows that were not flushed, and drops what DuckDB knows of it. */
ATTR_NODISCARD
int duckdb_feed_close(struct duckdb *d, struct duckdb_feed **feed,
    struct fail *why);

/* The same after a failure, when there is no transaction any more. */
void duckdb_feed_free(struct duckdb_feed *feed);

#endif
