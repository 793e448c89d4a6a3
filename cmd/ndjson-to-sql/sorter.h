/* SPDX-License-Identifier: ISC */
/*
 * Sorts byte strings, as memcmp orders them, in bounded memory. What does not
 * fit goes in sorted runs into a file without a name, which any number of
 * sorters share, and the runs are merged when they are read back.
 */
#ifndef SORTER_H
#define SORTER_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SORTER_STRING_MAX = 2048 };

/* Memory and a file for all sorters of a load; one thread at a time. */
struct sorter_space {
	const char *beside; /* the file is made in the directory of this one */
	size_t max_bytes;   /* of strings in memory */
	size_t bytes;
	int fd; /* -1: nothing was spilled yet */
	uint64_t end;
};

struct sorter_item;
struct sorter_run;

struct sorter {
	struct sorter_space *space;
	unsigned char *bytes;
	size_t used, capacity;
	struct sorter_item *items;
	size_t count, item_capacity;
	bool is_unsorted;
	struct sorter_run *runs;
	size_t run_count, run_capacity;
	struct sorter_run **heap; /* the run with the least string first */
	size_t heap_count;
	size_t at; /* the next item, where there are no runs */
};

void sorter_space_init(struct sorter_space *s, const char *beside,
    size_t max_bytes);
void sorter_space_free(struct sorter_space *s);

void sorter_init(struct sorter *s, struct sorter_space *space);

/* Adds a copy of 1 to SORTER_STRING_MAX bytes. */
ATTR_NODISCARD
int sorter_add(struct sorter *s, const void *bytes, size_t len,
    struct fail *why);

/* All strings are there. */
ATTR_NODISCARD
int sorter_start(struct sorter *s, struct fail *why);

/* The next string in order, valid until the next call: 1; 0: that was all;
 * -1. */
ATTR_NODISCARD
int sorter_next(struct sorter *s, const unsigned char **bytes, size_t *len,
    struct fail *why);

void sorter_free(struct sorter *s);

#endif
