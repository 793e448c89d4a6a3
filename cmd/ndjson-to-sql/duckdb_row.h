/* SPDX-License-Identifier: ISC */
/*
 * Rows of a DuckDB result as cells. The counterpart of duckdb_fill.h.
 */
#ifndef DUCKDB_ROW_H
#define DUCKDB_ROW_H

#include "attr.h"
#include "fail.h"
#include "libduckdb.h"
#include "sink.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the first `count` columns are of types that can be read: booleans,
 * integers, doubles, texts and times. */
bool duckdb_row_is_readable(const struct libduckdb *l,
    struct duckdb_result *answer, size_t count);

/* Visits the rows of a chunk of the result. */
ATTR_NODISCARD
int duckdb_row_visit(const struct libduckdb *l, struct duckdb_result *answer,
    struct duckdb_chunk *chunk, size_t count, sink_visitor *visit,
    void *context, struct fail *why);

#endif
