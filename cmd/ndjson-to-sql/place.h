/* SPDX-License-Identifier: ISC */
/*
 * A row that is being filled: its cells, the id that rows below it refer to,
 * and what finds no column. Works for record.h, in its struct.
 */
#ifndef PLACE_H
#define PLACE_H

#include "batch.h"
#include "buf.h"

#include <stddef.h>
#include <stdint.h>

struct column;
struct json_node;
struct record;
struct table;

struct place {
	struct table *table;
	size_t row; /* index in the batch's table; rows may move */
	struct cell *cells;
	uint32_t count;
	struct cell id;  /* what rows below it refer to */
	struct buf rest; /* JSON of what finds no column; zeroed: nothing */
};

/* A new row of the table in r->batch. */
void place_open(struct record *r, struct table *t, uint64_t sequence,
    struct place *p);

/* A new row of a list's table, for the item `index` of the row `above`. Its id
 * is that of the row above and the index: the same whenever the same list is
 * loaded, so that nothing changes where nothing changed. */
void place_open_child(struct record *r, struct table *t,
    const struct place *above, size_t index, struct place *p);

/* Completes the row; what found no column goes into _rest. Where that would
 * pass BOUND_LINE_BYTES, as each value brings its path, r->verdict says so. */
void place_close(struct record *r, struct place *p);

/* Instead, where the row will not be kept. */
void place_drop(struct place *p);

/* The row's cell in a column; valid until the table gets a new column. */
struct cell *place_cell(struct record *r, struct place *p,
    const struct column *c);

/* Copies a text into the batch. */
void place_text(struct record *r, struct cell *cell, const char *text,
    size_t len);

/* Keeps the value at `path`, which it takes, for _rest. */
void place_keep(struct place *p, char *path, const struct json_node *node);

#endif
