/* SPDX-License-Identifier: ISC */
/*
 * A script cannot look at the database before it is written. Its guard does,
 * when it runs: it ends the transaction where the tables that are there and
 * the rows in the stages do not go together.
 */
#ifndef SCRIPT_GUARD_H
#define SCRIPT_GUARD_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

struct script;
struct sql_table;

/* Writes what fails where a table that is there is another's, or has another
 * key, by which rows of other records would be overwritten; where a column
 * holds another member of the records, or values of another type, which the
 * database might convert in silence; `is_merge`: also where there is a list
 * that this load has no table for, since its rows would stay; and where a
 * table is there that --sync or --replace would have to empty. For psql, what
 * empties it, and such lists, instead, as long as no row of theirs stays. The
 * stage of _columns is filled by then; other tables have not changed. */
ATTR_NODISCARD
int script_guard_put(struct script *s, bool is_merge, struct fail *why);

/* Writes what deletes the rows that came, where the table has columns that
 * this load does not: a row replaces the one with its key whole. */
ATTR_NODISCARD
int script_guard_forget(struct script *s, const struct sql_table *t,
    struct fail *why);

/* For _columns, and nothing for other tables: what it knows already it knows
 * better, but for integers that have become wide. Writes what takes that out
 * of its stage. */
ATTR_NODISCARD
int script_guard_keep(struct script *s, const struct sql_table *t,
    struct fail *why);

#endif
