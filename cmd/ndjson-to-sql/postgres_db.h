/* SPDX-License-Identifier: ISC */
/*
 * A connection to PostgreSQL: statements, queries and COPY, with our
 * failures (postgres_fail.h). No password is ever in a message. A signal that
 * asks to stop (stop.h) ends every wait, and cancels what the server is doing.
 */
#ifndef POSTGRES_DB_H
#define POSTGRES_DB_H

#include "attr.h"
#include "batch.h"
#include "fail.h"
#include "libpq.h"
#include "sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct postgres_db {
	struct libpq pq;
	struct pg_conn *conn;
	bool is_reading;      /* nothing will be written */
	bool is_lost;         /* the connection */
	bool is_cancelled;    /* what it is doing, by us */
	uint64_t failed_line; /* of a COPY, from 1; 0: none, or not known */
	bool is_too_large;    /* a row or a key has failed: no page holds it */
};

/* The rest of a target behind "postgresql:": a URL's, "//...", or keywords and
 * values of libpq's. */
ATTR_NODISCARD
int postgres_db_open(struct postgres_db *db, const char *target,
    struct fail *why);

/* Runs a statement, or several. `count`, unless NULL, gets the number of rows
 * of the last. */
ATTR_NODISCARD
int postgres_db_run(struct postgres_db *db, const char *sql, uint64_t *count,
    struct fail *why);

/* Visits the rows of a query as they come; the visitor must not use the
 * connection. */
ATTR_NODISCARD
int postgres_db_query(struct postgres_db *db, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why);

/* The first column of the first row as an integer; `otherwise` where there is
 * no row or it is null. */
ATTR_NODISCARD
int postgres_db_number(struct postgres_db *db, const char *sql,
    int64_t otherwise, int64_t *number, struct fail *why);

/* COPY ... FROM STDIN; then any number of puts; then the end. A failure in
 * between ends it too, and sets failed_line. */
ATTR_NODISCARD
int postgres_db_copy(struct postgres_db *db, const char *sql, struct fail *why);
ATTR_NODISCARD
int postgres_db_put(struct postgres_db *db, const char *data, size_t len,
    struct fail *why);
ATTR_NODISCARD
int postgres_db_copy_end(struct postgres_db *db, struct fail *why);

/* Cancels what the server is doing, and closes. Harmless if not open. */
void postgres_db_close(struct postgres_db *db);

#endif
