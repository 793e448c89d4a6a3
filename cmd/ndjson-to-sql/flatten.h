/* SPDX-License-Identifier: ISC */
/*
 * From JSON values to the cells of a row: objects are flattened into
 * columns, lists become rows of child tables, and the schema grows where
 * something is new. Works for record.h, in its struct.
 */
#ifndef FLATTEN_H
#define FLATTEN_H

#include <stddef.h>

struct json_node;
struct member;
struct place;
struct record;

/* Puts the members of the object at nodes[at]. */
void flatten_object(struct record *r, struct member *m,
    const struct json_node *nodes, size_t at, struct place *p);

#endif
