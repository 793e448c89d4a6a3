/* SPDX-License-Identifier: ISC */
/*
 * The bounded heap of PostgreSQL's tuplesort.c, as far as ties can tell.
 *
 * Rows are taken in the order in which they were inserted, oldest first. An
 * element is its key: negative for a row older than the tied ones, 0 for a
 * tied one, 1, 2, ... for newer ones. The root of the heap is the element that
 * would be dropped next, the smallest key. Old rows are dropped in the end, but
 * they shape the heap: without them hardly a row is lost.
 */
#include "order.h"

#include "mem.h"

#include <stdlib.h>

/* Older and newer rows beyond this number change nothing a test could see. */
enum { MAX_AROUND = 1 << 14 };

struct element {
	int32_t key;
	uint32_t row;
};

struct heap {
	struct element *elements;
	size_t count;
};

/* tuplesort_heap_insert */
static void
heap_insert(struct heap *h, struct element e)
{
	size_t j = h->count++;

	while (j > 0) {
		size_t parent = (j - 1) >> 1;

		if (e.key >= h->elements[parent].key)
			break;
		h->elements[j] = h->elements[parent];
		j = parent;
	}
	h->elements[j] = e;
}

/* tuplesort_heap_replace_top */
static void
heap_replace_top(struct heap *h, struct element e)
{
	size_t i = 0;

	for (;;) {
		size_t j = 2 * i + 1;

		if (j >= h->count)
			break;
		if (j + 1 < h->count &&
		    h->elements[j].key > h->elements[j + 1].key)
			j++;
		if (e.key <= h->elements[j].key)
			break;
		h->elements[i] = h->elements[j];
		i = j;
	}
	h->elements[i] = e;
}

/* sort_bounded_heap; the best element comes first. */
static void
heap_sort(struct heap *h)
{
	size_t count = h->count;

	while (h->count > 1) {
		struct element top = h->elements[0];
		struct element last = h->elements[--h->count];

		heap_replace_top(h, last);
		h->elements[h->count] = top;
	}
	h->count = count;
}

/* A whole sort: some order that does not depend on the bound. */
static size_t
shuffle(uint64_t seed, size_t group, uint32_t *out)
{
	for (size_t i = 0; i < group; i++)
		out[i] = (uint32_t)i;
	for (size_t i = group; i > 1; i--) {
		size_t j;
		uint32_t kept = out[i - 1];

		seed =
		    seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		j = (size_t)((seed >> 33) % i);
		out[i - 1] = out[j];
		out[j] = kept;
	}
	return group;
}

/* The `n`th element in the order of insertion. */
static struct element
element_at(size_t n, size_t older, size_t group)
{
	if (n < older)
		return (struct element){(int32_t)n - (int32_t)older, 0};
	n -= older;
	if (n < group)
		return (struct element){0, (uint32_t)n};
	return (struct element){(int32_t)(n - group + 1), 0};
}

size_t
order_ties(uint64_t seed, size_t newer, size_t group, size_t total,
    size_t bound, uint32_t *out)
{
	struct heap heap = {0};
	size_t older = total - group - newer;
	size_t cut = newer > MAX_AROUND ? newer - MAX_AROUND : 0;
	size_t found = 0;

	if (bound <= newer)
		return 0;
	/* tuplesort switches to a heap when it holds twice the bound. */
	if (total <= 2 * bound)
		return shuffle(seed, group, out);
	newer -= cut;
	bound -= cut;
	if (older > MAX_AROUND)
		older = MAX_AROUND;
	heap.elements = mem_alloc(bound, sizeof(*heap.elements));
	for (size_t n = 0; n < older + group + newer; n++) {
		struct element e = element_at(n, older, group);

		if (heap.count < bound)
			heap_insert(&heap, e);
		else if (e.key > heap.elements[0].key)
			heap_replace_top(&heap, e);
	}
	heap_sort(&heap);
	for (size_t i = 0; i < heap.count; i++)
		if (heap.elements[i].key == 0)
			out[found++] = heap.elements[i].row;
	free(heap.elements);
	return found;
}
