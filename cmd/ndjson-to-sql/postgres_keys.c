/* SPDX-License-Identifier: ISC */
/*
 * Sets of marks. A Bloom filter of half the size would take one key in a
 * hundred for known; each of these rows goes through the stage, and for these
 * few PostgreSQL reads the whole table once more.
 */
#include "postgres_keys.h"

#include "batch.h"
#include "mem.h"
#include "schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	MEMBERS_FIRST = 1 << 16,
	GROWTH = 4,
	GROUP = 16, /* marks, a cache line */
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

/* The place of the mark in its group, or of the first free one; GROUP. */
static unsigned
find_place(const uint32_t *group, uint32_t mark)
{
	unsigned at = 0;

	while (at < GROUP && group[at] != mark && group[at] != 0)
		at++;
	return at;
}

/* Where the mark of the hash is, or would be. A set is never full. */
static uint32_t *
find(const struct postgres_key_set *set, uint64_t hash, uint32_t mark)
{
	uint64_t at = hash >> 32;

	for (;; at++) {
		uint32_t *group =
		    set->marks + (at & (set->group_count - 1)) * GROUP;
		unsigned place = find_place(group, mark);

		if (place < GROUP)
			return &group[place];
	}
}

/* Room for four times as many as the set before; some of it stays free. */
static void
add_set(struct postgres_keys *k)
{
	struct postgres_key_set *set = &k->sets[k->count];
	uint64_t members = MEMBERS_FIRST;

	for (size_t i = 0; i < k->count; i++)
		members *= GROWTH;
	set->group_count = members / GROUP;
	set->marks = mem_alloc(members, sizeof(*set->marks));
	k->room = members - members / 4;
	k->count++;
}

bool
postgres_keys_add(struct postgres_keys *k, const struct table *t,
    const struct row *row)
{
	uint32_t mark, *place = NULL;
	uint64_t hash = 0;

	for (size_t i = 0; i < t->key_count; i++)
		hash = hash_cell(row->cells[t->key[i]->index], hash);
	mark = (uint32_t)hash != 0 ? (uint32_t)hash : 1;
	for (size_t i = 0; i < k->count; i++) {
		place = find(&k->sets[i], hash, mark);
		if (*place == mark)
			return false;
	}
	if (!place || k->room == 0) {
		if (k->count == POSTGRES_KEY_SETS)
			return false;
		add_set(k);
		place = find(&k->sets[k->count - 1], hash, mark);
	}
	k->room--;
	*place = mark;
	return true;
}

void
postgres_keys_free(struct postgres_keys *k)
{
	for (size_t i = 0; i < k->count; i++)
		free(k->sets[i].marks);
	*k = (struct postgres_keys){0};
}
