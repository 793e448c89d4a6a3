/* SPDX-License-Identifier: ISC */
/*
 * SQLite's calls with our failures:
 *
 *      busy, or the file is another now                  STATUS_RETRY
 *      no permission                                     STATUS_REFUSED
 *      no database; a trigger that does not work         STATUS_USAGE
 *      a constraint, a value that is too large           STATUS_DATA
 *      all else, damage too                              STATUS_LOCAL
 */
#ifndef SQLITE_DB_H
#define SQLITE_DB_H

#include "attr.h"
#include "batch.h"
#include "buf.h"
#include "fail.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

enum { SQL_BYTES_MAX = 64 << 20 };

/* Sets `why` from the connection's last error. Returns -1. */
int sqlite_db_fail(sqlite3 *db, struct fail *why, const char *what);

ATTR_NODISCARD
int sqlite_db_run(sqlite3 *db, const char *sql, struct fail *why);

ATTR_NODISCARD
int sqlite_db_prepare(sqlite3 *db, const struct buf *sql,
    sqlite3_stmt **statement, struct fail *why);

/* Steps to the next row: 1; to the end: 0, and resets; -1. */
ATTR_NODISCARD
int sqlite_db_step(sqlite3_stmt *statement, struct fail *why);

/* The first column of the first row as an integer; `otherwise` where there
 * is no row or it is null. */
ATTR_NODISCARD
int sqlite_db_number(sqlite3 *db, const char *sql, int64_t otherwise,
    int64_t *number, struct fail *why);

/* Binds a cell; its text must live until the statement is done. */
void sqlite_db_bind(sqlite3_stmt *statement, int number, const struct cell *c);

/* The column of the current row; its text lives until the next step. */
void sqlite_db_read(sqlite3_stmt *statement, int index, struct cell *cell);

/* The column's text; NULL for null alone. It ends the process where there is
 * no memory for a NUL behind it. */
const char *sqlite_db_text(sqlite3_stmt *statement, int index);

/* Whether the statement compiles: 1; 0 where the database has not what it
 * names. */
ATTR_NODISCARD
int sqlite_db_compiles(sqlite3 *db, const struct buf *sql, struct fail *why);

/* Appends an identifier in quotes. */
void sqlite_db_quote(struct buf *sql, const char *identifier);

/* How many changed pages went to the file before their commit. */
int sqlite_db_spills(sqlite3 *db);

#endif
