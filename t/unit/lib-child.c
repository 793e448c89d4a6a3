/* SPDX-License-Identifier: ISC */
/* Commands that print a line: what they print, inherit, and end with. */
#include "child.h"

#include "stop.h"
#include "tap.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct run {
	const char *name;
	const char *command;
	bool has_our_status;
	const char *line; /* NULL: fails */
	enum status status;
	const char *text; /* in the message */
} runs[] = {
    {"a line", "echo s3cret", false, "s3cret", 0, NULL},
    {"a line that is not ended", "printf s3cret", false, "s3cret", 0, NULL},
    {"more lines, later", "echo s3cret; sleep 0.1; echo more", false, "s3cret",
	0, NULL},
    {"more than a pipe holds",
	"echo s3cret; head -c 300000 /dev/zero | tr '\\0' x", false, "s3cret",
	0, NULL},
    {"a descendant that stays", "sleep 5 & echo s3cret", false, "s3cret", 0,
	NULL},
    {"standard input is empty", "cat; echo s3cret", false, "s3cret", 0, NULL},
    {"a broken pipe kills as usual", "yes | head -1", false, "y", 0, NULL},
    {"nothing", "true", false, NULL, STATUS_USAGE, "is empty"},
    {"failure after a line", "echo s3cret; exit 3", false, NULL, STATUS_USAGE,
	"failed with status 3"},
    {"our own status passes through", "exit 4", true, NULL, STATUS_RETRY,
	"failed with status 4"},
    {"a status that is not ours", "exit 9", true, NULL, STATUS_USAGE,
	"failed with status 9"},
    {"no such command", "no-such-command-here 2>/dev/null", false, NULL,
	STATUS_USAGE, "not found"},
    {"killed", "kill -9 $$", false, NULL, STATUS_LOCAL, "signal 9"},
    {"a signal that we ignore is not ignored", "kill -XFSZ $$", false, NULL,
	STATUS_LOCAL, "signal"},
};

static void
test_environment(void)
{
	static const char *const forget[] = {"TEST_SECRET", NULL};
	struct secret line = {0};
	struct fail why;

	(void)setenv("TEST_SECRET", "s3cret", 1);
	(void)setenv("TEST_SECRET_NOT", "kept", 1);
	is_int(child_read_line("cmd",
		   "echo ${TEST_SECRET-gone} $TEST_SECRET_NOT", forget, false,
		   &line, &why),
	    0, "runs");
	is(line.text, "gone kept", "one is forgotten, another is not");
	secret_free(&line);
	is_int(child_read_line("cmd", "echo $TEST_SECRET", NULL, false, &line,
		   &why),
	    0, "runs");
	is(line.text, "s3cret", "nothing is forgotten without a list");
	secret_free(&line);
}

/* No descriptor of ours is open in the command. */
static void
test_descriptors(void)
{
	struct secret line = {0};
	struct fail why;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	is_int(child_read_line("cmd", "ls /proc/self/fd | tr '\\n' ' '", NULL,
		   false, &line, &why),
	    0, "runs");
	/* 3 is the directory that ls reads. */
	is(line.text, "0 1 2 3 ", "only the usual descriptors are open");
	secret_free(&line);
	(void)close(fd);
}

static bool has_no_memory;

/* The system's, but for the want of memory. */
int
posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd,
    int to)
{
	int (*real)(posix_spawn_file_actions_t *, int, int);
	void *found = dlsym(RTLD_NEXT, "posix_spawn_file_actions_adddup2");

	memcpy(&real, &found, sizeof(real));
	return has_no_memory ? ENOMEM : real(actions, fd, to);
}

/* What would go to our standard output is never printed. */
static void
test_memory(void)
{
	struct secret line = {0};
	struct fail why;

	has_no_memory = true;
	is_int(child_read_line("cmd", "echo 'not ok - s3cret'", NULL, false,
		   &line, &why),
	    -1, "a pipe that cannot be set up");
	has_no_memory = false;
	is_int(why.status, STATUS_LOCAL, "is a local failure");
	ok(strstr(why.text, "cannot start") != NULL, "which is told: %s",
	    why.text);
}

/* A signal ends the wait, and the command with it; timeout(1) sends two. */
static void
test_stop(void)
{
	struct secret line = {0};
	struct timespec start, end;
	struct fail why;
	pid_t self = getpid();
	pid_t killer;

	/* TSan's _exit() writes what is buffered, a second time then. */
	(void)fflush(stdout);
	killer = fork();
	if (killer == 0) {
		(void)usleep(100 * 1000);
		(void)kill(self, SIGTERM);
		(void)usleep(50 * 1000);
		(void)kill(self, SIGTERM);
		_exit(0);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	is_int(child_read_line("cmd",
		   "trap 'sleep 0.2; exit' TERM; sleep 60 & wait", NULL, false,
		   &line, &why),
	    -1, "a signal ends the wait");
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	ok(stop_is_requested(), "as a request to stop");
	ok(strstr(why.text, "signal 15") != NULL, "which the message names");
	ok(end.tv_sec - start.tv_sec < 30, "long before the command's end");
}

int
main(void)
{
	struct fail why;

	/* What whoever runs the tests left open is not our doing. */
	for (int fd = 3; fd < 1024; fd++)
		(void)close(fd);
	if (stop_install(&why) != 0)
		return 1;
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		const struct run *r = &runs[i];
		struct secret line = {0};
		int result = child_read_line("cmd", r->command, NULL,
		    r->has_our_status, &line, &why);

		is_int(result, r->line ? 0 : -1, r->name);
		is(line.text, r->line, r->name);
		if (!r->line)
			ok(why.status == r->status &&
				strstr(why.text, r->text) &&
				strncmp(why.text, "cmd", 3) == 0,
			    "%s: %s", r->name, why.text);
		secret_free(&line);
	}
	test_environment();
	test_descriptors();
	test_memory();
	test_stop();
	return tap_done();
}
