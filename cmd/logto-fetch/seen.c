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

/* The moment in the last word of a slot. */
#define MOMENT_MASK UINT32_C(0xff)

enum {
	FIRST_CAPACITY = 8,
	SHARD_BITS = 6,
	/* A set that grew beyond this is given back when it is cleared. */
	KEPT_CAPACITY = 1024,
};

static_assert(1 << SHARD_BITS == SEEN_SHARDS, "a shard for each value");
static_assert(sizeof(struct seen_slot) == 12, "slots have no padding");

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

/* SipHash-2-4 with 128 bits of result. */
static void
sip_hash(const uint64_t secret[2], const void *bytes, size_t len,
    uint64_t hash[2])
{
	const unsigned char *from = bytes;
	uint64_t v[4] = {secret[0] ^ UINT64_C(0x736f6d6570736575),
	    secret[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
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
	v[2] ^= 0xee;
	for (int half = 0; half < 2; half++) {
		for (int i = 0; i < 4; i++)
			sip_round(v);
		hash[half] = v[0] ^ v[1] ^ v[2] ^ v[3];
		v[1] ^= 0xdd;
	}
}

void
seen_init(struct seen *s)
{
	*s = (struct seen){.moment = 1};
	/* Early in boot: a weaker key is better than to wait. */
	if (getrandom(s->secret, sizeof(s->secret), GRND_NONBLOCK) == -1)
		s->secret[0] = (uint64_t)getpid();
}

void
seen_mark(struct seen *s)
{
	assert(s->moment <= SEEN_MAX_MARKS); /* it fits MOMENT_MASK */
	s->moment++;
	s->again = 0;
}

/* A key as it stands in a slot; its shard takes other bits of the hash. */
static struct seen_slot
make_slot(const struct seen *s, const void *key, size_t len, size_t *shard)
{
	uint64_t hash[2];

	sip_hash(s->secret, key, len, hash);
	*shard = (size_t)(hash[1] >> (64 - SHARD_BITS));
	return (struct seen_slot){{(uint32_t)hash[0], (uint32_t)(hash[0] >> 32),
	    ((uint32_t)hash[1] & ~MOMENT_MASK) | s->moment}};
}

static bool
is_empty(const struct seen_slot *slot)
{
	return (slot->words[2] & MOMENT_MASK) == 0;
}

static bool
is_alike(const struct seen_slot *a, const struct seen_slot *b)
{
	return a->words[0] == b->words[0] && a->words[1] == b->words[1] &&
	    (a->words[2] | MOMENT_MASK) == (b->words[2] | MOMENT_MASK);
}

/* The slot that holds the key, or the empty one where it belongs. */
static struct seen_slot *
find_slot(const struct seen_shard *shard, const struct seen_slot *key)
{
	/* The high bits of a product spread over any capacity. */
	size_t at = (size_t)((uint64_t)key->words[1] * shard->capacity >> 32);

	while (
	    !is_empty(&shard->slots[at]) && !is_alike(&shard->slots[at], key))
		if (++at == shard->capacity)
			at = 0;
	return &shard->slots[at];
}

/* Makes room for one more: 7/8 full at most, 3/4 after growth, which is 14 to
 * 16 bytes a key. */
static void
make_room(struct seen_shard *shard)
{
	struct seen_shard old = *shard;

	if ((old.count + 1) * 8 <= old.capacity * 7)
		return;
	shard->capacity =
	    old.capacity ? old.capacity + old.capacity / 6 + 1 : FIRST_CAPACITY;
	assert(shard->capacity < UINT32_MAX);
	shard->slots = mem_alloc(shard->capacity, sizeof(*shard->slots));
	for (size_t i = 0; i < old.capacity; i++)
		if (!is_empty(&old.slots[i]))
			*find_slot(shard, &old.slots[i]) = old.slots[i];
	free(old.slots);
}

enum seen_result
seen_add(struct seen *s, const void *key, size_t len)
{
	size_t index;
	struct seen_slot made = make_slot(s, key, len, &index);
	struct seen_shard *shard = &s->shards[index];
	struct seen_slot *slot;
	enum seen_result result;

	make_room(shard);
	slot = find_slot(shard, &made);
	if (is_empty(slot)) {
		s->count++;
		shard->count++;
		result = SEEN_NEW;
	} else if (slot->words[2] == made.words[2]) {
		result = SEEN_TWICE;
	} else {
		s->again++;
		result = SEEN_AGAIN;
	}
	*slot = made;
	return result;
}

bool
seen_has(const struct seen *s, const void *key, size_t len)
{
	size_t index;
	struct seen_slot made = make_slot(s, key, len, &index);
	const struct seen_shard *shard = &s->shards[index];

	return shard->capacity > 0 && !is_empty(find_slot(shard, &made));
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
	s->again = 0;
	s->moment = 1;
}

void
seen_free(struct seen *s)
{
	for (size_t i = 0; i < SEEN_SHARDS; i++) {
		free(s->shards[i].slots);
		s->shards[i] = (struct seen_shard){0};
	}
}
