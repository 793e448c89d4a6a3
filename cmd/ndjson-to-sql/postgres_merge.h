/* SPDX-License-Identifier: ISC */
/*
 * From the stages into the tables, by the statements of sql_merge.h: a root
 * table with all below it at once.
 */
#ifndef POSTGRES_MERGE_H
#define POSTGRES_MERGE_H

#include "attr.h"
#include "fail.h"

struct batch;
struct postgres;

/* Merges what the batch brought into tables that are checked. */
ATTR_NODISCARD
int postgres_merge_batch(struct postgres *s, struct batch *b, struct fail *why);

/* Merges all that is left, and does away with what did not come. */
ATTR_NODISCARD
int postgres_merge_finish(struct postgres *s, struct fail *why);

#endif
