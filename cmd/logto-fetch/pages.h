/* SPDX-License-Identifier: ISC */
/*
 * One walk over the pages of a list, with several pages under way at once.
 * Rows come in the order of the pages whatever the order of the answers. The
 * URLs are built here; Link headers are never followed (they lack the
 * server's own "/api").
 */
#ifndef PAGES_H
#define PAGES_H

#include "cover.h"
#include "walk.h"

/* What to walk over, and how. */
struct pages_plan {
	const char *query; /* encoded; NULL: the list's own; copied */
	unsigned size;     /* rows to a page */
	/* Rows that a page shares with the one before (slice.h); 0: pages
	 * touch. */
	unsigned overlap;
	uint64_t offset; /* the row to begin at, or a little before */
	unsigned ahead;  /* answers asked for and not taken; 0: w->ahead */
	/* Is told each page of a list that is newest first; or NULL. */
	struct cover *cover;
	int64_t until_ms;         /* older times are not wanted */
	bool is_gap_the_end;      /* a gap ends the walk */
	bool is_full_gap_the_end; /* one that no page can span does */
	/* Times in which the server searches, both ends included; NULL: all. */
	const struct pages_window *window;
};

struct pages_window {
	int64_t from_ms, to_ms; /* to_ms INT64_MAX leaves it open */
};

struct pages_result {
	int64_t total;    /* of the first page */
	bool is_capped;   /* it is a lower bound */
	bool is_one_page; /* the first page held the whole list */
};

/* A walk that has begun: some of its pages may be asked for already. */
struct pages;

/* Nothing is asked for yet. The plan is copied; its cover is borrowed. */
struct pages *pages_new(struct walk *w, const struct walk_list *list,
    const struct pages_plan *plan);

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
    const struct pages_plan *plan, struct page *first,
    struct pages_result *result, struct fail *why);

/* Judges a page that was taken: WALK_DONE if its rows are there, WALK_ABSENT
 * (the page moves to w->problem), or WALK_FAILED. `number` 0 is none. */
ATTR_NODISCARD
enum walk_result pages_judge(struct walk *w, const struct walk_list *list,
    struct page *page, uint64_t number, struct fail *why);

/* Appends what selects a window. Servers before 1.42 leave its ends out, so
 * it is asked for one millisecond wider at both; and a count beyond 10,000 is
 * dear, so that none is asked for. */
void pages_window_query(struct buf *query, const char *base,
    const struct pages_window *window);

/* The rows of a page; 0 where its answer has another shape. */
size_t pages_count_rows(const struct walk_list *list, const struct page *page);

/* Whether the page holds all rows of its list, of pages of `size` rows: the
 * server counts them in a statement of its own, so a full page never does. */
bool pages_is_whole(const struct walk_list *list, const struct page *page,
    unsigned size);

#endif
