/* SPDX-License-Identifier: ISC */
/*
 * One walk over the pages of a list, with several pages under way at once.
 * Rows come in the order of the pages whatever the order of the answers. The
 * URLs are built here; Link headers are never followed (they lack the
 * server's own "/api").
 */
#ifndef PAGES_H
#define PAGES_H

#include "walk.h"

enum { PAGES_MAX_JOBS = 64 };

/* Pages of a walk to come, which one that has asked for all of its own, and
 * has room, may ask for: those from the first on, in the order of tickets. */
struct pages_ahead {
	struct buf query; /* without page numbers */
	unsigned size;
	unsigned limit; /* pages that may be asked for; 0: none */
	unsigned count; /* pages that were */
	struct ticket *tickets[PAGES_MAX_JOBS];
};

struct pages_result {
	int64_t total;    /* of the first page */
	bool is_steady;   /* every page bore it */
	bool is_capped;   /* it is a lower bound */
	bool is_one_page; /* the first page held the whole list */
};

/* Walks in pages of `size` rows. `first` is the page with the number 1 where
 * that has been taken already, and is freed; else NULL. `query` takes the
 * place of the list's where it is not NULL. `begun` are pages of this walk
 * that an earlier one asked for, whose first ticket is gone already: it takes
 * the others. `ahead` are those of the next one. Both may be NULL. */
ATTR_NODISCARD
enum walk_result pages_walk(struct walk *w, const struct walk_list *list,
    const char *query, unsigned size, struct page *first,
    struct pages_ahead *begun, struct pages_ahead *ahead,
    struct pages_result *result, struct fail *why);

/* Gives the tickets back, and forgets what was planned. */
void pages_drop(struct walk *w, struct pages_ahead *ahead);

/* Judges a page that was taken: WALK_DONE if its rows are there, WALK_ABSENT
 * (the page moves to w->problem), or WALK_FAILED. `number` 0 is none. */
ATTR_NODISCARD
enum walk_result pages_judge(struct walk *w, const struct walk_list *list,
    struct page *page, uint64_t number, struct fail *why);

#endif
