/* SPDX-License-Identifier: ISC */
/*
 * Rows of a stage that come into its table, new or in the place of the row with
 * their key (sql_merge.h). Pure.
 */
#ifndef SQL_UPSERT_H
#define SQL_UPSERT_H

#include "buf.h"
#include "sql_part.h"
#include "sql_table.h"

/* Rows with a new key come in; those that differ from the row with their key
 * take its place, whole. That another load brought the same row is no
 * difference. Keys must not be doubled in the stage. With MERGE_REPLACE or
 * MERGE_UPDATE it is two statements. */
void sql_upsert_add_merge(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* All rows come in. */
void sql_upsert_add_insert(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* Appends, in brackets, that t_ and s_ have a key and are the same. */
void sql_upsert_add_same_row(const struct sql_table *t, struct buf *sql);

#endif
