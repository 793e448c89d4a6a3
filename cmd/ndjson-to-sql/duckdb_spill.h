/* SPDX-License-Identifier: ISC */
/*
 * The directory beside a database where DuckDB puts what does not fit into
 * memory. DuckDB removes it, unless it is killed.
 */
#ifndef DUCKDB_SPILL_H
#define DUCKDB_SPILL_H

/* Removes what a killed process left in the directory of the database at
 * `path`, and the directory if that was all. The database must be open for
 * writing: then nobody else has it open. What cannot be removed stays. */
void duckdb_spill_clear(const char *path);

#endif
