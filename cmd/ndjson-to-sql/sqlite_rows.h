/* SPDX-License-Identifier: ISC */
/*
 * Rows of a batch on their way into a table.
 */
#ifndef SQLITE_ROWS_H
#define SQLITE_ROWS_H

#include "attr.h"
#include "fail.h"

struct batch;
struct sqlite;
struct sqlite_table;

/* Writes the rows that the batch has for the table, if there are any. */
ATTR_NODISCARD
int sqlite_rows_write(struct sqlite *s, struct sqlite_table *t, struct batch *b,
    struct fail *why);

/* Writes the rows that the feed holds by the table's statement. */
ATTR_NODISCARD
int sqlite_rows_insert(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

#endif
