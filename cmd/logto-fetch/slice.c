/* SPDX-License-Identifier: ISC */
/*
 * Choosing pages by their sizes.
 */
#include "slice.h"

uint64_t
slice_begin(const struct slice *s)
{
	return (s->page - 1) * s->size;
}

uint64_t
slice_end(const struct slice *s)
{
	return s->page * s->size;
}

/* As slice_next; none has page 0. */
static struct slice
find_next(uint64_t end, unsigned overlap, unsigned max_size)
{
	uint64_t begin = end > overlap ? end - overlap : 0;
	struct slice best = {.page = 0, .size = max_size};

	for (unsigned size = max_size; size > 0; size--) {
		struct slice now = {begin / size + 1, size};

		/* No smaller one can come as far. */
		if (best.page > 0 && begin + size <= slice_end(&best))
			break;
		if (slice_end(&now) > end &&
		    (best.page == 0 || slice_end(&now) > slice_end(&best)))
			best = now;
	}
	return best;
}

struct slice
slice_next(uint64_t end, unsigned overlap, unsigned max_size)
{
	struct slice next;

	if (overlap > 0 && max_size < SLICE_MIN_SHARED)
		max_size = SLICE_MIN_SHARED;
	do
		next = find_next(end, overlap, max_size);
	while (next.page == 0 && overlap-- > 0);
	return next;
}

uint64_t
slice_count(uint64_t rows, unsigned overlap, unsigned max_size)
{
	enum { MANY = 1000000 };
	uint64_t count = 1;

	for (uint64_t end = max_size; end < rows; count++) {
		struct slice next = slice_next(end, overlap, max_size);

		/* The number may be anybody's. */
		if (count == MANY)
			return count + (rows - end) / (end / MANY) + 1;
		end = slice_end(&next);
	}
	return count;
}
