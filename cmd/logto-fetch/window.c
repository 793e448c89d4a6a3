/* SPDX-License-Identifier: ISC */
/*
 * Windows of time. Those to come wait on a stack, the newest on top. One that
 * turns out too full is split; one whose rows do not add up is read again
 * (is_repair), in other page sizes, then in halves, down to a millisecond,
 * and there by kind of event.
 */
#include "window.h"

#include "escape.h"
#include "mem.h"
#include "msg.h"
#include "pages.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* The server counts to 10,000; this leaves room for guesses. */
	AIM_ROWS = 8000,
	/* Distinct kinds of events in one millisecond. */
	MAX_KEYS = 128,
};

struct window {
	int64_t from, to; /* both ends included */
	unsigned tries;   /* walks of it so far */
	bool is_repair;   /* its rows were given on already, not all perhaps */
};

struct reading {
	struct walk *w;
	const struct walk_list *list;
	struct window *stack;
	size_t count, capacity;
	double ms_per_row;  /* of the newest window; 0: unknown */
	struct pages *next; /* the walk of the window next_window; or NULL */
	struct window next_window;
};

/* The list's query within the window; `to` INT64_MAX leaves it open. */
static void
add_window_query(struct buf *query, const char *base, int64_t from, int64_t to)
{
	buf_addf(query, "%s%sstart_time=%lld", base, *base ? "&" : "",
	    (long long)(from > 0 ? from - 1 : 0));
	if (to < INT64_MAX)
		buf_addf(query, "&end_time=%lld", (long long)to + 1);
}

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
	if (!ticket || transfer_take(w->transfer, ticket, page, why) != 0)
		return WALK_FAILED;
	return judge(w, list, page, why);
}

static void
push(struct reading *r, int64_t from, int64_t to, unsigned tries,
    bool is_repair)
{
	r->stack =
	    mem_grow(r->stack, &r->capacity, r->count + 1, sizeof(*r->stack));
	r->stack[r->count++] = (struct window){from, to, tries, is_repair};
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
		push(r, win->from, middle - 1, win->tries, win->is_repair);
	push(r, middle, win->to, win->tries, win->is_repair);
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
		const struct json_node *created =
		    json_member(page->nodes, at, "createdAt");

		++*count;
		if (!created || created->kind != JSON_INTEGER)
			continue;
		*last = created->integer;
		if (!has_first)
			*first = *last;
		has_first = true;
	}
	return has_first;
}

static struct pages *
new_pages(struct reading *r, const struct window *win)
{
	struct pages *pages;
	struct buf query;

	buf_init(&query, BOUND_URL_BYTES);
	add_window_query(&query, r->list->query, win->from, win->to);
	buf_add(&query, "&enableCap=true");
	pages = pages_new(r->w, r->list, query.data,
	    walk_page_size(r->w, win->tries));
	buf_free(&query);
	return pages;
}

/* Prepares the walk of the next window, for its pages to be asked for before
 * the end of the one under way. */
static void
plan_next(struct reading *r)
{
	struct window *next = r->count ? &r->stack[r->count - 1] : NULL;
	int64_t aim = aimed_width(r->ms_per_row);

	if (r->next || !next || next->is_repair)
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

	if (!pages || win->is_repair || win->from != r->next_window.from ||
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

/* Adds the row's `key` to a list of distinct ones. */
static int
note_key(struct buf *keys, size_t *count, const struct json_node *key,
    struct fail *why)
{
	const char *at = keys->data;

	if (!key || key->kind != JSON_STRING ||
	    memchr(key->string, '\0', key->string_len))
		return 0;
	for (size_t i = 0; i < *count; i++) {
		size_t len = strlen(at);

		if (len == key->string_len && !memcmp(at, key->string, len))
			return 0;
		at += len + 1;
	}
	if (++*count > MAX_KEYS)
		return fail_set(why, STATUS_RETRY,
		    "more than %d kinds of events in one millisecond",
		    MAX_KEYS);
	buf_append(keys, key->string, key->string_len);
	buf_add_char(keys, '\0');
	return 0;
}

/* Collects the kinds of events of the rows in `query`. */
static enum walk_result
collect_keys(struct reading *r, const char *query, struct buf *keys,
    size_t *count, struct fail *why)
{
	size_t rows = 1;

	for (uint64_t number = 1; rows > 0; number++) {
		struct fail ignored;
		struct buf text;
		struct page page;
		struct ticket *ticket;
		enum walk_result outcome;
		const struct json_node *array;
		int result = 0;

		buf_init(&text, BOUND_URL_BYTES);
		walk_page_query(&text, query, number, r->w->page_size);
		ticket =
		    transfer_ask(r->w->transfer, r->list->path, text.data, why);
		buf_free(&text);
		outcome = take(r->w, r->list, ticket, &page, why);
		if (outcome != WALK_DONE)
			return outcome;
		array = walk_rows(r->list, &page, &ignored);
		rows = 0;
		for (size_t at = array ? (size_t)(array - page.nodes) + 1 : 1;
		     array && at < array->end && result == 0;
		     at = page.nodes[at].end, rows++)
			result = note_key(keys, count,
			    json_member(page.nodes, at, "key"), why);
		page_free(&page);
		if (result != 0)
			return WALK_FAILED;
	}
	return WALK_DONE;
}

/* Reads rows that share a millisecond, in pages of one size after the other,
 * until all walks together have found as many as each of them was told:
 * `total`. */
static enum walk_result
read_tied(struct reading *r, const char *query, int64_t *total, bool *is_proven,
    struct fail *why)
{
	struct walk *w = r->w;
	struct pages_result result;
	enum walk_result outcome = WALK_DONE;
	struct seen part;

	*is_proven = false;
	*total = -1;
	seen_init(&part);
	w->part = &part;
	for (unsigned i = 0; i < WALK_MAX_WALKS && !*is_proven; i++) {
		if (w->seen.walk == SEEN_MAX_WALKS)
			break;
		seen_start_walk(&w->seen);
		walk_start(w);
		outcome = pages_walk(w, r->list, query, walk_page_size(w, i),
		    NULL, &result, why);
		if (outcome != WALK_DONE || !result.is_steady ||
		    result.is_capped || (i > 0 && result.total != *total))
			break;
		*total = result.total;
		*is_proven = (int64_t)part.count == result.total;
	}
	w->part = NULL;
	seen_free(&part);
	return outcome;
}

/* Reads a millisecond kind by kind; `total` is the count of all its rows. */
static enum walk_result
read_by_key(struct reading *r, const char *query, int64_t total,
    bool *is_proven, struct fail *why)
{
	struct buf keys, narrow;
	size_t count = 0;
	int64_t sum = 0, part = 0;
	enum walk_result outcome;

	buf_init(&keys, BOUND_CONFIG_BYTES);
	buf_init(&narrow, BOUND_URL_BYTES);
	*is_proven = true;
	outcome = collect_keys(r, query, &keys, &count, why);
	for (const char *key = keys.data;
	     count > 0 && *is_proven && outcome == WALK_DONE;
	     key += strlen(key) + 1, count--) {
		buf_clear(&narrow);
		buf_addf(&narrow, "%s&logKey=", query);
		escape_url(&narrow, key, strlen(key));
		outcome = read_tied(r, narrow.data, &part, is_proven, why);
		sum += part;
	}
	*is_proven = *is_proven && sum == total;
	buf_free(&keys);
	buf_free(&narrow);
	return outcome;
}

/* Reads one millisecond to its end. */
static enum walk_result
read_millisecond(struct reading *r, const struct window *win, const char *query,
    struct fail *why)
{
	bool is_proven;
	int64_t total;
	enum walk_result outcome = read_tied(r, query, &total, &is_proven, why);

	if (outcome == WALK_DONE && !is_proven && total >= 0 &&
	    !strstr(query, "logKey="))
		outcome = read_by_key(r, query, total, &is_proven, why);
	if (outcome != WALK_DONE || is_proven)
		return outcome;
	(void)fail_set(why, STATUS_RETRY,
	    "the %lld rows of millisecond %lld come in another order each "
	    "time; try again, or leave it out by --until and --since",
	    (long long)total, (long long)win->from);
	return WALK_FAILED;
}

/* The window was walked and its rows do not add up: divides it. A row that
 * came twice tells where the trouble is. */
static void
repair(struct reading *r, const struct window *win)
{
	int64_t tied = r->w->twice_ms;

	if (win->tries == 0) {
		push(r, win->from, win->to, 1, true);
	} else if (tied >= win->from && tied <= win->to) {
		if (tied > win->from)
			push(r, win->from, tied - 1, 0, true);
		push(r, tied, tied, 1, true);
		if (tied < win->to)
			push(r, tied + 1, win->to, 0, true);
	} else {
		struct window half = *win;

		half.is_repair = true;
		half.tries = 0;
		push_split(r, &half, (win->to - win->from + 1) / 2);
	}
}

/* Starts to count: a repair goes on with the rows that its window had. */
static int
start_walk(struct reading *r, const struct window *win, struct fail *why)
{
	struct walk *w = r->w;

	w->is_repair = win->is_repair;
	if (!win->is_repair) {
		seen_clear(&w->seen);
		w->window_end_ms =
		    w->reached_ms == INT64_MAX ? INT64_MAX : win->to + 1;
	} else if (w->seen.walk < SEEN_MAX_WALKS) {
		seen_start_walk(&w->seen);
	} else {
		return fail_set(why, STATUS_RETRY,
		    "a window of time does not add up after %d walks",
		    SEEN_MAX_WALKS);
	}
	w->from_ms = win->from;
	w->to_ms = win->to + 1;
	walk_start(w);
	return 0;
}

/* Walks over a window, or divides it; `is_whole` tells whether its rows add
 * up. */
static enum walk_result
walk_window(struct reading *r, const struct window *win, struct pages *pages,
    bool *is_whole, struct fail *why)
{
	struct pages_result result;
	struct page first;
	enum walk_result outcome;

	*is_whole = true;
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
	if (!win->is_repair) /* after an empty one: all that is left */
		r->ms_per_row = first.total > 0
		    ? (double)(win->to - win->from + 1) / (double)first.total
		    : 0;
	plan_next(r);
	outcome = pages_run(pages, &first, r->next, &result, why);
	if (outcome != WALK_DONE || result.is_one_page ||
	    (result.is_steady && !result.is_capped &&
		(int64_t)r->w->seen.in_walk == result.total))
		return outcome;
	*is_whole = false;
	msg_at(MSG_VERBOSE,
	    "%s: %lld to %lld: %zu distinct rows of %lld; reading it again",
	    r->list->path, (long long)win->from, (long long)win->to,
	    r->w->seen.in_walk, (long long)result.total);
	return WALK_DONE;
}

static enum walk_result
read_window(struct reading *r, const struct window *win, struct fail *why)
{
	struct pages *pages;
	enum walk_result outcome;
	bool is_whole;

	if (start_walk(r, win, why) != 0)
		return WALK_FAILED;
	if (win->is_repair && win->from == win->to) {
		struct buf query;

		buf_init(&query, BOUND_URL_BYTES);
		add_window_query(&query, r->list->query, win->from, win->to);
		buf_add(&query, "&enableCap=true");
		outcome = read_millisecond(r, win, query.data, why);
		buf_free(&query);
		return outcome;
	}
	pages = begin_pages(r, win);
	outcome = walk_window(r, win, pages, &is_whole, why);
	pages_free(pages);
	if (outcome == WALK_DONE && !is_whole)
		repair(r, win);
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
	struct ticket *ticket;
	struct buf query;
	struct page page;

	buf_init(&query, BOUND_URL_BYTES);
	add_window_query(&query, r->list->query, 2, 2);
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

/* A server without windows: pages from the newest row on. Rows only move
 * towards later pages, so a walk misses none unless some are deleted; it is
 * repeated until one finds nothing new, or until all that were there at its
 * beginning were found. */
static enum walk_result
read_without_windows(struct walk *w, const struct walk_list *list,
    struct fail *why)
{
	struct pages_result result;

	/* Its first walk gives on the rows in their order. */
	w->is_repair = false;
	w->window_end_ms = INT64_MAX;
	w->stop_ms = w->from_ms;
	seen_clear(&w->seen);
	for (unsigned i = 0; i < WALK_MAX_WALKS; i++) {
		size_t before = w->seen.count;
		enum walk_result outcome;

		w->is_repair = i > 0;
		if (i > 0)
			seen_start_walk(&w->seen);
		walk_start(w);
		outcome = pages_walk(w, list, NULL, walk_page_size(w, i), NULL,
		    &result, why);
		if (outcome == WALK_DONE &&
		    (int64_t)(w->seen.in_walk - w->newer_count) == result.total)
			return WALK_DONE;
		if (outcome == WALK_PAST && i > 0 && w->seen.count == before)
			return WALK_DONE;
		if (outcome != WALK_DONE && outcome != WALK_PAST)
			return outcome;
	}
	(void)fail_set(why, STATUS_RETRY,
	    "the log cannot be read whole: %zu distinct rows of %lld after %d "
	    "walks",
	    w->seen.count, (long long)result.total, WALK_MAX_WALKS);
	return WALK_FAILED;
}

/* Chooses the way by the first page. */
static enum walk_result
choose(struct reading *r, struct fail *why)
{
	struct walk *w = r->w;
	int64_t from = w->from_ms, to = w->to_ms, first_ms = 0, last_ms;
	struct page page;
	struct buf query;
	enum walk_result outcome;
	struct window whole = {.from = from};
	size_t count;
	int heeds;

	buf_init(&query, BOUND_URL_BYTES);
	add_window_query(&query, r->list->query, from,
	    to < INT64_MAX ? to - 1 : INT64_MAX);
	/* A count of everything is dear, and --count has to pay for it. */
	if (!w->is_counting)
		buf_add(&query, "&enableCap=true");
	outcome = take(w, r->list,
	    ask(w, r->list, query.data, w->page_size, why), &page, why);
	buf_free(&query);
	if (outcome != WALK_DONE)
		return outcome;
	w->stats.total = page.is_capped ? -1 : page.total;
	if (w->is_counting && from == 0 && to == INT64_MAX) {
		w->stats.rows = (uint64_t)page.total;
		page_free(&page);
		return WALK_DONE;
	}
	walk_expect(w, r->list, &page);
	if (!read_times(r->list, &page, &first_ms, &last_ms, &count) ||
	    (!page.is_capped && page.total == (int64_t)count)) {
		walk_start(w);
		w->stats.pages = 1;
		outcome = walk_take_rows(w, r->list, &page, why);
		page_free(&page);
		return outcome;
	}
	whole.to = to < INT64_MAX ? to - 1 : first_ms;
	if (page.is_capped && whole.from < whole.to)
		split_capped(r, &whole, &page);
	else
		push(r, whole.from, whole.to, 0, false);
	page_free(&page);
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
	w->stop_ms = INT64_MIN;
	return outcome;
}
