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

/* A request that may go out when a walk has asked for all of its pages and
 * still has room: the beginning of the next one. */
struct pages_ahead {
	const char *path; /* NULL: none */
	const char *query;
	struct ticket *ticket; /* NULL until then */
};

struct pages_result {
	int64_t total;    /* of the first page */
	bool is_steady;   /* every page bore it */
	bool is_capped;   /* it is a lower bound */
	bool is_one_page; /* the first page held the whole list */
};

/* Walks in pages of `size` rows. `first` is the page with the number 1 where
 * that has been taken already, and is freed; else NULL. `query` takes the
 * place of the list's where it is not NULL. `ahead` may be NULL. */
ATTR_NODISCARD
enum walk_result pages_walk(struct walk *w, const struct walk_list *list,
    const char *query, unsigned size, struct page *first,
    struct pages_ahead *ahead, struct pages_result *result, struct fail *why);

/* Judges a page that was taken: WALK_DONE if its rows are there, WALK_ABSENT
 * (the page moves to w->problem), or WALK_FAILED. `number` 0 is none. */
ATTR_NODISCARD
enum walk_result pages_judge(struct walk *w, const struct walk_list *list,
    struct page *page, uint64_t number, struct fail *why);

#endif
