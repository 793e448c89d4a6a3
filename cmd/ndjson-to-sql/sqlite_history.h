/* SPDX-License-Identifier: ISC */
/*
 * Histories (slowly changing dimension, type 2): a row for each version of a
 * record, in force from _valid_from to _valid_to; null is until now. A record
 * that is the same as the version in force, its lists included, makes none.
 */
#ifndef SQLITE_HISTORY_H
#define SQLITE_HISTORY_H

#include "attr.h"
#include "fail.h"

struct batch;
struct sqlite;
struct sqlite_table;

/* Before the rows of a batch are inserted: drops records that are no new
 * version, and ends the versions that the others follow. */
ATTR_NODISCARD
int sqlite_history_compare(struct sqlite *s, struct sqlite_table *t,
    struct batch *b, struct fail *why);

/* Ends the versions whose records did not come in this load. */
ATTR_NODISCARD
int sqlite_history_close(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

#endif
