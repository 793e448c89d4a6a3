/* SPDX-License-Identifier: ISC */
/*
 * From the stages into the tables, by the statements of sql_merge.h: a root
 * table with all below it at once.
 */
#ifndef POSTGRES_MERGE_H
#define POSTGRES_MERGE_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

struct postgres;
struct postgres_table;
struct sql_range;

/* Whether stages of the root's tree hold rows. */
bool postgres_merge_is_due(const struct postgres *s,
    const struct postgres_table *root);

/* Brings tables, keys and stages to where the statements need them. */
ATTR_NODISCARD
int postgres_merge_prepare(struct postgres *s, struct postgres_table *root,
    struct fail *why);

/* Merges the rows of a range of records; NULL: of all. */
ATTR_NODISCARD
int postgres_merge_rows(struct postgres *s, struct postgres_table *root,
    const struct sql_range *range, struct fail *why);

/* Merges all that is left, and does away with what did not come. */
ATTR_NODISCARD
int postgres_merge_finish(struct postgres *s, struct fail *why);

#endif
