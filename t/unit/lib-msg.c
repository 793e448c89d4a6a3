/* SPDX-License-Identifier: ISC */
/* Messages, byte for byte, and the line that is shown below them. */
#include "msg.h"

#include "status.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int saved = -1, scratch = -1;

/* Whatever goes to stderr until `sent` is called. */
static void
begin(void)
{
	char name[] = "/tmp/lib-msg.XXXXXX";

	scratch = mkostemp(name, O_CLOEXEC);
	(void)unlink(name);
	saved = dup(STDERR_FILENO);
	(void)dup2(scratch, STDERR_FILENO);
}

static const char *
sent(void)
{
	static char text[4096];
	ssize_t len;

	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	len = pread(scratch, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	(void)close(scratch);
	return text;
}

static void
test_levels(void)
{
	begin();
	msg_note("a %d", 1);
	msg_warning("b\x1b[2J");
	msg_at(MSG_VERBOSE, "c");
	msg_set_level(MSG_VERBOSE);
	msg_at(MSG_VERBOSE, "d");
	msg_set_level(MSG_QUIET);
	msg_note("e");
	msg_warning("f");
	msg_error("g");
	msg_set_level(MSG_NORMAL);
	is(sent(), "p: note: a 1\np: warning: b?[2J\np: d\np: g\n",
	    "labels, levels, and no control bytes");
}

static void
test_shown(void)
{
	struct fail why;

	begin();
	msg_show(NULL);
	is(sent(), "", "nothing is shown, nothing to take away");
	begin();
	msg_show("abc");
	msg_note("x");
	msg_show("de");
	msg_show(NULL);
	msg_show(NULL);
	is(sent(),
	    "abc"
	    "\r   \rp: note: x\nabc"
	    "\r   \rde"
	    "\r  \r",
	    "a message above the line, the line again, and nothing left");
	(void)fail_set(&why, STATUS_DATA, "broken");
	begin();
	msg_show("a\rb");
	is_int(msg_fail(&why), STATUS_DATA, "the failure's status");
	is(sent(), "a?b\r   \rp: broken\n", "a failure ends the line");
}

static void
test_misuse(void)
{
	struct fail why;

	(void)fail_set(&why, STATUS_USAGE, "what");
	begin();
	is_int(msg_misuse(&why), STATUS_USAGE, "misuse: status");
	is(sent(), "p: what\ntry 'p --help'\n", "misuse points to --help");
	why.status = STATUS_LOCAL;
	begin();
	is_int(msg_misuse(&why), STATUS_LOCAL, "no misuse: status");
	is(sent(), "p: what\n", "... but where it is none");
}

/* What a program finds whose caller closed all three standard descriptors, as
 * a bit for each thing that is wrong. */
static int
look_without_descriptors(void)
{
	char name[] = "/tmp/lib-msg.XXXXXX", byte;
	int wrong = 0;
	int fd;

	for (fd = 0; fd < 3; fd++)
		(void)close(fd);
	msg_init("p");
	fd = mkostemp(name, O_CLOEXEC);
	(void)unlink(name);
	wrong |= fd <= STDERR_FILENO ? 1 : 0;
	wrong |= read(STDIN_FILENO, &byte, 1) != -1 || errno != EBADF ? 2 : 0;
	wrong |= write(STDOUT_FILENO, "x", 1) != -1 || errno != EBADF ? 4 : 0;
	msg_error("lost");
	wrong |= lseek(fd, 0, SEEK_END) != 0 ? 8 : 0;
	return wrong;
}

/* Messages go to standard error, or nowhere: never into a file that took the
 * place of a descriptor that was closed. */
static void
test_closed(void)
{
	int ended = -1;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(look_without_descriptors());
	(void)waitpid(child, &ended, 0);
	ok(WIFEXITED(ended), "runs with its descriptors closed");
	is_int(WEXITSTATUS(ended), 0, "and no file takes their place");
}

int
main(void)
{
	msg_init("p");
	test_levels();
	test_shown();
	test_misuse();
	test_closed();
	return tap_done();
}
