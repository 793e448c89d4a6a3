/* SPDX-License-Identifier: ISC */
/* Pages that overlap: which to ask for, and what their times prove. */
#include "cover.h"
#include "slice.h"
#include "tap.h"

#define TOP 1
#define END 2
#define MAX INT64_MAX
#define MIN INT64_MIN

/* Pages as first and last time; the gaps that are left. */
static const struct cover_case {
	const char *name;
	struct {
		int64_t first, last;
		int flags;
	} pages[5];
	size_t page_count;
	struct {
		int64_t newest, oldest;
		bool is_full;
	} gaps[3];
	size_t gap_count;
} cases[] = {
    {"one page of all", {{9, 1, TOP | END}}, 1, {{0}}, 0},
    {"two that share two times", {{9, 5, TOP}, {6, 1, END}}, 2, {{0}}, 0},
    {"a shared time alone may hide a row of it", {{9, 5, TOP}, {5, 1, END}}, 2,
	{{5, 5, false}}, 1},
    {"pages that touch", {{9, 5, TOP}, {4, 1, END}}, 2, {{5, 4, false}}, 1},
    {"new rows moved the page back", {{9, 5, TOP}, {9, 6, 0}, {6, 1, END}}, 3,
	{{0}}, 0},
    {"two gaps", {{90, 50, TOP}, {40, 30, 0}, {20, 10, END}}, 3,
	{{50, 40, false}, {30, 20, false}}, 2},
    {"a page of one time between two gaps joins them",
	{{90, 50, TOP}, {40, 40, 0}, {30, 10, END}}, 3, {{50, 30, true}}, 1},
    {"a time that fills pages is one gap",
	{{9, 5, TOP}, {5, 5, 0}, {5, 5, 0}, {5, 1, END}}, 4, {{5, 5, true}}, 1},
    {"a full page at the top hides others of its time",
	{{9, 9, TOP}, {9, 1, END}}, 2, {{9, 9, false}}, 1},
    {"the end was not met", {{9, 5, TOP}, {6, 3, 0}}, 2, {{3, MIN, false}}, 1},
    {"no page at all", {{0}}, 0, {{MAX, MIN, false}}, 1},
    {"below zero", {{-1, -5, TOP}, {-4, -9, END}}, 2, {{0}}, 0},
};

static void
test_case(const struct cover_case *c)
{
	struct cover cover;
	bool is_alike;

	cover_init(&cover, MAX);
	for (size_t i = 0; i < c->page_count; i++) {
		const struct cover_page page = {.first_ms = c->pages[i].first,
		    .last_ms = c->pages[i].last,
		    .is_top = c->pages[i].flags & TOP,
		    .is_end = c->pages[i].flags & END};

		cover_add(&cover, &page);
	}
	cover_end(&cover, MIN, 0);
	is_alike = cover.count == c->gap_count &&
	    cover_is_whole(&cover) == (c->gap_count == 0);
	for (size_t i = 0; is_alike && i < cover.count; i++)
		is_alike = cover.gaps[i].newest == c->gaps[i].newest &&
		    cover.gaps[i].oldest == c->gaps[i].oldest &&
		    cover.gaps[i].is_full == c->gaps[i].is_full;
	ok(is_alike, "%s", c->name);
	cover_free(&cover);
}

/* A window of time ends the list before its last page does. */
static void
test_bottom(void)
{
	static const struct {
		int64_t last, bottom;
		size_t gaps;
		const char *name;
	} bottoms[] = {
	    {5, 4, 1, "rows may be between the last page and the bottom"},
	    {5, 5, 1, "or share the bottom's time"},
	    {5, 6, 0, "but not when the page went below it"},
	};

	for (size_t i = 0; i < sizeof(bottoms) / sizeof(*bottoms); i++) {
		const struct cover_page page = {.first_ms = 9,
		    .last_ms = bottoms[i].last,
		    .is_top = true,
		    .offset = 0};
		struct cover cover;

		cover_init(&cover, MAX);
		cover_add(&cover, &page);
		cover_end(&cover, bottoms[i].bottom, 7);
		is_int((long long)cover.count, (long long)bottoms[i].gaps,
		    bottoms[i].name);
		if (cover.count > 0)
			ok(cover.gaps[0].newest == 5 &&
				cover.gaps[0].oldest == bottoms[i].bottom &&
				cover.gaps[0].offset == 7,
			    "%s: where", bottoms[i].name);
		cover_free(&cover);
		ok(!cover.gaps && cover.count == 0, "freed");
	}
}

static void
test_slices(unsigned max_size, unsigned overlap, unsigned most)
{
	uint64_t end = max_size, wrong = 0;
	unsigned count = 1;

	for (; end < 10000; count++) {
		struct slice next = slice_next(end, overlap, max_size);

		wrong += slice_begin(&next) + overlap > end ||
		    slice_end(&next) <= end || next.size > max_size ||
		    next.size == 0;
		end = slice_end(&next);
	}
	ok(wrong == 0, "pages of %u share %u rows and go on", max_size,
	    overlap);
	is_int((long long)slice_count(10000, overlap, max_size), count,
	    "as many as are foreseen");
	ok(count <= most, "10000 rows take %u of them (%u at most)", count,
	    most);
}

int
main(void)
{
	struct slice next;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(&cases[i]);
	test_bottom();
	is_int((long long)slice_begin(&(struct slice){3, 7}), 14,
	    "the rows "
	    "before");
	is_int((long long)slice_end(&(struct slice){3, 7}), 21, "and its own");
	next = slice_next(0, 0, 1);
	ok(next.page == 1 && next.size == 1, "the first page of single rows");
	next = slice_next(9, 1, 2);
	ok(next.size > 2, "pages that share one row may be larger, too");
	is_int((long long)slice_count(100, 3, 100), 1, "one page of all rows");
	is_int((long long)slice_count(101, 3, 100), 2, "one row more");
	next = slice_next(100, 3, 100);
	ok(next.page == 2 && next.size == 97, "97 rows, the second time");
	next = slice_next(4, 3, 4);
	ok(next.page == 1 && next.size == SLICE_MIN_SHARED,
	    "pages that share rows may be larger");
	next = slice_next(4, 0, 4);
	ok(next.page == 2 && next.size == 4, "others may not");
	test_slices(100, 3, 118);
	test_slices(50, 3, 260);
	next = slice_next(20, 3, 4);
	ok(slice_begin(&next) <= 20 && slice_end(&next) > 20,
	    "where no page can share so many, it shares fewer");
	next = slice_next(25, 9, 10);
	ok(next.page > 0 && slice_begin(&next) <= 25 && slice_end(&next) > 25,
	    "where none shares so many and comes forward, it shares fewer");
	next = slice_next(250, 0, 100);
	ok(slice_begin(&next) <= 250 && slice_end(&next) > 250,
	    "a page that holds a row");
	return tap_done();
}
