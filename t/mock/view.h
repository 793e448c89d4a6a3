/* SPDX-License-Identifier: ISC */
/*
 * Which rows of a list a query selects, in the order of the answer. Filtered
 * views are kept, so that the pages of one walk do not scan a million rows
 * each; a change to the tenant makes them stale. The tenant must be locked
 * for reading while a view is in use.
 */
#ifndef MOCK_VIEW_H
#define MOCK_VIEW_H

#include "tenant.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef bool view_test(const void *context, const struct list *list,
    const struct row *row);

struct view {
	char *key;
	uint64_t version;
	const struct list *list;
	uint32_t *rows; /* indexes of list->rows; NULL: all rows */
	size_t count;
	unsigned references;
};

enum { VIEW_SLOTS = 64 };

struct view_cache {
	pthread_mutex_t lock;
	struct view *slots[VIEW_SLOTS];
	unsigned next;
};

void view_cache_init(struct view_cache *c);
void view_cache_free(struct view_cache *c);

/* The rows for which `test` holds, or all where it is NULL; `key` names list
 * and test. Close it before the lock is given up. */
struct view *view_open(struct view_cache *c, const struct tenant *t,
    const struct list *list, const char *key, view_test *test,
    const void *context);
void view_close(struct view_cache *c, struct view *v);

/* Positions count from 0, the first row of the first page. */
const struct row *view_row(const struct view *v, size_t position);

/* Where time rules: the positions of the rows with low <= us < high. */
void view_window(const struct view *v, uint64_t low, uint64_t high,
    size_t *first, size_t *count);

/* The rows at the `count` positions from `offset` on of a window as above, as
 * a query with this LIMIT gives them: rows that tie (where they `can_tie`)
 * come in the order of the bounded heap (order.h). */
void view_page(const struct view *v, const struct tenant *t, bool can_tie,
    size_t first, size_t total, size_t offset, size_t limit,
    const struct row **rows, size_t count);

#endif
