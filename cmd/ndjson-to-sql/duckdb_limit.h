/* SPDX-License-Identifier: ISC */
/*
 * How much memory DuckDB may take. It takes what it is given, and keeps what
 * it read and wrote until the limit is reached; what it needs beyond goes to
 * the disk, except for what it works on just now: two blocks for each column
 * of each table that is filled. So the limit is small, and follows the
 * columns. It falls again after a feed alone.
 */
#ifndef DUCKDB_LIMIT_H
#define DUCKDB_LIMIT_H

#include "attr.h"
#include "fail.h"

#include <stddef.h>

struct batch;
struct duckdb;
struct duckdb_table;

/* Once, after the database was opened for a load. A sink that does not call
 * it keeps DuckDB's first limit. */
ATTR_NODISCARD
int duckdb_limit_start(struct duckdb *d, struct fail *why);

/* Before an appender of the table is opened. */
ATTR_NODISCARD
int duckdb_limit_append(struct duckdb *d, const struct duckdb_table *t,
    struct fail *why);

/* Before and after the rows of a feed (duckdb_feed.h) come in. DuckDB lets no
 * second thread take part where the limit leaves it less than 4 MB a column,
 * whatever is needed. */
ATTR_NODISCARD
int duckdb_limit_lift(struct duckdb *d, size_t columns, struct fail *why);
ATTR_NODISCARD
int duckdb_limit_fall(struct duckdb *d, struct fail *why);

/* Before the rows of a batch, which may be large, are written. */
ATTR_NODISCARD
int duckdb_limit_batch(struct duckdb *d, const struct batch *b,
    struct fail *why);

/* Before all rows of the table's stage are compared with it at once. */
ATTR_NODISCARD
int duckdb_limit_whole(struct duckdb *d, const struct duckdb_table *t,
    struct fail *why);

/* Before the root table and those below it are merged. */
ATTR_NODISCARD
int duckdb_limit_merge(struct duckdb *d, const struct duckdb_table *root,
    struct fail *why);

#endif
