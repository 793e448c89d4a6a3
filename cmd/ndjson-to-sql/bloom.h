/* SPDX-License-Identifier: ISC */
/*
 * A Bloom filter: a set that never forgets a member, and says of one in a
 * hundred others that they are members too. Ten bits each. Pure.
 */
#ifndef BLOOM_H
#define BLOOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bloom {
	uint64_t *words;   /* NULL: no filter; everything may be a member */
	size_t word_count; /* a power of two */
};

/* For so many members. Above BLOOM_BYTES_MAX it only gets less exact. */
enum { BLOOM_BYTES_MAX = 16 << 20 };
void bloom_init(struct bloom *b, uint64_t members);

/* Members are hashes; they must be well mixed. */
void bloom_add(struct bloom *b, uint64_t hash);
/* Asks for the word of a member, so that it is at hand a little later. */
static inline void
bloom_expect(const struct bloom *b, uint64_t hash)
{
	if (b->words)
		__builtin_prefetch(
		    &b->words[(hash >> 24) & (b->word_count - 1)]);
}

bool bloom_may_have(const struct bloom *b, uint64_t hash);
void bloom_free(struct bloom *b);

#endif
