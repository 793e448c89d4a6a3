/* SPDX-License-Identifier: ISC */
/*
 * Foreseeing requests: the policy of walk.h and window.h, in numbers.
 */
#include "forecast.h"

#include "bounds.h"
#include "buf.h"
#include "count.h"
#include "slice.h"
#include "sweep.h"

#include <inttypes.h>
#include <string.h>

enum {
	/* What a path that is not in the catalogue brings at first. */
	DEFAULT_ROWS = 20,
	/* So many at most share the milliseconds at the ends of a window, which
	 * is asked for that much wider. */
	EDGE_ROWS = 8,
};

struct forecast {
	uint64_t records, requests;
	bool has_records;
	bool may_be_more, may_be_less;
};

static uint64_t
pages_of(uint64_t records, unsigned page_size)
{
	uint64_t pages = (records + page_size - 1) / page_size;

	return pages > 0 ? pages : 1;
}

/* The pages of a walk over a list, which --limit may end: then those that
 * were asked for ahead are dropped on the way, or not. */
static uint64_t
pages_to_limit(const struct fan *f, uint64_t pages, unsigned overlap,
    bool *may_be_less)
{
	uint64_t needed =
	    slice_count(f->emit->limit, overlap, f->walk->page_size);
	uint64_t most = needed - 1 + f->walk->ahead;

	if (f->emit->limit == 0 || needed >= pages)
		return pages;
	if (needed == 1)
		return 1;
	*may_be_less = true;
	return most < pages ? most : pages;
}

/* A list by time is read in pages that overlap, to one that is not full; one
 * without an order twice, the second time in pages of another size, unless
 * --limit ends the first. */
static uint64_t
requests_for_pages(const struct fan *f, const struct job *job,
    struct forecast *now)
{
	unsigned page_size = f->walk->page_size;
	bool is_by_time = job->entry && job->entry->flags & IS_BY_TIME;
	bool is_limited = f->emit->limit > 0 && f->emit->limit <= now->records;
	uint64_t pages;

	if (now->records < page_size)
		return 1;
	if (is_by_time) {
		pages = slice_count(now->records + 1, SWEEP_OVERLAP, page_size);
		return pages_to_limit(f, pages, SWEEP_OVERLAP,
		    &now->may_be_less);
	}
	pages = pages_of(now->records, page_size);
	if (is_limited)
		return pages_to_limit(f, pages, 0, &now->may_be_less);
	return pages + pages_of(now->records, walk_page_size(f->walk, 1));
}

/* The first page, and where that is not all: whether the server heeds times,
 * and the pages within the window that this one opened, where rows that share
 * a millisecond may cost some more. */
static uint64_t
requests_for_log(const struct fan *f, struct forecast *now)
{
	unsigned page_size = f->walk->page_size;
	uint64_t behind = now->records + 1 - page_size;
	uint64_t step = page_size > SLICE_MIN_SHARED ? page_size - SWEEP_OVERLAP
						     : page_size;
	uint64_t pages;

	if (now->records < page_size) {
		now->may_be_more = now->records + EDGE_ROWS >= page_size &&
		    (f->walk->from_ms > 0 || f->walk->to_ms < INT64_MAX);
		return 1;
	}
	pages = pages_to_limit(f, 1 + (behind + step - 1) / step, SWEEP_OVERLAP,
	    &now->may_be_less);
	now->may_be_more = pages > 1;
	return 2 + pages;
}

/* The requests for one list of that many records. */
static uint64_t
requests_for(const struct fan *f, const struct job *job, struct forecast *now)
{
	switch (job->entry ? job->entry->kind : KIND_UNKNOWN) {
	case KIND_PAGED:
		return requests_for_pages(f, job, now);
	case KIND_LOG:
		return requests_for_log(f, now);
	case KIND_UNKNOWN:
		if (now->records <= DEFAULT_ROWS)
			return 1;
		return 1 + requests_for_pages(f, job, now);
	default:
		return 1;
	}
}

/* Whether a job before this one will have left the list's keys behind. */
static bool
is_read_before(const struct fan *f, const struct job *job, const char *list)
{
	bool is_found = false;

	for (const struct job *at = f->jobs->items; at < job && !is_found;
	     at++) {
		const char *star = strchr(at->path, '*');
		struct buf text;

		if (!star && f->emit->limit == 0 && (!*at->query || at->is_all))
			is_found = strcmp(at->path, list) == 0;
		for (; star && !is_found; star = strchr(star + 1, '*')) {
			buf_init(&text, BOUND_URL_BYTES);
			catalogue_keys_from(at->entry, at->path,
			    (size_t)(star - at->path), &text);
			is_found = strcmp(text.data, list) == 0;
			buf_free(&text);
		}
	}
	return is_found;
}

/* Counts the parents that fit a condition: where their list comes whole, in
 * it; else by the parameter of that name. */
static int
count_fitting(struct fan *f, struct job *parents, const char *of,
    uint64_t *count, struct fail *why)
{
	char query[64];
	const struct keys *keys;
	size_t at = 0;

	if (parents->entry && parents->entry->kind == KIND_PAGED) {
		(void)snprintf(query, sizeof(query), "%s", of);
		parents->query = query;
		return count_job(f, parents, count, why);
	}
	keys = fan_keys(f, parents->path, why);
	if (!keys)
		return -1;
	*count = 0;
	while (keys_next(keys, &at, of))
		++*count;
	return 0;
}

/* Counts the keys for one `*` of the job, and adds to `now` the requests that
 * reading them takes. */
static int
count_keys(struct fan *f, const struct job *job, char *list, bool is_first,
    struct forecast *now, uint64_t *count, struct fail *why)
{
	char nothing[] = "";
	struct job parents = {.path = list,
	    .query = nothing,
	    .entry = catalogue_find(list),
	    .is_all = job->is_all};
	struct forecast of_list = {0};
	const char *of =
	    is_first ? catalogue_condition(job->entry, job->path) : NULL;

	*count = 1;
	if (*list == '=') {
		for (const char *c = list; *c; c++)
			*count += *c == ',';
		return 0;
	}
	if (count_job(f, &parents, &of_list.records, why) != 0)
		return -1;
	*count = of_list.records;
	if (f->is_unknown) {
		now->requests++;
		return 0;
	}
	if (!is_read_before(f, job, list)) {
		uint64_t limit = f->emit->limit;

		f->emit->limit = 0; /* keys are read to the end */
		now->requests += requests_for(f, &parents, &of_list);
		f->emit->limit = limit;
		now->may_be_more |= of_list.may_be_more;
	}
	return of ? count_fitting(f, &parents, of, count, why) : 0;
}

/* A job with `*`: what its parents take, and one request for each. */
static int
foresee_fan(struct fan *f, const struct job *job, struct forecast *now,
    struct fail *why)
{
	uint64_t parents = 1, count;
	bool is_first = true;

	for (const char *star = strchr(job->path, '*'); star;
	     star = strchr(star + 1, '*')) {
		struct buf list;
		int result = 0;
		bool is_nested;

		buf_init(&list, BOUND_URL_BYTES);
		catalogue_keys_from(job->entry, job->path,
		    (size_t)(star - job->path), &list);
		is_nested = strchr(list.data, '*');
		if (!is_nested)
			result = count_keys(f, job, list.data, is_first, now,
			    &count, why);
		buf_free(&list);
		if (result != 0)
			return -1;
		if (is_nested) {
			/* The keys below each parent; then who knows. */
			now->may_be_more = true;
			break;
		}
		parents *= count;
		is_first = false;
	}
	now->requests += parents;
	now->may_be_less = f->emit->limit > 0;
	now->may_be_more |= parents > 0 && job->entry &&
	    (job->entry->kind == KIND_PAGED || job->entry->kind == KIND_LOG);
	now->may_be_more |= parents > 0 && !job->entry;
	return 0;
}

static int
foresee(struct fan *f, const struct job *job, struct forecast *now,
    struct fail *why)
{
	*now = (struct forecast){0};
	if (strchr(job->path, '*'))
		return foresee_fan(f, job, now, why);
	if (count_job(f, job, &now->records, why) != 0)
		return -1;
	now->has_records = true;
	now->requests = f->is_unknown ? 1 : requests_for(f, job, now);
	return 0;
}

/* `unknown` stands for the records where they were not counted. */
static void
print_line(FILE *to, const char *name, const char *unknown,
    const struct forecast *now)
{
	char records[24];
	const char *mark = now->may_be_more && now->may_be_less ? "~"
	    : now->may_be_more                                  ? "+"
	    : now->may_be_less                                  ? "-"
								: "";

	(void)snprintf(records, sizeof(records), "%s", unknown);
	if (now->has_records)
		(void)snprintf(records, sizeof(records), "%" PRIu64,
		    now->records);
	(void)fprintf(to, "%-52s %12s %11" PRIu64 "%s\n", name, records,
	    now->requests, mark);
}

int
forecast_print(struct fan *f, const struct job_list *jobs, FILE *to,
    struct fail *why)
{
	struct forecast sum = {0};

	(void)fprintf(to, "%-52s %12s %12s\n", "RESOURCE", "RECORDS",
	    "REQUESTS");
	for (size_t i = 0; i < jobs->count; i++) {
		struct forecast now;

		if (foresee(f, &jobs->items[i], &now, why) != 0)
			return -1;
		print_line(to, jobs->items[i].path, "?", &now);
		sum.requests += now.requests;
		sum.may_be_more |= now.may_be_more;
		sum.may_be_less |= now.may_be_less;
	}
	print_line(to, "sum", "", &sum);
	if (fflush(to) != 0 || ferror(to))
		return fail_errno(why, "cannot write standard output");
	return 0;
}
