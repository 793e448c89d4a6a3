/* SPDX-License-Identifier: ISC */
/*
 * Counting what was left behind.
 */
#include "watch.h"

#include "msg.h"
#include "pages.h"

enum { MINUTE_MS = 60 * 1000 };

/* How far back to look: the first whose rows the server counts. */
static const int64_t spans[] = {INT64_MAX, INT64_C(30) * 24 * 60 * MINUTE_MS,
    INT64_C(24) * 60 * MINUTE_MS, 60 * MINUTE_MS, 10 * MINUTE_MS, MINUTE_MS};

enum { SPAN_COUNT = sizeof(spans) / sizeof(*spans) };

/* The rows in [lo, hi]; servers before 1.42 may leave out the ends. */
static int
count_rows(const struct watch *w, int64_t lo_ms, int64_t hi_ms, int64_t *count,
    bool *is_capped, struct fail *why)
{
	/* It is asked for one millisecond wider. */
	const struct pages_window window = {lo_ms + 1, hi_ms - 1};
	struct ticket *ticket;
	struct buf base, query;
	struct page page;

	*count = 0;
	*is_capped = false;
	if (hi_ms < lo_ms + 2)
		return 0;
	buf_init(&base, BOUND_URL_BYTES);
	buf_init(&query, BOUND_URL_BYTES);
	pages_window_query(&base, w->query, &window);
	walk_page_query(&query, base.data, 1, 1);
	ticket = transfer_ask(w->transfer, w->path, query.data, why);
	buf_free(&base);
	buf_free(&query);
	if (ticket && w->is_known)
		transfer_expect(ticket);
	if (!ticket || transfer_take(w->transfer, ticket, &page, why) != 0)
		return -1;
	if (page.problem.kind != PROBLEM_NONE) {
		(void)transfer_explain(w->transfer, &page, why);
		page_free(&page);
		return -1;
	}
	*count = page.total;
	*is_capped = page.is_capped;
	page_free(&page);
	if (*count < 0)
		return fail_set(why, STATUS_DATA,
		    "the answer lacks the header Total-Number; does a proxy "
		    "drop it?");
	return 0;
}

int
watch_open(struct watch *w, struct transfer *transfer, const char *path,
    const char *query, int64_t floor_ms, struct fail *why)
{
	int64_t count;
	bool is_capped;

	*w = (struct watch){.transfer = transfer,
	    .path = path,
	    .query = query,
	    .floor_ms = floor_ms,
	    .lo_ms = floor_ms,
	    .hi_ms = INT64_MIN};
	/* Three milliseconds of 1970 hold no rows. */
	if (count_rows(w, 1, 3, &count, &is_capped, why) != 0)
		return -1;
	w->is_known = true;
	w->is_blind = count > 0;
	if (w->is_blind)
		msg_warning("this Logto is older than 1.40: should its clock "
			    "be set back, rows will be missed");
	return 0;
}

int
watch_check(struct watch *w, struct fail *why)
{
	int64_t count;
	bool is_capped;

	w->has_grown = false;
	if (w->is_blind || w->hi_ms < w->lo_ms)
		return 0;
	if (count_rows(w, w->lo_ms, w->hi_ms, &count, &is_capped, why) != 0)
		return -1;
	w->has_grown = is_capped || count > w->count;
	/* Fewer rows is no news: old ones are deleted in time. */
	if (w->has_grown)
		return fail_set(why, STATUS_RETRY,
		    "%lld rows came with times before %lld, which was "
		    "read long ago; was the server's clock set back? To have "
		    "them, begin again with --since %lld",
		    (long long)(count - w->count), (long long)w->hi_ms + 1,
		    (long long)w->lo_ms);
	return 0;
}

int
watch_prepare(struct watch *w, int64_t hi_ms, struct fail *why)
{
	bool is_capped = true;

	w->next_hi_ms = hi_ms;
	for (; !w->is_blind && w->span < SPAN_COUNT && is_capped; w->span++) {
		w->next_lo_ms = w->floor_ms;
		if (spans[w->span] < hi_ms - w->next_lo_ms)
			w->next_lo_ms = hi_ms - spans[w->span];
		if (count_rows(w, w->next_lo_ms, hi_ms, &w->next_count,
			&is_capped, why) != 0)
			return -1;
		if (!is_capped)
			return 0;
	}
	w->next_hi_ms = INT64_MIN; /* too many rows to watch any */
	return 0;
}

void
watch_move(struct watch *w)
{
	w->lo_ms = w->next_lo_ms;
	w->hi_ms = w->next_hi_ms;
	w->count = w->next_count;
}
