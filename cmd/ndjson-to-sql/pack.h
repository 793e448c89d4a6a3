/* SPDX-License-Identifier: ISC */
/*
 * Bytes on their way into a new file or to standard output, plain or
 * compressed by gzip or zstd.
 */
#ifndef PACK_H
#define PACK_H

#include "attr.h"
#include "fail.h"
#include "out.h"

#include <stddef.h>

enum pack_kind {
	PACK_PLAIN,
	PACK_GZIP,
	PACK_ZSTD,
	PACK_COUNT,
};

struct pack {
	enum pack_kind kind;
	struct out out;
	void *encoder; /* NULL: plain */
	char *packed;  /* what the encoder gives */
};

/* What file names end in: "", ".gz", ".zst". */
const char *pack_suffix(enum pack_kind kind);

/* STATUS_LOCAL if its library is missing. */
ATTR_NODISCARD
int pack_check(enum pack_kind kind, struct fail *why);

/* A file that must not exist yet, or standard output where `path` is NULL. */
ATTR_NODISCARD
int pack_open(struct pack *p, enum pack_kind kind, const char *path,
    struct fail *why);

ATTR_NODISCARD
int pack_write(struct pack *p, const void *bytes, size_t len, struct fail *why);

/* Ends the compressed data, flushes and closes. A file is made durable by
 * directory_commit. */
ATTR_NODISCARD
int pack_commit(struct pack *p, struct fail *why);

/* Releases; a file that was not committed stays as it is. Harmless on a zeroed
 * struct whose out.fd is -1, and twice. */
void pack_free(struct pack *p);

#endif
