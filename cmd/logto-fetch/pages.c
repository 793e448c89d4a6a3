/* SPDX-License-Identifier: ISC */
/*
 * Walking over pages: asks for some ahead of the one whose rows are wanted
 * next.
 *
 *      taken          asked        last
 *        |--- ring ----|            |
 *      1 2 3 4 5 6 7 8 9 . . . . . 17
 *
 * Near the end the first page of the next walk is asked for as well. It tells
 * how many pages that has, and with them the ring stays full.
 */
#include "pages.h"

#include "mem.h"

#include <stdlib.h>

struct pages {
	struct walk *w;
	const struct walk_list *list;
	char *query;
	unsigned size;
	struct ticket **ring;  /* of w->ahead; page n stands at n % ahead */
	uint64_t asked, taken; /* page numbers */
	uint64_t last;         /* UINT64_MAX while the total is capped */
	bool is_ended;         /* an empty page was met */
	bool is_counted;       /* `last` is known before the first was taken */
};

struct pages *
pages_new(struct walk *w, const struct walk_list *list, const char *query,
    unsigned size)
{
	struct pages *p = mem_alloc(1, sizeof(*p));

	p->w = w;
	p->list = list;
	p->query = mem_string(query ? query : list->query);
	p->size = size;
	p->ring = mem_alloc(w->ahead, sizeof(struct ticket *));
	p->last = 1;
	return p;
}

static int
ask_page(struct pages *p, struct fail *why)
{
	struct buf query;
	struct ticket *ticket;

	buf_init(&query, BOUND_URL_BYTES);
	walk_page_query(&query, p->query, p->asked + 1, p->size);
	ticket = transfer_ask(p->w->transfer, p->list->path, query.data, why);
	buf_free(&query);
	if (!ticket)
		return -1;
	p->asked++;
	p->ring[p->asked % p->w->ahead] = ticket;
	return 0;
}

int
pages_ask_first(struct pages *p, struct fail *why)
{
	return p->asked > 0 ? 0 : ask_page(p, why);
}

static void
note_total(struct pages *p, int64_t total, bool is_capped)
{
	uint64_t last;

	if (is_capped) {
		p->last = UINT64_MAX;
	} else if (total > 0 && p->last != UINT64_MAX) {
		last = ((uint64_t)total + p->size - 1) / p->size;
		if (last > p->last)
			p->last = last;
	}
}

/* Learns from the first page, if that came, how many there are; a walk whose
 * total is capped will not take place as it is. */
static void
count_ahead(struct pages *p)
{
	int64_t total;
	bool is_capped;

	if (p->is_counted || p->asked == 0 ||
	    !transfer_peek(p->ring[1 % p->w->ahead], &total, &is_capped))
		return;
	p->is_counted = true;
	if (!is_capped)
		note_total(p, total, false);
}

/* Which walk may ask for a page now; NULL: all have. */
static struct pages *
whose_turn(struct pages *p, struct pages *next)
{
	uint64_t left = p->last - p->asked;

	if (p->taken == 0 || !next)
		return left > 0 ? p : NULL;
	if (next->asked == 0 && left < p->w->ahead)
		return next;
	if (left > 0)
		return p;
	count_ahead(next);
	return next->asked < next->last ? next : NULL;
}

/* Pages that were asked for and not taken; the one that told the count of
 * the next walk waits aside. */
static uint64_t
count_held(const struct pages *p, const struct pages *next)
{
	uint64_t count = p->asked - p->taken;

	return next ? count + next->asked - next->is_counted : count;
}

/* Asks as far ahead as there is room. A page of this walk is always among
 * what is held when the next walk gets room, so that its place is free again
 * once it was taken, should the total have grown by then. */
static int
ask_ahead(struct pages *p, struct pages *next, struct fail *why)
{
	while (count_held(p, next) < p->w->ahead) {
		struct pages *turn = whose_turn(p, next);

		if (!turn)
			return 0;
		if (ask_page(turn, why) != 0)
			return -1;
	}
	return 0;
}

static size_t
count_rows(const struct walk_list *list, const struct page *page)
{
	struct fail ignored; /* walk_take_rows reports it */
	const struct json_node *rows = walk_rows(list, page, &ignored);
	size_t count = 0;

	if (!rows || rows->kind != JSON_ARRAY)
		return rows != NULL;
	for (size_t at = (size_t)(rows - page->nodes) + 1; at < rows->end;
	     at = page->nodes[at].end)
		count++;
	return count;
}

enum walk_result
pages_judge(struct walk *w, const struct walk_list *list, struct page *page,
    uint64_t number, struct fail *why)
{
	long status = page->problem.status;
	bool may_be_absent = list->entry && list->entry->flags & MAY_BE_ABSENT;

	if (page->problem.kind == PROBLEM_NONE)
		return WALK_DONE;
	if (status == 400 || status == 404 || status == 422 ||
	    (status == 501 && may_be_absent)) {
		page_free(&w->problem);
		w->problem = *page;
		page->response = NULL;
		return WALK_ABSENT;
	}
	(void)transfer_explain(w->transfer, page, why);
	if (number > 1)
		(void)fail_prefix(why, "page %llu", (unsigned long long)number);
	page_free(page);
	return WALK_FAILED;
}

/* Takes the next page from the ring. */
static int
take_page(struct pages *p, struct page *page, struct fail *why)
{
	struct ticket **slot = &p->ring[(p->taken + 1) % p->w->ahead];
	struct ticket *ticket = *slot;

	*slot = NULL;
	p->taken++;
	if (transfer_take(p->w->transfer, ticket, page, why) == 0)
		return 0;
	return fail_prefix(why, "page %llu", (unsigned long long)p->taken);
}

int
pages_take_first(struct pages *p, struct page *first, struct fail *why)
{
	if (pages_ask_first(p, why) != 0)
		return -1;
	return take_page(p, first, why);
}

/* Gives the rows of a page on; frees it. */
static enum walk_result
use_page(struct pages *p, struct page *page, struct pages_result *result,
    struct fail *why)
{
	size_t count = count_rows(p->list, page);
	enum walk_result outcome;

	note_total(p, page->total, page->is_capped);
	if (p->taken == 1) {
		result->total = page->total;
		result->is_capped = page->is_capped;
		result->is_steady = true;
		result->is_one_page =
		    !page->is_capped && page->total == (int64_t)count;
	}
	if (page->total != result->total)
		result->is_steady = false;
	/* A page with fewer rows than it could hold is not the end; one
	 * without any is, where the total does not say. */
	if (count == 0 && page->is_capped)
		p->is_ended = true;
	p->w->stats.pages++;
	outcome = walk_take_rows(p->w, p->list, page, why);
	page_free(page);
	return outcome;
}

enum walk_result
pages_run(struct pages *p, struct page *first, struct pages *next,
    struct pages_result *result, struct fail *why)
{
	enum walk_result outcome = WALK_DONE;
	struct page page;

	*result = (struct pages_result){.total = -1};
	if (first) {
		/* It may have been asked for by somebody else. */
		p->taken = 1;
		if (p->asked == 0)
			p->asked = 1;
		outcome = use_page(p, first, result, why);
	}
	while (outcome == WALK_DONE && !p->is_ended && p->taken < p->last) {
		if (ask_ahead(p, next, why) != 0 ||
		    take_page(p, &page, why) != 0)
			return WALK_FAILED;
		outcome = pages_judge(p->w, p->list, &page, p->taken, why);
		if (outcome == WALK_DONE)
			outcome = use_page(p, &page, result, why);
	}
	return outcome;
}

void
pages_free(struct pages *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->w->ahead; i++)
		transfer_drop(p->w->transfer, p->ring[i]);
	free(p->ring);
	free(p->query);
	free(p);
}

enum walk_result
pages_walk(struct walk *w, const struct walk_list *list, const char *query,
    unsigned size, struct page *first, struct pages_result *result,
    struct fail *why)
{
	struct pages *p = pages_new(w, list, query, size);
	enum walk_result outcome = pages_run(p, first, NULL, result, why);

	pages_free(p);
	return outcome;
}
