/* SPDX-License-Identifier: ISC */
/*
 * Lines of a byte stream, as slices of a chunk that holds many whole lines.
 * The chunk is read in one go where the stream allows it, and is followed by
 * LINE_PADDING readable bytes, so that a vector scanner may look beyond its
 * end (json.h asks for that).
 *
 * A stream whose last byte is no newline was cut: the last line then says so
 * (is_terminated). What that means is for the caller to judge.
 */
#ifndef LINE_H
#define LINE_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_PADDING = 64 };

/* Fills `into` with 1 to `size` bytes; 0 is the end, -1 a failure. */
typedef ptrdiff_t line_source(void *context, char *into, size_t size,
    struct fail *why);

struct line {
	char *text; /* without its newline; not NUL-terminated; may be
	             * written to: the caller owns the chunk's bytes until
	             * the next call */
	size_t len;
	uint64_t number; /* from 1 */
	uint64_t offset; /* of its first byte in the stream, from 0 */
	bool is_terminated;
	bool is_long; /* above the limit: the text is its beginning */
};

struct line_reader {
	line_source *source;
	void *context;
	int fd;           /* used by the built-in source */
	const char *name; /* borrowed; for messages */
	size_t max_bytes; /* of one line */
	bool takes_long;  /* set by who calls line_rest; else a line above
			   * the limit is a failure */
	char *data;
	size_t capacity;   /* of data, without the padding */
	size_t start, end; /* unread bytes in data */
	size_t scanned;    /* bytes of an unfinished line known to hold no
	                    * newline, so that it is searched once */
	uint64_t number, offset;
	bool is_ended;
};

/* Reads from a descriptor, which stays the caller's. A pipe is widened where
 * the system allows it. */
void line_open(struct line_reader *r, int fd, const char *name,
    size_t max_bytes);

/* One read as line_open makes them, for sources that are fed by a
 * descriptor. Ctrl-C ends the wait for it as a failure (stop.h). */
ptrdiff_t line_read(int fd, const char *name, char *into, size_t size,
    struct fail *why);

/* Reads from a function, such as a decompressor. */
void line_open_source(struct line_reader *r, line_source *source, void *context,
    const char *name, size_t max_bytes);

/* The next line: 1; the end: 0; a failure: -1 (STATUS_LOCAL for I/O, or
 * STATUS_DATA for a line above the limit, with its number, unless the reader
 * takes_long: then line_rest must follow). The slices of
 * earlier lines become invalid only when line_must_read() was true before
 * the call. */
ATTR_NODISCARD
int line_next(struct line_reader *r, struct line *line, struct fail *why);

/* After a line that is long, its next piece: 1; its end: 0, and is_terminated
 * says whether it has one; -1. A piece is valid until the next call, and what
 * came before the line is not valid any more. */
ATTR_NODISCARD
int line_rest(struct line_reader *r, struct line *piece, struct fail *why);

/* Whether the next line_next must read, and so may overwrite the chunk: true
 * where no whole line is left in it. */
bool line_must_read(const struct line_reader *r);

/* Whether the chunk has no room for more, so that reading overwrites it. A
 * caller who asks for that before each line_read_more, and reads more as long
 * as line_must_read says so, finds in each chunk the same lines of a stream,
 * however it came. */
bool line_is_full(const struct line_reader *r);

/* Reads once, behind what is there while the chunk is not full. */
ATTR_NODISCARD
int line_read_more(struct line_reader *r, struct fail *why);

/* Hands the chunk that holds the lines so far over to the caller, who frees
 * it, and goes on in the one at `*chunk` (of `*capacity` bytes and the
 * padding; NULL: a new one), which it takes. What is unread is copied. */
void line_swap_chunk(struct line_reader *r, char **chunk, size_t *capacity);

void line_free(struct line_reader *r);

#endif
