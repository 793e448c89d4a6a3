/* SPDX-License-Identifier: ISC */
/*
 * The stream contract where a pipe is cut: a process that is killed leaves
 * whole pages of what it wrote, so no page may end with a newline.
 */
#include "stream.h"

#include "tap.h"

#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDS = 20000, LONGEST = 300 };

/* Writes records of all lengths, some in pieces. */
static bool
write_records(struct stream *s, bool with_flush, struct fail *why)
{
	char record[LONGEST + 2];
	uint64_t seed = 1;

	for (int i = 0; i < RECORDS; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		size_t len = 2 + (size_t)((seed >> 33) % LONGEST);

		memset(record, '"', len);
		record[0] = '{';
		record[len - 1] = '}';
		if (stream_begin(s, why) != 0 ||
		    stream_write(s, record, len / 2, why) != 0 ||
		    stream_write(s, record + len / 2, len - len / 2, why) != 0)
			return false;
		if (with_flush && i % 1000 == 999 && stream_flush(s, why) != 0)
			return false;
	}
	return true;
}

static void
test_pages(void)
{
	char path[] = "/tmp/logto-stream.XXXXXX";
	int fd = mkstemp(path);
	struct stream s;
	struct fail why;
	struct stat file;
	char *text;
	int lines = 0;

	(void)close(fd);
	ok(stream_open(&s, path, &why) == 0, "open");
	ok(write_records(&s, true, &why), "write");
	ok(stream_close(&s, &why) == 0, "close");
	stream_free(&s);
	is_int((long long)s.record_count, RECORDS, "all were counted");
	fd = open(path, O_RDONLY);
	(void)fstat(fd, &file);
	text = malloc((size_t)file.st_size);
	ok(text && read(fd, text, (size_t)file.st_size) == file.st_size,
	    "read back");
	assert(text);
	for (off_t i = 0; i < file.st_size; i++)
		lines += text[i] == '\n';
	is_int(lines, RECORDS, "a line each");
	ok(text[file.st_size - 1] == '\n', "the last byte is a newline");
	free(text);
	(void)close(fd);
	(void)unlink(path);
}

/* Each write to standard output in turn, as a reader of a pipe gets it. */
static void
test_pipe(void)
{
	struct stream s;
	struct fail why;
	int ends[2];
	int bad = 0, reads = 0;
	char page[OUT_PAGE_BYTES];
	pid_t child;

	(void)fflush(stdout);
	if (pipe(ends) != 0)
		return;
	child = fork();
	if (child == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		bad = stream_open(&s, NULL, &why) != 0 ||
		    !write_records(&s, false, &why);
		/* Dies without the end that stream_close makes. */
		_exit(bad);
	}
	(void)close(ends[1]);
	/* All writes are of whole pages here, and so are the reads. */
	for (;;) {
		ssize_t n = read(ends[0], page, sizeof(page));

		if (n <= 0)
			break;
		reads++;
		bad += page[n - 1] == '\n';
	}
	(void)close(ends[0]);
	ok(reads > 100, "the pipe had %d pages", reads);
	is_int(bad, 0, "no page ends with a newline");
}

static void
test_poison(const char *text, const char *wanted, const char *name)
{
	struct stream s = {0};
	struct fail why = {.status = STATUS_RETRY}, ignored;
	int ends[2];
	char got[4096];
	ssize_t n = 0, more;

	(void)snprintf(why.text, sizeof(why.text), "%s", text);
	(void)fflush(stdout);
	if (pipe(ends) != 0)
		return;
	if (fork() == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[1]);
		if (stream_open(&s, NULL, &ignored) == 0 &&
		    stream_begin(&s, &ignored) == 0 &&
		    stream_write(&s, "{}", 2, &ignored) == 0)
			stream_poison(&s, &why);
		_exit(0);
	}
	(void)close(ends[1]);
	while ((more = read(ends[0], got + n, sizeof(got) - 1 - (size_t)n)) > 0)
		n += more;
	got[n] = '\0';
	(void)close(ends[0]);
	is(got, wanted, name);
}

int
main(void)
{
	test_pages();
	test_pipe();
	test_poison("users: HTTP 500",
	    "{}\n{\"_error\":{\"status\":4,\"message\":\"users: HTTP 500\"",
	    "a record keeps its line, the fragment has none");
	test_poison("'\"\\' \xc3\xa9",
	    "{}\n{\"_error\":{\"status\":4,\"message\":\"'\\\"\\\\' \xc3\xa9\"",
	    "the message is a JSON string");
	test_poison("\xff\xc3(\xe2\x82",
	    "{}\n{\"_error\":{\"status\":4,\"message\":\"?\?(?\?\"",
	    "in valid UTF-8");
	return tap_done();
}
