/* SPDX-License-Identifier: ISC */
/*
 * A run: opens the way to the tenant and the stream, and reads one job after
 * the other.
 */
#include "fetch.h"

#include "count.h"
#include "emit.h"
#include "fan.h"
#include "follow.h"
#include "forecast.h"
#include "moment.h"
#include "progress.h"
#include "session.h"
#include "sieve.h"
#include "stop.h"
#include "walk.h"

#include <time.h>
#include <unistd.h>

/* The window of time that --since and --until open for logs. */
static int
set_window(const struct opts *o, struct walk *walk, struct fail *why)
{
	struct timespec now;
	int64_t now_ms;
	bool is_cursor, is_computed = false;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
	now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (o->until &&
	    moment_read("--until", o->until, now_ms, &walk->to_ms, &is_computed,
		why) != 0)
		return -1;
	if (!o->since)
		return 0;
	if (moment_read("--since", o->since, now_ms, &walk->from_ms, &is_cursor,
		why) != 0)
		return -1;
	/* A cursor may have come past a time that is named by hand. */
	is_computed = is_computed || is_cursor;
	if (o->until && !is_computed && walk->from_ms > walk->to_ms)
		return fail_set(why, STATUS_USAGE,
		    "--since %.40s is later than --until %.40s; swap them",
		    o->since, o->until);
	/* Rows become visible after their time: read again from before. */
	if (is_cursor)
		walk->from_ms -= o->overlap_ms;
	if (walk->from_ms < 0)
		walk->from_ms = 0;
	return 0;
}

/* Does what the run is about, now that everything is set up. */
static int
read_jobs(const struct opts *o, const struct job_list *jobs, struct fan *fan,
    struct stream *stream, struct fail *why)
{
	struct follow follow = {.fan = fan,
	    .stream = stream,
	    .interval_ms = o->interval_ms,
	    .overlap_ms = o->overlap_ms};
	int result = 0;

	if (o->is_dry_run)
		return forecast_print(fan, jobs, stdout, why);
	if (o->is_count)
		return count_write(fan, jobs, stream, why);
	if (o->follow)
		return follow_run(&follow, &jobs->items[0], why);
	for (size_t i = 0; i < jobs->count && result == 0; i++)
		result = fan_read(fan, &jobs->items[i], why);
	return result;
}

static int
read_all(const struct opts *o, const struct job_list *jobs,
    struct transfer *transfer, struct emit *emit, struct fail *why)
{
	struct stream *stream = emit->stream;
	struct progress progress;
	struct walk walk;
	struct fan fan;
	int result;

	progress_open(&progress, "records",
	    stream->is_stdout && isatty(STDOUT_FILENO));
	walk_init(&walk, transfer, (unsigned)o->jobs);
	walk.progress = &progress;
	walk.page_size = (unsigned)o->page_size;
	result = set_window(o, &walk, why);
	fan_init(&fan, &walk, emit, jobs);
	if (result == 0)
		result = read_jobs(o, jobs, &fan, stream, why);
	fan_free(&fan);
	walk_free(&walk);
	if (result == 0)
		progress_end(&progress);
	return result;
}

/* Sets up how records are written. What filters them starts before anything
 * secret is read. */
static int
open_emit(struct emit *emit, const struct opts *o, struct stream *stream,
    struct fail *why)
{
	emit_init(emit, stream);
	emit->is_raw = o->is_raw;
	emit->has_secrets = o->has_secrets;
	emit->is_stable = o->is_stable;
	emit->limit = o->limit;
	if (!o->jq)
		return 0;
	emit->sieve = sieve_start(o->jq, o->is_raw ? NULL : emit_reserved,
	    emit_sieved, emit, why);
	return emit->sieve ? 0 : -1;
}

int
fetch_run(const struct opts *o, const struct job_list *jobs,
    struct stream *stream, struct fail *why)
{
	struct session session = {0};
	struct emit emit;
	int result = open_emit(&emit, o, stream, why);

	/* Early, lest a closed standard output become something of ours.
	 * What --dry-run foresees goes there, and must replace no file. */
	if (result == 0)
		result =
		    stream_open(stream, o->is_dry_run ? NULL : o->output, why);
	if (result == 0)
		result = stop_install(why);
	if (result == 0 && emit.sieve)
		result = sieve_wait(emit.sieve, why);
	if (result == 0)
		result = session_open(&session, o, why);
	if (result == 0)
		result = read_all(o, jobs, session.transfer, &emit, why);
	/* Every list drained it; nothing may stay behind all the same. */
	if (result == 0 && emit_drain(&emit, why) < 0)
		result = -1;
	if (result == 0)
		result = stream_close(stream, why);
	session_close(&session);
	sieve_free(emit.sieve);
	emit_free(&emit);
	return result;
}
