/* SPDX-License-Identifier: ISC */
/*
 * What a table of somebody else refuses: values that its types do not hold,
 * and rows that do not meet its constraints. A statement of DuckDB's that fails
 * ends the transaction, and there are no savepoints; so it is asked before
 * which rows of a stage would make it fail.
 */
#ifndef DUCKDB_CHECK_H
#define DUCKDB_CHECK_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

#include <stdint.h>

struct duckdb;
struct duckdb_table;

/* Appends a query for the sequence numbers of rows in the stage of a root
 * table, from `first` to `last`, that the table refuses, and why, in a
 * sentence. Appends nothing where it refuses no row whatever comes. */
ATTR_NODISCARD
int duckdb_check_add(struct duckdb *d, struct duckdb_table *t, uint64_t first,
    uint64_t last, struct buf *sql, struct fail *why);

#endif
