/* SPDX-License-Identifier: ISC */
/*
 * What happened to each row of a table during a load, by rowid, two bits a
 * row. Dense rowids, as tables that only grow have, take a third of a byte
 * each; scattered ones up to 48. Pure.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stddef.h>
#include <stdint.h>

enum seen_state {
	SEEN_NOT,
	SEEN_INSERTED,
	SEEN_UPDATED,
	SEEN_UNCHANGED,
};

struct seen_group;

struct seen {
	struct seen_group *groups; /* open addressing; NULL: nothing seen */
	size_t count, capacity;
};

enum seen_state seen_get(const struct seen *s, int64_t rowid);
void seen_set(struct seen *s, int64_t rowid, enum seen_state state);
void seen_free(struct seen *s);

#endif
