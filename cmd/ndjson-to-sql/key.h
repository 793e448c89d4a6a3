/* SPDX-License-Identifier: ISC */
/*
 * The key of a table: chosen once by --key, the stream's _key or a member
 * "id", the same for all loads and all records, and put into each row. Works
 * for record.h, in its struct; r->table is the record's.
 */
#ifndef KEY_H
#define KEY_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

struct envelope;
struct json_node;
struct place;
struct record;
struct table;

/* Gives a table without a key what its first record or the options name; none
 * where they name none. 0; 1 where the record is at fault, and the table has
 * no key as before. */
ATTR_NODISCARD
int key_choose(struct record *r, const struct json_node *nodes,
    const struct envelope *e, struct fail *why);

/* Whether --key names the key that the table has: 0, or -1 (STATUS_USAGE). */
ATTR_NODISCARD
int key_check_chosen(const struct record *r, struct fail *why);

/* Whether the record's _key does: 0, or 1. Merged by another key, some rows
 * would be lost. */
ATTR_NODISCARD
int key_check_listed(const struct record *r, const struct json_node *nodes,
    const struct json_node *list, struct fail *why);

/* Fills the key's columns, and p->id, so that rows below can refer to it: 0,
 * or -1 where a part is not there, null, or of no type that the column takes:
 * that is the record's fault. */
ATTR_NODISCARD
int key_put(struct record *r, const struct json_node *nodes,
    const struct envelope *e, struct place *p, struct fail *why);

/* Whether rows of lists may refer to a row of the table: to a key of several
 * parts they do by its JSON, and only of texts and whole numbers do all
 * destinations write the same. If not, r->reason says what to do. */
bool key_is_referable(struct record *r, const struct table *t);

#endif
