/* SPDX-License-Identifier: ISC */
/*
 * Filters for keys.
 */
#include "postgres_keys.h"

#include "batch.h"
#include "schema.h"

#include <math.h>
#include <string.h>

enum {
	MEMBERS_FIRST = 1 << 16,
	GROWTH = 4,
	/* As many as bloom.h keeps exact, twelve bits each. */
	MEMBERS_MAX = BLOOM_BYTES_MAX / 12 * 8,
};

/* 3 and 3.0 are one key for the database. */
static uint64_t
hash_cell(struct cell cell, uint64_t seed)
{
	if (cell.kind == CELL_NUMBER && cell.number == floor(cell.number) &&
	    fabs(cell.number) < 0x1p53) {
		cell.integer = (int64_t)cell.number;
		cell.kind = CELL_INTEGER;
	}
	return batch_hash_cell(&cell, seed);
}

static void
add_filter(struct postgres_keys *k)
{
	uint64_t members = MEMBERS_FIRST;

	for (size_t i = 0; i < k->count && members < MEMBERS_MAX; i++)
		members *= GROWTH;
	k->room = members < MEMBERS_MAX ? members : MEMBERS_MAX;
	/* The last one goes on, and only gets less exact. */
	if (k->count == POSTGRES_FILTERS_MAX)
		return;
	bloom_init(&k->filters[k->count++], k->room);
}

bool
postgres_keys_add(struct postgres_keys *k, const struct table *t,
    const struct row *row)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < t->key_count; i++)
		hash = hash_cell(row->cells[t->key[i]->index], hash);
	for (size_t i = 0; i < k->count; i++)
		if (bloom_may_have(&k->filters[i], hash))
			return false;
	if (k->room == 0)
		add_filter(k);
	k->room--;
	bloom_add(&k->filters[k->count - 1], hash);
	return true;
}

void
postgres_keys_free(struct postgres_keys *k)
{
	for (size_t i = 0; i < k->count; i++)
		bloom_free(&k->filters[i]);
	*k = (struct postgres_keys){0};
}
