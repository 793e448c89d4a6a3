/* SPDX-License-Identifier: ISC */
/*
 * Inputs: plain, gzip and zstd files, whole, joined, cut at each byte and
 * damaged. What is read must be the whole text or a failure, never a part of
 * it that looks whole.
 */
#include "input.h"

#include "buf.h"
#include "libzstd.h"
#include "mem.h"
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>

enum { ROOM = 1 << 24 };

static void
write_file(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
		(void)printf("Bail out! cannot write %s\n", path);
}

/* Reads the file with reads of `size` bytes: its text, or the message. */
static int
read_file(const char *path, size_t size, struct buf *text, struct fail *why)
{
	struct input in;
	ptrdiff_t n = -1;

	buf_clear(text);
	if (input_open(&in, path, why) == 0) {
		char *room = mem_alloc(size, 1);

		while ((n = input_read(&in, room, size, why)) > 0)
			buf_append(text, room, (size_t)n);
		free(room);
	}
	input_free(&in);
	input_free(&in);
	return n == 0 ? 0 : -1;
}

static size_t
gzip(const char *text, size_t len, char *into, size_t size)
{
	z_stream z = {.next_in = (const unsigned char *)text,
	    .avail_in = (unsigned)len,
	    .next_out = (unsigned char *)into,
	    .avail_out = (unsigned)size};

	(void)deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, 0);
	(void)deflate(&z, Z_FINISH);
	(void)deflateEnd(&z);
	return size - z.avail_out;
}

static size_t
zstd(const char *text, size_t len, char *into, size_t size)
{
	struct zstd_in from = {.src = text, .size = len};
	struct zstd_out to = {.dst = into, .size = size};
	struct zstd_writer *writer;
	struct libzstd z;
	struct fail why;

	if (libzstd_load(&z, &why) != 0)
		return 0;
	writer = z.createCCtx();
	(void)z.CCtx_setParameter(writer, LIBZSTD_CHECKSUM, 1);
	(void)z.compressStream2(writer, &to, &from, LIBZSTD_END);
	(void)z.freeCCtx(writer);
	return to.pos;
}

static const struct kind {
	const char *name, *path, *bare;
	size_t (*pack)(const char *text, size_t len, char *into, size_t size);
} kinds[] = {
    {"gzip", "a.gz", "a", gzip},
    {"zstd", "a.zst", "a", zstd},
};

static bool
is_same(const struct buf *text, const char *wanted, size_t len)
{
	return text->len == len && memcmp(text->data, wanted, len) == 0;
}

/* Whole files, and joined ones, by reads of several sizes. */
static void
check_whole(const struct kind *kind, struct buf *text)
{
	static const size_t sizes[] = {1, 7, 4096, 1 << 20};
	const char *plain = "{\"a\":1}\n{\"a\":2}\n";
	size_t len = strlen(plain);
	char packed[512], both[64];
	struct fail why = {.text = ""};
	size_t n = kind->pack(plain, len, packed, sizeof(packed));

	(void)snprintf(both, sizeof(both), "%s%s", plain, plain);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		write_file(kind->path, packed, n);
		ok(read_file(kind->path, sizes[i], text, &why) == 0 &&
			is_same(text, plain, len),
		    "%s by reads of %zu", kind->name, sizes[i]);
	}
	memcpy(packed + n, packed, n);
	write_file(kind->path, packed, 2 * n);
	ok(read_file(kind->path, 5, text, &why) == 0 &&
		is_same(text, both, 2 * len),
	    "%s, two joined", kind->name);
	write_file(kind->bare, packed, n);
	ok(read_file(kind->bare, 4096, text, &why) == 0 &&
		is_same(text, plain, len),
	    "%s, told by its bytes", kind->name);
	n = kind->pack("", 0, packed, sizeof(packed));
	write_file(kind->path, packed, n);
	ok(read_file(kind->path, 5, text, &why) == 0 && text->len == 0,
	    "%s of nothing", kind->name);
}

static void
check_cut(const struct kind *kind, struct buf *text)
{
	const char *plain = "{\"a\":1}\n{\"a\":2}\n";
	char packed[512], wanted[128];
	struct fail why = {.text = ""};
	size_t n = kind->pack(plain, strlen(plain), packed, sizeof(packed));
	int bad = 0;

	for (size_t cut = 0; cut < n; cut++) {
		write_file(kind->path, packed, cut);
		bad += read_file(kind->path, 4096, text, &why) == 0;
		bad += why.status != STATUS_DATA;
	}
	is_int(bad, 0, "cut at each byte is bad data");
	(void)snprintf(wanted, sizeof(wanted),
	    "'%s' ends inside its %s data: it was cut", kind->path, kind->name);
	is(why.text, wanted, "and told so");
	/* A second one behind a whole one. */
	memcpy(packed + n, packed, n);
	bad = 0;
	for (size_t cut = n + 1; cut < 2 * n; cut++) {
		write_file(kind->path, packed, cut);
		bad += read_file(kind->path, 4096, text, &why) == 0;
	}
	is_int(bad, 0, "so is a joined one");
	write_file(kind->path, packed, n);
	packed[n - 2] ^= 1;
	write_file(kind->path, packed, n);
	ok(read_file(kind->path, 4096, text, &why) == -1 &&
		why.status == STATUS_DATA,
	    "a wrong checksum");
	(void)snprintf(wanted, sizeof(wanted), "the %s data is damaged",
	    kind->name);
	ok(strstr(why.text, wanted) != NULL, "is told");
	write_file(kind->path, plain, strlen(plain));
	ok(read_file(kind->path, 4096, text, &why) == -1 &&
		strstr(why.text, wanted),
	    "plain text under the name of a %s file", kind->name);
}

/* A large text of a pattern that repeats beyond any buffer's size. */
static void
check_large(const struct kind *kind, struct buf *text)
{
	enum { LARGE = 3000017 };
	char *plain = mem_alloc(LARGE, 1), *packed = mem_alloc(ROOM, 1);
	struct fail why = {.text = ""};
	size_t n;

	for (size_t i = 0; i < LARGE; i++)
		plain[i] = (char)('a' + (i * i + i / 7) % 23);
	n = kind->pack(plain, LARGE, packed, ROOM);
	write_file(kind->path, packed, n);
	ok(read_file(kind->path, 1 << 20, text, &why) == 0 &&
		is_same(text, plain, LARGE),
	    "%s, 3 MB", kind->name);
	/* The output fills each read exactly. */
	memset(plain, 'x', 1 << 20);
	n = kind->pack(plain, 1 << 20, packed, ROOM);
	write_file(kind->path, packed, n);
	ok(read_file(kind->path, 1 << 16, text, &why) == 0 &&
		is_same(text, plain, 1 << 20),
	    "%s that fills its reads", kind->name);
	free(plain);
	free(packed);
}

static void
check_plain(struct buf *text)
{
	struct fail why = {.text = ""};

	write_file("a", "{}\n", 3);
	ok(read_file("a", 2, text, &why) == 0 && is_same(text, "{}\n", 3),
	    "a plain file");
	write_file("a", "", 0);
	ok(read_file("a", 9, text, &why) == 0 && text->len == 0,
	    "an empty file");
	write_file("a", "\x1F", 1);
	ok(read_file("a", 9, text, &why) == 0 && text->len == 1,
	    "half of gzip's magic is for the JSON reader to judge");
	ok(read_file("nothing", 9, text, &why) == -1, "no file");
	is(why.text, "cannot read 'nothing': No such file or directory",
	    "is named");
	is_int(why.status, STATUS_LOCAL, "and a local failure");
	ok(read_file("/", 9, text, &why) == -1, "a directory");
	is(why.text, "cannot read '/': Is a directory", "is told");
}

static void
check_standard_input(struct buf *text)
{
	struct fail why = {.text = ""};
	int fds[2];

	for (int i = 0; i < 2; i++) {
		if (pipe(fds) != 0 || write(fds[1], "{}\n", 3) != 3 ||
		    dup2(fds[0], STDIN_FILENO) != STDIN_FILENO)
			ok(false, "a pipe");
		(void)close(fds[0]);
		(void)close(fds[1]);
		ok(read_file(i == 0 ? NULL : "-", 9, text, &why) == 0 &&
			is_same(text, "{}\n", 3),
		    "standard input %s", i == 0 ? "by default" : "as -");
	}
	ok(fcntl(STDIN_FILENO, F_GETFD) != -1, "which stays open");
}

/* A pipe that gives one byte at first. */
static void
check_slow_pipe(const struct kind *kind, struct buf *text)
{
	const char *plain = "{\"a\":1}\n";
	char packed[512];
	struct fail why = {.text = ""};
	size_t n = kind->pack(plain, strlen(plain), packed, sizeof(packed));
	int fds[2], failures = 0;
	pid_t pid;

	(void)fflush(stdout);
	if (pipe(fds) != 0 || (pid = fork()) == -1) {
		ok(false, "a pipe");
		return;
	}
	if (pid == 0) {
		failures += write(fds[1], packed, 1) != 1;
		(void)poll(NULL, 0, 50);
		failures += write(fds[1], packed + 1, n - 1) == -1;
		_exit(failures);
	}
	(void)dup2(fds[0], STDIN_FILENO);
	(void)close(fds[0]);
	(void)close(fds[1]);
	ok(read_file("-", 4096, text, &why) == 0 &&
		is_same(text, plain, strlen(plain)),
	    "%s from a pipe that is slow to begin", kind->name);
	(void)waitpid(pid, NULL, 0);
}

int
main(void)
{
	char directory[] = "/tmp/input-test.XXXXXX";
	size_t count = sizeof(kinds) / sizeof(*kinds);
	struct libzstd zstd_library;
	struct fail why;
	struct buf text;

	if (!mkdtemp(directory) || chdir(directory) != 0) {
		(void)printf("Bail out! no temporary directory\n");
		return 1;
	}
	buf_init(&text, ROOM);
	if (libzstd_load(&zstd_library, &why) != 0)
		count--; /* It is the last. */
	for (size_t i = 0; i < count; i++) {
		check_whole(&kinds[i], &text);
		check_cut(&kinds[i], &text);
		check_large(&kinds[i], &text);
		check_slow_pipe(&kinds[i], &text);
		(void)unlink(kinds[i].path);
	}
	check_plain(&text);
	check_standard_input(&text);
	(void)unlink("a");
	(void)rmdir(directory);
	buf_free(&text);
	return tap_done();
}
