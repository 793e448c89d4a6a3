/* SPDX-License-Identifier: ISC */
/*
 * DuckDB, through libduckdb: FILE.duckdb, duckdb:FILE.
 */
#ifndef SINK_DUCKDB_H
#define SINK_DUCKDB_H

struct sink_kind;

extern const struct sink_kind sink_duckdb;

#endif
