/* SPDX-License-Identifier: ISC */
/*
 * The loop of the filtering process. What it has to say is written when there
 * is much of it, or nothing more to do; or by a signal handler when libjq
 * crashes, so that the other side knows at which record it did.
 */
#include "worker.h"

#include "bounds.h"
#include "buf.h"
#include "confine.h"
#include "filter.h"
#include "frame.h"
#include "json.h"
#include "settings.h"
#include "status.h"
#include "undo.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum {
	FLUSH_BYTES = 64 << 10,
	READ_BYTES = 256 << 10,
	CRASH_STACK_BYTES = 64 << 10, /* the other one may be what ran out */
};

struct worker {
	const struct worker_task *task;
	struct buf inbox, outbox;
	uint32_t batch; /* of the record under way */
	char crash_stack[CRASH_STACK_BYTES];
};

/* For handlers: a signal's has no argument, and libjq 1.6 forgets the one that
 * it promises. */
static struct worker *self;

/* Writes all of the outbox; safe in a signal handler. */
static int
send_all(const struct worker *w)
{
	size_t sent = 0;

	while (sent < w->outbox.len) {
		ssize_t n = write(w->task->out, w->outbox.data + sent,
		    w->outbox.len - sent);

		if (n == -1 && errno != EINTR)
			return -1;
		sent += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static void
flush(struct worker *w)
{
	/* Without anybody to read it there is nothing left to do. */
	if (send_all(w) != 0)
		_exit(STATUS_OK);
	buf_clear(&w->outbox);
}

/* The default is in force again, so the copy that is raised here kills. */
static void
on_crash(int number)
{
	(void)send_all(self);
	(void)raise(number);
}

static void
watch_crashes(struct worker *w)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	stack_t other = {.ss_sp = w->crash_stack,
	    .ss_size = sizeof(w->crash_stack)};
	struct sigaction action = {.sa_handler = on_crash,
	    .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND)};

	self = w;
	(void)sigaltstack(&other, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)sigaction(signals[i], &action, NULL);
}

static void
tell(struct worker *w, enum frame_kind kind, uint32_t tag, const char *text,
    size_t len)
{
	frame_add(&w->outbox, kind, tag, text, len);
	if (w->outbox.len >= FLUSH_BYTES)
		flush(w);
}

static void
tell_failure(struct worker *w, const struct fail *why)
{
	tell(w, FRAME_FAIL, (uint32_t)why->status, why->text,
	    strlen(why->text));
}

static void
on_value(void *context, bool is_same, const char *text, size_t len)
{
	tell(context, is_same ? FRAME_SAME : FRAME_VALUE, 0, text, len);
}

static void
on_note(void *context, const char *text, size_t len)
{
	tell(context, FRAME_NOTE, 0, text, len);
}

/* The outbox has room for this. */
static void
on_exhausted(void *context)
{
	struct worker *w = self;
	struct fail why;

	(void)context;
	flush(w);
	if (confine_is_at_limit(WORKER_MEMORY_BYTES))
		(void)fail_set(&why, STATUS_DATA,
		    "the --jq program needs more than %d MB of memory",
		    WORKER_MEMORY_BYTES >> 20);
	else
		(void)fail_set(&why, STATUS_LOCAL,
		    "there is no memory for what the --jq program does");
	tell_failure(w, &why);
	flush(w);
	_exit((int)why.status);
}

static bool
is_wanted(void *context)
{
	const struct worker *w = context;

	return atomic_load(w->task->enough) != w->batch;
}

static void
work_on(struct worker *w, struct filter *filter, const char *text,
    const struct frame_head *head)
{
	struct fail why;

	w->batch = head->tag;
	if (is_wanted(w) &&
	    filter_run(filter, text, head->len, is_wanted, &why) != 0)
		tell_failure(w, &why);
	tell(w, FRAME_DONE, 0, NULL, 0);
}

/* Works on each record that the inbox holds whole; drops them. */
static void
work_on_inbox(struct worker *w, struct filter *filter)
{
	struct frame_head head;
	size_t at = 0, size;

	while ((size = frame_take(w->inbox.data + at, w->inbox.len - at,
		    &head)) > 0) {
		work_on(w, filter, w->inbox.data + at + sizeof(head), &head);
		at += size;
	}
	w->inbox.len -= at;
	if (at > 0 && w->inbox.len > 0)
		memmove(w->inbox.data, w->inbox.data + at, w->inbox.len);
}

/* Reads more; 0 at the end. */
static int
receive(struct worker *w)
{
	char *room = buf_reserve(&w->inbox, READ_BYTES + JSON_PADDING);
	ssize_t n;

	do
		n = room ? read(w->task->in, room, READ_BYTES) : 0;
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		return 0;
	w->inbox.len += (size_t)n;
	return 1;
}

void
worker_main(const struct worker_task *task)
{
	struct worker w = {.task = task};
	struct filter_events events = {.value = on_value,
	    .note = on_note,
	    .exhausted = on_exhausted,
	    .context = &w};
	struct filter *filter;
	struct fail why;
	struct undo undo;

	confine_process(task->parent, task->in, task->out, WORKER_MEMORY_BYTES,
	    settings_secret_variables);
	buf_init(&w.inbox, BOUND_LINE_BYTES + 2 * READ_BYTES);
	buf_init(&w.outbox, BOUND_LINE_BYTES + 2 * FLUSH_BYTES);
	(void)buf_reserve(&w.outbox, 2 * FLUSH_BYTES);
	watch_crashes(&w);
	undo_add(&undo, on_exhausted, NULL);
	filter = filter_new(task->program, task->left_out, &events, &why);
	if (!filter) {
		tell_failure(&w, &why);
		flush(&w);
		_exit(STATUS_USAGE);
	}
	tell(&w, FRAME_READY, 0, NULL, 0);
	do {
		work_on_inbox(&w, filter);
		flush(&w);
	} while (receive(&w));
	_exit(STATUS_OK);
}
