/* SPDX-License-Identifier: ISC */
/* Messages, byte for byte, and the line that is shown below them. */
#include "msg.h"

#include "status.h"
#include "tap.h"

#include <fcntl.h>
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

int
main(void)
{
	msg_init("p");
	test_levels();
	test_shown();
	test_misuse();
	return tap_done();
}
