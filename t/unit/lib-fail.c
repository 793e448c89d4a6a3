/* SPDX-License-Identifier: ISC */
/*
 * Failures: one sentence that cannot act on a terminal, however long and
 * whatever it quotes.
 */
#include "fail.h"

#include "tap.h"

#include <errno.h>

static const struct {
	const char *text, *clean, *why;
} texts[] = {
    {"plain", "plain", "plain text"},
    {"a\x1B[31mb", "a?[31mb", "an escape sequence"},
    {"a\r\n\tb", "a???b", "line ends and tabs"},
    {"a\x7F"
     "b",
	"a?b", "delete"},
    {"a\xC2\x9B"
     "31mb",
	"a??31mb", "CSI as C1"},
    {"a\xC2\x85"
     "b",
	"a??b", "next line as C1"},
    {"\xC2\xA0", "\xC2\xA0", "a no-break space is no control"},
    {"日本 naïve", "日本 naïve", "other UTF-8 stays"},
    {"a\xC2", "a\xC2", "a lead byte at the end"},
    {"\xC3\x9B", "\xC3\x9B", "a letter with the byte of CSI"},
};

static void
check_sanitize(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct fail why;

		(void)fail_set(&why, STATUS_DATA, "%s", texts[i].text);
		is(why.text, texts[i].clean, texts[i].why);
	}
}

static void
check_prefix(void)
{
	struct fail why;

	is_int(fail_set(&why, STATUS_RETRY, "HTTP %d", 500), -1, "is -1");
	is_int(fail_prefix(&why, "users\x1B %d", 7), -1, "so is a prefix");
	is(why.text, "users? 7: HTTP 500", "the prefix comes first");
	is_int(why.status, STATUS_RETRY, "the status stays");
	errno = ENOENT;
	is_int(fail_errno(&why, "cannot read '%s'", "x"), -1, "errno");
	is(why.text, "cannot read 'x': No such file or directory", "its text");
	is_int(why.status, STATUS_LOCAL, "its status");
	is_int(errno, ENOENT, "errno stays");
}

static void
check_length(void)
{
	char text[2 * BOUND_MESSAGE_BYTES];
	struct fail why;
	size_t last = BOUND_MESSAGE_BYTES - 1;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	(void)fail_set(&why, STATUS_DATA, "%s", text);
	is_int((long long)strlen(why.text), (long long)last, "a long sentence");
	is(why.text + last - 4, "x...", "ends in an ellipsis");
	(void)fail_prefix(&why, "context");
	ok(strncmp(why.text, "context: xxx", 12) == 0, "takes a prefix");
	ok(strlen(why.text) <= last, "and stays within its bytes");
	(void)fail_set(&why, STATUS_DATA, "%.*s", (int)last, text);
	is_int((long long)strlen(why.text), (long long)last, "exactly full");
	ok(why.text[last - 1] == 'x', "has no ellipsis");
	errno = ENOENT;
	(void)fail_errno(&why, "%s", text);
	ok(strlen(why.text) <= last, "an errno after a long sentence");
	(void)fail_prefix(&why, "%s", text);
	ok(strlen(why.text) <= last, "a long prefix");
}

/* Wherever the end falls, no character is cut in two. */
static void
check_characters(void)
{
	char text[2 * BOUND_MESSAGE_BYTES];
	struct fail why, prefixed;

	for (size_t shift = 0; shift < 4; shift++) {
		size_t whole;

		memset(text, 'x', shift);
		text[shift] = '\0';
		while (strlen(text) + 5 < sizeof(text))
			(void)strncat(text, "\U0001F600", 5);
		(void)fail_set(&why, STATUS_DATA, "%s", text);
		whole = strlen(why.text) - 3 - shift;
		ok(whole % 4 == 0, "%zu bytes before it: set", shift);
		is(why.text + shift + whole, "...", "... is marked");
		prefixed = why;
		(void)fail_prefix(&prefixed, "line 1");
		whole = strlen(prefixed.text) - 3 - strlen("line 1: ") - shift;
		ok(whole % 4 == 0, "%zu bytes before it: prefixed", shift);
		is(prefixed.text + strlen(prefixed.text) - 3, "...",
		    "... is marked");
	}
}

int
main(void)
{
	check_sanitize();
	check_prefix();
	check_length();
	check_characters();
	return tap_done();
}
