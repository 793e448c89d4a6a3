/* SPDX-License-Identifier: ISC */
/*
 * What happened to each row of a table during a load, by rowid, two bits a
 * row. Dense rowids, as tables that only grow have, take a third of a byte
 * each; scattered ones up to 48. Pure.
 */
#ifndef SQLITE_SEEN_H
#define SQLITE_SEEN_H

#include <stddef.h>
#include <stdint.h>

enum sqlite_seen_state {
	SEEN_NOT,
	SEEN_INSERTED,
	SEEN_UPDATED,
	SEEN_UNCHANGED,
};

struct sqlite_seen_group;

struct sqlite_seen {
	struct sqlite_seen_group
	    *groups; /* open addressing; NULL: nothing seen */
	size_t count, capacity;
};

enum sqlite_seen_state sqlite_seen_get(const struct sqlite_seen *s,
    int64_t rowid);
void sqlite_seen_set(struct sqlite_seen *s, int64_t rowid,
    enum sqlite_seen_state state);
void sqlite_seen_free(struct sqlite_seen *s);

#endif
