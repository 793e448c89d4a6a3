/* SPDX-License-Identifier: ISC */
/*
 * Parquet files, compressed by zstd, written and read by libduckdb. Columns
 * have the types that a DuckDB database would have (duckdb_fill.h), but that
 * HUGEINT, which Parquet has not, is DECIMAL(38,0).
 */
#ifndef PARQUET_H
#define PARQUET_H

struct format;

extern const struct format format_parquet;

#endif
