/* SPDX-License-Identifier: ISC */
/*
 * Joining pages by their times.
 */
#include "cover.h"

#include "mem.h"

#include <stdlib.h>

void
cover_init(struct cover *c, int64_t edge_ms)
{
	*c = (struct cover){.edge_ms = edge_ms};
}

/* A gap that begins where another one ends goes on with it: a time that
 * fills several pages is one. */
static struct cover_gap *
add_gap(struct cover *c, int64_t oldest, uint64_t offset)
{
	struct cover_gap *last = c->count > 0 ? &c->gaps[c->count - 1] : NULL;

	if (last && last->oldest == c->edge_ms) {
		last->oldest = oldest;
		return last;
	}
	c->gaps =
	    mem_grow(c->gaps, &c->capacity, c->count + 1, sizeof(*c->gaps));
	last = &c->gaps[c->count++];
	*last = (struct cover_gap){.newest = c->edge_ms,
	    .oldest = oldest,
	    .offset = offset};
	return last;
}

void
cover_add(struct cover *c, const struct cover_page *page)
{
	if (!page->is_top && page->first_ms <= c->edge_ms) {
		struct cover_gap *gap =
		    add_gap(c, page->first_ms, page->offset);

		if (page->first_ms == page->last_ms)
			gap->is_full = true;
	}
	if (page->is_end)
		c->edge_ms = INT64_MIN;
	else if (page->last_ms < c->edge_ms)
		c->edge_ms = page->last_ms;
}

void
cover_end(struct cover *c, int64_t bottom_ms, uint64_t offset)
{
	if (c->edge_ms >= bottom_ms && c->edge_ms != INT64_MIN)
		(void)add_gap(c, bottom_ms, offset);
}

bool
cover_is_whole(const struct cover *c)
{
	return c->count == 0 && !c->is_disordered;
}

void
cover_free(struct cover *c)
{
	free(c->gaps);
	*c = (struct cover){0};
}
