/* SPDX-License-Identifier: ISC */
/*
 * Cells into the vectors of a DuckDB data chunk, a column at a time.
 *
 * A column begins with the type of its logical type, and gets a wider one as
 * soon as a value comes that would lose something:
 *
 *      timestamp   TIMESTAMP WITH TIME ZONE    microseconds
 *                  TIMESTAMP_NS                more digits; years 1678 to 2261
 *                  VARCHAR                     both at once
 *      time        TIME                        microseconds
 *                  VARCHAR                     more digits
 *      date        DATE; VARCHAR               what is no day
 *
 * Decimals are texts here; what type suits them is seen when all have come
 * (duckdb_widen.h).
 */
#ifndef DUCKDB_FILL_H
#define DUCKDB_FILL_H

#include "batch.h"
#include "libduckdb.h"
#include "type.h"

#include <stdbool.h>
#include <stddef.h>

enum duckdb_fill {
	FILL_BOOLEAN,
	FILL_BIGINT,
	FILL_DOUBLE,
	FILL_DATE,
	FILL_TIME,
	FILL_TIMESTAMP, /* with time zone */
	FILL_TIMESTAMP_NS,
	FILL_TEXT,
	FILL_JSON,
};

/* What DuckDB calls the type. */
const char *duckdb_fill_type(enum duckdb_fill fill);

/* The first choice for a logical type. */
enum duckdb_fill duckdb_fill_of(enum type type);

/* Fills the vector with the cells `index` of the rows: true; or false where a
 * cell does not fit, and `*wider` is what it needs. Texts are not copied: the
 * batch must live until the chunk is appended. */
bool duckdb_fill_column(const struct libduckdb *l, struct duckdb_vector *vector,
    enum duckdb_fill fill, const struct row *const *rows, size_t count,
    size_t index, struct batch *b, enum duckdb_fill *wider);

/* Puts one cell, which is not null, into place `at` of an array of the type's
 * values, and tells the same of it. */
bool duckdb_fill_value(void *data, size_t at, enum duckdb_fill fill,
    const struct cell *c, struct batch *b, enum duckdb_fill *wider);

/* Fills a vector of BIGINT with the rows' sequence numbers, and one of
 * VARCHAR with what rows below them refer to. */
void duckdb_fill_sequence(const struct libduckdb *l,
    struct duckdb_vector *vector, const struct row *const *rows, size_t count);
void duckdb_fill_reference(const struct libduckdb *l,
    struct duckdb_vector *vector, const struct row *const *rows, size_t count);

#endif
