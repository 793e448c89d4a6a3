/* SPDX-License-Identifier: ISC */
/*
 * Rows of a root table that did not come, though the stream covers them
 * (schema.h: is_covered, covered). Pure.
 */
#ifndef SQL_ABSENT_H
#define SQL_ABSENT_H

#include "buf.h"
#include "sql_table.h"

#include <stdbool.h>

/* Makes the table t->parents, of the parents in a root's stage, for a dialect
 * that opens a stage once in a statement. */
void sql_absent_add_parents(const struct sql_table *t, struct buf *sql);

/* Appends that the root's row t_ did not come, but would have. false where a
 * parent is named that the dialect has no text for; what was appended then is
 * half a condition. */
bool sql_absent_add_condition(const struct sql_table *t, struct buf *sql);

#endif
