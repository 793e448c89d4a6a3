/* SPDX-License-Identifier: ISC */
/*
 * Compressed output: the other direction of input.c.
 */
#include "pack.h"

#include "libzstd.h"
#include "mem.h"

#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
	PACKED_BYTES = 128 * 1024,
	/* gzip(1)'s own level takes twice as long for a twentieth less. */
	GZIP_LEVEL = 4,
	GZIP_HEADER = 16, /* zlib: write gzip's header and trailer */
	GZIP_MEMORY = 8,
	ZSTD_LEVEL = 3,
};

const char *
pack_suffix(enum pack_kind kind)
{
	static const char *const suffixes[PACK_COUNT] = {"", ".gz", ".zst"};

	return suffixes[kind];
}

int
pack_check(enum pack_kind kind, struct fail *why)
{
	struct libzstd zstd;

	return kind == PACK_ZSTD ? libzstd_load(&zstd, why) : 0;
}

static int
open_gzip(struct pack *p, struct fail *why)
{
	z_stream *z = mem_alloc(1, sizeof(*z));

	if (deflateInit2(z, GZIP_LEVEL, Z_DEFLATED, GZIP_HEADER + MAX_WBITS,
		GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(z);
		return fail_set(why, STATUS_LOCAL, "cannot start zlib");
	}
	p->encoder = z;
	return 0;
}

/* Encodes until the input is used up, or, with Z_FINISH, until the end. */
static int
write_gzip(struct pack *p, const char *bytes, size_t len, int flush,
    struct fail *why)
{
	z_stream *z = p->encoder;

	do {
		size_t step = len > INT_MAX ? INT_MAX : len;

		z->next_in = (const unsigned char *)bytes;
		z->avail_in = (unsigned)step;
		bytes += step;
		len -= step;
		do {
			z->next_out = (unsigned char *)p->packed;
			z->avail_out = PACKED_BYTES;
			(void)deflate(z, flush);
			if (out_write(&p->out, p->packed,
				PACKED_BYTES - z->avail_out, why) != 0)
				return -1;
		} while (z->avail_out == 0);
	} while (len > 0);
	return 0;
}

/* zstd's encoder, and the library that it is of. */
struct zstd {
	struct libzstd lib;
	struct zstd_writer *writer;
};

static int
open_zstd(struct pack *p, struct fail *why)
{
	struct zstd *z = mem_alloc(1, sizeof(*z));

	if (libzstd_load(&z->lib, why) != 0) {
		free(z);
		return -1;
	}
	z->writer = z->lib.createCCtx();
	if (!z->writer) {
		free(z);
		return fail_set(why, STATUS_LOCAL, "cannot start libzstd");
	}
	p->encoder = z;
	(void)z->lib.CCtx_setParameter(z->writer, LIBZSTD_LEVEL, ZSTD_LEVEL);
	(void)z->lib.CCtx_setParameter(z->writer, LIBZSTD_CHECKSUM, 1);
	return 0;
}

static int
write_zstd(struct pack *p, const char *bytes, size_t len, bool is_last,
    struct fail *why)
{
	const struct zstd *z = p->encoder;
	struct zstd_in from = {.src = bytes, .size = len};
	size_t left;

	do {
		struct zstd_out to = {.dst = p->packed, .size = PACKED_BYTES};

		left = z->lib.compressStream2(z->writer, &to, &from,
		    is_last ? LIBZSTD_END : LIBZSTD_CONTINUE);
		if (z->lib.isError(left))
			return fail_set(why, STATUS_LOCAL,
			    "cannot compress: %s", z->lib.getErrorName(left));
		if (out_write(&p->out, p->packed, to.pos, why) != 0)
			return -1;
	} while (from.pos < from.size || (is_last && left > 0));
	return 0;
}

static void
free_zstd(struct pack *p)
{
	struct zstd *z = p->encoder;

	(void)z->lib.freeCCtx(z->writer);
	free(z);
}

int
pack_open(struct pack *p, enum pack_kind kind, const char *path,
    struct fail *why)
{
	*p = (struct pack){.kind = kind, .out = {.fd = -1}};
	if (path ? out_open_new(&p->out, path, 0666, why)
		 : out_open_stdout(&p->out, why))
		return -1;
	if (kind == PACK_PLAIN)
		return 0;
	p->packed = mem_resize(NULL, PACKED_BYTES, 1);
	return kind == PACK_GZIP ? open_gzip(p, why) : open_zstd(p, why);
}

int
pack_write(struct pack *p, const void *bytes, size_t len, struct fail *why)
{
	switch (p->kind) {
	case PACK_GZIP:
		return write_gzip(p, bytes, len, Z_NO_FLUSH, why);
	case PACK_ZSTD:
		return write_zstd(p, bytes, len, false, why);
	default:
		return out_write(&p->out, bytes, len, why);
	}
}

int
pack_commit(struct pack *p, struct fail *why)
{
	int result = 0;

	if (p->kind == PACK_GZIP)
		result = write_gzip(p, "", 0, Z_FINISH, why);
	else if (p->kind == PACK_ZSTD)
		result = write_zstd(p, "", 0, true, why);
	return result == 0 ? out_commit(&p->out, why) : result;
}

void
pack_free(struct pack *p)
{
	if (p->encoder && p->kind == PACK_ZSTD) {
		free_zstd(p);
	} else if (p->encoder) {
		(void)deflateEnd(p->encoder);
		free(p->encoder);
	}
	free(p->packed);
	out_free(&p->out);
	*p = (struct pack){.out = {.fd = -1}};
}
