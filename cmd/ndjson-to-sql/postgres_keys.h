/* SPDX-License-Identifier: ISC */
/*
 * The keys of the records so far, and whether one comes for the first time: 32
 * bits of a hash for each, in sets that are joined by a larger one whenever
 * they are full; some six bytes a key. "No" may be wrong, for one key in a
 * hundred million, or for all that are not among the first 67 million; "yes"
 * never is. Pure.
 */
#ifndef POSTGRES_KEYS_H
#define POSTGRES_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POSTGRES_KEY_SETS = 6 };

struct row;
struct table;

struct postgres_key_set {
	uint32_t *marks; /* in groups; 0: none */
	uint64_t group_count;
};

struct postgres_keys {
	struct postgres_key_set sets[POSTGRES_KEY_SETS];
	size_t count;
	uint64_t room; /* of the last one */
};

/* Adds the key of a row of a root table; whether it is new for certain. */
bool postgres_keys_add(struct postgres_keys *k, const struct table *t,
    const struct row *row);

void postgres_keys_free(struct postgres_keys *k);

#endif
