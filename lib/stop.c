/* SPDX-License-Identifier: ISC */
/*
 * The signal flag: the one piece of mutable state besides msg.c, because a
 * handler has no argument.
 */
#include "stop.h"

#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t stop_signal;
static int wake_pipe[2] = {-1, -1};

static void
on_signal(int number)
{
	int saved = errno;
	ssize_t written;

	/* RESETHAND has restored the default of this signal: the copy that is
	 * raised here is delivered, and kills, when the handler returns. */
	if (stop_signal)
		(void)raise(number);
	stop_signal = number;
	written = write(wake_pipe[1], "", 1); /* never fills: one byte */
	(void)written;
	errno = saved;
}

int
stop_install(struct fail *why)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal,
	    .sa_flags = (int)SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;

	if (pipe(wake_pipe) != 0)
		return fail_errno(why, "cannot make a pipe");
	for (int i = 0; i < 2; i++)
		(void)fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);
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
