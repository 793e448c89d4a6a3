/* SPDX-License-Identifier: ISC */
/*
 * What happens to the rows of a load once all are there: a root table and
 * those below it together, by the statements of sql_merge.h.
 */
#ifndef DUCKDB_MERGE_H
#define DUCKDB_MERGE_H

#include "attr.h"
#include "fail.h"

struct duckdb;
struct duckdb_table;

/* Brings the rows of the root table's records over, and counts. Does nothing
 * where that was done and none came since. */
ATTR_NODISCARD
int duckdb_merge_run(struct duckdb *d, struct duckdb_table *root,
    struct fail *why);

#endif
