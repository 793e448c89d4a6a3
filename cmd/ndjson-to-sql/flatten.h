/* SPDX-License-Identifier: ISC */
/*
 * From JSON values to the cells of a row: objects are flattened into
 * columns, lists become rows of child tables, and the schema grows where
 * something is new. Works for record.h, in its struct.
 */
#ifndef FLATTEN_H
#define FLATTEN_H

#include "batch.h"
#include "buf.h"

#include <stddef.h>
#include <stdint.h>

struct column;
struct json_node;
struct member;
struct record;
struct table;

/* A row that is being filled. */
struct place {
	struct table *table;
	size_t row; /* index in the batch's table; rows may move */
	struct cell *cells;
	uint32_t count;
	struct cell id;  /* what rows below it refer to */
	struct buf rest; /* JSON of what finds no column; zeroed: nothing */
};

/* A new row of the table in r->batch. */
void flatten_open(struct record *r, struct table *t, uint64_t sequence,
    struct place *p);

/* Completes the row; what found no column goes into _rest. */
void flatten_close(struct record *r, struct place *p);

/* The row's cell in a column; valid until the table gets a new column. */
struct cell *flatten_cell(struct record *r, struct place *p,
    const struct column *c);

/* Copies a text into the batch. */
void flatten_text(struct record *r, struct cell *cell, const char *text,
    size_t len);

/* Puts a value that is no object or list where it belongs. */
void flatten_scalar(struct record *r, struct member *m,
    const struct json_node *node, struct place *p);

/* Puts the members of the object at nodes[at]. */
void flatten_object(struct record *r, struct member *m,
    const struct json_node *nodes, size_t at, struct place *p);

#endif
