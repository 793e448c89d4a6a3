/* SPDX-License-Identifier: ISC */
/*
 * Before rows are brought from a stage into its table: both get the same
 * columns, in types that hold the values of both.
 */
#ifndef DUCKDB_AGREE_H
#define DUCKDB_AGREE_H

#include "attr.h"
#include "fail.h"

struct duckdb;
struct duckdb_table;

/* Adds and alters columns on both sides. A fresh table gets what suits its
 * decimals. The appender must be flushed. */
ATTR_NODISCARD
int duckdb_agree(struct duckdb *d, struct duckdb_table *t, struct fail *why);

#endif
