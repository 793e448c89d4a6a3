/* SPDX-License-Identifier: ISC */
/*
 * What a load did, in words and as JSON.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "buf.h"

struct schema;
struct sink;

/* Warns of each column that this load made under another name than its own,
 * because an earlier one has that; the first few, if there are many. */
void summary_warn(const struct schema *schema);

/* A line for each table, under -v. */
void summary_print(const struct schema *schema, const struct sink *sink);

/* Appends {"users":{"inserted":3,...},...}. */
void summary_add_json(struct buf *json, const struct schema *schema,
    const struct sink *sink);

#endif
