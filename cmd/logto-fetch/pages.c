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
 *
 * Where pages are to overlap within a window of time, they need no odd sizes
 * (slice.h): the first page tells the times of its rows, and a window that
 * ends with row 97 has its second page begin at row 197 of the whole.
 */
#include "pages.h"

#include "mem.h"
#include "slice.h"

#include <stdlib.h>

enum {
	NOT_A_CUT = -1,
	/* Rows that a server counts and does not show may fill pages; but not
	 * so many. */
	MAX_BARREN = 1000,
};

/* A page that was asked for. */
struct asked {
	struct ticket *ticket;
	struct slice slice;
	uint64_t offset; /* of its first row in the list */
};

struct pages {
	struct walk *w;
	const struct walk_list *list;
	struct pages_plan plan;
	struct pages_window window; /* where plan.window is not NULL */
	char *query;
	struct asked *ring;    /* of plan.ahead; page n stands at n % ahead */
	uint64_t asked, taken; /* numbers of pages */
	uint64_t end;          /* the row behind the last one asked for */
	uint64_t total;        /* the most that a page told */
	uint64_t empty_count;  /* of the newest pages, that should have rows */
	bool is_total_known, is_capped;
	bool is_ended;   /* the end of what is wanted was met */
	bool is_counted; /* the total is known before a page was taken */
	/* Of each row of the first page: where a window that ends with its
	 * millisecond begins with that row, this millisecond. */
	int64_t cuts[WALK_PAGE_SIZE];
	unsigned cut_count;
};

struct pages *
pages_new(struct walk *w, const struct walk_list *list,
    const struct pages_plan *plan)
{
	struct pages *p = mem_alloc(1, sizeof(*p));

	p->w = w;
	p->list = list;
	p->plan = *plan;
	p->query = mem_string(plan->query ? plan->query : list->query);
	if (plan->window)
		p->window = *plan->window;
	if (p->plan.ahead == 0)
		p->plan.ahead = w->ahead;
	p->ring = mem_alloc(p->plan.ahead, sizeof(*p->ring));
	return p;
}

void
pages_window_query(struct buf *query, const char *base,
    const struct pages_window *window)
{
	buf_addf(query, "%s%sstart_time=%lld", base, *base ? "&" : "",
	    (long long)(window->from_ms > 0 ? window->from_ms - 1 : 0));
	if (window->to_ms < INT64_MAX)
		buf_addf(query, "&end_time=%lld", (long long)window->to_ms + 1);
	buf_add(query, "&enableCap=true");
}

/* Moves a page of overlapping ones by a window that ends earlier, if that
 * comes farther; returns where the window begins. */
static uint64_t
shift(const struct pages *p, struct slice *slice, int64_t *to_ms)
{
	uint64_t begin =
	    p->end > p->plan.overlap ? p->end - p->plan.overlap : 0;
	uint64_t page = begin / p->plan.size;
	unsigned row = (unsigned)(begin % p->plan.size);

	while (row > 0 && row < p->cut_count && p->cuts[row] == NOT_A_CUT)
		row--;
	if (row == 0 || row >= p->cut_count ||
	    row + (page + 1) * p->plan.size <= slice_end(slice))
		return 0;
	*slice = (struct slice){page + 1, p->plan.size};
	*to_ms = p->cuts[row];
	return row;
}

/* Chooses the next page; `window` is changed with it. */
static struct asked
choose(const struct pages *p, struct pages_window *window)
{
	const struct pages_plan *plan = &p->plan;
	struct asked next = {.slice = {1, plan->size}};

	if (p->asked == 0 && plan->offset == 0)
		return next;
	if (p->asked == 0) {
		next.slice = slice_next(plan->offset, 0, plan->size);
	} else if (plan->overlap == 0) {
		next.slice.page = p->asked + 1;
	} else {
		next.slice = slice_next(p->end, plan->overlap, plan->size);
		next.offset = shift(p, &next.slice, &window->to_ms);
	}
	next.offset += slice_begin(&next.slice);
	return next;
}

static int
ask_page(struct pages *p, struct fail *why)
{
	struct pages_window window = p->window;
	struct asked next = choose(p, &window);
	struct buf base, query;

	buf_init(&base, BOUND_URL_BYTES);
	buf_init(&query, BOUND_URL_BYTES);
	if (p->plan.window)
		pages_window_query(&base, p->query, &window);
	else
		buf_add(&base, p->query);
	walk_page_query(&query, base.data, next.slice.page, next.slice.size);
	next.ticket =
	    transfer_ask(p->w->transfer, p->list->path, query.data, why);
	buf_free(&base);
	buf_free(&query);
	if (!next.ticket)
		return -1;
	p->asked++;
	p->end = next.offset + next.slice.size;
	p->ring[p->asked % p->plan.ahead] = next;
	return 0;
}

int
pages_ask_first(struct pages *p, struct fail *why)
{
	return p->asked > 0 ? 0 : ask_page(p, why);
}

static void
note_total(struct pages *p, uint64_t before, int64_t total, bool is_capped)
{
	p->is_total_known = true;
	if (is_capped)
		p->is_capped = true;
	else if (total > 0 && before + (uint64_t)total > p->total)
		p->total = before + (uint64_t)total;
}

/* Learns from the first page, if that came, how many rows there are; a walk
 * whose total is capped will not take place as it is. */
static void
count_ahead(struct pages *p)
{
	int64_t total;
	bool is_capped;

	if (p->is_counted || p->asked == 0 ||
	    !transfer_peek(p->ring[1 % p->plan.ahead].ticket, &total,
		&is_capped))
		return;
	p->is_counted = true;
	if (!is_capped)
		note_total(p, 0, total, false);
}

/* How many pages are still to be asked for, about. */
static uint64_t
count_left(const struct pages *p)
{
	/* The last of overlapping pages must not be full. */
	uint64_t wanted = p->total + (p->plan.overlap > 0);

	if (p->is_capped)
		return UINT64_MAX;
	if (!p->is_total_known)
		return p->asked == 0;
	return wanted <= p->end ? 0 : (wanted - p->end - 1) / p->plan.size + 1;
}

/* Which walk may ask for a page now; NULL: all have. */
static struct pages *
whose_turn(struct pages *p, struct pages *next)
{
	uint64_t left = count_left(p);

	if (p->taken == 0 || !next)
		return left > 0 ? p : NULL;
	if (next->asked == 0 && left < p->plan.ahead)
		return next;
	if (left > 0)
		return p;
	count_ahead(next);
	return count_left(next) > 0 ? next : NULL;
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
	while (count_held(p, next) < p->plan.ahead) {
		struct pages *turn = whose_turn(p, next);

		if (!turn)
			return 0;
		if (ask_page(turn, why) != 0)
			return -1;
	}
	return 0;
}

/* What stands in a page. */
struct content {
	size_t count; /* rows */
	int64_t first_ms, last_ms;
	bool is_ordered; /* newest first, and each has a time */
};

/* Reads the times of the rows, and of the first page the cuts. */
static struct content
read_content(struct pages *p, const struct page *page)
{
	struct content content = {.is_ordered = true};
	struct fail ignored; /* walk_take_rows reports it */
	const struct json_node *rows = walk_rows(p->list, page, &ignored);
	bool has_cuts = p->taken == 1 && p->plan.window;

	if (!rows || rows->kind != JSON_ARRAY) {
		content.count = rows != NULL;
		return content;
	}
	for (size_t at = (size_t)(rows - page->nodes) + 1; at < rows->end;
	     at = page->nodes[at].end) {
		int64_t ms = walk_created_ms(page->nodes, at);

		if (ms == INT64_MIN ||
		    (content.count > 0 && ms > content.last_ms))
			content.is_ordered = false;
		if (has_cuts && p->cut_count < WALK_PAGE_SIZE)
			p->cuts[p->cut_count++] =
			    content.count > 0 && ms == content.last_ms
			    ? NOT_A_CUT
			    : ms;
		if (content.count++ == 0)
			content.first_ms = ms;
		content.last_ms = ms;
	}
	return content;
}

size_t
pages_count_rows(const struct walk_list *list, const struct page *page)
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

bool
pages_is_whole(const struct walk_list *list, const struct page *page,
    unsigned size)
{
	size_t count = pages_count_rows(list, page);

	return !page->is_capped && page->total == (int64_t)count &&
	    count < size;
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
	struct asked *slot = &p->ring[(p->taken + 1) % p->plan.ahead];
	struct ticket *ticket = slot->ticket;

	slot->ticket = NULL;
	p->taken++;
	if (walk_take(p->w, ticket, page, why) == 0)
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

/* Tells the cover, and whether this was the last page that is wanted. A page
 * with fewer rows than it could hold, that is not the end of the list, may
 * lack some anywhere, and covers nothing. */
static void
tell_cover(struct pages *p, const struct asked *asked,
    const struct content *content, int64_t total)
{
	struct cover *cover = p->plan.cover;
	uint64_t behind = slice_begin(&asked->slice) + content->count;
	bool is_short = content->count < asked->slice.size;
	bool is_end = is_short && total >= 0 && (uint64_t)total <= behind;
	struct cover_page page = {.offset = asked->offset,
	    .first_ms = content->first_ms,
	    .last_ms = content->last_ms,
	    .is_top = asked->offset == 0,
	    .is_end = is_end};

	if (!content->is_ordered)
		cover->is_disordered = true;
	if (content->count > 0 && (is_end || !is_short))
		cover_add(cover, &page);
	/* From here on rows come in no order. */
	if (!cover_is_whole(cover))
		p->w->is_torn = true;
	if ((is_end && content->count > 0) ||
	    cover->edge_ms < p->plan.until_ms || cover->is_disordered)
		p->is_ended = true;
	if (cover->count > 0 &&
	    (p->plan.is_gap_the_end ||
		(p->plan.is_full_gap_the_end &&
		    cover->gaps[cover->count - 1].is_full)))
		p->is_ended = true;
}

/* Whether the server goes on counting rows that it does not give, or gives
 * the same ones in page after page: it could keep us asking for ever. */
static bool
is_barren(struct pages *p, const struct asked *asked,
    const struct content *content, int64_t total, struct fail *why)
{
	size_t known = p->w->seen.count;
	bool is_empty = content->count == 0 && total > 0 &&
	    (uint64_t)total > slice_begin(&asked->slice);

	p->empty_count = is_empty ? p->empty_count + 1 : 0;
	if (p->empty_count > MAX_BARREN)
		(void)fail_set(why, STATUS_RETRY,
		    "the server counts %lld records, but the last %d pages "
		    "have none",
		    (long long)total, MAX_BARREN);
	else if (p->taken > MAX_BARREN + 2 * (uint64_t)known)
		(void)fail_set(why, STATUS_RETRY,
		    "the server counts %lld records, but %llu pages have only "
		    "%zu",
		    (long long)total, (unsigned long long)p->taken, known);
	else
		return false;
	return true;
}

/* Gives the rows of a page on; frees it. */
static enum walk_result
use_page(struct pages *p, struct page *page, struct pages_result *result,
    struct fail *why)
{
	const struct asked *asked = &p->ring[p->taken % p->plan.ahead];
	struct content content = read_content(p, page);
	enum walk_result outcome;

	note_total(p, asked->offset - slice_begin(&asked->slice), page->total,
	    page->is_capped);
	if (p->taken == 1) {
		result->total = page->total;
		result->is_capped = page->is_capped;
		result->is_one_page = p->plan.offset == 0 &&
		    pages_is_whole(p->list, page, p->plan.size);
	}
	if (p->plan.cover)
		tell_cover(p, asked, &content, page->total);
	/* A page with fewer rows than it could hold is not the end; one
	 * without any is, where the total does not say. */
	if (content.count == 0 && page->is_capped)
		p->is_ended = true;
	p->w->stats.pages++;
	outcome = is_barren(p, asked, &content, page->total, why)
	    ? WALK_FAILED
	    : walk_take_rows(p->w, p->list, page, why);
	page_free(page);
	return outcome;
}

/* Whether there is a page to take, asked for or not. */
static bool
has_more(const struct pages *p)
{
	return !p->is_ended && (p->taken < p->asked || count_left(p) > 0);
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
		if (p->asked == 0) {
			p->asked = 1;
			p->end = p->plan.size;
			p->ring[1 % p->plan.ahead] =
			    (struct asked){.slice = {1, p->plan.size}};
		}
		outcome = use_page(p, first, result, why);
	}
	while (outcome == WALK_DONE && has_more(p)) {
		if (ask_ahead(p, next, why) != 0 ||
		    take_page(p, &page, why) != 0)
			return WALK_FAILED;
		outcome = pages_judge(p->w, p->list, &page, p->taken, why);
		if (outcome == WALK_DONE)
			outcome = use_page(p, &page, result, why);
	}
	if (outcome == WALK_DONE && p->plan.cover)
		cover_end(p->plan.cover, p->plan.until_ms, p->end);
	return outcome;
}

void
pages_free(struct pages *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->plan.ahead; i++)
		transfer_drop(p->w->transfer, p->ring[i].ticket);
	free(p->ring);
	free(p->query);
	free(p);
}

enum walk_result
pages_walk(struct walk *w, const struct walk_list *list,
    const struct pages_plan *plan, struct page *first,
    struct pages_result *result, struct fail *why)
{
	struct pages *p = pages_new(w, list, plan);
	enum walk_result outcome = pages_run(p, first, NULL, result, why);

	pages_free(p);
	return outcome;
}
