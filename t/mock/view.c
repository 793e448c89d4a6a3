/* SPDX-License-Identifier: ISC */
/*
 * Selecting and ordering rows.
 */
#include "view.h"

#include "mem.h"
#include "order.h"

#include <stdlib.h>
#include <string.h>

void
view_cache_init(struct view_cache *c)
{
	*c = (struct view_cache){0};
	(void)pthread_mutex_init(&c->lock, NULL);
}

static void
release(struct view *v)
{
	if (v && --v->references == 0) {
		free(v->key);
		free(v->rows);
		free(v);
	}
}

void
view_cache_free(struct view_cache *c)
{
	for (size_t i = 0; i < VIEW_SLOTS; i++)
		release(c->slots[i]);
	(void)pthread_mutex_destroy(&c->lock);
}

static struct view *
find_view(struct view_cache *c, const struct tenant *t, const char *key)
{
	for (size_t i = 0; i < VIEW_SLOTS; i++) {
		struct view *v = c->slots[i];

		if (v && v->version == t->version && strcmp(v->key, key) == 0) {
			v->references++;
			return v;
		}
	}
	return NULL;
}

static void
fill_view(struct view *v, view_test *test, const void *context)
{
	const struct list *list = v->list;
	size_t capacity = 0;

	for (size_t i = list->count; i-- > 0;) {
		if (!test(context, list, &list->rows[i]))
			continue;
		v->rows = mem_grow(v->rows, &capacity, v->count + 1,
		    sizeof(*v->rows));
		v->rows[v->count++] = (uint32_t)i;
	}
	/* No row at all must not look like all rows. */
	if (!v->rows)
		v->rows = mem_alloc(1, sizeof(*v->rows));
}

struct view *
view_open(struct view_cache *c, const struct tenant *t, const struct list *list,
    const char *key, view_test *test, const void *context)
{
	struct view *v = NULL;

	if (test) {
		(void)pthread_mutex_lock(&c->lock);
		v = find_view(c, t, key);
		(void)pthread_mutex_unlock(&c->lock);
		if (v)
			return v;
	}
	v = mem_alloc(1, sizeof(*v));
	*v = (struct view){.key = mem_string(key),
	    .version = t->version,
	    .list = list,
	    .references = 1};
	if (!test) {
		v->count = list->count;
		return v;
	}
	fill_view(v, test, context);
	(void)pthread_mutex_lock(&c->lock);
	release(c->slots[c->next]);
	c->slots[c->next] = v;
	c->next = (c->next + 1) % VIEW_SLOTS;
	v->references++;
	(void)pthread_mutex_unlock(&c->lock);
	return v;
}

void
view_close(struct view_cache *c, struct view *v)
{
	(void)pthread_mutex_lock(&c->lock);
	release(v);
	(void)pthread_mutex_unlock(&c->lock);
}

const struct row *
view_row(const struct view *v, size_t position)
{
	if (!v->rows)
		return &v->list->rows[v->list->count - 1 - position];
	return &v->list->rows[v->rows[position]];
}

/* The first position whose row is older than `us`, newest first. */
static size_t
first_below(const struct view *v, uint64_t us)
{
	size_t low = 0, high = v->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view_row(v, middle)->us >= us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
view_window(const struct view *v, uint64_t low, uint64_t high, size_t *first,
    size_t *count)
{
	size_t end = first_below(v, low);

	*first = first_below(v, high);
	*count = end > *first ? end - *first : 0;
}

/* Puts the tied rows among rows[] where the heap leaves them. */
static void
reorder(const struct view *v, const struct tenant *t, size_t first,
    size_t total, size_t offset, size_t limit, const struct row **rows,
    size_t count)
{
	size_t tie_first, group, known;
	uint32_t *order;

	view_window(v, v->list->tie_us, v->list->tie_us + 1, &tie_first,
	    &group);
	if (tie_first < first || tie_first >= first + total)
		return;
	if (group < 2 || offset + count <= tie_first - first ||
	    offset >= tie_first - first + group)
		return;
	order = mem_alloc(group, sizeof(*order));
	known = order_ties(t->settings->seed, tie_first - first, group, total,
	    offset + limit, order);
	for (size_t i = 0; i < count; i++) {
		size_t position = first + offset + i;
		size_t place = position - tie_first;

		if (position < tie_first || place >= known)
			continue;
		/* The oldest inserted row has the highest position. */
		rows[i] = view_row(v, tie_first + group - 1 - order[place]);
	}
	free(order);
}

void
view_page(const struct view *v, const struct tenant *t, bool can_tie,
    size_t first, size_t total, size_t offset, size_t limit,
    const struct row **rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rows[i] = view_row(v, first + offset + i);
	if (can_tie && v->list->tie_us && v->list->is_by_time)
		reorder(v, t, first, total, offset, limit, rows, count);
}
