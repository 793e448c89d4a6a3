/* SPDX-License-Identifier: ISC */
/*
 * A Bloom filter whose bits for a member lie in one word, so that a question
 * costs one cache miss.
 */
#include "bloom.h"

#include "mem.h"

#include <stdlib.h>

void
bloom_init(struct bloom *b, uint64_t members)
{
	const size_t most = BLOOM_BYTES_MAX / sizeof(uint64_t);
	size_t count = 64;

	/* Twelve bits a member make up for lying together. */
	while (count < most && (uint64_t)count * 64 < members * 12)
		count *= 2;
	b->words = mem_alloc(count, sizeof(uint64_t));
	b->word_count = count;
}

/* Four of the word's 64 bits. */
static uint64_t
bits_of(uint64_t hash)
{
	return (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63) |
	    (uint64_t)1 << (hash >> 12 & 63) | (uint64_t)1 << (hash >> 18 & 63);
}

void
bloom_add(struct bloom *b, uint64_t hash)
{
	if (b->words)
		b->words[(hash >> 24) & (b->word_count - 1)] |= bits_of(hash);
}

bool
bloom_may_have(const struct bloom *b, uint64_t hash)
{
	uint64_t bits = bits_of(hash);

	return !b->words ||
	    (b->words[(hash >> 24) & (b->word_count - 1)] & bits) == bits;
}

void
bloom_free(struct bloom *b)
{
	free(b->words);
	*b = (struct bloom){0};
}
