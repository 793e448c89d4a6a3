/* SPDX-License-Identifier: ISC */
/*
 * Which times of a list that is sorted newest first the pages read so far
 * have covered. Pure.
 *
 * A page is one answer, so its rows stand side by side in the list as it was
 * at that moment. A row between the page's first and last time that was there
 * at that moment is on the page; one that shares the first or the last time
 * may stand on the page before or behind it. So a page covers the times
 * strictly between its ends, the first page all that is newer, and the page
 * at the end of the list all that is older:
 *
 *      page 1   ...9 9 8 7 7|              covers 8 and newer
 *      page 2          8 7 7 6 5 5|        covers 7 and 6
 *      page 3                6 5 5 4 3|    covers 5 and 4
 *
 * Pages whose covered times join prove that no row that was there throughout
 * was missed, whatever came or went in between, in whatever order the server
 * made them, for the time of a row never changes. Where they do not join
 * there is a gap: rows may hide in it, and it has to be read in another way.
 */
#ifndef COVER_H
#define COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times that no page has covered, both ends included. */
struct cover_gap {
	int64_t newest, oldest;
	uint64_t offset; /* where the page behind it began */
	bool is_full;    /* a page had no other time: none can span it */
};

struct cover {
	int64_t edge_ms; /* newer times are covered, or in a gap */
	struct cover_gap *gaps;
	size_t count, capacity;
	/* Rows were not newest first, or had no time: nothing is proved. */
	bool is_disordered;
};

struct cover_page {
	uint64_t offset;           /* of its first row in the list */
	int64_t first_ms, last_ms; /* times of its rows */
	bool is_top;               /* nothing is newer */
	bool is_end;               /* nothing is older */
};

/* What is newer than `edge_ms` counts as covered: INT64_MAX for a list that
 * is read from its top. */
void cover_init(struct cover *c, int64_t edge_ms);

/* Takes the next page, which has rows and holds all that the server gave
 * between them. Pages come in the order of the list. */
void cover_add(struct cover *c, const struct cover_page *page);

/* No page is to come; times down to `bottom_ms` were wanted. */
void cover_end(struct cover *c, int64_t bottom_ms, uint64_t offset);

/* Whether all times down to the one of cover_end are covered. */
bool cover_is_whole(const struct cover *c);

void cover_free(struct cover *c);

#endif
