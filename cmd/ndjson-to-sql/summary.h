/* SPDX-License-Identifier: ISC */
/*
 * What a load did, in words and as JSON.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "buf.h"

#include <stdbool.h>
#include <stdint.h>

struct schema;
struct sink;

/* Warns of each table and column that this load made under another name than
 * its own, because an earlier one has that; the first few, if there are
 * many. */
void summary_warn(const struct schema *schema);

/* Warns that --sync has deleted nothing where records were rejected: in some
 * tables, or in all. */
void summary_warn_kept(const struct schema *schema, bool is_all);

struct summary {
	const struct schema *schema;
	const struct sink *sink;
	int64_t milliseconds;
	uint64_t rejected;         /* records */
	uint64_t doubled_members;  /* records with a member twice */
	uint64_t discarded_values; /* by the contract */
	bool has_reader;           /* stderr is a terminal */
	bool is_json;
	bool is_dry;
};

/* A line for each table under -v, for each root table on a terminal, or that
 * there was nothing; with
 * `is_json` one line of JSON in any case. What was left out is told unless
 * -q. */
void summary_print(const struct summary *s);

/* Appends {"users":{"inserted":3,...},...}. */
void summary_add_json(struct buf *json, const struct schema *schema,
    const struct sink *sink);

#endif
