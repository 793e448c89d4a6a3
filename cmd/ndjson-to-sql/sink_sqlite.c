/* SPDX-License-Identifier: ISC */
/*
 * The SQLite sink: the connection and the one transaction. What is there is
 * read by sqlite_survey.c; tables are the matter of sqlite_table.c, keys of
 * sqlite_merge.c, the file of target_file.c, and the way of the rows of
 * sqlite_feed.c.
 */
#include "sink_sqlite.h"

#include "dialect.h"
#include "mem.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_aside.h"
#include "sqlite_cut.h"
#include "sqlite_db.h"
#include "sqlite_merge.h"
#include "sqlite_rows.h"
#include "sqlite_survey.h"
#include "sqlite_trial.h"
#include "sqlite_type.h"
#include "stop.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Instructions of SQLite's machine between two looks at the stop
	 * flag: some tenths of a millisecond. */
	STEPS_PER_LOOK = 20000,
	BUSY_STEP_MS = 10,
	CACHE_BYTES = 64 << 20,
	/* A merge reads all over the index of the key. */
	READ_CACHE_BYTES = 64 << 20,
	SCRATCH_CACHE_BYTES = 16 << 20,
};

/* --- opening ------------------------------------------------------------ */

static int
on_progress(void *context)
{
	(void)context;
	return stop_is_requested();
}

/* Waits for a lock in small steps, so that a signal ends the wait. */
static int
on_busy(void *context, int count)
{
	const struct sqlite *s = context;

	if (stop_is_requested() ||
	    (int64_t)count * BUSY_STEP_MS >= s->options.busy_timeout_ms)
		return 0;
	(void)sqlite3_sleep(BUSY_STEP_MS);
	return 1;
}

static void
configure_library(void)
{
	/* One thread at a time uses SQLite. Its mutexes and its counting of
	 * memory cost a sixth of a load. */
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	/* A TARGET is the name of a file, also if it begins with "file:". */
	(void)sqlite3_config(SQLITE_CONFIG_URI, 0);
}

static int
open_database(struct sqlite *s, struct fail *why)
{
	const char *path = s->file.built ? s->file.built : s->file.path;
	const char *layer = NULL;
	int flags =
	    s->options.ddl ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;

	if (s->file.is_in_place)
		flags |= SQLITE_OPEN_CREATE;
	if (s->options.is_scratch) {
		flags = SQLITE_OPEN_READWRITE;
	} else if (s->options.ddl && s->is_new) {
		path = ":memory:";
		flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	}
	/* A file that is being built has no readers. */
	if (!s->is_new && !s->options.ddl) {
		if (overlay_open(&s->overlay, why) != 0)
			return -1;
		layer = overlay_name(&s->overlay);
	}
	if (sqlite3_open_v2(path, &s->db, flags, layer) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot open the database");
	if (!s->options.ddl && sqlite3_db_readonly(s->db, "main") == 1)
		return fail_set(why, STATUS_REFUSED,
		    "no permission to write to '%s'", s->file.path);
	(void)sqlite3_extended_result_codes(s->db, 1);
	/* Also where it was built to check them: a child may come before its
	 * parent, and a cascade would take rows that nobody named. */
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	(void)sqlite3_busy_handler(s->db, on_busy, s);
	sqlite3_progress_handler(s->db, STEPS_PER_LOOK, on_progress, NULL);
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, 1 << 30);
	if (feed_register(s->db, &s->feed, why) != 0 ||
	    sqlite_type_register(s, why) != 0)
		return -1;
	return sqlite_merge_register(s, why);
}

/* What is built needs no journal: if anything fails, it is thrown away. */
static int
prepare_new(struct sqlite *s, struct fail *why)
{
	char sql[64];

	/* Tables of a scratch database may be filled from files, and then
	 * merged into. */
	(void)snprintf(sql, sizeof(sql), "PRAGMA cache_size=%d",
	    -SCRATCH_CACHE_BYTES / 1024);
	if (s->options.is_scratch && sqlite_db_run(s->db, sql, why) != 0)
		return -1;
	if (sqlite_db_run(s->db,
		"PRAGMA page_size=16384;"
		"PRAGMA auto_vacuum=NONE;"
		"PRAGMA journal_mode=OFF;"
		"PRAGMA synchronous=OFF",
		why) != 0)
		return -1;
	if (s->file.lock != -1 && !s->options.ddl)
		return sqlite_bulk_open(s, why);
	return sqlite_db_run(s->db, "PRAGMA locking_mode=EXCLUSIVE; BEGIN",
	    why);
}

/* So many bytes of changed pages stay in memory. What has no room goes into
 * the log, or with a rollback journal into the overlay. */
static int
bound_cache(struct sqlite *s, struct fail *why)
{
	int64_t page_bytes;
	char sql[96];

	if (sqlite_db_number(s->db, "PRAGMA page_size", 4096, &page_bytes,
		why) != 0)
		return -1;
	/* Odd, because SQLite 3.40 also takes the number's lowest byte for a
	 * boolean: 4096 pages would turn spilling off. */
	(void)snprintf(sql, sizeof(sql),
	    "PRAGMA cache_size=%d; PRAGMA cache_spill=%lld",
	    -READ_CACHE_BYTES / 1024,
	    (long long)(CACHE_BYTES / page_bytes) | 1);
	return sqlite_db_run(s->db, sql, why);
}

/* Begins the transaction. With a rollback journal readers go on reading: see
 * sqlite_overlay.h. */
static int
begin(struct sqlite *s, struct fail *why)
{
	int64_t page_bytes, is_wal;

	s->spills = sqlite_db_spills(s->db);
	if (sqlite_db_run(s->db, "BEGIN IMMEDIATE", why) != 0 ||
	    sqlite_db_number(s->db, "PRAGMA page_size", 0, &page_bytes, why) !=
		0 ||
	    sqlite_db_number(s->db,
		"SELECT journal_mode = 'wal' FROM pragma_journal_mode", 0,
		&is_wal, why) != 0)
		return -1;
	if (!is_wal)
		overlay_begin(&s->overlay, page_bytes);
	return 0;
}

/* Readers stayed for longer than we wait. */
static int
fail_readers(struct fail *why)
{
	if (stop_is_requested())
		return stop_fail(why);
	return fail_set(why, STATUS_RETRY,
	    "cannot commit: other programs are reading the database; try "
	    "again, or wait longer with --busy-timeout");
}

static int
commit(struct sqlite *s, struct fail *why)
{
	int result;

	for (int count = 0; (result = overlay_apply(&s->overlay, why)) == 1;
	     count++)
		if (!on_busy(s, count))
			return fail_readers(why);
	if (result != 0)
		return -1;
	if (sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	/* Nobody else writes: we have that lock. */
	if ((sqlite3_extended_errcode(s->db) & 0xFF) == SQLITE_BUSY)
		return fail_readers(why);
	return sqlite_db_fail(s->db, why, "cannot write the database");
}

/* The write lock is taken at the start: who comes second waits, or fails
 * before any work is done. */
static int
prepare_existing(struct sqlite *s, struct fail *why)
{
	if (s->options.ddl)
		return sqlite_db_run(s->db, "BEGIN", why);
	/* A commit is the removal of the journal. FULL, the default, does not
	 * sync that: after a loss of power it may be there again, and takes
	 * back what we said was committed. */
	if (sqlite_db_run(s->db, "PRAGMA synchronous=EXTRA", why) != 0)
		return -1;
	if (s->file.is_in_place &&
	    sqlite_db_run(s->db, "PRAGMA page_size=16384", why) != 0)
		return -1;
	if (bound_cache(s, why) != 0)
		return -1;
	return begin(s, why);
}

static void
sqlite_free(struct sink *sink)
{
	struct sqlite *s = (struct sqlite *)sink;

	for (size_t i = 0; i < s->table_count; i++)
		sqlite_table_free(&s->tables[i]);
	free(s->tables);
	sqlite_bulk_free(&s->bulk);
	/* What is not committed is rolled back. */
	(void)sqlite3_close(s->db);
	overlay_free(&s->overlay);
	target_file_free(&s->file);
	free(s);
}

static const struct sink_ops sqlite_ops;

static int
sqlite_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const char *const journals[] = {"-journal", "-wal", NULL};
	static const struct target_kind kind = {.journals = journals,
	    .clears_journals = true};
	struct sqlite *s = mem_alloc(1, sizeof(*s));
	int result;

	configure_library();
	s->base.ops = &sqlite_ops;
	s->options = *options;
	result = target_file_open(&s->file, options->target, &kind,
	    options->busy_timeout_ms,
	    options->ddl || options->is_endless || options->is_scratch, why);
	s->is_new = s->file.is_new && !options->is_endless;
	/* Rows of a new database go into its file past SQLite. */
	if (result == 0 && options->is_scratch)
		s->file.lock = open(s->file.path, O_RDWR | O_CLOEXEC);
	if (result == 0)
		result = open_database(s, why);
	if (result == 0)
		result =
		    s->is_new ? prepare_new(s, why) : prepare_existing(s, why);
	if (result != 0) {
		(void)fail_prefix(why, "%s", options->target);
		sqlite_free(&s->base);
		return -1;
	}
	*sink = &s->base;
	return 0;
}

/* --- what is there ------------------------------------------------------ */

static int
visit_rows(sqlite3_stmt *statement, size_t count, sink_visitor *visit,
    void *context, struct fail *why)
{
	struct cell *cells = mem_alloc(count, sizeof(*cells));
	int result;

	while ((result = sqlite_db_step(statement, why)) == 1) {
		for (size_t i = 0; i < count; i++)
			sqlite_db_read(statement, (int)i, &cells[i]);
		result = visit(context, cells, count, why);
		if (result != 0)
			break;
	}
	free(cells);
	return result;
}

static int
sqlite_query(struct sink *sink, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;
	sqlite3_stmt *statement = NULL;
	int result;

	if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot read the database");
	result = visit_rows(statement, count, visit, context, why);
	(void)sqlite3_finalize(statement);
	return result;
}

static int
sqlite_read(struct sink *sink, const char *table, const char *const *columns,
    size_t count, sink_visitor *visit, void *context, struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;
	sqlite3_stmt *statement = NULL;
	struct buf sql;
	int result = sqlite3_table_column_metadata(s->db, "main", table,
	    columns[0], NULL, NULL, NULL, NULL, NULL);

	if (result == SQLITE_ERROR) /* there is none */
		return 0;
	if (result != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot read the database");
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT ");
	for (size_t i = 0; i < count; i++) {
		buf_add(&sql, i == 0 ? "" : ",");
		sqlite_db_quote(&sql, columns[i]);
	}
	buf_add(&sql, " FROM ");
	sqlite_db_quote(&sql, table);
	buf_add(&sql, " ORDER BY _rowid_");
	result = sqlite_db_prepare(s->db, &sql, &statement, why);
	if (result == 0)
		result = visit_rows(statement, count, visit, context, why);
	(void)sqlite3_finalize(statement);
	buf_free(&sql);
	return result;
}

/* --- loading ------------------------------------------------------------ */

static struct sqlite_table *
table_at(struct sqlite *s, size_t id)
{
	if (id >= s->table_count) {
		s->tables = mem_grow(s->tables, &s->table_capacity, id + 1,
		    sizeof(*s->tables));
		memset(s->tables + s->table_count, 0,
		    (id + 1 - s->table_count) * sizeof(*s->tables));
		s->table_count = id + 1;
	}
	return &s->tables[id];
}

static int
sqlite_change(struct sink *sink, const struct change *c, struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;
	struct sqlite_table *t = table_at(s, c->table->id);

	switch (c->kind) {
	case CHANGE_TABLE:
		if (sqlite_table_start(s, t, c, why) != 0)
			return -1;
		/* What was read from files has no key yet. */
		return s->options.is_scratch && c->is_stored && !t->is_fresh &&
			!s->options.ddl
		    ? sqlite_merge_make_key(s, t, why)
		    : 0;
	case CHANGE_COLUMN:
		return sqlite_table_add_column(s, t, c, why);
	case CHANGE_TYPE:
		return sqlite_table_change_type(s, t, c, why);
	}
	return 0;
}

static int
sqlite_write(struct sink *sink, struct batch *b, struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;

	if (sqlite_trial_run(s, b, why) != 0)
		return -1;
	for (size_t id = 0; id < b->table_count; id++) {
		if (!b->tables[id].table)
			continue;
		if (sqlite_rows_write(s, table_at(s, id), b, why) != 0)
			return -1;
	}
	return s->options.ddl ? 0 : sqlite_cut_run(s, b, why);
}

static int
sqlite_finish(struct sink *sink, struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;

	if (sqlite_bulk_end(s, true, why) != 0)
		return -1;
	/* A failing CREATE UNIQUE INDEX is undone by a journal, or the
	 * database is damaged. New pages are not journaled: this is cheap. */
	if (s->is_new && !s->options.ddl &&
	    sqlite_db_run(s->db, "COMMIT; PRAGMA journal_mode=MEMORY; BEGIN",
		why) != 0)
		return -1;
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i].table &&
		    sqlite_table_finish(s, &s->tables[i], why) != 0)
			return -1;
	for (size_t i = 0; i < s->table_count; i++)
		if (sqlite_aside_restore(s, &s->tables[i], why) != 0)
			return -1;
	return 0;
}

static struct sink_counts
sqlite_counts(const struct sink *sink, size_t table_id)
{
	const struct sqlite *s = (const struct sqlite *)sink;

	if (table_id >= s->table_count)
		return (struct sink_counts){0};
	return s->tables[table_id].counts;
}

/* What was fresh has its keys now, and is merged into from here on. */
static int
go_on(struct sqlite *s, struct fail *why)
{
	if (commit(s, why) != 0)
		return -1;
	for (size_t i = 0; i < s->table_count; i++)
		sqlite_table_settle(&s->tables[i]);
	return begin(s, why);
}

static int
sqlite_commit(struct sink *sink, bool is_last, struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;

	if (s->options.ddl)
		return 0;
	if (!is_last)
		return go_on(s, why);
	for (size_t i = 0; i < s->table_count; i++)
		sqlite_table_settle(&s->tables[i]);
	if (commit(s, why) != 0)
		return -1;
	if (sqlite3_close(s->db) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot close the database");
	s->db = NULL;
	return target_file_commit(&s->file, why);
}

static const struct sink_ops sqlite_ops = {
    .survey = sqlite_survey,
    .read = sqlite_read,
    .query = sqlite_query,
    .change = sqlite_change,
    .write = sqlite_write,
    .finish = sqlite_finish,
    .counts = sqlite_counts,
    .commit = sqlite_commit,
    .free = sqlite_free,
};

static void
add_version(const struct sink_options *options, struct buf *text)
{
	(void)options;
	buf_addf(text, "SQLite %s", sqlite3_libversion());
}

const struct sink_kind sink_sqlite = {
    .add_version = add_version,
    .name = "sqlite",
    .prefix = "sqlite:",
    .suffixes = ".db .sqlite .sqlite3",
    .usage = "a file that ends in .db, .sqlite or .sqlite3, sqlite:FILE",
    .max_name_bytes = 63,
    .max_columns = 2000,
    .open = sqlite_open,
};
