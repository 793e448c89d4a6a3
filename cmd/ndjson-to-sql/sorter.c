/* SPDX-License-Identifier: ISC */
/*
 * Runs in memory, sorted by qsort; runs in the file, merged by a heap. The
 * first eight bytes of a string are kept as a number beside it, which decides
 * most comparisons.
 */
#include "sorter.h"

#include "buf.h"
#include "mem.h"
#include "nameless.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FIRST_BYTES = 16 * 1024,
	RUN_BYTES = 4 << 20,
	/* Of the file, per run; with many runs, less. */
	READ_BYTES = 64 * 1024,
	READ_BYTES_ALL = 8 << 20,
	LEN_BYTES = 2, /* in front of each string in the file */
};

struct sorter_item {
	uint64_t prefix;
	const unsigned char *bytes;
	size_t len;
};

struct sorter_run {
	uint64_t from, to; /* in the file: not read yet */
	unsigned char *buffer;
	size_t at, filled, capacity;
	struct sorter_item first; /* its bytes lie in `buffer` */
};

void
sorter_space_init(struct sorter_space *s, const char *beside, size_t max_bytes)
{
	*s = (struct sorter_space){.beside = beside,
	    .max_bytes = max_bytes,
	    .fd = -1};
}

void
sorter_space_free(struct sorter_space *s)
{
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
}

void
sorter_init(struct sorter *s, struct sorter_space *space)
{
	*s = (struct sorter){.space = space};
}

static void
free_strings(struct sorter *s)
{
	s->space->bytes -= s->capacity;
	free(s->bytes);
	free(s->items);
	s->bytes = NULL;
	s->items = NULL;
	s->used = s->capacity = s->count = s->item_capacity = 0;
}

void
sorter_free(struct sorter *s)
{
	if (!s->space)
		return;
	free_strings(s);
	for (size_t i = 0; i < s->run_count; i++)
		free(s->runs[i].buffer);
	free(s->runs);
	free(s->heap);
	*s = (struct sorter){0};
}

/* --- order -------------------------------------------------------------- */

static struct sorter_item
item_of(const unsigned char *bytes, size_t len)
{
	struct sorter_item item = {.bytes = bytes, .len = len};
	size_t count = len < sizeof(item.prefix) ? len : sizeof(item.prefix);

	for (size_t i = 0; i < count; i++)
		item.prefix |= (uint64_t)bytes[i] << (56 - 8 * i);
	return item;
}

static int
compare(const struct sorter_item *a, const struct sorter_item *b)
{
	int order;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	order = memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);
	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int
compare_items(const void *a, const void *b)
{
	return compare(a, b);
}

static void
sort_items(struct sorter *s)
{
	if (s->is_unsorted)
		qsort(s->items, s->count, sizeof(*s->items), compare_items);
	s->is_unsorted = false;
}

/* --- runs in the file --------------------------------------------------- */

/* Makes the file, which is gone from its directory at once. */
static int
open_space(struct sorter_space *s, struct fail *why)
{
	struct buf path;

	if (s->fd == -1)
		s->fd = nameless_open(s->beside);
	if (s->fd != -1)
		return 0;
	buf_init(&path, PATH_MAX + 16);
	buf_addf(&path, "%s.XXXXXX", s->beside);
	s->fd = mkstemp(path.data);
	if (s->fd == -1)
		(void)fail_errno(why,
		    "cannot make a temporary file beside '%s'", s->beside);
	else
		(void)unlink(path.data);
	buf_free(&path);
	return s->fd == -1 ? -1 : 0;
}

static int
write_space(struct sorter_space *s, const unsigned char *bytes, size_t len,
    struct fail *why)
{
	for (size_t done = 0; done < len;) {
		ssize_t count =
		    pwrite(s->fd, bytes + done, len - done, (off_t)s->end);

		if (count < 0 && (errno == ENOSPC || errno == EDQUOT))
			return fail_set(why, STATUS_LOCAL,
			    "cannot sort keys beside '%s': the disk is full; "
			    "make room there",
			    s->beside);
		if (count < 0 && errno != EINTR)
			return fail_errno(why, "cannot sort keys beside '%s'",
			    s->beside);
		if (count > 0) {
			done += (size_t)count;
			s->end += (uint64_t)count;
		}
	}
	return 0;
}

/* Writes the strings in memory as a run, and forgets them. */
static int
spill(struct sorter *s, struct fail *why)
{
	unsigned char *out = mem_alloc(READ_BYTES, 1);
	struct sorter_run run = {0};
	size_t used = 0;
	int result = open_space(s->space, why);

	sort_items(s);
	run.from = s->space->end;
	for (size_t i = 0; i < s->count && result == 0; i++) {
		const struct sorter_item *item = &s->items[i];

		if (used + LEN_BYTES + item->len > READ_BYTES) {
			result = write_space(s->space, out, used, why);
			used = 0;
		}
		out[used++] = (unsigned char)(item->len >> 8);
		out[used++] = (unsigned char)item->len;
		memcpy(out + used, item->bytes, item->len);
		used += item->len;
	}
	if (result == 0)
		result = write_space(s->space, out, used, why);
	free(out);
	run.to = s->space->end;
	s->runs = mem_grow(s->runs, &s->run_capacity, s->run_count + 1,
	    sizeof(*s->runs));
	s->runs[s->run_count++] = run;
	s->used = s->count = 0;
	return result;
}

/* --- adding ------------------------------------------------------------- */

/* Room for `len` more bytes: a larger buffer, as long as there are few of
 * them; else the strings so far make room. */
static int
make_room(struct sorter *s, size_t len, struct fail *why)
{
	size_t more = s->capacity ? s->capacity : FIRST_BYTES, at = 0;

	if (s->used + len <= s->capacity)
		return 0;
	if (s->count > 0 &&
	    (s->capacity + more > RUN_BYTES ||
		s->space->bytes + more > s->space->max_bytes))
		return spill(s, why);
	s->capacity += more;
	s->space->bytes += more;
	s->bytes = mem_resize(s->bytes, s->capacity, 1);
	/* Strings lie in the order of their items, until these are sorted. */
	for (size_t i = 0; i < s->count; at += s->items[i++].len)
		s->items[i].bytes = s->bytes + at;
	return 0;
}

int
sorter_add(struct sorter *s, const void *bytes, size_t len, struct fail *why)
{
	struct sorter_item *item;

	if (make_room(s, len, why) != 0)
		return -1;
	memcpy(s->bytes + s->used, bytes, len);
	s->items = mem_grow(s->items, &s->item_capacity, s->count + 1,
	    sizeof(*s->items));
	item = &s->items[s->count++];
	*item = item_of(s->bytes + s->used, len);
	s->used += len;
	if (s->count > 1 && !s->is_unsorted)
		s->is_unsorted = compare(item - 1, item) > 0;
	return 0;
}

/* --- reading back ------------------------------------------------------- */

/* Reads until a whole string is in the buffer, or all that is left. */
static int
fill(const struct sorter_space *s, struct sorter_run *r, struct fail *why)
{
	size_t left = r->filled - r->at;

	memmove(r->buffer, r->buffer + r->at, left);
	r->at = 0;
	r->filled = left;
	while (r->filled < LEN_BYTES + SORTER_STRING_MAX && r->from < r->to) {
		size_t want = r->capacity - r->filled;
		ssize_t count;

		if (want > r->to - r->from)
			want = (size_t)(r->to - r->from);
		count =
		    pread(s->fd, r->buffer + r->filled, want, (off_t)r->from);
		if (count == 0)
			return fail_set(why, STATUS_LOCAL,
			    "cannot read sorted keys back: the file beside "
			    "'%s' is shorter than it was",
			    s->beside);
		if (count < 0 && errno != EINTR)
			return fail_errno(why, "cannot read sorted keys back");
		if (count > 0) {
			r->from += (uint64_t)count;
			r->filled += (size_t)count;
		}
	}
	return 0;
}

/* Moves the run to its next string: 1; 0: there is none; -1. */
static int
advance(const struct sorter_space *s, struct sorter_run *r, struct fail *why)
{
	size_t len;

	if (r->filled - r->at < LEN_BYTES + SORTER_STRING_MAX &&
	    r->from < r->to && fill(s, r, why) != 0)
		return -1;
	if (r->at == r->filled)
		return 0;
	len = (size_t)r->buffer[r->at] << 8 | r->buffer[r->at + 1];
	r->first = item_of(r->buffer + r->at + LEN_BYTES, len);
	r->at += LEN_BYTES + len;
	return 1;
}

/* Lets the run at `i` sink to its place in the heap. */
static void
sink_down(struct sorter *s, size_t i)
{
	for (;;) {
		size_t least = i, below = 2 * i + 1;
		struct sorter_run *run = s->heap[i];

		for (size_t n = below; n < below + 2 && n < s->heap_count; n++)
			if (compare(&s->heap[n]->first,
				&s->heap[least]->first) < 0)
				least = n;
		if (least == i)
			return;
		s->heap[i] = s->heap[least];
		s->heap[least] = run;
		i = least;
	}
}

int
sorter_start(struct sorter *s, struct fail *why)
{
	size_t size;

	s->at = 0;
	sort_items(s);
	if (s->run_count == 0)
		return 0;
	if (spill(s, why) != 0)
		return -1;
	free_strings(s);
	size = READ_BYTES_ALL / s->run_count;
	if (size > READ_BYTES)
		size = READ_BYTES;
	if (size < (size_t)2 * SORTER_STRING_MAX)
		size = (size_t)2 * SORTER_STRING_MAX;
	s->heap = mem_alloc(s->run_count, sizeof(struct sorter_run *));
	for (size_t i = 0; i < s->run_count; i++) {
		int result;

		s->runs[i].buffer = mem_alloc(size, 1);
		s->runs[i].capacity = size;
		result = advance(s->space, &s->runs[i], why);
		if (result < 0)
			return -1;
		if (result == 1)
			s->heap[s->heap_count++] = &s->runs[i];
	}
	for (size_t i = s->heap_count / 2; i-- > 0;)
		sink_down(s, i);
	return 0;
}

/* The heap's first string was given out: `at` says so. */
static int
drop_first(struct sorter *s, struct fail *why)
{
	int result = advance(s->space, s->heap[0], why);

	if (result < 0)
		return -1;
	if (result == 0)
		s->heap[0] = s->heap[--s->heap_count];
	if (s->heap_count > 0)
		sink_down(s, 0);
	return 0;
}

int
sorter_next(struct sorter *s, const unsigned char **bytes, size_t *len,
    struct fail *why)
{
	const struct sorter_item *item;

	if (s->run_count == 0) {
		if (s->at == s->count)
			return 0;
		item = &s->items[s->at++];
	} else {
		if (s->at++ > 0 && s->heap_count > 0 && drop_first(s, why) != 0)
			return -1;
		if (s->heap_count == 0)
			return 0;
		item = &s->heap[0]->first;
	}
	*bytes = item->bytes;
	*len = item->len;
	return 1;
}
