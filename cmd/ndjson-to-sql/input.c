/* SPDX-License-Identifier: ISC */
/*
 * Files and standard input, and the doors to zlib and libzstd. A decoder
 * works from `raw` into the caller's memory:
 *
 *      descriptor -> raw [ start .. end ] -> decoder -> the chunk of lines
 *
 * Plain bytes go from the descriptor to the chunk without a stop.
 */
#include "input.h"

#include "libzstd.h"
#include "line.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>

enum { RAW_BYTES = 256 * 1024 };

struct codec {
	const char *name;
	const char *suffix;
	const char *magic; /* the first bytes */
	size_t magic_len;
	int (*open)(struct input *in, struct fail *why);
	/* Decodes from raw into `into`; returns how much came out. */
	ptrdiff_t (*decode)(struct input *in, char *into, size_t size,
	    struct fail *why);
	void (*close)(struct input *in);
};

static int
fail_damaged(const struct input *in, const char *reason, struct fail *why)
{
	return fail_set(why, STATUS_DATA, "%s: the %s data is damaged: %s",
	    in->name, in->codec->name, reason);
}

/* --- gzip --------------------------------------------------------------- */

static int
gzip_open(struct input *in, struct fail *why)
{
	enum { GZIP_ONLY = 16 };
	z_stream *z = mem_alloc(1, sizeof(*z));

	if (inflateInit2(z, GZIP_ONLY + MAX_WBITS) != Z_OK) {
		free(z);
		return fail_set(why, STATUS_LOCAL, "cannot start zlib");
	}
	in->decoder = z;
	return 0;
}

static ptrdiff_t
gzip_decode(struct input *in, char *into, size_t size, struct fail *why)
{
	z_stream *z = in->decoder;
	int result;

	if (size > UINT_MAX)
		size = UINT_MAX;
	z->next_in = (const unsigned char *)in->raw + in->start;
	z->avail_in = (unsigned)(in->end - in->start);
	z->next_out = (unsigned char *)into;
	z->avail_out = (unsigned)size;
	if (z->avail_in > 0)
		in->is_inside = true;
	result = inflate(z, Z_NO_FLUSH);
	in->start = in->end - z->avail_in;
	in->is_held_back = z->avail_out == 0;
	if (result == Z_STREAM_END) {
		/* Its checksum and length were right. */
		in->is_inside = false;
		(void)inflateReset(z);
	} else if (result != Z_OK && result != Z_BUF_ERROR) {
		return fail_damaged(in, z->msg ? z->msg : "cannot inflate it",
		    why);
	}
	return (ptrdiff_t)(size - z->avail_out);
}

static void
gzip_close(struct input *in)
{
	(void)inflateEnd(in->decoder);
	free(in->decoder);
}

/* --- zstd --------------------------------------------------------------- */

struct zstd {
	struct libzstd lib;
	struct zstd_reader *reader;
};

static int
zstd_open(struct input *in, struct fail *why)
{
	struct zstd *z = mem_alloc(1, sizeof(*z));

	if (libzstd_load(&z->lib, why) != 0) {
		free(z);
		return fail_prefix(why, "%s is compressed by zstd", in->name);
	}
	z->reader = z->lib.createDStream();
	if (!z->reader) {
		free(z);
		return fail_set(why, STATUS_LOCAL, "cannot start libzstd");
	}
	in->decoder = z;
	return 0;
}

static ptrdiff_t
zstd_decode(struct input *in, char *into, size_t size, struct fail *why)
{
	const struct zstd *z = in->decoder;
	struct zstd_in from = {.src = in->raw + in->start,
	    .size = in->end - in->start};
	struct zstd_out to = {.dst = into, .size = size};
	size_t result = z->lib.decompressStream(z->reader, &to, &from);

	if (z->lib.isError(result))
		return fail_damaged(in, z->lib.getErrorName(result), why);
	in->start += from.pos;
	in->is_held_back = to.pos == to.size;
	/* 0: a frame has ended and all of it is out. A call that had nothing
	 * to do asks for the next frame, which need not come. */
	if (result == 0)
		in->is_inside = false;
	else if (from.pos > 0 || to.pos > 0)
		in->is_inside = true;
	return (ptrdiff_t)to.pos;
}

static void
zstd_close(struct input *in)
{
	struct zstd *z = in->decoder;

	(void)z->lib.freeDStream(z->reader);
	free(z);
}

static const struct codec codecs[] = {
    {"gzip", ".gz", "\x1F\x8B", 2, gzip_open, gzip_decode, gzip_close},
    {"zstd", ".zst", "\x28\xB5\x2F\xFD", 4, zstd_open, zstd_decode, zstd_close},
};

/* --- the input ---------------------------------------------------------- */

/* The codec that a file's name names, or NULL. */
static const struct codec *
codec_of_name(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
		size_t suffix = strlen(codecs[i].suffix);

		if (len > suffix &&
		    strcmp(path + len - suffix, codecs[i].suffix) == 0)
			return &codecs[i];
	}
	return NULL;
}

static const struct codec *
codec_of_bytes(const char *bytes, size_t len)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
		if (len >= codecs[i].magic_len &&
		    memcmp(bytes, codecs[i].magic, codecs[i].magic_len) == 0)
			return &codecs[i];
	return NULL;
}

/* Whether more bytes could make it a codec's: a pipe may give few at first. */
static bool
begins_codec(const char *bytes, size_t len)
{
	bool is_begun = false;

	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
		is_begun |= len < codecs[i].magic_len &&
		    memcmp(bytes, codecs[i].magic, len) == 0;
	return is_begun;
}

static int
use_codec(struct input *in, const struct codec *codec, struct fail *why)
{
	if (codec->open(in, why) != 0)
		return -1;
	in->codec = codec;
	in->raw = mem_resize(NULL, RAW_BYTES, 1);
	return 0;
}

static int
open_file(struct input *in, const char *path, struct fail *why)
{
	size_t size = strlen(path) + sizeof("''");
	struct stat st;
	const struct codec *codec = codec_of_name(path);

	in->name = mem_resize(NULL, size, 1);
	(void)snprintf(in->name, size, "'%s'", path);
	in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in->fd == -1)
		return fail_errno(why, "cannot read %s", in->name);
	if (fstat(in->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return fail_errno(why, "cannot read %s", in->name);
	}
	return codec ? use_codec(in, codec, why) : 0;
}

int
input_open(struct input *in, const char *path, struct fail *why)
{
	*in = (struct input){.fd = -1};
	if (path && strcmp(path, "-") != 0)
		return open_file(in, path, why);
	if (!path && isatty(STDIN_FILENO))
		return fail_set(why, STATUS_USAGE,
		    "standard input is a terminal; pipe NDJSON into it, or "
		    "name a FILE");
	in->fd = STDIN_FILENO;
	in->name = mem_string("standard input");
	return 0;
}

/* The first bytes of what no name has told about: they may be compressed. */
static ptrdiff_t
read_first(struct input *in, char *into, size_t size, struct fail *why)
{
	const struct codec *codec;
	size_t len = 0;
	ptrdiff_t n;

	do {
		n = line_read(in->fd, in->name, into + len, size - len, why);
		if (n < 0)
			return -1;
		len += (size_t)n;
	} while (n > 0 && len < size && begins_codec(into, len));
	in->is_begun = true;
	codec = codec_of_bytes(into, len);
	if (!codec)
		return (ptrdiff_t)len;
	if (use_codec(in, codec, why) != 0)
		return -1;
	memcpy(in->raw, into, len);
	in->end = len;
	return input_read(in, into, size, why);
}

/* Reads compressed bytes: 1; at their end: 0, which must not be inside. */
static int
fill(struct input *in, struct fail *why)
{
	ptrdiff_t n = line_read(in->fd, in->name, in->raw, RAW_BYTES, why);

	if (n < 0)
		return -1;
	if (n == 0 && (in->is_inside || !in->is_begun))
		return fail_set(why, STATUS_DATA,
		    "%s ends inside its %s data: it was cut", in->name,
		    in->codec->name);
	in->is_begun = true;
	in->start = 0;
	in->end = (size_t)n;
	return n > 0;
}

ptrdiff_t
input_read(void *context, char *into, size_t size, struct fail *why)
{
	struct input *in = context;
	ptrdiff_t n;
	int filled;

	if (!in->codec && !in->is_begun)
		return read_first(in, into, size < RAW_BYTES ? size : RAW_BYTES,
		    why);
	if (!in->codec)
		return line_read(in->fd, in->name, into, size, why);
	for (;;) {
		if (in->start == in->end && !in->is_held_back) {
			filled = fill(in, why);
			if (filled <= 0)
				return filled;
		}
		n = in->codec->decode(in, into, size, why);
		if (n != 0)
			return n;
	}
}

void
input_free(struct input *in)
{
	if (in->codec)
		in->codec->close(in);
	if (in->fd > STDERR_FILENO)
		(void)close(in->fd);
	free(in->raw);
	free(in->name);
	*in = (struct input){.fd = -1};
}
