/* SPDX-License-Identifier: ISC */
/*
 * Following a log.
 *
 *         complete - overlap            complete       newest
 *      watched   |------- read again -------|--- new ---|
 *
 * Only a poll that came to its end moves `complete`: one that failed may have
 * given on the newest rows and not those before them.
 */
#include "follow.h"

#include "emit.h"
#include "msg.h"
#include "stop.h"

#include <errno.h>
#include <poll.h>

/* A row of a poll: given on unless it was before. */
static int
on_row(void *context, const struct json_node *nodes, size_t object,
    struct fail *why)
{
	struct follow *f = context;
	const struct json_node *id = json_member(nodes, object, "id");
	int64_t created_ms = walk_created_ms(nodes, object);

	if (!id || created_ms == INT64_MIN)
		return fail_set(why, STATUS_DATA,
		    "a row of the log has no id or no createdAt");
	if (created_ms > f->newest_ms)
		f->newest_ms = created_ms;
	if (seen_has(&f->earlier, id->text, id->text_len) ||
	    seen_add(&f->recent, id->text, id->text_len) != SEEN_NEW)
		return 0;
	return emit_row(f->fan->emit, nodes, object, why);
}

/* Finds the newest row, where following begins. */
static int
on_first_row(void *context, const struct json_node *nodes, size_t object,
    struct fail *why)
{
	struct follow *f = context;
	int64_t created_ms = walk_created_ms(nodes, object);

	(void)why;
	if (created_ms != INT64_MIN)
		f->newest_ms = created_ms;
	return 1;
}

/* Waits; a signal ends it. */
static int
pause_for(int64_t ms, struct fail *why)
{
	struct pollfd wake = {.fd = stop_descriptor(), .events = POLLIN};

	if (poll(&wake, 1, ms > INT32_MAX ? INT32_MAX : (int)ms) == -1 &&
	    errno != EINTR)
		return fail_errno(why, "cannot wait");
	return stop_is_requested() ? stop_fail(why) : 0;
}

/* A poll has read all there is. */
static void
complete(struct follow *f)
{
	int64_t *from_ms = &f->fan->walk->from_ms;
	/* What the next poll need not read again. */
	int64_t hi_ms = f->complete_ms - f->overlap_ms;

	if (hi_ms > f->watch.hi_ms)
		watch_move(&f->watch);
	if (hi_ms >= *from_ms)
		*from_ms = hi_ms + 1;
	if (f->newest_ms > f->complete_ms)
		f->complete_ms = f->newest_ms;
	if (*from_ms > f->since_ms) {
		struct seen old = f->earlier;

		f->earlier = f->recent;
		f->recent = old;
		seen_clear(&f->recent);
		f->since_ms = f->complete_ms;
	}
	if (f->is_ailing)
		msg_note("reading again");
	f->is_ailing = false;
}

/* Looks at what is left behind, counts what this poll is the last to read,
 * and reads what is new: in this order, so that no row can come in between. */
static int
read_new(struct follow *f, const struct job *job, struct fail *why)
{
	int64_t hi_ms = f->complete_ms - f->overlap_ms;

	if (watch_check(&f->watch, why) != 0 ||
	    (hi_ms > f->watch.hi_ms &&
		watch_prepare(&f->watch, hi_ms, why) != 0))
		return fail_prefix(why, "%s", job->path);
	return fan_read(f->fan, job, why);
}

/* One poll; what may pass is told once and outlived. */
static int
poll_once(struct follow *f, const struct job *job, struct fail *why)
{
	if (read_new(f, job, why) == 0) {
		complete(f);
		return stream_rest(f->stream, why);
	}
	if (why->status != STATUS_RETRY || f->watch.has_grown)
		return -1;
	if (!f->is_ailing)
		msg_warning("%s; going on", why->text);
	f->is_ailing = true;
	return stream_flush(f->stream, why);
}

/* Begins behind the newest row. */
static int
find_start(struct follow *f, const struct job *job, struct fail *why)
{
	f->fan->row = on_first_row;
	f->fan->context = f;
	if (fan_read(f->fan, job, why) != 0)
		return -1;
	f->complete_ms = f->newest_ms;
	f->fan->walk->from_ms = f->newest_ms + 1;
	return 0;
}

int
follow_run(struct follow *f, const struct job *job, struct fail *why)
{
	int result;

	seen_init(&f->recent);
	seen_init(&f->earlier);
	f->newest_ms = f->complete_ms = f->fan->walk->from_ms;
	result = watch_open(&f->watch, f->fan->walk->transfer, job->path,
	    job->query, f->fan->walk->from_ms, why);
	if (result == 0 && f->fan->walk->from_ms == 0)
		result = find_start(f, job, why);
	f->since_ms = f->complete_ms;
	f->fan->row = on_row;
	f->fan->context = f;
	while (result == 0) {
		result = poll_once(f, job, why);
		if (result == 0)
			result = pause_for(f->interval_ms, why);
	}
	seen_free(&f->recent);
	seen_free(&f->earlier);
	return result;
}
