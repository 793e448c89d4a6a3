/* SPDX-License-Identifier: ISC */
/*
 * Counting.
 */
#include "count.h"

#include "bounds.h"
#include "buf.h"
#include "escape.h"

#include <inttypes.h>
#include <string.h>

/* A job's records, and the requests that reading them takes. */
struct forecast {
	uint64_t records, requests;
	bool is_open; /* at least so many */
};

/* Sums up the lists of a job. */
static int
count_job(struct fan *f, const struct job *job, uint64_t *rows,
    struct fail *why)
{
	f->row = NULL;
	f->walk->is_counting = true;
	f->walk->page_size = 1;
	if (fan_read(f, job, why) != 0)
		return -1;
	*rows = f->rows;
	return 0;
}

int
count_write(struct fan *f, const struct job_list *jobs, struct stream *stream,
    struct fail *why)
{
	int result = 0;

	for (size_t i = 0; i < jobs->count && result == 0; i++) {
		const struct job *job = &jobs->items[i];
		struct buf line;
		uint64_t rows;

		if (count_job(f, job, &rows, why) != 0)
			return -1;
		buf_init(&line, BOUND_URL_BYTES);
		buf_add(&line, "{\"resource\":");
		escape_json(&line, job->path, strlen(job->path));
		buf_addf(&line, ",\"rows\":%" PRIu64 "}", rows);
		result = stream_begin(stream, why);
		if (result == 0)
			result = stream_write(stream, line.data, line.len, why);
		buf_free(&line);
	}
	return result;
}

/* The requests for one list of that many records. */
static uint64_t
requests_for(const struct job *job, uint64_t records)
{
	bool is_paged = job->entry &&
	    (job->entry->kind == KIND_PAGED || job->entry->kind == KIND_LOG);
	uint64_t pages = (records + WALK_PAGE_SIZE - 1) / WALK_PAGE_SIZE;
	uint64_t walks = 1;

	if (!is_paged || pages <= 1)
		return 1;
	/* A list without an order is read twice (walk.h). */
	if (!(job->entry->flags & IS_BY_TIME))
		walks = 2;
	return pages * walks;
}

/* The number of keys for the first `*` of the job. */
static int
count_parents(struct fan *f, const struct job *job, uint64_t *count,
    struct fail *why)
{
	char nothing[] = "";
	struct job parents = {.query = nothing};
	struct buf list;
	int result = 0;

	buf_init(&list, BOUND_URL_BYTES);
	catalogue_keys_from(job->entry, job->path, strcspn(job->path, "*"),
	    &list);
	if (list.data[0] == '=') {
		*count = 1;
		for (const char *c = list.data; *c; c++)
			*count += *c == ',';
	} else {
		parents.path = list.data;
		parents.entry = catalogue_find(list.data);
		result = count_job(f, &parents, count, why);
	}
	buf_free(&list);
	return result;
}

static int
foresee(struct fan *f, const struct job *job, struct forecast *forecast,
    struct fail *why)
{
	const char *star = strchr(job->path, '*');
	bool is_paged = job->entry &&
	    (job->entry->kind == KIND_PAGED || job->entry->kind == KIND_LOG);

	*forecast = (struct forecast){0};
	if (!star) {
		if (count_job(f, job, &forecast->records, why) != 0)
			return -1;
		forecast->requests = requests_for(job, forecast->records);
		return 0;
	}
	if (count_parents(f, job, &forecast->requests, why) != 0)
		return -1;
	forecast->is_open = is_paged || strchr(star + 1, '*');
	return 0;
}

int
count_print(struct fan *f, const struct job_list *jobs, FILE *to,
    struct fail *why)
{
	struct forecast sum = {0};

	(void)fprintf(to, "%-52s %12s %12s\n", "RESOURCE", "RECORDS",
	    "REQUESTS");
	for (size_t i = 0; i < jobs->count; i++) {
		const struct job *job = &jobs->items[i];
		struct forecast now;
		char records[24] = "?";

		if (foresee(f, job, &now, why) != 0)
			return -1;
		if (!strchr(job->path, '*'))
			(void)snprintf(records, sizeof(records), "%" PRIu64,
			    now.records);
		(void)fprintf(to, "%-52s %12s %11" PRIu64 "%s\n", job->path,
		    records, now.requests, now.is_open ? "+" : "");
		sum.requests += now.requests;
		sum.is_open |= now.is_open;
	}
	(void)fprintf(to, "%-52s %12s %11" PRIu64 "%s\n", "sum", "",
	    sum.requests, sum.is_open ? "+" : "");
	if (fflush(to) != 0 || ferror(to))
		return fail_errno(why, "cannot write standard output");
	return 0;
}
