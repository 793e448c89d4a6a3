/* SPDX-License-Identifier: ISC */
/*
 * A set of keys that were seen, in at most 16 bytes a key whatever their
 * length, and which of them were seen on both sides of a moment:
 *
 *      seen_add ...         before
 *      seen_mark            the moment
 *      seen_add ...         since; s->again counts those known before
 *
 * It holds 94 bits of a keyed hash of each. Two keys that share them would
 * look like one; among 5 million keys the chance of it is 1 in 10^15.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEEN_SHARDS = 64, SEEN_MAX_MARKS = 254 };

/* Open addressing with linear probing. The low byte of the last word counts
 * the marks before the key was seen last, from 1; 0 is an empty slot. The
 * rest is hash. */
struct seen_slot {
	uint32_t words[3];
};

struct seen_shard {
	struct seen_slot *slots;
	size_t count, capacity;
};

/* Each shard grows by itself, so that growth never doubles the whole. */
struct seen {
	struct seen_shard shards[SEEN_SHARDS];
	uint64_t secret[2]; /* nobody can make keys that collide */
	size_t count;       /* distinct keys */
	size_t again;       /* of them, seen before the mark and since */
	unsigned moment;    /* 1, and 1 more for each mark */
};

enum seen_result {
	SEEN_NEW,   /* never before */
	SEEN_AGAIN, /* before the mark, and for the first time since */
	SEEN_TWICE, /* since the mark already */
};

/* Cannot fail; allocates nothing yet. */
void seen_init(struct seen *s);

/* Sets the mark here; there may be SEEN_MAX_MARKS. */
void seen_mark(struct seen *s);

enum seen_result seen_add(struct seen *s, const void *key, size_t len);

/* Whether the key is there; adds nothing. */
bool seen_has(const struct seen *s, const void *key, size_t len);

/* Forgets all keys and the mark; keeps the memory of small sets. */
void seen_clear(struct seen *s);

void seen_free(struct seen *s);

#endif
