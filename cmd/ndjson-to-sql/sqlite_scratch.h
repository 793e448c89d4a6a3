/* SPDX-License-Identifier: ISC */
/*
 * A SQLite database that serves one load and is gone with it: a file without
 * a name, without a journal. Destinations that are written whole load into
 * it, so that a table grows there by the same rules as in a database that
 * stays (stage.h).
 */
#ifndef SQLITE_SCRATCH_H
#define SQLITE_SCRATCH_H

#include "attr.h"
#include "batch.h"
#include "fail.h"
#include "shape.h"
#include "sink.h"

/* Opens a sink on an empty database in `directory`. */
ATTR_NODISCARD
int sqlite_scratch_open(const struct sink_options *options,
    const char *directory, struct sink **sink, struct fail *why);

/* Makes the table, before the sink's first change. */
ATTR_NODISCARD
int sqlite_scratch_make(struct sink *sink, const struct shape *shape,
    struct fail *why);

/* Rows on their way into such a table. */
struct scratch_rows;

ATTR_NODISCARD
int scratch_rows_open(struct scratch_rows **rows, struct sink *sink,
    const struct shape *shape, struct fail *why);

/* A sink_visitor; `context` is the struct scratch_rows. The cells are the
 * shape's columns. */
ATTR_NODISCARD
int scratch_rows_add(void *context, const struct cell *cells, size_t count,
    struct fail *why);

void scratch_rows_free(struct scratch_rows *rows);

#endif
