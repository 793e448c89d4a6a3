/* SPDX-License-Identifier: ISC */
/*
 * The set of seen keys. The hash is SipHash-2-4 (Aumasson and Bernstein,
 * 2012) under a key that is drawn anew for each process.
 */
#include "seen.h"

#include "mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	FIRST_CAPACITY = 8,
	WALK_BITS = 8,
	SHARD_BITS = 6,
	/* A set that grew beyond this is given back when it is cleared. */
	KEPT_CAPACITY = 1024,
};

static_assert(1 << SHARD_BITS == SEEN_SHARDS, "a shard for each value");
static_assert((1 << WALK_BITS) - 1 == SEEN_MAX_WALKS, "walks fit their bits");

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static uint64_t
sip_hash(const uint64_t secret[2], const void *bytes, size_t len)
{
	const unsigned char *from = bytes;
	uint64_t v[4] = {secret[0] ^ UINT64_C(0x736f6d6570736575),
	    secret[1] ^ UINT64_C(0x646f72616e646f6d),
	    secret[0] ^ UINT64_C(0x6c7967656e657261),
	    secret[1] ^ UINT64_C(0x7465646279746573)};
	uint64_t last = (uint64_t)len << 56;

	for (; len >= 8; len -= 8, from += 8) {
		uint64_t word;

		/* In the machine's order: the hash never leaves it. */
		memcpy(&word, from, 8);
		v[3] ^= word;
		sip_round(v);
		sip_round(v);
		v[0] ^= word;
	}
	for (size_t i = 0; i < len; i++)
		last |= (uint64_t)from[i] << (8 * i);
	v[3] ^= last;
	sip_round(v);
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void
seen_init(struct seen *s)
{
	*s = (struct seen){.walk = 1};
	/* Early in boot: a weaker key is better than to wait. */
	if (getrandom(s->secret, sizeof(s->secret), GRND_NONBLOCK) == -1)
		s->secret[0] = (uint64_t)getpid();
}

void
seen_start_walk(struct seen *s)
{
	assert(s->walk < SEEN_MAX_WALKS);
	s->walk++;
	s->in_walk = 0;
}

/* The slot that holds the hash, or the empty one where it belongs. */
static uint64_t *
find_slot(const struct seen_shard *shard, uint64_t hash)
{
	/* The high bits of a product spread over any capacity. */
	uint64_t spread = hash >> WALK_BITS << (WALK_BITS + SHARD_BITS);
	size_t at = (size_t)((spread >> 32) * shard->capacity >> 32);

	while (shard->slots[at] &&
	    shard->slots[at] >> WALK_BITS != hash >> WALK_BITS)
		if (++at == shard->capacity)
			at = 0;
	return &shard->slots[at];
}

/* Makes room for one more: 80% full at most, 53% after growth, which is 10
 * to 15 bytes a key. */
static void
make_room(struct seen_shard *shard)
{
	struct seen_shard old = *shard;

	if ((old.count + 1) * 5 <= old.capacity * 4)
		return;
	shard->capacity =
	    old.capacity ? old.capacity + old.capacity / 2 : FIRST_CAPACITY;
	shard->slots = mem_alloc(shard->capacity, sizeof(*shard->slots));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i])
			*find_slot(shard, old.slots[i]) = old.slots[i];
	free(old.slots);
}

enum seen_result
seen_add(struct seen *s, const void *key, size_t len)
{
	uint64_t hash = sip_hash(s->secret, key, len);
	struct seen_shard *shard = &s->shards[hash >> (64 - SHARD_BITS)];
	uint64_t *slot;
	unsigned walk;

	make_room(shard);
	assert(shard->capacity < UINT32_MAX);
	slot = find_slot(shard, hash);
	walk = (unsigned)(*slot & SEEN_MAX_WALKS);
	if (walk == s->walk)
		return SEEN_TWICE;
	s->in_walk++;
	*slot = (hash & ~(uint64_t)SEEN_MAX_WALKS) | s->walk;
	if (walk != 0)
		return SEEN_OLD;
	s->count++;
	shard->count++;
	return SEEN_NEW;
}

bool
seen_has(const struct seen *s, const void *key, size_t len)
{
	uint64_t hash = sip_hash(s->secret, key, len);
	const struct seen_shard *shard = &s->shards[hash >> (64 - SHARD_BITS)];

	return shard->capacity > 0 && *find_slot(shard, hash) != 0;
}

void
seen_clear(struct seen *s)
{
	for (size_t i = 0; i < SEEN_SHARDS; i++) {
		struct seen_shard *shard = &s->shards[i];

		if (shard->capacity > KEPT_CAPACITY) {
			free(shard->slots);
			*shard = (struct seen_shard){0};
		} else if (shard->count > 0) {
			memset(shard->slots, 0,
			    shard->capacity * sizeof(*shard->slots));
			shard->count = 0;
		}
	}
	s->count = 0;
	s->in_walk = 0;
	s->walk = 1;
}

size_t
seen_bytes(const struct seen *s)
{
	size_t bytes = 0;

	for (size_t i = 0; i < SEEN_SHARDS; i++)
		bytes += s->shards[i].capacity * sizeof(uint64_t);
	return bytes;
}

void
seen_free(struct seen *s)
{
	for (size_t i = 0; i < SEEN_SHARDS; i++) {
		free(s->shards[i].slots);
		s->shards[i] = (struct seen_shard){0};
	}
}
