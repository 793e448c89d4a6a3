/* SPDX-License-Identifier: ISC */
/*
 * A hash of groups of 64 neighbouring rowids.
 */
#include "sqlite_seen.h"

#include "mem.h"

#include <stdbool.h>
#include <stdlib.h>

enum { GROUP_BITS = 6, START_GROUPS = 64 };

struct sqlite_seen_group {
	int64_t number;     /* rowid >> GROUP_BITS */
	uint64_t low, high; /* the bits of the states; both 0: a free slot,
			     * as a group exists for a row that was seen */
};

static struct sqlite_seen_group *
find(struct sqlite_seen_group *groups, size_t capacity, int64_t number)
{
	/* Fibonacci hashing: neighbours spread over the table. */
	uint64_t hash = (uint64_t)number * 0x9E3779B97F4A7C15u;
	size_t at = (size_t)(hash >> 20) & (capacity - 1);

	while ((groups[at].low | groups[at].high) != 0 &&
	    groups[at].number != number)
		at = (at + 1) & (capacity - 1);
	return &groups[at];
}

enum sqlite_seen_state
sqlite_seen_get(const struct sqlite_seen *s, int64_t rowid)
{
	unsigned bit = (unsigned)rowid & 63;
	const struct sqlite_seen_group *g;

	if (s->capacity == 0)
		return SEEN_NOT;
	g = find(s->groups, s->capacity, rowid >> GROUP_BITS);
	return (enum sqlite_seen_state)(
	    (g->low >> bit & 1) | (g->high >> bit & 1) << 1);
}

static void
grow(struct sqlite_seen *s)
{
	size_t capacity = s->capacity ? s->capacity * 2 : START_GROUPS;
	struct sqlite_seen_group *groups = mem_alloc(capacity, sizeof(*groups));

	for (size_t i = 0; i < s->capacity; i++)
		if ((s->groups[i].low | s->groups[i].high) != 0)
			*find(groups, capacity, s->groups[i].number) =
			    s->groups[i];
	free(s->groups);
	s->groups = groups;
	s->capacity = capacity;
}

void
sqlite_seen_set(struct sqlite_seen *s, int64_t rowid,
    enum sqlite_seen_state state)
{
	uint64_t mask = (uint64_t)1 << ((unsigned)rowid & 63);
	struct sqlite_seen_group *g;

	if (state == SEEN_NOT)
		return;
	if (s->count * 4 >= s->capacity * 3)
		grow(s);
	g = find(s->groups, s->capacity, rowid >> GROUP_BITS);
	if ((g->low | g->high) == 0) {
		g->number = rowid >> GROUP_BITS;
		s->count++;
	}
	g->low = (unsigned)state & 1 ? g->low | mask : g->low & ~mask;
	g->high = (unsigned)state & 2 ? g->high | mask : g->high & ~mask;
}

void
sqlite_seen_free(struct sqlite_seen *s)
{
	free(s->groups);
	*s = (struct sqlite_seen){0};
}
