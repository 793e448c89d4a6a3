/* SPDX-License-Identifier: ISC */
/*
 * Parents without rows, of which the stream tells by
 *
 *      {"_resource":"roles_users","_parent":{"roleId":"r1"},"_rows":0}
 *
 * They become cells of table.covered, in the order of the table's key; until
 * the table has one, which its first record brings, they wait. For the thread
 * that reads. Does no I/O.
 */
#ifndef CHILDLESS_H
#define CHILDLESS_H

#include "attr.h"
#include "fail.h"
#include "json.h"

#include <stddef.h>

struct table;

/* Adds `_parent`, the object in the nodes. Returns 0; or 1 where it lacks a
 * part of the table's key, or holds what is no string and no integer, and `why`
 * says so. */
ATTR_NODISCARD
int childless_add(struct table *t, const struct json_node *nodes,
    const struct json_node *parent, struct fail *why);

/* Those that waited for the table's key, which is known now: 0, or 1 as
 * childless_add. */
ATTR_NODISCARD
int childless_settle(struct table *t, struct fail *why);

/* Frees what the table has of this, for whoever frees the table. */
void childless_free(struct table *t);

#endif
