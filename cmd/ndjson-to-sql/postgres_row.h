/* SPDX-License-Identifier: ISC */
/*
 * Rows as lines of the text that PostgreSQL's COPY reads: values between
 * tabs, \N for null. Pure.
 */
#ifndef POSTGRES_ROW_H
#define POSTGRES_ROW_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

#include <stdbool.h>

struct row;
struct sql_table;

/* Appends the row's line; for the table's stage, with the columns that it has
 * besides. STATUS_DATA, and nothing appended, where a text holds U+0000,
 * which PostgreSQL keeps nowhere. `is_cut` is set, and else left, where a time
 * has more than the six digits that PostgreSQL keeps. */
ATTR_NODISCARD
int postgres_row_add(struct buf *to, const struct sql_table *t,
    const struct row *row, bool is_stage, bool *is_cut, struct fail *why);

/* What to warn of at the end where `is_cut` was set. */
extern const char postgres_row_is_cut[];

#endif
