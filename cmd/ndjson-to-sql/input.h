/* SPDX-License-Identifier: ISC */
/*
 * What the program reads: a FILE or standard input, plain, or compressed by
 * gzip or zstd. Its bytes come through a line_source (line.h), decompressed
 * as they are asked for, so memory does not grow with the file.
 *
 * A name that ends in .gz or .zst says how the file is compressed, and the
 * file must be so; anything else is compressed if its first bytes say so
 * (no JSON begins like that). Files that were joined behind each other read
 * as one. A file that ends inside its compressed data is an error: what was
 * cut off must not look like the end.
 */
#ifndef INPUT_H
#define INPUT_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct codec;

struct input {
	int fd;
	char *name; /* for messages: "'x.gz'" or "standard input" */
	const struct codec *codec; /* NULL: plain */
	void *decoder;
	char *raw;         /* compressed bytes; NULL while plain */
	size_t start, end; /* of those that are not decoded yet */
	bool is_begun;     /* something has been read */
	bool is_inside;    /* compressed data has begun and not ended */
	bool is_held_back; /* the decoder may have more without reading */
};

/* Opens FILE, or standard input for "-". NULL is standard input too, unless
 * that is a terminal, where nobody would know what is awaited
 * (STATUS_USAGE). A file that cannot be opened is STATUS_LOCAL. */
ATTR_NODISCARD
int input_open(struct input *in, const char *path, struct fail *why);

/* A line_source; `context` is the struct input. Data that is no gzip or zstd,
 * is damaged or cut is STATUS_DATA. */
ptrdiff_t input_read(void *context, char *into, size_t size, struct fail *why);

/* Closes; harmless on a zeroed struct whose fd is -1, and twice. */
void input_free(struct input *in);

#endif
