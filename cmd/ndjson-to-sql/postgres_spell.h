/* SPDX-License-Identifier: ISC */
/*
 * One spelling of keys. A uuid of somebody else's table has many spellings,
 * and one of citext, or of a collation that takes capitals for the same, has
 * that with which it came first; the rows of lists come with the stream's.
 * In the stages all of them get the table's:
 *
 *      uu stage            uu__l stage
 *      6f9619ff-8b86...    6F96... -> 6f96...        _parent_id
 *                          6F96....0 -> 6f96....0    _id
 */
#ifndef POSTGRES_SPELL_H
#define POSTGRES_SPELL_H

#include "attr.h"
#include "fail.h"

struct postgres;
struct postgres_table;
struct sql_range;

/* For a root table, whose keys are not doubled, and those below it. */
ATTR_NODISCARD
int postgres_spell(struct postgres *s, const struct postgres_table *root,
    const struct sql_range *range, struct fail *why);

#endif
