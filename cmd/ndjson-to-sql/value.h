/* SPDX-License-Identifier: ISC */
/*
 * From a JSON value to a cell: the column that it belongs into, made where it
 * is new, widened or given a variant where its type does not fit. Works for
 * record.h, in its struct.
 */
#ifndef VALUE_H
#define VALUE_H

struct json_node;
struct member;
struct place;
struct record;

/* Puts a value into one cell; an object or a list as JSON. */
void value_put(struct record *r, struct member *m, const struct json_node *node,
    struct place *p);

/* The same for what is neither object nor list, a null or what the record's
 * _parent tells already being no reason for a column. */
void value_put_scalar(struct record *r, struct member *m,
    const struct json_node *node, struct place *p);

#endif
