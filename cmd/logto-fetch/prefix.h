/* SPDX-License-Identifier: ISC */
/*
 * Reading a list by descent over the first characters of its ids: each part
 * is asked for by its prefix, and divided further until it fits one page.
 *
 *      ""  -> 0 1 2 ... a b ... z           5850 rows
 *      "a" -> a0 a1 ... az                   163 rows
 *      "ab" is one page                       12 rows
 *
 * A page that holds a whole part is atomic, so the parts prove the list
 * whole however much it changes meanwhile, provided that they cover it: the
 * counts of the parts must add up to that of their parent.
 */
#ifndef PREFIX_H
#define PREFIX_H

#include "walk.h"

/* Gives on what w->seen does not hold yet. */
ATTR_NODISCARD
enum walk_result prefix_read(struct walk *w, const struct walk_list *list,
    struct fail *why);

/* Appends the query that selects the ids with this prefix; `base` is the
 * list's own. LIKE's wildcards in the prefix are escaped. */
void prefix_query(struct buf *query, const char *base, const char *prefix,
    size_t len, unsigned page_size);

#endif
