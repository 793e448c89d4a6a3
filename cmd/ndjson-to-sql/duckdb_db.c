/* SPDX-License-Identifier: ISC */
/*
 * DuckDB's calls with our failures.
 */
#include "duckdb_db.h"

#include "dialect.h"
#include "stop.h"

#include "duckdb_row.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum {
	LOCK_STEP_MS = 50,
	/* An interrupt that comes between two statements is lost. */
	INTERRUPT_STEP_MS = 20,
};

/* By default DuckDB takes four fifths of the machine. What a join or a sort
 * needs beyond this goes to the disk. */
static const char MEMORY_LIMIT[] = "1GiB";

/* Of a new file; DuckDB takes four times as much by default. Each column of a
 * table that is filled has two blocks in memory. Queries take as long, and
 * the files are no larger (11.8 MB for 13.1). */
static const char BLOCK_SIZE[] = "65536";

/* --- failures ----------------------------------------------------------- */

static enum status
status_of(int error)
{
	switch (error) {
	case DUCKDB_ERROR_OUT_OF_RANGE:
	case DUCKDB_ERROR_CONVERSION:
	case DUCKDB_ERROR_CONSTRAINT:
	case DUCKDB_ERROR_INVALID_INPUT:
		return STATUS_DATA;
	case DUCKDB_ERROR_PERMISSION:
		return STATUS_REFUSED;
	default:
		return STATUS_LOCAL;
	}
}

/* An index or a view that holds a column fast. */
static bool
is_dependence(const char *message)
{
	return strstr(message, "entries that depend on it") ||
	    strstr(message, "index depends on it");
}

static const char *
advice_for(const char *message)
{
	if (strstr(message, "No space left") || strstr(message, "ut of Memory"))
		return "; DuckDB puts what does not fit into memory beside the "
		       "database: make room there";
	if (is_dependence(message))
		return "; drop the index or view that is in the way, and make "
		       "it again after the load";
	if (strstr(message, "onstraint Error") ||
	    strstr(message, "Conversion Error"))
		return "; --rejects FILE loads the others, and tells which "
		       "record it is";
	return "";
}

/* DuckDB's message goes on with the statement below its first line. */
static int
fail_message(struct fail *why, enum status status, const char *what,
    const char *message)
{
	size_t len;

	message = message ? message : "no reason given";
	len = strcspn(message, "\n");
	return fail_set(why, status, "%s: %.*s%s", what, (int)len, message,
	    advice_for(message));
}

static int
fail_result(struct duckdb_db *db, struct duckdb_result *result,
    struct fail *why)
{
	const char *message = db->lib.result_error(result);
	enum status status = status_of(db->lib.result_error_type(result));

	if (stop_is_requested())
		return stop_fail(why);
	if (message && is_dependence(message))
		status = STATUS_USAGE;
	return fail_message(why, status, "DuckDB", message);
}

int
duckdb_db_fail_appender(struct duckdb_db *db, struct duckdb_appender *appender,
    struct fail *why)
{
	const char *message = db->lib.appender_error(appender);

	if (stop_is_requested())
		return stop_fail(why);
	return fail_message(why,
	    message && strstr(message, "onstraint") ? STATUS_DATA
						    : STATUS_LOCAL,
	    "cannot add rows", message);
}

/* --- the watcher -------------------------------------------------------- */

static void *
watch(void *context)
{
	struct duckdb_db *db = context;
	struct pollfd wait[] = {{.fd = db->wake[0], .events = POLLIN},
	    {.fd = stop_descriptor(), .events = POLLIN}};

	(void)poll(wait, 2, -1);
	while (wait[0].revents == 0) {
		db->lib.interrupt(db->connection);
		(void)poll(wait, 1, INTERRUPT_STEP_MS);
	}
	return NULL;
}

static int
start_watcher(struct duckdb_db *db, struct fail *why)
{
	if (pipe2(db->wake, O_CLOEXEC) != 0)
		return fail_errno(why, "cannot make a pipe");
	if (pthread_create(&db->watcher, NULL, watch, db) != 0) {
		(void)close(db->wake[0]);
		(void)close(db->wake[1]);
		return fail_errno(why, "cannot start a thread");
	}
	db->has_watcher = true;
	return 0;
}

static void
end_watcher(struct duckdb_db *db)
{
	if (!db->has_watcher)
		return;
	(void)close(db->wake[1]);
	(void)pthread_join(db->watcher, NULL);
	(void)close(db->wake[0]);
	db->has_watcher = false;
}

/* --- opening ------------------------------------------------------------ */

static struct duckdb_config *
make_config(struct duckdb_db *db, enum duckdb_access access,
    const char *temporary)
{
	const struct {
		const char *name, *value;
	} settings[] = {
	    /* What a load needs is in the library: nothing is fetched. */
	    {"autoinstall_known_extensions", "false"},
	    {"autoload_known_extensions", "false"},
	    {"access_mode", access == DUCKDB_READ ? "READ_ONLY" : "AUTOMATIC"},
	    {"temp_directory", temporary},
	    {"memory_limit", MEMORY_LIMIT},
	    {"default_block_size", BLOCK_SIZE},
	    {"write_buffer_row_group_count", "1"},
	};
	struct duckdb_config *config = NULL;

	if (db->lib.create_config(&config) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		(void)db->lib.set_config(config, settings[i].name,
		    settings[i].value);
	return config;
}

static int
fail_open(struct fail *why, const char *message)
{
	static const struct {
		const char *part;
		enum status status;
		const char *sentence;
	} known[] = {
	    {"not a valid DuckDB", STATUS_USAGE, "it is no DuckDB database"},
	    {"version number", STATUS_USAGE,
		"another version of DuckDB made it; name its libduckdb with "
		"--libduckdb"},
	    {"ermission denied", STATUS_REFUSED, "permission denied"},
	    {"ead-only file system", STATUS_REFUSED, "read-only file system"},
	    {"ncrypt", STATUS_USAGE, "it is encrypted"},
	};

	message = message ? message : "no reason given";
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strstr(message, known[i].part))
			return fail_set(why, known[i].status,
			    "cannot open the database: %s", known[i].sentence);
	return fail_message(why, STATUS_LOCAL, "cannot open the database",
	    message);
}

/* DuckDB would take a database of SQLite for one, and look for an extension
 * that reads it. Must be done before the library opens the file: the end of
 * any descriptor ends the locks of the process. */
static int
check_magic(const char *path, struct fail *why)
{
	static const char magic[] = "DUCK";
	enum { MAGIC_PLACE = 8, MAGIC_LEN = 4 };
	char head[MAGIC_PLACE + MAGIC_LEN];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t got = 1;

	if (fd == -1) /* the library finds out why */
		return 0;
	while (len < sizeof(head) && got != 0) {
		got = read(fd, head + len, sizeof(head) - len);
		if (got == -1 && errno != EINTR)
			break; /* so it does then */
		len += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd);
	if (got == -1 || len == 0 ||
	    (len == sizeof(head) &&
		memcmp(head + MAGIC_PLACE, magic, MAGIC_LEN) == 0))
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "the file is not a database of DuckDB; name another");
}

/* 0; 1 where another process holds the database; -1. */
static int
try_open(struct duckdb_db *db, const char *path, struct duckdb_config *config,
    struct fail *why)
{
	char *message = NULL;
	int result = 0;

	if (db->lib.open_ext(path, &db->database, config, &message) != 0) {
		if (message && strstr(message, "not set lock on file"))
			result = 1;
		else
			result = fail_open(why, message);
	}
	db->lib.free(message);
	return result;
}

static int
open_waiting(struct duckdb_db *db, const char *path,
    struct duckdb_config *config, int64_t timeout_ms, struct fail *why)
{
	int result;

	while ((result = try_open(db, path, config, why)) == 1) {
		if (stop_is_requested())
			return stop_fail(why);
		if (timeout_ms <= 0)
			return fail_set(why, STATUS_RETRY,
			    "another program has the database open; try "
			    "again when it is done, or wait longer with "
			    "--busy-timeout");
		(void)poll(NULL, 0, LOCK_STEP_MS);
		timeout_ms -= LOCK_STEP_MS;
	}
	return result;
}

/* What depends on how the library was built may fail. */
static void
try_setting(struct duckdb_db *db, const char *sql)
{
	struct duckdb_result answer;

	(void)db->lib.query(db->connection, sql, &answer);
	db->lib.destroy_result(&answer);
}

/* The size of row groups can be had for an attached database alone. */
static int
attach(struct duckdb_db *db, const char *path, struct fail *why)
{
	struct buf sql;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, "ATTACH '");
	for (const char *c = path; *c; c++) {
		if (*c == '\'')
			buf_add_char(&sql, '\'');
		buf_add_char(&sql, *c);
	}
	buf_addf(&sql, "' AS built (ROW_GROUP_SIZE %d); USE built",
	    DUCKDB_BUILD_ROWS);
	return duckdb_db_run_buf(db, &sql, NULL, why);
}

int
duckdb_db_open(struct duckdb_db *db, const char *library, const char *path,
    enum duckdb_access access, int64_t timeout_ms, struct fail *why)
{
	struct duckdb_config *config;
	struct buf temporary;
	int result;

	*db = (struct duckdb_db){0};
	if (libduckdb_load(&db->lib, library, why) != 0 ||
	    (access != DUCKDB_MEMORY && check_magic(path, why) != 0))
		return -1;
	buf_init(&temporary, BOUND_LINE_BYTES);
	buf_addf(&temporary, "%s.tmp", path);
	config = make_config(db, access, temporary.data);
	result = open_waiting(db,
	    access == DUCKDB_MEMORY || access == DUCKDB_BUILD ? ":memory:"
							      : path,
	    config, timeout_ms, why);
	db->lib.destroy_config(&config);
	buf_free(&temporary);
	if (result != 0)
		return -1;
	if (db->lib.connect(db->database, &db->connection) != 0)
		return fail_set(why, STATUS_LOCAL, "cannot connect");
	/* Texts of times are in UTC, wherever we are. */
	try_setting(db, "SET TimeZone = 'UTC'");
	if (access == DUCKDB_BUILD && attach(db, path, why) != 0)
		return -1;
	return start_watcher(db, why);
}

void
duckdb_db_skip_log(struct duckdb_db *db)
{
	try_setting(db, "SET checkpoint_threshold = '1B'");
	try_setting(db, "SET auto_checkpoint_skip_wal_threshold = 0");
}

void
duckdb_db_close(struct duckdb_db *db)
{
	end_watcher(db);
	if (db->connection)
		db->lib.disconnect(&db->connection);
	if (db->database)
		db->lib.close(&db->database);
}

/* --- statements --------------------------------------------------------- */

int
duckdb_db_run(struct duckdb_db *db, const char *sql, uint64_t *changed,
    struct fail *why)
{
	struct duckdb_result answer;
	int result = 0;

	if (db->lib.query(db->connection, sql, &answer) != 0)
		result = fail_result(db, &answer, why);
	else if (changed)
		*changed = db->lib.rows_changed(&answer);
	db->lib.destroy_result(&answer);
	return result;
}

int
duckdb_db_run_buf(struct duckdb_db *db, struct buf *sql, uint64_t *changed,
    struct fail *why)
{
	int result = buf_check(sql, "a statement", why);

	if (result == 0)
		result = duckdb_db_run(db, sql->data, changed, why);
	buf_free(sql);
	return result;
}

/* Asks once more, for texts, where the result has types that a row of cells
 * has not. */
static int
ask(struct duckdb_db *db, const char *sql, size_t count,
    struct duckdb_result *answer, struct fail *why)
{
	struct buf text;
	int result = 0;

	if (db->lib.query(db->connection, sql, answer) != 0)
		return fail_result(db, answer, why);
	if (duckdb_row_is_readable(&db->lib, answer, count))
		return 0;
	db->lib.destroy_result(answer);
	buf_init(&text, BOUND_LINE_BYTES);
	buf_addf(&text, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (%s)", sql);
	if (db->lib.query(db->connection, text.data, answer) != 0)
		result = fail_result(db, answer, why);
	buf_free(&text);
	return result;
}

int
duckdb_db_visit(struct duckdb_db *db, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why)
{
	struct duckdb_result answer;
	struct duckdb_chunk *chunk;
	int result = ask(db, sql, count, &answer, why);

	while (result == 0 && (chunk = db->lib.fetch_chunk(answer)) != NULL) {
		result = duckdb_row_visit(&db->lib, &answer, chunk, count,
		    visit, context, why);
		db->lib.destroy_data_chunk(&chunk);
	}
	db->lib.destroy_result(&answer);
	return result;
}

static int
visit_number(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	int64_t *number = context;

	(void)count;
	(void)why;
	*number = cells[0].integer;
	return 0;
}

int
duckdb_db_number(struct duckdb_db *db, const char *sql, int64_t *number,
    struct fail *why)
{
	*number = 0;
	return duckdb_db_visit(db, sql, 1, visit_number, number, why);
}

void
duckdb_db_quote(struct buf *sql, const char *name)
{
	dialect_quote(&dialect_duckdb, sql, name);
}
