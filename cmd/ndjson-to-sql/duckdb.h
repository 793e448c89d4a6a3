/* SPDX-License-Identifier: ISC */
/*
 * What the files of the DuckDB sink share.
 */
#ifndef DUCKDB_H
#define DUCKDB_H

#include "duckdb_db.h"
#include "duckdb_table.h"
#include "sink.h"
#include "target_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A column that was there when the database was opened. */
struct duckdb_existing {
	char *table, *column, *type; /* as DuckDB prints the type */
};

struct duckdb {
	struct sink base;
	struct sink_options options;
	struct duckdb_db db;
	struct target_file file;
	struct duckdb_existing *existing;
	size_t existing_count, existing_capacity;
	struct duckdb_table **tables; /* by table id; each may be NULL */
	size_t table_count, table_capacity;
	bool is_new;          /* the file is being built */
	uint64_t limit_bytes; /* of memory; 0: what DuckDB began with */
	uint64_t input_bytes; /* that came so far */
	uint64_t input_count; /* of records */
	uint64_t block_bytes; /* of the database's file */
};

/* The type that a column had when the database was opened, or NULL. */
const char *duckdb_existing_type(const struct duckdb *d, const char *table,
    const char *column);

#endif
