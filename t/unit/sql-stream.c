/* SPDX-License-Identifier: ISC */
/*
 * How streams begin and end.
 */
#include "stream.h"
#include "tap.h"

static struct line
line_of(char *text, size_t len)
{
	return (struct line){.text = text, .len = len, .number = 7};
}

static void
test_blank(void)
{
	static const struct {
		const char *text;
		bool is_blank;
	} cases[] = {{"", true}, {" \t\r", true}, {"  x", false}, {"\v", false},
	    {"0", false}, {"\xC2\xA0", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[8] = {0};
		struct line line = line_of(text, strlen(cases[i].text));

		memcpy(text, cases[i].text, line.len);
		ok(stream_is_blank(&line) == cases[i].is_blank,
		    "blank or not: %zu", i);
	}
}

static void
test_mark(void)
{
	char text[] = "\xEF\xBB\xBF{}";
	struct line line = line_of(text, 5);

	stream_skip_mark(&line);
	ok(line.len == 5, "a mark in line 7 stays");
	line.number = 1;
	stream_skip_mark(&line);
	ok(line.len == 2 && line.text == text + 3 && line.offset == 3,
	    "a mark in line 1 goes, and is counted");
	stream_skip_mark(&line);
	ok(line.len == 2, "what is no mark stays");
	line = line_of(text, 2);
	line.number = 1;
	stream_skip_mark(&line);
	ok(line.len == 2, "half a mark stays");
}

static void
test_cut(void)
{
	static const char ends[] = "in: the stream ends in a failure; "
				   "nothing was loaded";
	static const char died[] =
	    "in: line 7 does not end: whoever wrote it died, or left the last "
	    "newline out; nothing was loaded; --accept-truncated takes what is "
	    "there";
	static const struct {
		const char *text;
		enum status status;
		const char *start, *message;
	} cases[] = {
	    {"{\"id\":1}", STATUS_RETRY, died, ""},
	    {"{\"_error\":{\"stat", STATUS_RETRY, died, ""},
	    {"{\"_error\":{\"status\":", STATUS_RETRY, ends, ""},
	    {"{\"_error\":{\"status\":0", STATUS_RETRY, ends, ""},
	    {"{\"_error\":{\"status\":3", STATUS_REFUSED, ends, ""},
	    {" {\"_error\":{\"status\":3", STATUS_REFUSED, ends, ""},
	    {" ", STATUS_RETRY, died, ""},
	    {"{\"_error\":{\"status\":5,\"mess", STATUS_DATA, ends, ""},
	    {"{\"_error\":{\"status\":6,\"message\":\"x", STATUS_RETRY, ends,
		": x"},
	    {"{\"_error\":{\"status\":99999999999999999999", STATUS_RETRY, ends,
		""},
	    {"{\"_error\":{\"status\":1,\"message\":\"a \\\"b\\\" c\"}",
		STATUS_LOCAL, ends, ": a \"b\" c"},
	    {"{\"_error\":{\"status\":2,\"message\":\"a\\", STATUS_USAGE, ends,
		": a\\"},
	};

	struct line none = {.number = 1};
	struct fail reason;

	ok(stream_fail_cut(&none, "in", true, &reason) == -1 &&
		strstr(reason.text, "after the last commit"),
	    "behind a commit something was loaded");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[128] = {0}, wanted[256];
		struct line line = line_of(text, strlen(cases[i].text));
		struct fail why;

		memcpy(text, cases[i].text, line.len);
		(void)snprintf(wanted, sizeof(wanted), "%s%s", cases[i].start,
		    cases[i].message);
		ok(stream_fail_cut(&line, "in", false, &why) == -1 &&
			why.status == cases[i].status,
		    "the status of %s", cases[i].text);
		is(why.text, wanted, "... and its message");
	}
}

int
main(void)
{
	test_blank();
	test_mark();
	test_cut();
	return tap_done();
}
