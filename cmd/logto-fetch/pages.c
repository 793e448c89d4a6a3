/* SPDX-License-Identifier: ISC */
/*
 * Walking over pages: asks for up to `jobs` pages ahead of the one whose
 * rows are wanted next.
 *
 *      taken          asked        last
 *        |--- ring ----|            |
 *      1 2 3 4 5 6 7 8 9 . . . . . 17
 */
#include "pages.h"

#include "mem.h"

#include <assert.h>
#include <stdlib.h>

struct pages {
	struct walk *w;
	const struct walk_list *list;
	const char *query;
	unsigned size;
	struct ticket **ring;  /* of w->jobs; page n stands at n % jobs */
	uint64_t asked, taken; /* page numbers */
	uint64_t last;         /* UINT64_MAX while the total is capped */
	bool is_ended;         /* an empty page was met */
};

static struct ticket *
ask_page(const struct pages *p, const char *base, uint64_t number,
    unsigned size, struct fail *why)
{
	struct buf query;
	struct ticket *ticket;

	buf_init(&query, BOUND_URL_BYTES);
	walk_page_query(&query, base, number, size);
	ticket = transfer_ask(p->w->transfer, p->list->path, query.data, why);
	buf_free(&query);
	return ticket;
}

/* Asks as far ahead as there is room, for this walk and then the next. */
static int
ask_ahead(struct pages *p, struct pages_ahead *ahead, struct fail *why)
{
	while (p->asked < p->last && p->asked - p->taken < p->w->jobs) {
		struct ticket *ticket =
		    ask_page(p, p->query, p->asked + 1, p->size, why);

		if (!ticket)
			return -1;
		p->asked++;
		p->ring[p->asked % p->w->jobs] = ticket;
	}
	while (ahead && ahead->count < ahead->limit &&
	    p->asked - p->taken + ahead->count < p->w->jobs) {
		struct ticket *ticket = ask_page(p, ahead->query.data,
		    ahead->count + 1, ahead->size, why);

		if (!ticket)
			return -1;
		ahead->tickets[ahead->count++] = ticket;
	}
	return 0;
}

/* Takes the pages that an earlier walk asked for; the first one is taken. */
static void
adopt(struct pages *p, struct pages_ahead *begun)
{
	for (unsigned i = 1; i < begun->count; i++) {
		p->asked++;
		p->ring[p->asked % p->w->jobs] = begun->tickets[i];
	}
	begun->count = begun->limit = 0;
}

void
pages_drop(struct walk *w, struct pages_ahead *ahead)
{
	for (unsigned i = 0; i < ahead->count; i++)
		transfer_drop(w->transfer, ahead->tickets[i]);
	ahead->count = ahead->limit = 0;
}

/* Extends the walk to what the newest total says. */
static void
note_total(struct pages *p, const struct page *page)
{
	uint64_t last;

	if (page->is_capped) {
		p->last = UINT64_MAX;
	} else if (page->total > 0 && p->last != UINT64_MAX) {
		last = ((uint64_t)page->total + p->size - 1) / p->size;
		if (last > p->last)
			p->last = last;
	}
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
static enum walk_result
take_page(struct pages *p, struct page *page, struct fail *why)
{
	struct ticket **slot = &p->ring[(p->taken + 1) % p->w->jobs];
	struct ticket *ticket = *slot;

	*slot = NULL;
	p->taken++;
	if (transfer_take(p->w->transfer, ticket, page, why) != 0) {
		(void)fail_prefix(why, "page %llu",
		    (unsigned long long)p->taken);
		return WALK_FAILED;
	}
	return pages_judge(p->w, p->list, page, p->taken, why);
}

/* Gives the rows of a page on; frees it. */
static enum walk_result
use_page(struct pages *p, struct page *page, struct pages_result *result,
    struct fail *why)
{
	size_t count = count_rows(p->list, page);
	enum walk_result outcome;

	note_total(p, page);
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

static enum walk_result
walk_all(struct pages *p, struct page *first, struct pages_ahead *begun,
    struct pages_ahead *ahead, struct pages_result *result, struct fail *why)
{
	enum walk_result outcome = WALK_DONE;
	struct page page;

	p->last = 1;
	if (first) {
		p->asked = p->taken = 1;
		if (begun)
			adopt(p, begun);
		outcome = use_page(p, first, result, why);
	}
	while (outcome == WALK_DONE && !p->is_ended && p->taken < p->last) {
		/* The first page tells how many there are. */
		if (ask_ahead(p, p->taken > 0 ? ahead : NULL, why) != 0)
			return WALK_FAILED;
		outcome = take_page(p, &page, why);
		if (outcome == WALK_DONE)
			outcome = use_page(p, &page, result, why);
	}
	return outcome;
}

enum walk_result
pages_walk(struct walk *w, const struct walk_list *list, const char *query,
    unsigned size, struct page *first, struct pages_ahead *begun,
    struct pages_ahead *ahead, struct pages_result *result, struct fail *why)
{
	struct pages p = {.w = w,
	    .list = list,
	    .size = size,
	    .query = query ? query : list->query};
	enum walk_result outcome;

	assert(w->jobs <= PAGES_MAX_JOBS);
	*result = (struct pages_result){.total = -1};
	p.ring = mem_alloc(w->jobs, sizeof(struct ticket *));
	outcome = walk_all(&p, first, begun, ahead, result, why);
	for (unsigned i = 0; i < w->jobs; i++)
		transfer_drop(w->transfer, p.ring[i]);
	free(p.ring);
	return outcome;
}
