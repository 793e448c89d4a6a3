/* SPDX-License-Identifier: ISC */
/*
 * The signal flag and its time: with msg.c the mutable state that there is,
 * because a handler has no argument.
 */
#include "stop.h"

#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

/* A second signal within this time is the first one once more: timeout(1)
 * sends TERM to its child and to the child's group. */
enum { SAME_MS = 300 };

static volatile sig_atomic_t stop_signal;
static int64_t first_ms; /* when it came; the handler's alone */
static int wake_pipe[2] = {-1, -1};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* safe in a handler */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Runs with the other signals blocked, so that it alone uses the time. */
static void
on_signal(int number)
{
	struct sigaction kill = {.sa_handler = SIG_DFL};
	int saved = errno;
	ssize_t written;

	if (!stop_signal) {
		first_ms = now_ms();
		stop_signal = number;
		written = write(wake_pipe[1], "", 1); /* never fills */
		(void)written;
	} else if (now_ms() - first_ms >= SAME_MS) {
		/* The copy that is raised here is delivered, and kills, when
		 * the handler returns. */
		(void)sigaction(number, &kill, NULL);
		(void)raise(number);
	}
	errno = saved;
}

int
stop_install(struct fail *why)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;

	if (pipe(wake_pipe) != 0)
		return fail_errno(why, "cannot make a pipe");
	for (int i = 0; i < 2; i++)
		(void)fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)sigaddset(&action.sa_mask, signals[i]);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &action, NULL);
	return 0;
}

bool
stop_is_requested(void)
{
	return stop_signal != 0;
}

int
stop_descriptor(void)
{
	return wake_pipe[0];
}

int
stop_fail(struct fail *why)
{
	return fail_set(why, STATUS_LOCAL, "stopped by signal %d",
	    (int)stop_signal);
}

void
stop_raise(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	int number = stop_signal;

	if (number == 0)
		return;
	msg_show(NULL);
	(void)sigaction(number, &action, NULL);
	(void)raise(number);
}
