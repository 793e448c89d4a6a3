/* SPDX-License-Identifier: ISC */
/*
 * The stage of a table in slices, to be merged one after the other. DuckDB
 * compares whole rows in a join that has one side of it in memory; of a slice
 * that is little. Each is told between which rows of the table those with its
 * keys are, so that no more of it are read: where the stream comes in about
 * the order of the table, all slices read the table once.
 */
#ifndef DUCKDB_SLICE_H
#define DUCKDB_SLICE_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct duckdb;
struct duckdb_table;

struct duckdb_slice {
	uint64_t first, last; /* sequence numbers of root records */
	uint64_t known;       /* rows whose key is in the table */
	int64_t from, to;     /* between these rows of it; if known > 0 */
};

struct duckdb_slices {
	struct duckdb_slice *items;
	size_t count, capacity;
	uint64_t known;  /* of all */
	bool is_ordered; /* to merge them reads little of the table twice */
};

/* Looks up the keys of the stage. Release with duckdb_slices_free in any
 * case. */
ATTR_NODISCARD
int duckdb_slices_find(struct duckdb *d, const struct duckdb_table *t,
    struct duckdb_slices *slices, struct fail *why);

/* Merges all of them, or as a whole if they are not ordered: `*changed` rows
 * are changed or new. */
ATTR_NODISCARD
int duckdb_slices_merge(struct duckdb *d, const struct duckdb_table *t,
    const struct duckdb_slices *slices, uint64_t *changed, struct fail *why);

void duckdb_slices_free(struct duckdb_slices *slices);

#endif
