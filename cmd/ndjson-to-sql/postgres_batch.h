/* SPDX-License-Identifier: ISC */
/*
 * Tables of somebody else are merged into batch by batch, so that a record
 * that breaks a constraint of theirs can be told and rejected.
 */
#ifndef POSTGRES_BATCH_H
#define POSTGRES_BATCH_H

#include "attr.h"
#include "fail.h"

struct batch;
struct postgres;
struct postgres_table;
struct sql_range;

/* Merges a range of the root's records; NULL: all. 0; 1 where the server
 * refuses some of it, and all is as it was; -1. */
ATTR_NODISCARD
int postgres_batch_try(struct postgres *s, struct postgres_table *root,
    const struct sql_range *range, struct fail *why);

/* From now on the root table is checked; what its stages have, which no
 * record of a later batch can spoil, is merged. */
ATTR_NODISCARD
int postgres_batch_begin(struct postgres *s, struct postgres_table *root,
    struct fail *why);

/* Merges what the batch has for tables that are checked. */
ATTR_NODISCARD
int postgres_batch_merge(struct postgres *s, struct batch *b, struct fail *why);

#endif
