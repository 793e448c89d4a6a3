/* SPDX-License-Identifier: ISC */
/*
 * What PostgreSQL and libpq complain of, as failures of ours: what is wrong
 * in the server's words, and then what to do.
 *
 *      the server is gone, or busy, or a lock is held    STATUS_RETRY
 *      no permission, no password, read only             STATUS_REFUSED
 *      values or rows that it refuses                    STATUS_DATA
 *      no such database, schema, ...                     STATUS_USAGE
 *      all else                                          STATUS_LOCAL
 *
 * Each function returns -1.
 */
#ifndef POSTGRES_FAIL_H
#define POSTGRES_FAIL_H

#include "fail.h"

struct pg_result;
struct postgres_db;

/* There is no connection: the server gives no code for that, only words. */
int postgres_fail_opening(struct postgres_db *db, struct fail *why);

/* The connection broke; sets is_lost. */
int postgres_fail_lost(struct postgres_db *db, struct fail *why);

/* A statement failed. Sets failed_line where it is a COPY, and is_lost where
 * the server goes. */
int postgres_fail_result(struct postgres_db *db, const struct pg_result *result,
    struct fail *why);

#endif
