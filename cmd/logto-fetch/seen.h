/* SPDX-License-Identifier: ISC */
/*
 * A set of keys that were seen, and in which walk, in at most 16 bytes a key
 * whatever their length. It holds a 62-bit keyed hash of each. Two keys that
 * share a hash look like one, so that a list comes out one short, which its
 * walk notices; among 5 million keys the chance of it is 1 in 300,000.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEEN_SHARDS = 64, SEEN_MAX_WALKS = 255 };

/* Open addressing with linear probing; 0 is an empty slot. The walk stands
 * in the low byte of a slot, the hash above it. */
struct seen_shard {
	uint64_t *slots;
	size_t count, capacity;
};

/* Each shard grows by itself, so that growth never doubles the whole. */
struct seen {
	struct seen_shard shards[SEEN_SHARDS];
	uint64_t secret[2]; /* nobody can make keys that collide */
	size_t count;       /* distinct keys */
	size_t in_walk;     /* distinct keys of the walk under way */
	unsigned walk;      /* from 1 */
};

enum seen_result {
	SEEN_NEW,   /* never before */
	SEEN_OLD,   /* in an earlier walk, and now in this one */
	SEEN_TWICE, /* in this walk already */
};

/* Cannot fail; allocates nothing yet. The first walk is under way. */
void seen_init(struct seen *s);

/* Starts another walk; there may be SEEN_MAX_WALKS. */
void seen_start_walk(struct seen *s);

enum seen_result seen_add(struct seen *s, const void *key, size_t len);

/* Whether the key is there; adds nothing. */
bool seen_has(const struct seen *s, const void *key, size_t len);

/* Forgets all keys and walks; keeps the memory of small sets. */
void seen_clear(struct seen *s);

/* Bytes held for keys. */
size_t seen_bytes(const struct seen *s);

void seen_free(struct seen *s);

#endif
