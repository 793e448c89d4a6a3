/* SPDX-License-Identifier: ISC */
/*
 * Reading a list that is sorted newest first by pages that overlap, which
 * prove it whole where their times join (cover.h), and reading again around
 * the places where they do not.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "cover.h"
#include "pages.h"
#include "walk.h"

/* Rows that pages share. Two prove that no row is between them; with a third
 * one, two rows of one millisecond do no harm. */
enum { SWEEP_OVERLAP = 3 };

struct sweep {
	const char *query; /* encoded; NULL: the list's own */
	unsigned size;     /* rows to a page */
	int64_t until_ms;  /* older times are not wanted; or INT64_MIN */
	/* There is another way for what pages cannot read: the first gap that
	 * none can span ends the sweep. */
	bool has_resort;
};

/* Gives on the list's rows. `first` is its first page, which is freed, or
 * NULL. What is left in `cover`, which the caller frees in any case, are the
 * gaps that no page can span: more rows of one time than a page holds, or a
 * list that changes faster than it is read. */
ATTR_NODISCARD
enum walk_result sweep_read(struct walk *w, const struct walk_list *list,
    const struct sweep *sweep, struct page *first, struct cover *cover,
    struct pages_result *result, struct fail *why);

#endif
