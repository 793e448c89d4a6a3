/* SPDX-License-Identifier: ISC */
/*
 * Rows that the destination refuses: what a table of somebody else does not
 * take (duckdb_check.h), and under --append records whose key is there
 * already. With --rejects they are looked for batch by batch, while their
 * lines are at hand; without, they make the load fail at its end.
 */
#ifndef DUCKDB_REFUSE_H
#define DUCKDB_REFUSE_H

#include "attr.h"
#include "fail.h"

struct batch;
struct duckdb;
struct duckdb_table;

/* Rejects such records of the batch, whose rows are in the stage of the root
 * table, and takes their rows out of it. */
ATTR_NODISCARD
int duckdb_refuse(struct duckdb *d, struct duckdb_table *root,
    const struct batch *b, struct fail *why);

#endif
