/* SPDX-License-Identifier: ISC */
/*
 * SQLite's calls with our failures.
 */
#include "sqlite_db.h"

#include "dialect.h"
#include "mem.h"
#include "stop.h"

#include <stdlib.h>
#include <string.h>

static enum status
status_of(int code)
{
	switch (code & 0xFF) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STATUS_RETRY;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY:
		return STATUS_REFUSED;
	case SQLITE_NOTADB:
		return STATUS_USAGE;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return STATUS_DATA;
	default:
		return STATUS_LOCAL;
	}
}

/* Whether the file is at fault, so that it is worth telling which one. */
static bool
is_of_storage(int code)
{
	switch (code & 0xFF) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CORRUPT:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return true;
	default:
		return false;
	}
}

static const char *
next_step(int code)
{
	/* Space may be lacking for a sort as well. */
	if ((code & 0xFF) == SQLITE_FULL)
		return "; make room there or for temporary files "
		       "(SQLITE_TMPDIR)";
	if ((code & 0xFF) == SQLITE_CORRUPT)
		return "; the file is damaged: restore it, or save what is "
		       "left with .recover of sqlite3";
	if ((code & 0xFF) == SQLITE_READONLY)
		return "; its directory must be writable as well";
	return "";
}

static int
fail_storage(sqlite3 *db, int code, struct fail *why, const char *what)
{
	const char *name = sqlite3_db_filename(db, "main");

	return fail_set(why, status_of(code), "%s '%s': %s%s", what,
	    name ? name : "", sqlite3_errmsg(db), next_step(code));
}

/* What the message says is missing: "no such table: main.gone" and the like,
 * "table t has no column named gone". NULL: it says something else. */
static const char *
missing_name(const char *message)
{
	const char *name = strrchr(message, ' ');

	if (!name ||
	    (strncmp(message, "no such ", 8) != 0 &&
		!strstr(message, " has no column named ")))
		return NULL;
	return strrchr(name, '.') ? strrchr(name, '.') + 1 : name + 1;
}

/* Statements of ours name what is there. What lacks something is what they
 * set off: triggers, the views in them, functions that an index or a table
 * calls. Those that mention it are told. */
static int
fail_missing(sqlite3 *db, const char *what, struct fail *why)
{
	static const char query[] =
	    "SELECT group_concat(type || ' ''' || name || '''', ', ')"
	    " FROM sqlite_schema WHERE instr(lower(sql), lower(?1) || '(')"
	    " OR (type IN ('trigger', 'view')"
	    " AND instr(lower(sql), lower(?1)))";
	char *message = mem_string(sqlite3_errmsg(db));
	sqlite3_stmt *statement = NULL;
	const char *culprits = NULL;

	if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK) {
		(void)sqlite3_bind_text(statement, 1, missing_name(message), -1,
		    SQLITE_STATIC);
		if (sqlite3_step(statement) == SQLITE_ROW)
			culprits = sqlite_db_text(statement, 0);
	}
	if (culprits)
		(void)fail_set(why, STATUS_USAGE,
		    "%s does not work: %s; mend it, or drop it", culprits,
		    message);
	else
		(void)fail_set(why, STATUS_USAGE, "%s: %s", what, message);
	(void)sqlite3_finalize(statement);
	free(message);
	return -1;
}

int
sqlite_db_fail(sqlite3 *db, struct fail *why, const char *what)
{
	int code = sqlite3_extended_errcode(db);

	if (code == SQLITE_INTERRUPT && stop_is_requested())
		return stop_fail(why);
	if ((code & 0xFF) == SQLITE_BUSY)
		return fail_set(why, STATUS_RETRY,
		    "%s: another program is writing to the database; try "
		    "again, or wait longer with --busy-timeout",
		    what);
	if (code == SQLITE_READONLY_DBMOVED)
		return fail_set(why, STATUS_RETRY,
		    "'%s' was moved or removed meanwhile; load again",
		    sqlite3_db_filename(db, "main"));
	if (is_of_storage(code))
		return fail_storage(db, code, why, what);
	if ((code & 0xFF) == SQLITE_NOTADB)
		return fail_set(why, status_of(code),
		    "%s: the file is not a database of SQLite, or it is "
		    "encrypted; name another",
		    what);
	if ((code & 0xFF) == SQLITE_ERROR && missing_name(sqlite3_errmsg(db)))
		return fail_missing(db, what, why);
	return fail_set(why, status_of(code), "%s: %s", what,
	    sqlite3_errmsg(db));
}

int
sqlite_db_run(sqlite3 *db, const char *sql, struct fail *why)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_db_fail(db, why, "cannot write the database");
	return 0;
}

int
sqlite_db_prepare(sqlite3 *db, const struct buf *sql, sqlite3_stmt **statement,
    struct fail *why)
{
	if (buf_check(sql, "a statement", why) != 0)
		return -1;
	if (sqlite3_prepare_v3(db, sql->data, (int)sql->len,
		SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK)
		return sqlite_db_fail(db, why, "cannot prepare a statement");
	return 0;
}

int
sqlite_db_compiles(sqlite3 *db, const struct buf *sql, struct fail *why)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, sql->data, -1, &statement, NULL);

	(void)sqlite3_finalize(statement);
	if (code == SQLITE_OK)
		return 1;
	return code == SQLITE_ERROR
	    ? 0
	    : sqlite_db_fail(db, why, "cannot read the database");
}

int
sqlite_db_step(sqlite3_stmt *statement, struct fail *why)
{
	sqlite3 *db = sqlite3_db_handle(statement);
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return 1;
	/* The reset of a failed statement reports the failure once more. */
	if (sqlite3_reset(statement) == SQLITE_OK && code == SQLITE_DONE)
		return 0;
	return sqlite_db_fail(db, why, "cannot write the database");
}

int
sqlite_db_number(sqlite3 *db, const char *sql, int64_t otherwise,
    int64_t *number, struct fail *why)
{
	sqlite3_stmt *statement = NULL;
	int result;

	*number = otherwise;
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return sqlite_db_fail(db, why, "cannot read the database");
	result = sqlite_db_step(statement, why);
	if (result == 1 && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*number = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return result < 0 ? -1 : 0;
}

void
sqlite_db_quote(struct buf *sql, const char *identifier)
{
	dialect_quote(&dialect_sqlite, sql, identifier);
}

void
sqlite_db_bind(sqlite3_stmt *statement, int number, const struct cell *c)
{
	switch ((enum cell_kind)c->kind) {
	case CELL_NULL:
		(void)sqlite3_bind_null(statement, number);
		break;
	case CELL_BOOL:
	case CELL_INTEGER:
		(void)sqlite3_bind_int64(statement, number, c->integer);
		break;
	case CELL_NUMBER:
		(void)sqlite3_bind_double(statement, number, c->number);
		break;
	case CELL_TEXT:
		(void)sqlite3_bind_text64(statement, number, c->text, c->len,
		    SQLITE_STATIC, SQLITE_UTF8);
		break;
	}
}

const char *
sqlite_db_text(sqlite3_stmt *statement, int index)
{
	const void *text = sqlite3_column_text(statement, index);

	if (!text && sqlite3_column_type(statement, index) != SQLITE_NULL)
		mem_exhausted();
	return text;
}

void
sqlite_db_read(sqlite3_stmt *statement, int index, struct cell *cell)
{
	*cell = (struct cell){0};
	switch (sqlite3_column_type(statement, index)) {
	case SQLITE_NULL:
		return;
	case SQLITE_INTEGER:
		cell->kind = CELL_INTEGER;
		cell->integer = sqlite3_column_int64(statement, index);
		return;
	case SQLITE_FLOAT:
		cell->kind = CELL_NUMBER;
		cell->number = sqlite3_column_double(statement, index);
		return;
	default:
		cell->kind = CELL_TEXT;
		cell->text = sqlite_db_text(statement, index);
		cell->len = (uint32_t)sqlite3_column_bytes(statement, index);
		return;
	}
}

int
sqlite_db_spills(sqlite3 *db)
{
	int count = 0, highest;

	(void)sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_SPILL, &count,
	    &highest, 0);
	return count;
}
