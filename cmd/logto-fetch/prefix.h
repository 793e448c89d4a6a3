/* SPDX-License-Identifier: ISC */
/*
 * Reading a list by the first characters of its ids, in parts that fit one
 * page each: `similar_to` takes sets of characters.
 *
 *      everything        5850 rows
 *      0[0-9a-b]%          54 rows, one page
 *      0[c-n]%             51 rows, one page
 *      ...
 *      [0-9a-z]([^0-9a-z]%)?     ids that go on in another way: none
 *
 * A page that holds a whole part is atomic, and the parts leave no id out, so
 * that they prove the list whole however much it changes meanwhile.
 */
#ifndef PREFIX_H
#define PREFIX_H

#include "walk.h"

enum {
	/* Ids have 12 or 21 characters. */
	PREFIX_LONGEST = 32,
};

enum prefix_kind {
	/* The prefix, one of the set, anything. Sets are runs of Logto's
	 * alphabet, 0 to z. */
	PREFIX_SET,
	/* The prefix, one of the set unless that is empty, and no more or what
	 * is not in the alphabet and anything. */
	PREFIX_REST,
	/* As these two, of other characters that ids may hold. */
	PREFIX_MORE_SET,
	PREFIX_MORE_REST,
};

struct prefix {
	enum prefix_kind kind;
	char text[PREFIX_LONGEST + 1];
	size_t len;
	size_t from, count; /* the set: a run of the alphabet */
	uint64_t rows;      /* what it holds, about */
	unsigned tries;     /* answers that contradict themselves */
};

/* Gives on what w->seen does not hold yet; `total` is the list's count. */
ATTR_NODISCARD
enum walk_result prefix_read(struct walk *w, const struct walk_list *list,
    int64_t total, struct fail *why);

/* Appends the pattern that selects the ids of a part, in the syntax of SQL's
 * SIMILAR TO. */
void prefix_pattern(struct buf *pattern, const struct prefix *part);

#endif
