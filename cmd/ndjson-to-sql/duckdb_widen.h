/* SPDX-License-Identifier: ISC */
/*
 * DuckDB types that hold all values of two others, the conversions between
 * them, and the type that suits decimals. Types are named as DuckDB prints
 * them.
 */
#ifndef DUCKDB_WIDEN_H
#define DUCKDB_WIDEN_H

#include "buf.h"
#include "type.h"

#include <stdbool.h>
#include <stdint.h>

/* Of two types for times, the one that holds both: VARCHAR, if neither
 * does. */
const char *duckdb_widen(const char *a, const char *b);

/* Appends a query for the number of values of a column of TIMESTAMP WITH TIME
 * ZONE that TIMESTAMP_NS cannot hold. */
void duckdb_widen_add_misfits(struct buf *sql, const char *table,
    const char *column);

/* Appends the expression for the column `name`, of the type `from`, as `to`:
 * nothing is lost where `to` came out of duckdb_widen. `is_stored`: for ALTER,
 * which converts rows that are deleted, too: what nobody can see any more does
 * not fail, but becomes null. */
void duckdb_widen_add_cast(struct buf *sql, const char *name, const char *from,
    const char *to, bool is_stored);

/* Appends a query for a whole number of the column that a double rounds, and
 * for what it would be, as texts: a row, or none. */
void duckdb_widen_add_rounded(struct buf *sql, const char *table,
    const char *column);

/* Appends two expressions with `between` between them: a value's text, and its
 * text as `to`, which differ only where the value would be another one. false,
 * and nothing appended, as duckdb_widen_add_altered. */
bool duckdb_widen_add_pair(struct buf *sql, const char *name, const char *from,
    const char *to, const char *between);

/* Appends a query for a value of the column, of the type `from`, that would be
 * another one as `to`, and for that other one, as texts: a row, or none.
 * false, and nothing appended, where spelling is all that a conversion may
 * change, or, for FLOAT, where being near is all that the type is for. */
bool duckdb_widen_add_altered(struct buf *sql, const char *table,
    const char *name, const char *from, const char *to);

/* What decimals need. */
struct duckdb_digits {
	int64_t count;    /* of decimals */
	int64_t other;    /* how many are not plain digits, as 1e400 */
	int64_t integer;  /* the most digits before the point */
	int64_t fraction; /* the most behind it */
};

/* Appends a query for these four numbers of a column of texts, or of one of
 * the types that duckdb_widen_decimal gives. */
void duckdb_widen_add_digits(struct buf *sql, const char *table,
    const char *column);

/* The type that holds them exactly: HUGEINT, DECIMAL(38,N), or VARCHAR. The
 * caller frees it. */
char *duckdb_widen_decimal(const struct duckdb_digits *d);

/* The logical type that a column of somebody else's table looks like. */
enum type duckdb_widen_guess(const char *declared);

#endif
