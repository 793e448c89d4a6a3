/* SPDX-License-Identifier: ISC */
/*
 * Lines of a byte stream, cut out of large reads.
 *
 *      data       start          end      capacity   + padding
 *       |  used    |  unread      |  free     |  64     |
 */
#include "line.h"

#include "mem.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	/* Measured: beyond 1 MB nothing is gained, and a batch of lines of
	 * this size stays within the second-level cache's reach. */
	CHUNK_BYTES = 1 << 20,
};

ptrdiff_t
line_read(int fd, const char *name, char *into, size_t size, struct fail *why)
{
	struct pollfd wait[] = {{.fd = fd, .events = POLLIN},
	    {.fd = stop_descriptor(), .events = POLLIN}};
	ssize_t n;

	do {
		/* A read that has begun to wait for a quiet producer would not
		 * see a signal that came just before it. */
		(void)poll(wait, 2, -1);
		if (stop_is_requested())
			return stop_fail(why);
		n = read(fd, into, size);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n == -1)
		return fail_errno(why, "cannot read %s", name);
	return n;
}

static ptrdiff_t
read_descriptor(void *context, char *into, size_t size, struct fail *why)
{
	struct line_reader *r = context;

	return line_read(r->fd, r->name, into, size, why);
}

void
line_open_source(struct line_reader *r, line_source *source, void *context,
    const char *name, size_t max_bytes)
{
	*r = (struct line_reader){.source = source,
	    .context = context,
	    .fd = -1,
	    .name = name,
	    .max_bytes = max_bytes};
	r->capacity = CHUNK_BYTES;
	r->data = mem_alloc(r->capacity + LINE_PADDING, 1);
}

void
line_open(struct line_reader *r, int fd, const char *name, size_t max_bytes)
{
	line_open_source(r, read_descriptor, r, name, max_bytes);
	r->fd = fd;
#ifdef F_SETPIPE_SZ
	/* A third less wall time from a pipe; refusal costs only that. */
	(void)fcntl(fd, F_SETPIPE_SZ, CHUNK_BYTES);
#endif
}

/* Reads once behind `end`, making room first where there is none. */
static int
fill(struct line_reader *r, struct fail *why)
{
	ptrdiff_t n;

	if (r->start > 0 && line_is_full(r)) {
		memmove(r->data, r->data + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	if (r->end == r->capacity) {
		r->capacity *= 2;
		r->data = mem_resize(r->data, r->capacity + LINE_PADDING, 1);
	}
	n = r->source(r->context, r->data + r->end, r->capacity - r->end, why);
	if (n < 0)
		return -1;
	r->is_ended = n == 0;
	r->end += (size_t)n;
	memset(r->data + r->end, 0, LINE_PADDING);
	return 0;
}

/* The newline that ends the next line, or NULL. */
static const char *
find_newline(const struct line_reader *r)
{
	const char *from = r->data + r->start + r->scanned;

	return memchr(from, '\n', r->end - r->start - r->scanned);
}

bool
line_must_read(const struct line_reader *r)
{
	return !r->is_ended && r->end - r->start <= r->max_bytes &&
	    !find_newline(r);
}

bool
line_is_full(const struct line_reader *r)
{
	return r->end == r->capacity;
}

int
line_read_more(struct line_reader *r, struct fail *why)
{
	r->scanned = r->end - r->start;
	return fill(r, why);
}

/* Cuts the next `len` bytes and `skip` newlines off. */
static int
cut(struct line_reader *r, struct line *line, size_t len, size_t skip,
    struct fail *why)
{
	bool is_long = len > r->max_bytes;

	r->number++;
	if (is_long && !r->takes_long)
		return fail_set(why, STATUS_DATA,
		    "%s: line %llu is longer than %zu bytes", r->name,
		    (unsigned long long)r->number, r->max_bytes);
	*line = (struct line){.text = r->data + r->start,
	    .len = len,
	    .number = r->number,
	    .offset = r->offset,
	    .is_terminated = skip > 0,
	    .is_long = is_long};
	r->start += len + skip;
	r->offset += len + skip;
	r->scanned = 0;
	return 1;
}

int
line_next(struct line_reader *r, struct line *line, struct fail *why)
{
	for (;;) {
		const char *newline = find_newline(r);
		size_t unread = r->end - r->start;

		if (newline)
			return cut(r, line,
			    (size_t)(newline - (r->data + r->start)), 1, why);
		/* Too long already: do not read the rest of it first. */
		if (unread > r->max_bytes || (r->is_ended && unread > 0))
			return cut(r, line, unread, 0, why);
		if (r->is_ended)
			return 0;
		if (line_read_more(r, why) != 0)
			return -1;
	}
}

/* Gives the memory back that a long line has taken. */
static void
shrink(struct line_reader *r)
{
	if (r->start < r->end || r->capacity == CHUNK_BYTES)
		return;
	r->start = r->end = 0;
	r->capacity = CHUNK_BYTES;
	r->data = mem_resize(r->data, r->capacity + LINE_PADDING, 1);
}

int
line_rest(struct line_reader *r, struct line *piece, struct fail *why)
{
	const char *newline;

	/* The newline may have been found at once. */
	if (piece->is_terminated || r->is_ended)
		return 0;
	shrink(r);
	if (fill(r, why) != 0)
		return -1;
	newline = find_newline(r);
	piece->text = r->data + r->start;
	piece->len =
	    newline ? (size_t)(newline - piece->text) : r->end - r->start;
	piece->is_terminated = newline != NULL;
	r->start += piece->len + (newline != NULL);
	r->offset += piece->len + (newline != NULL);
	return piece->len > 0 || newline ? 1 : 0;
}

void
line_swap_chunk(struct line_reader *r, char **chunk, size_t *capacity)
{
	char *other = *chunk;
	size_t other_capacity = *capacity, unread = r->end - r->start;

	if (!other || other_capacity < unread) {
		free(other);
		other_capacity = unread > CHUNK_BYTES ? unread : CHUNK_BYTES;
		other = mem_resize(NULL, other_capacity + LINE_PADDING, 1);
	}
	memcpy(other, r->data + r->start, unread);
	memset(other + unread, 0, LINE_PADDING);
	*chunk = r->data;
	*capacity = r->capacity;
	r->data = other;
	r->capacity = other_capacity;
	r->start = 0;
	r->end = unread;
}

void
line_free(struct line_reader *r)
{
	free(r->data);
	*r = (struct line_reader){.fd = -1};
}
