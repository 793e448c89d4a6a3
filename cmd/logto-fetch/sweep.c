/* SPDX-License-Identifier: ISC */
/*
 * The sweep over a list, and the mending of its gaps.
 */
#include "sweep.h"

#include "msg.h"

/* Reads again from some rows before the gap until the pages have passed it,
 * one after the other; `is_mended` if they join on both sides. */
static enum walk_result
read_around(struct walk *w, const struct walk_list *list,
    const struct sweep *sweep, const struct cover_gap *gap, unsigned back,
    unsigned overlap, bool *is_mended, struct fail *why)
{
	struct pages_result result;
	enum walk_result outcome;
	struct cover patch;
	const struct pages_plan plan = {.query = sweep->query,
	    .size = sweep->size,
	    .overlap = overlap,
	    .offset = gap->offset > back ? gap->offset - back : 0,
	    .ahead = 1,
	    .cover = &patch,
	    .until_ms = gap->oldest,
	    .is_gap_the_end = true};

	cover_init(&patch, gap->newest);
	outcome = pages_walk(w, list, &plan, NULL, &result, why);
	*is_mended = cover_is_whole(&patch);
	cover_free(&patch);
	return outcome;
}

/* Mends a gap of many rows of one time, or one that rows have moved into. */
static enum walk_result
mend(struct walk *w, const struct walk_list *list, const struct sweep *sweep,
    const struct cover_gap *gap, bool *is_mended, struct fail *why)
{
	/* In hundredths of a page. More rows to share span more of one time;
	 * beginning earlier makes up for rows that were deleted. */
	static const struct {
		unsigned back, overlap;
	} ways[] = {{50, 3}, {60, 30}, {75, 50}, {90, 70}, {95, 80}, {300, 3},
	    {2000, 3}};
	enum walk_result outcome = WALK_DONE;

	*is_mended = false;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways) &&
	     outcome == WALK_DONE && !*is_mended;
	     i++) {
		unsigned back = ways[i].back * sweep->size / 100;
		unsigned overlap = ways[i].overlap * sweep->size / 100;

		outcome = read_around(w, list, sweep, gap,
		    back > SWEEP_OVERLAP ? back : SWEEP_OVERLAP,
		    overlap > SWEEP_OVERLAP ? overlap : SWEEP_OVERLAP,
		    is_mended, why);
	}
	return outcome;
}

enum walk_result
sweep_read(struct walk *w, const struct walk_list *list,
    const struct sweep *sweep, struct page *first, struct cover *cover,
    struct pages_result *result, struct fail *why)
{
	const struct pages_plan plan = {.query = sweep->query,
	    .size = sweep->size,
	    .overlap = SWEEP_OVERLAP,
	    .cover = cover,
	    .until_ms = sweep->until_ms,
	    .is_full_gap_the_end = sweep->has_resort};
	enum walk_result outcome;
	bool is_lost = false;
	size_t left = 0;

	w->stats.walks++;
	cover_init(cover, INT64_MAX);
	outcome = pages_walk(w, list, &plan, first, result, why);
	for (size_t i = 0; i < cover->count && outcome == WALK_DONE; i++) {
		struct cover_gap gap = cover->gaps[i];
		bool is_mended = false;

		if (!gap.is_full && !cover->is_disordered && !is_lost)
			outcome = mend(w, list, sweep, &gap, &is_mended, why);
		if (!is_mended)
			cover->gaps[left++] = gap;
		/* Then the others need not be tried. */
		is_lost = !is_mended && sweep->has_resort;
		msg_at(MSG_VERBOSE, "%s: pages do not join at row %llu%s",
		    list->path, (unsigned long long)gap.offset,
		    is_mended ? "; read again" : "");
	}
	if (outcome == WALK_DONE)
		cover->count = left;
	return outcome;
}
