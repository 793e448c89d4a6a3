/* SPDX-License-Identifier: ISC */
/*
 * Running a command for the line it prints.
 */
#include "child.h"

#include "mem.h"
#include "stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char **
child_environment(const char *const *forget)
{
	size_t count = 0, kept = 0;
	char **result;

	while (environ[count])
		count++;
	result = mem_alloc(count + 1, sizeof(*result));
	for (size_t i = 0; i < count; i++) {
		const char *const *name = forget;
		size_t len = strcspn(environ[i], "=");

		while (name && *name &&
		    (strlen(*name) != len ||
			strncmp(*name, environ[i], len) != 0))
			name++;
		if (!name || !*name)
			result[kept++] = environ[i];
	}
	return result;
}

/* Whether we are in front of a terminal. A command in a group of its own
 * would be in the background there, and be stopped when it asks for a
 * password. */
static bool
has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	bool is_in_front = fd != -1 && tcgetpgrp(fd) == getpgrp();

	if (fd != -1)
		(void)close(fd);
	return is_in_front;
}

/* The descriptors of the command: with one step left out for want of memory,
 * its secret would go where our own output goes. Returns an error's number, as
 * the two below. */
static int
plan_descriptors(posix_spawn_file_actions_t *actions, int write_end)
{
	int error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);

	return error ? error
		     : posix_spawn_file_actions_adddup2(actions, write_end,
			   STDOUT_FILENO);
}

static int
plan_process(posix_spawnattr_t *attributes, bool has_own_group)
{
	sigset_t defaults;
	int error;

	/* We ignore these two (stop.h, msg.h); a shell pipeline must not. */
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)sigaddset(&defaults, SIGXFSZ);
	error = posix_spawnattr_setsigdefault(attributes, &defaults);
	if (!error)
		error = posix_spawnattr_setpgroup(attributes, 0);
	return error
	    ? error
	    : posix_spawnattr_setflags(attributes,
		  has_own_group ? POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
				: POSIX_SPAWN_SETSIGDEF);
}

static int
spawn(char **argv, char **environment, int write_end, bool has_own_group,
    pid_t *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (!error) {
		error = plan_descriptors(&actions, write_end);
		if (!error)
			error = plan_process(&attributes, has_own_group);
		if (!error)
			error = posix_spawn(child, argv[0], &actions,
			    &attributes, argv, environment);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Starts the command with its output on `write_end`. */
static int
start(const char *command, const char *const *forget, int write_end,
    bool has_own_group, pid_t *child)
{
	char shell[] = "/bin/sh", flag[] = "-c";
	char *text = mem_string(command);
	char *argv[] = {shell, flag, text, NULL};
	char **environment = child_environment(forget);
	int error = spawn(argv, environment, write_end, has_own_group, child);

	free(environment);
	free(text);
	errno = error;
	return error ? -1 : 0;
}

/* Ends the child, and all that it started where it has a group of its own. */
static int
end_child(pid_t child, bool has_own_group, int *ended)
{
	pid_t found;

	(void)kill(has_own_group ? -child : child, SIGTERM);
	do
		found = waitpid(child, ended, 0);
	while (found == -1 && errno == EINTR);
	return found == child ? 0 : -1;
}

/* Waits for the child, passing over what else it prints: it must not die of a
 * pipe that nobody reads. Descriptors that its own children keep open do not
 * matter. */
static int
wait_for(pid_t child, bool has_own_group, int output, int *ended)
{
	enum { LONGEST_MS = 20 };
	int pause_ms = 1; /* doubled: most commands end at once */
	struct pollfd wait = {.fd = output, .events = POLLIN};
	char ignored[4096];

	for (;;) {
		pid_t found = waitpid(child, ended, WNOHANG);

		if (found == child)
			return 0;
		if (found == -1 && errno != EINTR)
			return -1;
		if (stop_is_requested())
			return end_child(child, has_own_group, ended);
		/* At its end the output is always ready: then only wait. */
		if (poll(&wait, 1, pause_ms) > 0 &&
		    read(output, ignored, sizeof(ignored)) <= 0)
			wait.fd = -1;
		if (pause_ms < LONGEST_MS)
			pause_ms *= 2;
		explicit_bzero(ignored, sizeof(ignored));
	}
}

/* Waits for the child; judges how it ended. */
static int
finish(const char *what, pid_t child, bool has_own_group, int output,
    bool has_our_status, struct fail *why)
{
	int ended;
	int code;

	if (wait_for(child, has_own_group, output, &ended) != 0)
		return fail_errno(why, "%s: cannot wait for it", what);
	if (stop_is_requested())
		return stop_fail(why);
	if (WIFSIGNALED(ended))
		return fail_set(why, STATUS_LOCAL, "%s was killed by signal %d",
		    what, WTERMSIG(ended));
	code = WEXITSTATUS(ended);
	if (code == 0)
		return 0;
	if (code == 127)
		return fail_set(why, STATUS_USAGE,
		    "%s: command not found (status 127); install its program, "
		    "or put it on the PATH",
		    what);
	return fail_set(why,
	    has_our_status && code <= STATUS_DATA ? (enum status)code
						  : STATUS_USAGE,
	    "%s failed with status %d", what, code);
}

int
child_read_line(const char *what, const char *command,
    const char *const *forget, bool has_our_status, struct secret *line,
    struct fail *why)
{
	struct fail read_why;
	bool has_own_group = !has_terminal();
	pid_t child;
	int ends[2];
	int got, ended;

	if (pipe(ends) != 0)
		return fail_errno(why, "%s: cannot make a pipe", what);
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	if (start(command, forget, ends[1], has_own_group, &child) != 0) {
		(void)fail_errno(why, "%s: cannot start /bin/sh", what);
		(void)close(ends[0]);
		(void)close(ends[1]);
		return -1;
	}
	(void)close(ends[1]);
	got = secret_read(line, ends[0], what, &read_why);
	/* How it ended tells more than that its output was empty. */
	ended =
	    finish(what, child, has_own_group, ends[0], has_our_status, why);
	(void)close(ends[0]);
	if (ended != 0) {
		secret_free(line);
		return -1;
	}
	if (got != 0)
		*why = read_why;
	return got;
}
