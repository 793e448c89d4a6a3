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

int
count_job(struct fan *f, const struct job *job, uint64_t *rows,
    struct fail *why)
{
	unsigned page_size = f->walk->page_size;
	walk_row *row = f->row;
	int result;

	f->row = NULL;
	f->walk->is_counting = true;
	f->walk->page_size = 1;
	result = fan_read(f, job, why);
	f->walk->page_size = page_size;
	f->walk->is_counting = false;
	f->row = row;
	*rows = f->rows;
	return result;
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
