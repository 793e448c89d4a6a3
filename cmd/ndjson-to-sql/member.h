/* SPDX-License-Identifier: ISC */
/*
 * Places in the JSON of a resource: a tree with a hash over it. A member is
 * found with one comparison when records repeat their order: each one
 * remembers who came after it last time. Pure.
 */
#ifndef MEMBER_H
#define MEMBER_H

#include "type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct column;
struct table;

/* A member of an object, the item of a list, or a record. */
struct member {
	char *key; /* NULL: a record or an item */
	uint32_t key_len;
	bool has_time_name;
	bool is_parent_part; /* _parent, or within it */
	bool is_reserved;    /* _resource, _key, ... of a record */
	unsigned depth;      /* containers around it: 1 in a record */
	struct member *above;
	struct table *table; /* whose rows hold it */
	char *name;          /* of its column, or the prefix of those below */
	enum type forced;    /* by --type; TYPE_UNKNOWN: not */
	struct column *column;
	struct column **variants;    /* by type; NULL: none */
	struct table *list;          /* rows for the list that it is */
	struct member *item;         /* of that list */
	struct member *next_likely;  /* sibling that came after it */
	struct member *first_likely; /* the same for those below */
	uint64_t last_object; /* the object that had it last: finds doubles */
	bool has_below;       /* it was an object or list that was not empty */
	struct member *older; /* all members, for freeing */
	struct member *next_in_slot;
};

struct members {
	struct member *newest;
	struct member **slots; /* hash of (above, key) */
	size_t slot_count, count;
};

void members_init(struct members *all);
void members_free(struct members *all);

/* A record (`above` is NULL) or the item of the list `above`. */
struct member *members_add_root(struct members *all, struct member *above,
    struct table *table);

/* The member `key` below `above`, if it is the one that came there last time;
 * `previous` is the sibling that came before it, or NULL. */
static inline struct member *
members_guess(const struct member *above, const struct member *previous,
    const char *key, size_t len)
{
	struct member *m =
	    previous ? previous->next_likely : above->first_likely;

	return m && m->key_len == len && memcmp(m->key, key, len) == 0 ? m
								       : NULL;
}

/* The same, wherever it is; NULL: there is none yet. */
struct member *members_find(struct members *all, struct member *above,
    struct member *previous, const char *key, size_t len);

/* Makes it; it must not exist. */
struct member *members_add(struct members *all, struct member *above,
    const char *key, size_t len);

/* Its JSON path; the caller frees. */
char *member_path(const struct member *m);

#endif
