/* SPDX-License-Identifier: ISC */
/*
 * Hashing of records: each cell by itself, with its table, column and place;
 * the sum of these does not depend on their order.
 */
#include "version.h"

#include "schema.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct sum {
	uint64_t low, high;
};

static uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 0x100000001B3u; /* FNV-1a */
	return (hash ^ len) * 0x100000001B3u;
}

/* The finalizer of splitmix64: every bit of the input reaches all. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

static uint64_t
hash_cell(uint64_t seed, const struct row *row, const struct column *c)
{
	struct cell cell = row->cells[c->index];
	uint64_t hash =
	    hash_bytes(seed, c->table->name, strlen(c->table->name));

	hash = hash_bytes(hash, c->name, strlen(c->name));
	/* A row's id holds the places of its lists. */
	if (c->table->parent && row->id.kind == CELL_TEXT) {
		const char *dot = memchr(row->id.text, '.', row->id.len);
		size_t skip = dot ? (size_t)(dot - row->id.text) : 0;

		hash =
		    hash_bytes(hash, row->id.text + skip, row->id.len - skip);
	}
	/* 3 in a column that has become one of doubles is still 3. */
	if (cell.kind == CELL_NUMBER && cell.number == floor(cell.number) &&
	    fabs(cell.number) < 0x1p53) {
		cell.integer = (int64_t)cell.number;
		cell.kind = CELL_INTEGER;
	}
	hash = hash_bytes(hash, &cell.kind, sizeof(cell.kind));
	if (cell.kind == CELL_TEXT)
		return mix(hash_bytes(hash, cell.text, cell.len));
	return mix(hash_bytes(hash, &cell.integer, sizeof(cell.integer)));
}

static uint64_t
hash_name(const struct table *t, uint64_t seed)
{
	return mix(hash_bytes(seed, t->name, strlen(t->name)));
}

static void
add_row(struct sum *sum, const struct row *row, const struct table *t)
{
	for (size_t i = 0; i < t->column_count && i < row->count; i++) {
		const struct column *c = t->columns[i];

		if (c->is_own || row->cells[c->index].kind == CELL_NULL)
			continue;
		sum->low += hash_cell(0xCBF29CE484222325u, row, c);
		sum->high += hash_cell(0x9AE16A3B2F90404Fu, row, c);
	}
	/* A row without values counts too. */
	sum->low += hash_name(t, 1);
	sum->high += hash_name(t, 2);
}

void
version_write(const struct batch *b, uint64_t sequence,
    char text[VERSION_TEXT_BYTES])
{
	struct sum sum = {0};

	for (size_t i = 0; i < b->table_count; i++) {
		const struct batch_table *t = &b->tables[i];

		for (size_t n = t->count;
		     n > 0 && t->rows[n - 1].sequence == sequence; n--)
			add_row(&sum, &t->rows[n - 1], t->table);
	}
	(void)snprintf(text, VERSION_TEXT_BYTES, "%016" PRIx64 "%016" PRIx64,
	    sum.high, sum.low);
}
