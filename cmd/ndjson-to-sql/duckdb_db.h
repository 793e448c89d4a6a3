/* SPDX-License-Identifier: ISC */
/*
 * A connection to a DuckDB database: opening, statements, results, and
 * DuckDB's failures as ours. A thread of its own interrupts what runs when a
 * signal asks the program to stop.
 */
#ifndef DUCKDB_DB_H
#define DUCKDB_DB_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "libduckdb.h"
#include "sink.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct duckdb_db {
	struct libduckdb lib;
	struct duckdb_database *database;
	struct duckdb_connection *connection;
	pthread_t watcher;
	int wake[2]; /* a pipe: closing its end ends the watcher */
	bool has_watcher;
};

enum duckdb_access {
	DUCKDB_READ,  /* an existing file */
	DUCKDB_WRITE, /* a file, or one to be made */
	DUCKDB_BUILD, /* one to be made that nobody knows of yet */
	DUCKDB_MEMORY,
};

/* Loads `library` (NULL: where the loader finds it) and opens `path`. Another
 * process that holds the database is waited for; then it is STATUS_RETRY.
 * What is no database is STATUS_USAGE. Release with duckdb_db_close in any
 * case. */
ATTR_NODISCARD
int duckdb_db_open(struct duckdb_db *db, const char *library, const char *path,
    enum duckdb_access access, int64_t timeout_ms, struct fail *why);

/* A commit writes tables at once, not to the log before, uncompressed; where
 * the library can. That is for few and large commits. */
void duckdb_db_skip_log(struct duckdb_db *db);

/* The rows of a row group in a file of DUCKDB_BUILD. A group is in memory until
 * it is full, and compressed as a whole: of DuckDB's own 122,880 most went to
 * the disk and came back. */
enum { DUCKDB_BUILD_ROWS = 20480 };

/* Rolls back what is not committed. Does nothing on a zeroed object. */
void duckdb_db_close(struct duckdb_db *db);

/* Runs statements. `changed`: how many rows the last one changed; or NULL. */
ATTR_NODISCARD
int duckdb_db_run(struct duckdb_db *db, const char *sql, uint64_t *changed,
    struct fail *why);

/* As duckdb_db_run; frees `sql`, and fails if it is overfull. */
ATTR_NODISCARD
int duckdb_db_run_buf(struct duckdb_db *db, struct buf *sql, uint64_t *changed,
    struct fail *why);

/* Visits the rows of a query. Times are text, as instant_format writes it;
 * what is no boolean, number or time is text. */
ATTR_NODISCARD
int duckdb_db_visit(struct duckdb_db *db, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why);

/* The first value of a query, an integer; 0 where there is no row. */
ATTR_NODISCARD
int duckdb_db_number(struct duckdb_db *db, const char *sql, int64_t *number,
    struct fail *why);

/* Sets `why` for what the appender says. Returns -1. */
int duckdb_db_fail_appender(struct duckdb_db *db,
    struct duckdb_appender *appender, struct fail *why);

/* Appends the name in quotes. */
void duckdb_db_quote(struct buf *sql, const char *name);

#endif
