/* SPDX-License-Identifier: ISC */
/*
 * Windows of time. Those to come wait on a stack, the newest on top. One that
 * turns out too full is split. Where the times of its pages do not join
 * (cover.h), the gaps are windows of their own, down to a millisecond.
 */
#include "window.h"

#include "mem.h"
#include "msg.h"
#include "pages.h"
#include "sweep.h"
#include "ties.h"

#include <stdlib.h>

enum {
	/* The server counts to 10,000; this leaves room for guesses. */
	AIM_ROWS = 8000,
	/* Gaps within gaps; each is far smaller than the one around it. */
	MAX_DEPTH = 8,
};

struct window {
	int64_t from, to; /* both ends included */
	unsigned depth;   /* above 0 it is a gap of another one */
};

struct reading {
	struct walk *w;
	const struct walk_list *list;
	struct window *stack;
	size_t count, capacity;
	double ms_per_row;  /* of the newest window; 0: unknown */
	struct pages *next; /* the walk of the window next_window; or NULL */
	struct window next_window;
	struct cover cover; /* of the window under way */
};

static struct ticket *
ask(const struct walk *w, const struct walk_list *list, const char *base,
    unsigned page_size, struct fail *why)
{
	struct ticket *ticket;
	struct buf query;

	buf_init(&query, BOUND_URL_BYTES);
	walk_page_query(&query, base, 1, page_size);
	ticket = transfer_ask(w->transfer, list->path, query.data, why);
	buf_free(&query);
	return ticket;
}

/* Judges a page; a list without Total-Number is refused. */
static enum walk_result
judge(struct walk *w, const struct walk_list *list, struct page *page,
    struct fail *why)
{
	enum walk_result outcome = pages_judge(w, list, page, 0, why);

	if (outcome == WALK_DONE && page->total < 0) {
		page_free(page);
		(void)fail_set(why, STATUS_DATA,
		    "the answer lacks the header Total-Number; does a proxy "
		    "drop it?");
		return WALK_FAILED;
	}
	return outcome;
}

/* The answer to `ticket`, judged. */
static enum walk_result
take(struct walk *w, const struct walk_list *list, struct ticket *ticket,
    struct page *page, struct fail *why)
{
	if (walk_take(w, ticket, page, why) != 0)
		return WALK_FAILED;
	return judge(w, list, page, why);
}

static void
push(struct reading *r, int64_t from, int64_t to, unsigned depth)
{
	r->stack =
	    mem_grow(r->stack, &r->capacity, r->count + 1, sizeof(*r->stack));
	r->stack[r->count++] = (struct window){from, to, depth};
}

/* Pushes a window as two: the newer one is as long as `share` says. */
static void
push_split(struct reading *r, const struct window *win, int64_t share)
{
	int64_t width = win->to - win->from + 1;
	int64_t middle;

	if (share >= width)
		share = width / 2;
	if (share < 1)
		share = 1;
	middle = win->to - share + 1;
	if (middle > win->from)
		push(r, win->from, middle - 1, win->depth);
	push(r, middle, win->to, win->depth);
}

static int64_t
aimed_width(double ms_per_row)
{
	double width = ms_per_row * AIM_ROWS;

	if (width < 1)
		return 1;
	return width < 1e15 ? (int64_t)width : (int64_t)1e15;
}

/* createdAt of the page's first and last row. */
static bool
read_times(const struct walk_list *list, const struct page *page,
    int64_t *first, int64_t *last, size_t *count)
{
	struct fail ignored;
	const struct json_node *rows = walk_rows(list, page, &ignored);
	bool has_first = false;

	*count = 0;
	if (!rows)
		return false;
	for (size_t at = (size_t)(rows - page->nodes) + 1; at < rows->end;
	     at = page->nodes[at].end) {
		int64_t created_ms = walk_created_ms(page->nodes, at);

		++*count;
		if (created_ms == INT64_MIN)
			continue;
		*last = created_ms;
		if (!has_first)
			*first = *last;
		has_first = true;
	}
	return has_first;
}

static struct pages *
new_pages(struct reading *r, const struct window *win)
{
	const struct pages_window times = {win->from, win->to};
	const struct pages_plan plan = {.size = r->w->page_size,
	    .overlap = SWEEP_OVERLAP,
	    .cover = &r->cover,
	    .until_ms = win->from,
	    .window = &times};

	return pages_new(r->w, r->list, &plan);
}

/* Prepares the walk of the next window, for its pages to be asked for before
 * the end of the one under way. */
static void
plan_next(struct reading *r)
{
	struct window *next = r->count ? &r->stack[r->count - 1] : NULL;
	int64_t aim = aimed_width(r->ms_per_row);

	if (r->next || !next || next->depth > 0)
		return;
	if (r->ms_per_row > 0 && next->to - next->from > aim + aim / 5) {
		struct window whole = *next;

		r->count--;
		push_split(r, &whole, aim);
		next = &r->stack[r->count - 1];
	}
	r->next_window = *next;
	r->next = new_pages(r, next);
}

/* The walk of a window: prepared, or new. */
static struct pages *
begin_pages(struct reading *r, const struct window *win)
{
	struct pages *pages = r->next;

	if (!pages || win->depth > 0 || win->from != r->next_window.from ||
	    win->to != r->next_window.to)
		return new_pages(r, win);
	r->next = NULL;
	return pages;
}

/* The window has more rows than the server counts: divides it by the density
 * of its newest rows. */
static void
split_capped(struct reading *r, const struct window *win,
    const struct page *page)
{
	int64_t first, last;
	size_t count;

	r->ms_per_row = 0;
	if (read_times(r->list, page, &first, &last, &count) && count > 1)
		r->ms_per_row = (double)(win->to - last + 1) / (double)count;
	push_split(r, win, aimed_width(r->ms_per_row));
}

/* Starts to count: a gap goes on with the rows that its window had. */
static int
start_walk(struct reading *r, const struct window *win, struct fail *why)
{
	struct walk *w = r->w;

	if (win->depth > MAX_DEPTH)
		return fail_set(why, STATUS_RETRY,
		    "the log changes faster than it can be read, from %lld to "
		    "%lld; try again when it is quieter",
		    (long long)win->from, (long long)win->to);
	w->is_torn = win->depth > 0;
	if (win->depth == 0) {
		seen_clear(&w->seen);
		if (w->reached_ms != INT64_MAX)
			w->reached_ms = win->to + 1;
	}
	w->from_ms = win->from;
	w->to_ms = win->to + 1;
	w->stats.walks++;
	return 0;
}

/* Reads a millisecond that does not fit a page. */
static enum walk_result
read_millisecond(struct reading *r, const struct window *win, struct fail *why)
{
	const struct pages_window times = {win->from, win->to};
	enum walk_result outcome;
	struct buf query;

	buf_init(&query, BOUND_URL_BYTES);
	pages_window_query(&query, r->list->query, &times);
	outcome = ties_read(r->w, r->list, query.data, why);
	buf_free(&query);
	return outcome;
}

/* Pushes the gaps of a window, as long as they are smaller than itself. */
static void
push_gaps(struct reading *r, const struct window *win)
{
	if (r->cover.is_disordered) {
		struct window whole = *win;

		whole.depth++;
		push_split(r, &whole, (win->to - win->from + 1) / 2);
		return;
	}
	for (size_t i = 0; i < r->cover.count; i++) {
		struct cover_gap gap = r->cover.gaps[i];

		if (gap.newest > win->to)
			gap.newest = win->to;
		if (gap.oldest < win->from)
			gap.oldest = win->from;
		if (gap.oldest > gap.newest)
			continue;
		msg_at(MSG_VERBOSE,
		    "%s: a gap between pages, from %lld to %lld; reading it "
		    "again",
		    r->list->path, (long long)gap.oldest,
		    (long long)gap.newest);
		push(r, gap.oldest, gap.newest, win->depth + 1);
	}
}

/* Walks over a window, or divides it. */
static enum walk_result
walk_window(struct reading *r, const struct window *win, struct pages *pages,
    struct fail *why)
{
	struct pages_result result;
	struct page first;
	enum walk_result outcome;

	if (pages_take_first(pages, &first, why) != 0)
		return WALK_FAILED;
	outcome = judge(r->w, r->list, &first, why);
	if (outcome != WALK_DONE)
		return outcome;
	if (first.is_capped && win->from < win->to) {
		split_capped(r, win, &first);
		page_free(&first);
		return WALK_DONE;
	}
	if (win->from == win->to &&
	    !pages_is_whole(r->list, &first, r->w->page_size)) {
		page_free(&first);
		return read_millisecond(r, win, why);
	}
	if (win->depth == 0) /* after an empty one: all that is left */
		r->ms_per_row = first.total > 0
		    ? (double)(win->to - win->from + 1) / (double)first.total
		    : 0;
	plan_next(r);
	cover_init(&r->cover, INT64_MAX);
	outcome = pages_run(pages, &first, r->next, &result, why);
	if (outcome == WALK_DONE && !result.is_one_page)
		push_gaps(r, win);
	cover_free(&r->cover);
	return outcome;
}

static enum walk_result
read_window(struct reading *r, const struct window *win, struct fail *why)
{
	struct pages *pages;
	enum walk_result outcome;

	if (start_walk(r, win, why) != 0)
		return WALK_FAILED;
	pages = begin_pages(r, win);
	outcome = walk_window(r, win, pages, why);
	pages_free(pages);
	return outcome;
}

static enum walk_result
read_windows(struct reading *r, struct fail *why)
{
	enum walk_result outcome = WALK_DONE;

	while (outcome == WALK_DONE && r->count > 0) {
		struct window win = r->stack[--r->count];

		outcome = read_window(r, &win, why);
	}
	return outcome;
}

/* Whether the server heeds the window: 1 yes, 0 no (before 1.40), -1. Two
 * milliseconds of 1970 hold no rows. The first window is asked for in the
 * meantime. */
static int
heeds_window(struct reading *r, struct fail *why)
{
	static const struct pages_window empty = {2, 2};
	struct ticket *ticket;
	struct buf query;
	struct page page;

	buf_init(&query, BOUND_URL_BYTES);
	pages_window_query(&query, r->list->query, &empty);
	ticket = ask(r->w, r->list, query.data, 1, why);
	buf_free(&query);
	if (!ticket)
		return -1;
	plan_next(r);
	if (r->w->ahead > 1 && pages_ask_first(r->next, why) != 0) {
		transfer_drop(r->w->transfer, ticket);
		return -1;
	}
	if (take(r->w, r->list, ticket, &page, why) != WALK_DONE)
		return -1;
	page_free(&page);
	return page.total == 0;
}

/* A server without windows: a sweep from the newest row on. Times that fill
 * more than a page are read in parts, and to prove those the whole log. */
static enum walk_result
read_without_windows(struct walk *w, const struct walk_list *list,
    struct fail *why)
{
	const struct sweep sweep = {.size = w->page_size,
	    .until_ms = w->from_ms,
	    .has_resort = true};
	struct pages_result result;
	struct cover cover;
	enum walk_result outcome;
	bool is_whole;

	seen_clear(&w->seen);
	w->is_torn = false;
	outcome = sweep_read(w, list, &sweep, NULL, &cover, &result, why);
	is_whole = cover_is_whole(&cover);
	cover_free(&cover);
	if (outcome != WALK_DONE || is_whole)
		return outcome;
	return ties_read(w, list, NULL, why);
}

/* Asks for the first page of what is wanted. */
static enum walk_result
take_first(struct reading *r, struct page *page, struct fail *why)
{
	struct walk *w = r->w;
	const struct pages_window times = {w->from_ms,
	    w->to_ms < INT64_MAX ? w->to_ms - 1 : INT64_MAX};
	enum walk_result outcome;
	struct buf query;

	buf_init(&query, BOUND_URL_BYTES);
	pages_window_query(&query, r->list->query, &times);
	outcome = take(w, r->list,
	    ask(w, r->list, query.data, w->page_size, why), page, why);
	buf_free(&query);
	return outcome;
}

/* Pushes the window that the first page opens: fixed at its newest row. */
static int
open_window(struct reading *r, const struct page *page, struct fail *why)
{
	int64_t first_ms = 0, last_ms, to = r->w->to_ms;
	struct window whole = {.from = r->w->from_ms};
	size_t count;

	if (!read_times(r->list, page, &first_ms, &last_ms, &count))
		return fail_set(why, STATUS_DATA,
		    "a page of %lld rows has none with a createdAt",
		    (long long)page->total);
	whole.to = to < INT64_MAX ? to - 1 : first_ms;
	if (page->is_capped && whole.from < whole.to)
		split_capped(r, &whole, page);
	else
		push(r, whole.from, whole.to, 0);
	return 0;
}

/* Chooses the way by the first page. */
static enum walk_result
choose(struct reading *r, struct fail *why)
{
	struct walk *w = r->w;
	struct page page;
	enum walk_result outcome = take_first(r, &page, why);
	int heeds;

	if (outcome != WALK_DONE)
		return outcome;
	w->stats.total = page.is_capped ? -1 : page.total;
	walk_expect(w, r->list, &page);
	if (pages_is_whole(r->list, &page, w->page_size)) {
		w->stats.pages = w->stats.walks = 1;
		outcome = walk_take_rows(w, r->list, &page, why);
		page_free(&page);
		return outcome;
	}
	if (open_window(r, &page, why) != 0)
		outcome = WALK_FAILED;
	page_free(&page);
	if (outcome != WALK_DONE)
		return outcome;
	heeds = heeds_window(r, why);
	if (heeds == -1)
		return WALK_FAILED;
	if (heeds == 1)
		return read_windows(r, why);
	pages_free(r->next);
	r->next = NULL;
	return read_without_windows(w, r->list, why);
}

enum walk_result
window_read(struct walk *w, const struct walk_list *list, struct fail *why)
{
	struct reading r = {.w = w, .list = list};
	int64_t from = w->from_ms, to = w->to_ms;
	enum walk_result outcome;

	if (from >= to)
		return WALK_DONE;
	w->reached_ms = INT64_MAX;
	outcome = choose(&r, why);
	pages_free(r.next);
	free(r.stack);
	w->from_ms = from;
	w->to_ms = to;
	return outcome;
}
