/* SPDX-License-Identifier: ISC */
/*
 * Whether a row t of a table and a row s of its stage are the same. Pure.
 */
#ifndef SQL_COMPARE_H
#define SQL_COMPARE_H

#include "buf.h"
#include "sql_table.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends the word, such as OR, before the n-th condition of a chain, n from 1
 * (and nothing before condition 0). It stands in brackets of its own, "((" and
 * "))": a chain is a tree as deep as it is long, and engines refuse one that
 * is deeper than 1,000; a chain of short chains is not deep. */
void sql_compare_add_word(size_t n, const char *word, struct buf *sql);

/* Appends the column of the stage s, as the table has it. */
void sql_compare_add_staged(const struct sql_table *t, const struct column *c,
    struct buf *sql);

/* Appends that both have the same value there, or none. It may be null where
 * it is not so. */
void sql_compare_add_same(const struct sql_table *t, const struct column *c,
    struct buf *sql);

/* Whether a change of the column is a change of the row: it is not of the key,
 * and does not only tell which load brought it. */
bool sql_compare_counts(const struct sql_table *t, const struct column *c);

/* Appends that they differ, behind the word; false, and nothing appended,
 * where all that they have is the key. `is_raw`: s is the stage, and not a
 * query of what is in it. */
bool sql_compare_add_differs(const struct sql_table *t, bool is_raw,
    const char *word, struct buf *sql);

#endif
