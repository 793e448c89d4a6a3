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

struct pages_result {
	int64_t total;    /* of the first page */
	bool is_steady;   /* every page bore it */
	bool is_capped;   /* it is a lower bound */
	bool is_one_page; /* the first page held the whole list */
};

/* A walk that has begun: some of its pages may be asked for already. */
struct pages;

/* A walk in pages of `size` rows; nothing is asked for yet. `query`, which is
 * copied, takes the place of the list's where it is not NULL. */
struct pages *pages_new(struct walk *w, const struct walk_list *list,
    const char *query, unsigned size);

/* Asks for the first page, if that has not been done; the answer is taken by
 * pages_take_first. */
ATTR_NODISCARD
int pages_ask_first(struct pages *p, struct fail *why);

/* The first page as it came; pages_judge tells what it is. */
ATTR_NODISCARD
int pages_take_first(struct pages *p, struct page *first, struct fail *why);

/* Walks to the end. `first` is the first page, where it has been taken, and
 * is freed; else NULL. While the last pages are under way, the room that they
 * leave is used for those of `next`, which may be NULL, so that a long chain
 * of walks never waits in between. */
ATTR_NODISCARD
enum walk_result pages_run(struct pages *p, struct page *first,
    struct pages *next, struct pages_result *result, struct fail *why);

/* Gives back what was asked for and not taken. NULL is allowed. */
void pages_free(struct pages *p);

/* All of it for a walk that stands alone. */
ATTR_NODISCARD
enum walk_result pages_walk(struct walk *w, const struct walk_list *list,
    const char *query, unsigned size, struct page *first,
    struct pages_result *result, struct fail *why);

/* Judges a page that was taken: WALK_DONE if its rows are there, WALK_ABSENT
 * (the page moves to w->problem), or WALK_FAILED. `number` 0 is none. */
ATTR_NODISCARD
enum walk_result pages_judge(struct walk *w, const struct walk_list *list,
    struct page *page, uint64_t number, struct fail *why);

#endif
