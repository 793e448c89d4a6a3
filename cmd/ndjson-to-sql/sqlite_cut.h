/* SPDX-License-Identifier: ISC */
/*
 * After a merge: child rows that are beyond the ends of their lists now.
 */
#ifndef SQLITE_CUT_H
#define SQLITE_CUT_H

#include "attr.h"
#include "fail.h"

struct batch;
struct sqlite;

/* After the rows of a batch were merged: removes the rows that are beyond the
 * ends of the lists in it, and everything below them. */
ATTR_NODISCARD
int sqlite_cut_run(struct sqlite *s, struct batch *b, struct fail *why);

#endif
