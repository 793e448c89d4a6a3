/* SPDX-License-Identifier: ISC */
/*
 * A batch: the rows that one chunk of the input became, for any number of
 * tables, on their way from the thread that reads to the thread that writes.
 *
 * A batch owns the chunk itself. Cells are 16 bytes; their text is a slice
 * of the chunk, or lies in the batch's arena where the chunk's bytes would
 * not do (escaped strings, timestamps). So a string is copied for the first
 * time by the destination.
 *
 *      chunk   {"id":"a","n":1,"tags":["x","y"]}\n{"id":"b", ...
 *                     ^         ^              ^
 *      rows of t        cells:  "a"  1         |
 *      rows of t__tags  cells:  "a" 0 "x", "a" 1 "y"
 */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type.h"

struct column;
struct table;

enum cell_kind {
	CELL_NULL, /* zeroed memory is a null cell */
	CELL_BOOL, /* integer is 0 or 1 */
	CELL_INTEGER,
	CELL_NUMBER,
	CELL_TEXT, /* not NUL-terminated; UTF-8; may hold NULs */
};

struct cell {
	union {
		int64_t integer;
		double number;
		const char *text;
	};
	uint32_t len;
	uint32_t kind; /* enum cell_kind */
};

/* The bytes of the text stay where they are. */
static inline void
cell_set_text(struct cell *cell, const char *text, size_t len)
{
	cell->kind = CELL_TEXT;
	cell->text = text;
	cell->len = (uint32_t)len;
}

static inline void
cell_set_integer(struct cell *cell, int64_t integer)
{
	cell->kind = CELL_INTEGER;
	cell->integer = integer;
}

struct row {
	struct cell *cells; /* by column index */
	uint32_t count;     /* of cells; columns beyond are null */
	uint32_t parent;    /* index of the parent's row in its table */
	uint64_t sequence;  /* of the root record, from 1 through the load */
	struct cell id;     /* what rows below it refer to */
	bool is_same;       /* the destination has it so already */
};

/* The line that a root record came from. */
struct origin {
	const char *text;
	size_t len;
	uint64_t line;    /* from 1 */
	uint64_t offset;  /* bytes before it in the stream */
	const char *name; /* of the stream */
	bool is_known;    /* the destination had a row of its key */
	bool is_again;    /* and the load had brought one before */
	bool is_dropped;  /* its rows are not to be written after all */
	bool is_refused;  /* ... by the destination, on trial */
};

struct batch_table {
	struct table *table; /* NULL: no row in this batch */
	struct row *rows;
	size_t count, capacity;
};

/* What happened to the schema before the rows of this batch. */
enum change_kind {
	CHANGE_TABLE,  /* the table comes into use */
	CHANGE_COLUMN, /* the column comes into use; its type is `type` */
	CHANGE_TYPE,   /* its values must be converted, `from` -> `type`; a
			* double becomes a decimal by infer_write, or by what
			* writes as many digits */
};

struct change {
	enum change_kind kind;
	struct table *table;
	struct column *column;
	enum type type, from;
	bool is_stored; /* the destination has it already */
};

struct arena_block;

struct batch {
	char *chunk;
	size_t chunk_bytes;
	struct batch_table *tables; /* by table id */
	size_t table_count, table_capacity;
	struct origin *origins; /* by sequence, from first_sequence on */
	size_t origin_count, origin_capacity;
	uint64_t first_sequence;
	struct change *changes;
	size_t change_count, change_capacity;
	struct arena_block *blocks; /* newest first */
	size_t arena_bytes;         /* of these */
	struct arena_block *spare;
};

/* Memory that lives as long as the batch's rows, aligned for cells. */
void *batch_alloc(struct batch *b, size_t size);

/* The table's part; `id` is the table's. */
struct batch_table *batch_table(struct batch *b, struct table *table,
    size_t id);

/* A new last row with `width` null cells. */
struct row *batch_add_row(struct batch *b, struct batch_table *t,
    uint64_t sequence, size_t width);

/* Makes the row hold at least `width` cells. */
void batch_widen(struct batch *b, struct row *row, size_t width);

/* The next root record's origin; its sequence number. */
uint64_t batch_add_origin(struct batch *b, const struct origin *origin);

/* Where a row's root record came from. */
const struct origin *batch_origin(const struct batch *b, const struct row *row);

void batch_add_change(struct batch *b, struct change change);

/* Takes all rows of the newest root record back, with its origin. */
void batch_take_back(struct batch *b, uint64_t sequence);

/* A number that is the same for cells with the same value; `seed` is any. Fit
 * for hash tables of this process, not for keeping. */
uint64_t batch_hash_cell(const struct cell *cell, uint64_t seed);

/* Empties it; `first_sequence` is the next root record's. */
void batch_clear(struct batch *b, uint64_t first_sequence);
void batch_free(struct batch *b);

#endif
