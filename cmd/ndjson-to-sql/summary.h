/* SPDX-License-Identifier: ISC */
/*
 * What a load did, in words and as JSON.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "buf.h"

struct schema;
struct sink;

/* A line for each table, under -v. */
void summary_print(const struct schema *schema, const struct sink *sink);

/* Appends {"users":{"inserted":3,...},...}. */
void summary_add_json(struct buf *json, const struct schema *schema,
    const struct sink *sink);

#endif
