/* SPDX-License-Identifier: ISC */
/*
 * Which page to ask for next, where pages are to share some rows. Pure.
 *
 * The API counts pages from the beginning in one size, so that they touch and
 * never overlap. But each page may have a size of its own, and one of size S
 * begins at each multiple of S:
 *
 *      size 100, page 1      0 |-------------| 100
 *      size  97, page 2           97 |------------| 194
 *      size  95, page 3                     190 |------------| 285
 *
 * Of all sizes, the one is taken that comes farthest. Pages of at most 100
 * rows that share 3 or more come forward by 86 rows each.
 */
#ifndef SLICE_H
#define SLICE_H

#include <stdint.h>

struct slice {
	uint64_t page; /* from 1 */
	unsigned size;
};

enum {
	/* Pages must have some rows for others to share. */
	SLICE_MIN_SHARED = 10,
};

/* The page for what begins at row `end` (from 0) and shares `overlap` rows
 * or more with what is before; fewer where no page of `max_size` rows can have
 * so many and still come forward. Pages that share rows may have
 * SLICE_MIN_SHARED in any case. */
struct slice slice_next(uint64_t end, unsigned overlap, unsigned max_size);

/* How many pages come to `rows` rows, the first one of `max_size`; beyond a
 * million, about. */
uint64_t slice_count(uint64_t rows, unsigned overlap, unsigned max_size);

/* Its first row, from 0, and the one behind its last. */
uint64_t slice_begin(const struct slice *s);
uint64_t slice_end(const struct slice *s);

#endif
