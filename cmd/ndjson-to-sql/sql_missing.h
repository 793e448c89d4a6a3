/* SPDX-License-Identifier: ISC */
/*
 * Columns that a table may lack, for scripts: whether it does shows when they
 * run. All columns of the table are named each time.
 *
 *      begin       once before
 *      add         for each table
 *      end         once behind
 *
 * Each function appends statements with their ends, or none where the dialect
 * needs none. Pure.
 */
#ifndef SQL_MISSING_H
#define SQL_MISSING_H

#include "buf.h"

struct dialect;
struct sql_table;

void sql_missing_begin(const struct dialect *d, struct buf *sql);

/* Adds the columns that are not there. In a database that has no words for
 * that, `end` prints the statements that would, and fails if there are any. */
void sql_missing_add(const struct sql_table *t, struct buf *sql);

void sql_missing_end(const struct dialect *d, struct buf *sql);

#endif
