/* SPDX-License-Identifier: ISC */
/*
 * The connection. All calls of libpq are those that do not block; waiting is
 * done here, for the server and for a signal at once.
 */
#include "postgres_db.h"

#include "buf.h"
#include "mem.h"
#include "num.h"
#include "postgres_cell.h"
#include "postgres_fail.h"
#include "stop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	SERVER_VERSION_MIN = 120000,
	PUT_BYTES = 1 << 18,
};

/* --- waiting ------------------------------------------------------------ */

static void
cancel(struct postgres_db *db)
{
	struct pg_cancel *c = db->pq.getCancel(db->conn);
	char text[256];

	db->is_cancelled = true;
	if (!c)
		return;
	(void)db->pq.cancel(c, text, (int)sizeof(text));
	db->pq.freeCancel(c);
}

/* Until the socket is ready: 0; -1 on a signal or after the timeout. */
static int
wait_socket(struct postgres_db *db, short events, int timeout_ms)
{
	struct pollfd wait[] = {{.fd = db->pq.socket(db->conn),
				    .events = events},
	    {.fd = db->is_cancelled ? -1 : stop_descriptor(),
		.events = POLLIN}};
	int result;

	do
		result = poll(wait, 2, timeout_ms);
	while (result < 0 && errno == EINTR && !stop_is_requested());
	if (!db->is_cancelled && stop_is_requested())
		return -1;
	return result > 0 ? 0 : -1;
}

/* Sends what is left to be sent, reading what comes meanwhile: a server that
 * reports an error does not go on reading. */
static int
flush(struct postgres_db *db, struct fail *why)
{
	int left;

	while ((left = db->pq.flush(db->conn)) == 1) {
		if (wait_socket(db, POLLIN | POLLOUT, -1) != 0)
			return stop_fail(why);
		if (db->pq.consumeInput(db->conn) == 0)
			return postgres_fail_lost(db, why);
	}
	return left == 0 ? 0 : postgres_fail_lost(db, why);
}

/* The next result, NULL behind the last one. */
static int
next_result(struct postgres_db *db, struct pg_result **result, struct fail *why)
{
	*result = NULL;
	if (flush(db, why) != 0)
		return -1;
	while (db->pq.isBusy(db->conn)) {
		/* The answer to being cancelled is waited for as well. */
		if (wait_socket(db, POLLIN, -1) != 0)
			cancel(db);
		if (db->pq.consumeInput(db->conn) == 0)
			return postgres_fail_lost(db, why);
	}
	*result = db->pq.getResult(db->conn);
	return 0;
}

/* Reads all results of what was sent; the first failure counts. */
static int
finish_results(struct postgres_db *db, uint64_t *count, struct fail *why)
{
	struct pg_result *result;
	struct fail later;
	bool has_failed = false;

	for (;;) {
		unsigned status;
		const char *text;

		if (next_result(db, &result, has_failed ? &later : why) != 0)
			return -1;
		if (!result)
			return has_failed ? -1 : 0;
		status = db->pq.resultStatus(result);
		if (status == LIBPQ_FATAL_ERROR && !has_failed) {
			has_failed = true;
			(void)postgres_fail_result(db, result, why);
		}
		text = db->pq.cmdTuples(result);
		if (count && num_u64(text, strlen(text), count) != 0)
			*count = 0;
		db->pq.clear(result);
		if (status == LIBPQ_COPY_IN)
			return has_failed ? -1 : 1;
	}
}

static int
send(struct postgres_db *db, const char *sql, struct fail *why)
{
	if (stop_is_requested())
		return stop_fail(why);
	db->failed_line = 0;
	db->is_too_large = false;
	return db->pq.sendQuery(db->conn, sql) == 1
	    ? 0
	    : postgres_fail_lost(db, why);
}

/* --- opening ------------------------------------------------------------ */

static void
ignore_notice(void *context, const char *message)
{
	(void)context;
	(void)message;
}

/* Checks what libpq would only complain about with the text in question,
 * which may be a password. */
static int
check_target(struct postgres_db *db, const char *conninfo, struct fail *why)
{
	char *error = NULL;
	struct libpq_option *options = db->pq.conninfoParse(conninfo, &error);
	size_t len;

	if (options) {
		db->pq.conninfoFree(options);
		return 0;
	}
	len = error ? strcspn(error, ":\"\n") : 0;
	(void)fail_set(why, STATUS_USAGE,
	    "libpq cannot read the target%s%.*s; it is written "
	    "postgresql://USER@HOST:PORT/DATABASE",
	    len > 0 ? ": " : "", (int)len, error ? error : "");
	db->pq.freemem(error);
	return -1;
}

/* What target, service file and environment say of it; -1: for ever. */
static int
connect_timeout_ms(struct postgres_db *db)
{
	struct libpq_option *options = db->pq.conninfo(db->conn);
	uint64_t seconds = 0;

	for (struct libpq_option *o = options; o && o->keyword; o++)
		if (o->val && strcmp(o->keyword, "connect_timeout") == 0 &&
		    num_u64(o->val, strlen(o->val), &seconds) != 0)
			seconds = 0;
	db->pq.conninfoFree(options);
	return seconds == 0 || seconds > INT_MAX / 1000 ? -1
							: (int)seconds * 1000;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
connect_to(struct postgres_db *db, const char *conninfo, struct fail *why)
{
	static const char *const keywords[] = {"dbname",
	    "fallback_application_name", "client_encoding", NULL};
	const char *const values[] = {conninfo, "ndjson-to-sql", "UTF8", NULL};
	unsigned state = LIBPQ_POLLING_WRITING;
	int timeout_ms;
	int64_t end;

	db->conn = db->pq.connectStartParams(keywords, values, 1);
	if (!db->conn)
		return fail_set(why, STATUS_LOCAL, "no memory for libpq");
	timeout_ms = connect_timeout_ms(db);
	end = now_ms() + timeout_ms;
	while (db->pq.status(db->conn) != LIBPQ_CONNECTION_BAD &&
	    state != LIBPQ_POLLING_OK) {
		int64_t left = timeout_ms < 0 ? -1 : end - now_ms();

		if (state == LIBPQ_POLLING_FAILED)
			return postgres_fail_opening(db, why);
		if (wait_socket(db,
			state == LIBPQ_POLLING_READING ? POLLIN : POLLOUT,
			left < -1 ? 0 : (int)left) != 0)
			return stop_is_requested()
			    ? stop_fail(why)
			    : fail_set(why, STATUS_RETRY,
				  "cannot connect: no answer in time; is the "
				  "host right, and does a firewall let it "
				  "through?");
		state = db->pq.connectPoll(db->conn);
	}
	if (db->pq.status(db->conn) != LIBPQ_CONNECTION_OK)
		return postgres_fail_opening(db, why);
	return 0;
}

int
postgres_db_open(struct postgres_db *db, const char *target, struct fail *why)
{
	char *conninfo;
	struct buf text;
	int result;

	if (libpq_load(&db->pq, why) != 0)
		return -1;
	buf_init(&text, BOUND_LINE_BYTES);
	buf_addf(&text, "%s%s",
	    strncmp(target, "//", 2) == 0 ? "postgresql:" : "", target);
	conninfo = buf_detach(&text);
	result = check_target(db, conninfo, why);
	if (result == 0)
		result = connect_to(db, conninfo, why);
	free(conninfo);
	if (result != 0)
		return -1;
	(void)db->pq.setNoticeProcessor(db->conn, ignore_notice, NULL);
	if (db->pq.serverVersion(db->conn) < SERVER_VERSION_MIN)
		return fail_set(why, STATUS_USAGE,
		    "the server is older than PostgreSQL 12");
	if (db->pq.setnonblocking(db->conn, 1) != 0)
		return postgres_fail_lost(db, why);
	return 0;
}

void
postgres_db_close(struct postgres_db *db)
{
	if (!db->conn)
		return;
	/* Else the server would first do what it was told to. */
	if (!db->is_lost && !db->is_cancelled && db->pq.isBusy(db->conn))
		cancel(db);
	db->pq.finish(db->conn);
	db->conn = NULL;
}

/* --- statements --------------------------------------------------------- */

int
postgres_db_run(struct postgres_db *db, const char *sql, uint64_t *count,
    struct fail *why)
{
	if (send(db, sql, why) != 0)
		return -1;
	return finish_results(db, count, why) == 0 ? 0 : -1;
}

/* The visitor's first failure ends the visits, but not the reading. */
static int
visit_results(struct postgres_db *db, size_t count, sink_visitor *visit,
    void *context, struct cell *cells, struct buf *texts, struct fail *why)
{
	struct pg_result *result;
	struct fail later;
	int outcome = 0;

	for (;;) {
		if (next_result(db, &result, outcome == 0 ? why : &later) != 0)
			return -1;
		if (!result)
			return outcome;
		switch (db->pq.resultStatus(result)) {
		case LIBPQ_SINGLE_TUPLE:
			for (size_t i = 0; i < count; i++)
				postgres_cell_read(db, result, (int)i,
				    &cells[i], &texts[i]);
			if (outcome == 0)
				outcome = visit(context, cells, count, why);
			break;
		case LIBPQ_FATAL_ERROR:
			outcome = postgres_fail_result(db, result,
			    outcome == 0 ? why : &later);
			break;
		default:
			break;
		}
		db->pq.clear(result);
	}
}

int
postgres_db_query(struct postgres_db *db, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why)
{
	struct cell *cells;
	struct buf *texts;
	int result;

	if (send(db, sql, why) != 0)
		return -1;
	(void)db->pq.setSingleRowMode(db->conn);
	cells = mem_alloc(count, sizeof(*cells));
	texts = mem_alloc(count, sizeof(*texts));
	for (size_t i = 0; i < count; i++)
		buf_init(&texts[i], BOUND_LINE_BYTES);
	result = visit_results(db, count, visit, context, cells, texts, why);
	for (size_t i = 0; i < count; i++)
		buf_free(&texts[i]);
	free(texts);
	free(cells);
	return result;
}

static int
visit_number(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	int64_t *number = context;

	(void)count;
	(void)why;
	if (cells[0].kind == CELL_INTEGER || cells[0].kind == CELL_BOOL)
		*number = cells[0].integer;
	return 0;
}

int
postgres_db_number(struct postgres_db *db, const char *sql, int64_t otherwise,
    int64_t *number, struct fail *why)
{
	*number = otherwise;
	return postgres_db_query(db, sql, 1, visit_number, number, why);
}

/* --- copying ------------------------------------------------------------ */

int
postgres_db_copy(struct postgres_db *db, const char *sql, struct fail *why)
{
	int result;

	if (send(db, sql, why) != 0)
		return -1;
	result = finish_results(db, NULL, why);
	if (result == 0)
		return fail_set(why, STATUS_LOCAL, "the server did not copy");
	return result == 1 ? 0 : -1;
}

int
postgres_db_copy_end(struct postgres_db *db, struct fail *why)
{
	while (db->pq.putCopyEnd(db->conn, NULL) == 0)
		if (flush(db, why) != 0)
			return -1;
	/* Where the server has ended the copy, it says why. */
	return finish_results(db, NULL, why) == 0 ? 0 : -1;
}

int
postgres_db_put(struct postgres_db *db, const char *data, size_t len,
    struct fail *why)
{
	while (len > 0) {
		size_t part = len < PUT_BYTES ? len : PUT_BYTES;
		int result = db->pq.putCopyData(db->conn, data, (int)part);

		if (result < 0)
			return postgres_db_copy_end(db, why) == 0
			    ? postgres_fail_lost(db, why)
			    : -1;
		if (result == 1) {
			data += part;
			len -= part;
		}
		if (flush(db, why) != 0)
			return -1;
	}
	return 0;
}
