/* SPDX-License-Identifier: ISC */
/*
 * libzstd, opened when it is needed: whoever reads and writes nothing that is
 * compressed by zstd does not pay for it, and need not have it. Nor is its
 * header needed to build: what is used of it is declared here.
 */
#ifndef LIBZSTD_H
#define LIBZSTD_H

#include "attr.h"
#include "fail.h"

#include <stddef.h>

enum {
	LIBZSTD_LEVEL = 100, /* parameters */
	LIBZSTD_CHECKSUM = 201,
	LIBZSTD_CONTINUE = 0, /* directives */
	LIBZSTD_END = 2,
};

struct zstd_reader;
struct zstd_writer;

struct zstd_in {
	const void *src;
	size_t size, pos;
};

struct zstd_out {
	void *dst;
	size_t size, pos;
};

/* Its functions, without their ZSTD_. */
#define LIBZSTD_FUNCTIONS(F)                                                   \
	F(const char *, versionString, (void))                                 \
	F(unsigned, isError, (size_t result))                                  \
	F(const char *, getErrorName, (size_t result))                         \
	F(struct zstd_reader *, createDStream, (void))                         \
	F(size_t, freeDStream, (struct zstd_reader * reader))                  \
	F(size_t, decompressStream,                                            \
	    (struct zstd_reader * reader, struct zstd_out * out,               \
		struct zstd_in * in))                                          \
	F(struct zstd_writer *, createCCtx, (void))                            \
	F(size_t, freeCCtx, (struct zstd_writer * writer))                     \
	F(size_t, CCtx_setParameter,                                           \
	    (struct zstd_writer * writer, int parameter, int value))           \
	F(size_t, compressStream2,                                             \
	    (struct zstd_writer * writer, struct zstd_out * out,               \
		struct zstd_in * in, int directive))

struct libzstd {
#define LIBZSTD_MEMBER(result, name, parameters) result(*name) parameters;
	LIBZSTD_FUNCTIONS(LIBZSTD_MEMBER)
#undef LIBZSTD_MEMBER
};

/* STATUS_LOCAL, and what to install, where there is none. */
ATTR_NODISCARD
int libzstd_load(struct libzstd *z, struct fail *why);

#endif
