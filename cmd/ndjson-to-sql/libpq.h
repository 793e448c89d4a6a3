/* SPDX-License-Identifier: ISC */
/*
 * libpq, PostgreSQL's client library, loaded when a target needs it: it
 * brings Kerberos, LDAP and TLS along, which a load into a file must not pay
 * for. Its functions are declared here, so that building needs neither its
 * headers nor the library; t/unit/sql-libpq.c compares the declarations with
 * the headers. They have not changed since libpq 9.5 (2016). Names are those
 * of libpq without PQ.
 */
#ifndef LIBPQ_H
#define LIBPQ_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

struct pg_cancel;
struct pg_conn;
struct pg_result;

/* As _PQconninfoOption of libpq-fe.h. */
struct libpq_option {
	char *keyword, *envvar, *compiled, *val, *label, *dispchar;
	int dispsize;
};

/* The values that are used of ConnStatusType, PostgresPollingStatusType and
 * ExecStatusType. */
enum { LIBPQ_CONNECTION_OK, LIBPQ_CONNECTION_BAD };
enum {
	LIBPQ_POLLING_FAILED,
	LIBPQ_POLLING_READING,
	LIBPQ_POLLING_WRITING,
	LIBPQ_POLLING_OK,
};
enum {
	LIBPQ_COMMAND_OK = 1,
	LIBPQ_TUPLES_OK = 2,
	LIBPQ_COPY_IN = 4,
	LIBPQ_FATAL_ERROR = 7,
	LIBPQ_SINGLE_TUPLE = 9,
};

/* Fields of an error: PG_DIAG_ of postgres_ext.h. */
enum {
	LIBPQ_SQLSTATE = 'C',
	LIBPQ_PRIMARY = 'M',
	LIBPQ_DETAIL = 'D',
	LIBPQ_HINT = 'H',
	LIBPQ_CONTEXT = 'W',
};

struct libpq {
	struct pg_conn *(*connectStartParams)(const char *const *keywords,
	    const char *const *values, int expand_dbname);
	unsigned (*connectPoll)(struct pg_conn *conn);
	unsigned (*status)(const struct pg_conn *conn);
	char *(*errorMessage)(const struct pg_conn *conn);
	int (*connectionNeedsPassword)(const struct pg_conn *conn);
	char *(*user)(const struct pg_conn *conn);
	int (*serverVersion)(const struct pg_conn *conn);
	int (*socket)(const struct pg_conn *conn);
	int (*setnonblocking)(struct pg_conn *conn, int arg);
	void (*finish)(struct pg_conn *conn);
	struct libpq_option *(
	    *conninfoParse)(const char *conninfo, char **errmsg);
	struct libpq_option *(*conninfo)(struct pg_conn *conn);
	void (*conninfoFree)(struct libpq_option *options);
	void (*freemem)(void *ptr);
	void (*(*setNoticeProcessor)(struct pg_conn *conn,
	    void (*proc)(void *arg, const char *message), void *arg))(void *arg,
	    const char *message);
	int (*sendQuery)(struct pg_conn *conn, const char *query);
	int (*setSingleRowMode)(struct pg_conn *conn);
	int (*flush)(struct pg_conn *conn);
	int (*consumeInput)(struct pg_conn *conn);
	int (*isBusy)(struct pg_conn *conn);
	struct pg_result *(*getResult)(struct pg_conn *conn);
	unsigned (*resultStatus)(const struct pg_result *res);
	char *(*resultErrorField)(const struct pg_result *res, int fieldcode);
	char *(*cmdTuples)(struct pg_result *res);
	int (*ntuples)(const struct pg_result *res);
	unsigned (*ftype)(const struct pg_result *res, int field_num);
	int (*getisnull)(const struct pg_result *res, int tup_num,
	    int field_num);
	char *(
	    *getvalue)(const struct pg_result *res, int tup_num, int field_num);
	int (*getlength)(const struct pg_result *res, int tup_num,
	    int field_num);
	void (*clear)(struct pg_result *res);
	int (
	    *putCopyData)(struct pg_conn *conn, const char *buffer, int nbytes);
	int (*putCopyEnd)(struct pg_conn *conn, const char *errormsg);
	struct pg_cancel *(*getCancel)(struct pg_conn *conn);
	int (*cancel)(struct pg_cancel *cancel, char *errbuf, int errbufsize);
	void (*freeCancel)(struct pg_cancel *cancel);
	int (*libVersion)(void);
};

/* Loads it. STATUS_LOCAL, naming what to install, if it is missing. */
ATTR_NODISCARD
int libpq_load(struct libpq *pq, struct fail *why);

#endif
