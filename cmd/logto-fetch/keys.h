/* SPDX-License-Identifier: ISC */
/*
 * The keys of a list's records, kept for the lists below them, with the
 * members that say which of them have such a list.
 */
#ifndef KEYS_H
#define KEYS_H

#include "buf.h"
#include "json.h"

#include <stdbool.h>
#include <stddef.h>

struct keys {
	struct buf text; /* key NUL type NUL isThirdParty NUL, a record each */
	size_t count;
	bool is_whole; /* the list was read to its end */
};

/* Cannot fail; they are a tenant's ids, without a ceiling. */
void keys_init(struct keys *k);

/* Adds the record's `name`, "id" where that is NULL; one without it has no
 * lists below it. */
void keys_add(struct keys *k, const struct json_node *nodes, size_t object,
    const char *name);

/* Adds the words of "=a,b". */
void keys_add_words(struct keys *k, const char *words);

/* Moves `at` (from 0) to the next key that fits `of`, such as "type=User" or
 * NULL, and returns it; NULL at the end. */
const char *keys_next(const struct keys *k, size_t *at, const char *of);

void keys_free(struct keys *k);

#endif
