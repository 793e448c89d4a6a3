/* SPDX-License-Identifier: ISC */
/*
 * A record is loaded whole or not at all, also where --rejects goes on after
 * a row that the database refuses. A row of a list comes when its record's
 * others are written; and a row of a root table comes when an earlier one of
 * its key, which counts after all, may have been left out for it. So where a
 * user has put a constraint or a trigger on a table, each batch is written
 * twice: on trial, to learn which records are refused, and then without them.
 */
#ifndef SQLITE_TRIAL_H
#define SQLITE_TRIAL_H

#include "attr.h"
#include "batch.h"
#include "fail.h"

struct sqlite;

/* Rejects the records of the batch with a row that the database would refuse;
 * where there can be none, does nothing. */
ATTR_NODISCARD
int sqlite_trial_run(struct sqlite *s, struct batch *b, struct fail *why);

#endif
