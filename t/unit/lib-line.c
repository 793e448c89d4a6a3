/* SPDX-License-Identifier: ISC */
/*
 * Lines out of a source that gives its bytes in pieces of any size: the
 * pieces must never show in the lines.
 */
#include "line.h"

#include "buf.h"
#include "mem.h"
#include "stop.h"
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define TEXT(literal) literal, sizeof(literal) - 1

/* A text in pieces of `piece` bytes; it fails when `fail_at` is reached. */
struct pieces {
	const char *text;
	size_t len, piece, fail_at, at;
};

static ptrdiff_t
read_piece(void *context, char *into, size_t size, struct fail *why)
{
	struct pieces *p = context;
	size_t n = p->len - p->at;

	if (p->fail_at && p->at >= p->fail_at)
		return fail_set(why, STATUS_LOCAL, "the source broke");
	if (n > p->piece)
		n = p->piece;
	if (n > size)
		n = size;
	memcpy(into, p->text + p->at, n);
	p->at += n;
	return (ptrdiff_t)n;
}

static int
add_rest(struct line_reader *r, struct line *line, struct buf *text,
    struct fail *why)
{
	int result;

	while ((result = line_rest(r, line, why)) == 1)
		buf_append(text, line->text, line->len);
	buf_add(text, line->is_terminated ? "~" : "!");
	return result;
}

/* "number@offset[text]" for each line, with a final "!" if unterminated; where
 * `max_bytes` is 0, it is 3, and longer lines end in "~". */
static char *
read_all(struct pieces *p, size_t max_bytes, struct fail *why)
{
	struct line_reader r;
	struct line line;
	struct buf text;
	int result;

	buf_init(&text, 1 << 20);
	line_open_source(&r, read_piece, p, "input", max_bytes ? max_bytes : 3);
	r.takes_long = max_bytes == 0;
	while ((result = line_next(&r, &line, why)) == 1) {
		buf_addf(&text, "%llu@%llu[", (unsigned long long)line.number,
		    (unsigned long long)line.offset);
		buf_append(&text, line.text, line.len);
		if (!line.is_long)
			buf_add(&text, line.is_terminated ? "]" : "]!");
		else if (add_rest(&r, &line, &text, why) != 0)
			break;
	}
	line_free(&r);
	line_free(&r);
	if (result != 0)
		buf_addf(&text, " %s", why->text);
	return buf_detach(&text);
}

static const struct {
	const char *text;
	size_t len, max;
	const char *lines, *why;
} cases[] = {
    {TEXT(""), 9, "", "nothing"},
    {TEXT("a\n"), 9, "1@0[a]", "one line"},
    {TEXT("a"), 9, "1@0[a]!", "one that was cut"},
    {TEXT("a\nb"), 9, "1@0[a]2@2[b]!", "the last one was cut"},
    {TEXT("\n"), 9, "1@0[]", "an empty line"},
    {TEXT("\n\n\n"), 9, "1@0[]2@1[]3@2[]", "three of them"},
    {TEXT("a\r\nb\r\n"), 9, "1@0[a\r]2@3[b\r]", "CRLF is left alone"},
    {TEXT("ab\nc\n\nd\n"), 9, "1@0[ab]2@3[c]3@5[]4@6[d]", "offsets"},
    {TEXT("abc\n"), 3, "1@0[abc]", "as long as may be"},
    {TEXT("abc"), 3, "1@0[abc]!", "as long, and cut"},
    {TEXT("abcd\n"), 3, " input: line 1 is longer than 3 bytes", "too long"},
    {TEXT("a\nabcd\n"), 3, "1@0[a] input: line 2 is longer than 3 bytes",
	"the second one is too long"},
    {TEXT("abcd"), 3, " input: line 1 is longer than 3 bytes",
	"too long, and cut"},
};

static void
check_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t piece = 1; piece <= cases[i].len + 1; piece++) {
			struct pieces p = {.text = cases[i].text,
			    .len = cases[i].len,
			    .piece = piece};
			struct fail why;
			char *got = read_all(&p, cases[i].max, &why);

			is(got, cases[i].lines, cases[i].why);
			free(got);
		}
	}
}

static void
check_failure(void)
{
	struct pieces p = {.text = "a\nb\n",
	    .len = 4,
	    .piece = 2,
	    .fail_at = 2};
	struct fail why = {.text = ""};
	char *got = read_all(&p, 9, &why);

	is(got, "1@0[a] the source broke", "a failure of the source");
	is_int(why.status, STATUS_LOCAL, "its status stays");
	free(got);
}

/* A reader that takes long lines piece by piece. */
static void
check_long(void)
{
	static const struct {
		const char *text;
		size_t len;
		const char *lines, *why;
	} longs[] = {
	    {TEXT("abcd\n"), "1@0[abcd~", "too long"},
	    {TEXT("abcdefghi\nab\n"), "1@0[abcdefghi~2@10[ab]", "and go on"},
	    {TEXT("a\nabcdefghi\nab\n"), "1@0[a]2@2[abcdefghi~3@12[ab]",
		"between others"},
	    {TEXT("abcd\nabcde\nab"), "1@0[abcd~2@5[abcde~3@11[ab]!", "twice"},
	    {TEXT("abcde"), "1@0[abcde!", "cut"},
	};

	for (size_t i = 0; i < sizeof(longs) / sizeof(*longs); i++) {
		for (size_t piece = 1; piece <= longs[i].len + 1; piece++) {
			struct pieces p = {.text = longs[i].text,
			    .len = longs[i].len,
			    .piece = piece};
			struct fail why;
			char *got = read_all(&p, 0, &why);

			is(got, longs[i].lines, longs[i].why);
			free(got);
		}
	}
}

/* Lines larger than the chunk, between short ones; and what follows the last
 * byte can be read (the sanitizer watches). */
static void
check_growth(void)
{
	enum { LONG = 5 << 20 };
	char *text = mem_alloc(LONG + 4, 1);
	struct pieces p = {.text = text, .len = LONG + 4, .piece = 1 << 18};
	struct line_reader r;
	struct line line;
	struct fail why;
	unsigned sum = 0;

	memset(text, 'x', LONG + 4);
	text[1] = text[LONG + 2] = '\n';
	line_open_source(&r, read_piece, &p, "input", LONG);
	ok(line_must_read(&r), "nothing has been read at first");
	ok(line_next(&r, &line, &why) == 1 && line.len == 1, "a short line");
	ok(line_must_read(&r), "no other whole line is there");
	ok(line_next(&r, &line, &why) == 1 && line.len == LONG, "a long one");
	ok(line_next(&r, &line, &why) == 1 && line.len == 1 &&
		!line.is_terminated,
	    "the rest");
	for (int i = 0; i < LINE_PADDING; i++)
		sum += (unsigned char)line.text[line.len + (size_t)i];
	is_int(sum, 0, "the padding is zero");
	ok(line_next(&r, &line, &why) == 0, "the end");
	ok(line_next(&r, &line, &why) == 0, "and again");
	ok(!line_must_read(&r), "the end needs no reading");
	line_free(&r);
	free(text);
}

/* While whole lines are left, earlier slices stay as they are. */
static void
check_slices(void)
{
	struct pieces p = {.text = "a\nb\nc\nd", .len = 7, .piece = 6};
	struct line_reader r;
	struct line first, line;
	struct fail why;

	line_open_source(&r, read_piece, &p, "input", 9);
	(void)!line_next(&r, &first, &why);
	ok(!line_must_read(&r), "two whole lines are left");
	(void)!line_next(&r, &line, &why);
	(void)!line_next(&r, &line, &why);
	ok(first.text[0] == 'a' && line.text == first.text + 4,
	    "slices of one chunk");
	ok(line_must_read(&r), "then it must read");
	line_free(&r);
}

/* Reads on until the chunk is full: whatever the pieces, its lines end at the
 * same byte, and the slices stay where they are. */
static void
check_fullness(void)
{
	enum { COUNT = 700 << 10, PIECES = 3 };
	static const size_t pieces[PIECES] = {1 << 30, 1 << 16, 999};
	char *text = mem_alloc(COUNT, 3);
	size_t ends[PIECES];

	for (size_t i = 0; i < COUNT; i++)
		memcpy(text + 3 * i, "ab\n", 3);
	for (size_t i = 0; i < PIECES; i++) {
		struct pieces p = {text, (size_t)COUNT * 3, pieces[i], 0, 0};
		const char *first = NULL;
		struct line_reader r;
		struct line line = {0};
		struct fail why;

		line_open_source(&r, read_piece, &p, "input", 9);
		while (!line_must_read(&r) || !line_is_full(&r)) {
			if (line_must_read(&r))
				(void)!line_read_more(&r, &why);
			else
				(void)!line_next(&r, &line, &why);
			first = first ? first : r.data;
		}
		ends[i] = line.offset + line.len;
		ok(line.text == first + line.offset, "one chunk has them all");
		line_free(&r);
	}
	ok(ends[1] == ends[0], "small pieces fill a chunk as one does");
	ok(ends[2] == ends[0], "... also those that fit in no round number");
	free(text);
}

static void
check_descriptor(void)
{
	struct line_reader r;
	struct line line;
	struct fail why = {.text = ""};
	int fds[2], directory = open("/", O_RDONLY);

	if (pipe(fds) != 0 || write(fds[1], "x\ny", 3) != 3) {
		ok(false, "a pipe");
		return;
	}
	(void)close(fds[1]);
	line_open(&r, fds[0], "pipe", 9);
	ok(line_next(&r, &line, &why) == 1 && line.text[0] == 'x', "a pipe");
	ok(line_next(&r, &line, &why) == 1 && !line.is_terminated, "its end");
	ok(line_next(&r, &line, &why) == 0, "after its end");
	line_free(&r);
	ok(close(fds[0]) == 0, "the descriptor is the caller's");
	line_open(&r, directory, "'/'", 9);
	ok(line_next(&r, &line, &why) == -1, "a directory");
	is(why.text, "cannot read '/': Is a directory", "says why");
	is_int(why.status, STATUS_LOCAL, "is a local failure");
	line_free(&r);
	(void)close(directory);
}

/* A signal ends the wait for a producer that is silent; the flag stays up, so
 * this comes last. */
static void
check_stop(void)
{
	struct line_reader r;
	struct line line;
	struct fail why = {.text = ""};
	int fds[2];

	if (pipe(fds) != 0 || stop_install(&why) != 0) {
		ok(false, "a pipe and handlers");
		return;
	}
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	(void)!write(fds[1], "x\n", 2);
	line_open(&r, fds[0], "pipe", 9);
	ok(line_next(&r, &line, &why) == 1,
	    "a line, from a pipe that never blocks");
	(void)raise(SIGTERM);
	ok(line_next(&r, &line, &why) == -1, "a signal ends the wait");
	is(why.text, "stopped by signal 15", "and says so");
	line_free(&r);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int
main(void)
{
	check_cases();
	check_long();
	check_failure();
	check_growth();
	check_slices();
	check_fullness();
	check_descriptor();
	check_stop();
	return tap_done();
}
