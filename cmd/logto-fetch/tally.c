/* SPDX-License-Identifier: ISC */
/*
 * Counting a log by its Total-Number.
 */
#include "tally.h"

#include "pages.h"
#include "window.h"

/* How a server takes start_time and end_time; see tally.h. */
enum bounds {
	BOUNDS_FAILED = -1,
	BOUNDS_IN,
	BOUNDS_OUT,
	BOUNDS_IGNORED,
};

/* Asks for one row of a window, with a count of all: enableCap would spare the
 * server that, and it is what we are here for. `end` INT64_MAX leaves it
 * open. */
static int
ask(struct walk *w, const struct walk_list *list, int64_t start, int64_t end,
    struct page *page, struct fail *why)
{
	struct ticket *ticket;
	struct buf query, base;

	buf_init(&base, BOUND_URL_BYTES);
	buf_init(&query, BOUND_URL_BYTES);
	buf_addf(&base, "%s%sstart_time=%lld", list->query,
	    *list->query ? "&" : "", (long long)start);
	if (end < INT64_MAX)
		buf_addf(&base, "&end_time=%lld", (long long)end);
	walk_page_query(&query, base.data, 1, 1);
	ticket = transfer_ask(w->transfer, list->path, query.data, why);
	buf_free(&base);
	buf_free(&query);
	return ticket ? transfer_take(w->transfer, ticket, page, why) : -1;
}

/* Asks for a millisecond that is yet to come. Where its bounds are outside of
 * it, such a window is not valid; where they are ignored, it has rows. */
static enum bounds
probe(struct walk *w, const struct walk_list *list, struct fail *why)
{
	const int64_t year_2100 = 4102444800000;
	struct page page;
	enum bounds bounds;

	if (ask(w, list, year_2100, year_2100, &page, why) != 0)
		return BOUNDS_FAILED;
	if (page.problem.kind != PROBLEM_NONE)
		bounds = page.problem.status == 400 ? BOUNDS_OUT : BOUNDS_IN;
	else
		bounds = page.total > 0 ? BOUNDS_IGNORED : BOUNDS_IN;
	page_free(&page);
	return bounds;
}

enum walk_result
tally_read(struct walk *w, const struct walk_list *list, struct fail *why)
{
	bool is_whole = w->from_ms == 0 && w->to_ms == INT64_MAX;
	bool is_open = w->to_ms == INT64_MAX;
	int64_t start = w->from_ms, end = is_open ? INT64_MAX : w->to_ms - 1;
	enum walk_result outcome;
	struct page page;

	if (w->from_ms >= w->to_ms)
		return WALK_DONE;
	switch (is_whole ? BOUNDS_IN : probe(w, list, why)) {
	case BOUNDS_FAILED:
		return WALK_FAILED;
	case BOUNDS_IGNORED:
		w->page_size = WALK_PAGE_SIZE;
		return window_read(w, list, why);
	case BOUNDS_OUT:
		start -= start > 0;
		end += !is_open;
		break;
	case BOUNDS_IN:
		break;
	}
	if (ask(w, list, start, end, &page, why) != 0)
		return WALK_FAILED;
	outcome = pages_judge(w, list, &page, 0, why);
	if (outcome != WALK_DONE)
		return outcome;
	w->stats.total = page.total;
	page_free(&page);
	if (w->stats.total < 0) {
		(void)fail_set(why, STATUS_DATA,
		    "the answer lacks the header Total-Number; does a proxy "
		    "drop it?");
		return WALK_FAILED;
	}
	w->stats.rows = (uint64_t)w->stats.total;
	return WALK_DONE;
}
