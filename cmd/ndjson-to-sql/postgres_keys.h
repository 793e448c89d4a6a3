/* SPDX-License-Identifier: ISC */
/*
 * The keys of the records so far, as Bloom filters that are joined by a
 * larger one whenever they are full: whether a key comes for the first time.
 * "No" may be wrong, "yes" never is. Pure.
 */
#ifndef POSTGRES_KEYS_H
#define POSTGRES_KEYS_H

#include "bloom.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POSTGRES_FILTERS_MAX = 16 };

struct row;
struct table;

struct postgres_keys {
	struct bloom filters[POSTGRES_FILTERS_MAX];
	size_t count;
	uint64_t room; /* of the last one */
};

/* Adds the key of a row of a root table; whether it is new for certain. */
bool postgres_keys_add(struct postgres_keys *k, const struct table *t,
    const struct row *row);

void postgres_keys_free(struct postgres_keys *k);

#endif
