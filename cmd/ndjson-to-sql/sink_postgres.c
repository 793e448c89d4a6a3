/* SPDX-License-Identifier: ISC */
/*
 * The PostgreSQL sink: the connection, the one transaction, and what is
 * there. Tables are the matter of postgres_table.c, the way of their rows of
 * postgres_copy.c and postgres_lane.c, and what becomes of them of
 * postgres_merge.c.
 *
 * An advisory lock on the schema's name makes loads into it wait for each
 * other; it ends with the transaction, whatever happens, and needs no
 * session, so that a pooler may stand in between.
 */
#include "sink_postgres.h"

#include "dialect.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "postgres.h"
#include "postgres_batch.h"
#include "postgres_copy.h"
#include "postgres_lane.h"
#include "postgres_merge.h"
#include "postgres_row.h"
#include "postgres_table.h"
#include "schema.h"

#include <stdlib.h>
#include <string.h>

int
postgres_run(struct postgres *s, struct buf *sql, uint64_t *count,
    struct fail *why)
{
	int result = buf_check(sql, "a statement", why);

	if (result == 0 && sql->len > 0)
		result = postgres_db_run(&s->db, sql->data, count, why);
	buf_free(sql);
	return result;
}

int
postgres_define(struct postgres *s, struct buf *sql, struct fail *why)
{
	int result;

	if (!s->options.ddl)
		return postgres_run(s, sql, NULL, why);
	result = buf_check(sql, "a statement", why);
	if (result == 0 && sql->len > 0) {
		buf_add(sql, ";\n");
		result = out_write(s->options.ddl, sql->data, sql->len, why);
	}
	buf_free(sql);
	return result;
}

/* --- opening ------------------------------------------------------------ */

static void
add_text(struct buf *sql, const char *text)
{
	(void)dialect_add_text(&dialect_postgres, sql, text, strlen(text));
}

/* Texts come and go in UTC and ISO, whatever the user's settings. What ends
 * sessions that are slow is for those that forgot themselves; a load that
 * waits for its stream did not. All of it ends with the transaction: behind
 * a pooler the session is somebody else's afterwards. */
static int
begin(struct postgres *s, struct fail *why)
{
	long long timeout = (long long)s->options.busy_timeout_ms;
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	/* Each statement sees what others committed before it: what comes after
	 * the wait for another load must see that load's rows. */
	buf_addf(&sql, "BEGIN ISOLATION LEVEL READ COMMITTED%s;",
	    s->options.ddl ? " READ ONLY" : "");
	buf_addf(&sql,
	    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO';"
	    "SET LOCAL standard_conforming_strings = on;"
	    "SET LOCAL client_min_messages = warning;"
	    "SET LOCAL extra_float_digits = 1;"
	    "SET LOCAL statement_timeout = 0;"
	    "SET LOCAL idle_in_transaction_session_timeout = 0;"
	    /* Compiling a comparison of a hundred columns takes longer than
	     * it saves. */
	    "SET LOCAL jit = off;"
	    /* 0 would be for ever. */
	    "SET LOCAL lock_timeout = %lld;",
	    timeout > 0 ? timeout : 1);
	/* What joins a stage to its table stays in memory, within reason. */
	buf_add(&sql,
	    "SELECT set_config(name, '64MB', true) FROM pg_settings"
	    " WHERE name = 'work_mem'"
	    " AND pg_size_bytes(current_setting(name)) < 64 * 1024 * 1024");
	return postgres_run(s, &sql, NULL, why);
}

/* Else the first statement that writes would fail, when the stream has been
 * read. */
static int
check_writable(struct postgres *s, struct fail *why)
{
	int64_t kind;

	if (s->options.ddl)
		return 0;
	if (postgres_db_number(&s->db,
		"SELECT CASE WHEN pg_is_in_recovery() THEN 2"
		" ELSE current_setting('transaction_read_only')::bool::int END",
		0, &kind, why) != 0)
		return -1;
	if (kind == 2)
		return fail_set(why, STATUS_REFUSED,
		    "the server is a standby, which takes no writes; name the "
		    "primary, or several hosts and "
		    "target_session_attrs=read-write");
	if (kind == 1)
		return fail_set(why, STATUS_REFUSED,
		    "the database is read only (default_transaction_read_only)"
		    "; if writing is right, load with "
		    "PGOPTIONS='-c default_transaction_read_only=off'");
	return 0;
}

static int
lock(struct postgres *s, struct fail *why)
{
	struct buf sql;

	if (s->options.ddl)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql,
	    "SELECT pg_advisory_xact_lock(hashtext('ndjson-to-sql'),"
	    " hashtext(");
	add_text(&sql, s->schema);
	buf_add(&sql, "))");
	return postgres_run(s, &sql, NULL, why);
}

static int
visit_schema(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	char **schema = context;

	(void)count;
	(void)why;
	if (cells[0].kind == CELL_TEXT)
		*schema = mem_copy(cells[0].text, cells[0].len);
	return 0;
}

/* Queries of catalog.c name tables without their schema. What was on the path
 * stays there: types and operators of extensions are found by it. */
static int
set_path(struct postgres *s, struct fail *why)
{
	struct buf sql;

	if (!s->options.schema)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT set_config('search_path', quote_ident(");
	add_text(&sql, s->schema);
	buf_add(&sql, ") || ', ' || current_setting('search_path'), true)");
	return postgres_run(s, &sql, NULL, why);
}

/* After a commit that is not the last, nothing is begun until there is
 * something to write: a stream that rests (--commit-every) locks nobody out,
 * and holds no snapshot that keeps the server from cleaning up. */
static int
resume(struct postgres *s, struct fail *why)
{
	if (!s->is_resting)
		return 0;
	s->is_resting = false;
	if (begin(s, why) != 0 || lock(s, why) != 0)
		return -1;
	return set_path(s, why);
}

/* The schema is the first of the search path that exists, where psql would
 * make a table; or the one that --schema names. */
static int
find_schema(struct postgres *s, struct fail *why)
{
	if (s->options.schema) {
		s->schema = mem_string(s->options.schema);
		return 0;
	}
	if (postgres_db_query(&s->db, "SELECT current_schema()::text", 1,
		visit_schema, &s->schema, why) != 0)
		return -1;
	if (s->schema)
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "no schema of the search path exists; name one with --schema");
}

static int
make_schema(struct postgres *s, struct fail *why)
{
	struct buf sql;
	int64_t found;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT count(*) FROM pg_namespace WHERE nspname = ");
	add_text(&sql, s->schema);
	result = postgres_db_number(&s->db, sql.data, 0, &found, why);
	buf_clear(&sql);
	buf_add(&sql, "CREATE SCHEMA ");
	dialect_quote(&dialect_postgres, &sql, s->schema);
	if (result == 0 && found == 0 && s->options.is_reading)
		result = fail_set(why, STATUS_USAGE, "there is no schema '%s'",
		    s->schema);
	if (result == 0 && found == 0)
		return postgres_define(s, &sql, why);
	buf_free(&sql);
	return result;
}

static void
postgres_free(struct sink *sink)
{
	struct postgres *s = (struct postgres *)sink;

	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i])
			postgres_table_free(s->tables[i]);
	free(s->tables);
	for (size_t i = 0; i < s->declared_count; i++) {
		free(s->declared[i].table);
		free(s->declared[i].column);
		free(s->declared[i].type);
	}
	free(s->declared);
	free(s->schema);
	/* What is not committed is rolled back. */
	postgres_db_close(&s->db);
	free(s);
}

static const struct sink_ops postgres_ops;

static int
postgres_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	struct postgres *s = mem_alloc(1, sizeof(*s));

	s->base.ops = &postgres_ops;
	s->options = *options;
	s->db.is_reading = options->ddl != NULL;
	if (postgres_db_open(&s->db, options->target, why) != 0 ||
	    begin(s, why) != 0 || check_writable(s, why) != 0 ||
	    find_schema(s, why) != 0 || lock(s, why) != 0 ||
	    make_schema(s, why) != 0 || set_path(s, why) != 0) {
		postgres_free(&s->base);
		return fail_prefix(why, "PostgreSQL");
	}
	*sink = &s->base;
	return 0;
}

/* --- what is there ------------------------------------------------------ */

static enum type
guess_type(const char *declared)
{
	static const struct {
		const char *prefix;
		enum type type;
	} rules[] = {
	    {"boolean", TYPE_BOOL},
	    {"bigint", TYPE_BIGINT},
	    {"smallint", TYPE_BIGINT},
	    {"double", TYPE_DOUBLE},
	    {"real", TYPE_DOUBLE},
	    {"numeric", TYPE_DECIMAL},
	    {"timestamp", TYPE_TIMESTAMP},
	    {"date", TYPE_DATE},
	    {"time", TYPE_TIME},
	    {"json", TYPE_JSON},
	};

	if (strcmp(declared, "integer") == 0)
		return TYPE_BIGINT;
	if (strchr(declared, '[') || strchr(declared, '"'))
		return TYPE_TEXT;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strncmp(declared, rules[i].prefix,
			strlen(rules[i].prefix)) == 0)
			return rules[i].type;
	return TYPE_TEXT;
}

struct survey {
	struct postgres *sink;
	struct schema *schema;
};

static int
visit_column(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	const struct survey *survey = context;
	struct postgres *s = survey->sink;
	struct postgres_declared *d;

	(void)count;
	(void)why;
	s->declared = mem_grow(s->declared, &s->declared_capacity,
	    s->declared_count + 1, sizeof(*s->declared));
	d = &s->declared[s->declared_count++];
	d->table = mem_copy(cells[0].text, cells[0].len);
	d->column = mem_copy(cells[1].text, cells[1].len);
	d->type = mem_copy(cells[2].text, cells[2].len);
	schema_add_existing(survey->schema, d->table, d->column,
	    guess_type(d->type), cells[3].integer != 0, cells[4].integer != 0);
	return 0;
}

static int
postgres_survey(struct sink *sink, struct schema *schema, struct fail *why)
{
	struct postgres *s = (struct postgres *)sink;
	struct survey survey = {s, schema};
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	/* Columns that always generate their values take none. */
	buf_add(&sql,
	    "SELECT c.relname::text, a.attname::text,"
	    " format_type(a.atttypid, a.atttypmod),"
	    " a.attgenerated <> '' OR a.attidentity = 'a',"
	    " c.relkind IN ('v', 'm')"
	    " FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
	    " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
	    " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')"
	    " AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname = ");
	add_text(&sql, s->schema);
	buf_add(&sql, " ORDER BY c.oid, a.attnum");
	result =
	    postgres_db_query(&s->db, sql.data, 5, visit_column, &survey, why);
	buf_free(&sql);
	return result;
}

static bool
has_column(const struct postgres *s, const char *table, const char *column)
{
	for (size_t i = 0; i < s->declared_count; i++)
		if (strcmp(s->declared[i].table, table) == 0 &&
		    strcmp(s->declared[i].column, column) == 0)
			return true;
	return false;
}

static int
postgres_read(struct sink *sink, const char *table, const char *const *columns,
    size_t count, sink_visitor *visit, void *context, struct fail *why)
{
	struct postgres *s = (struct postgres *)sink;
	struct buf sql;
	int result;

	if (!has_column(s, table, columns[0]))
		return 0;
	if (resume(s, why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT ");
	for (size_t i = 0; i < count; i++) {
		buf_add(&sql, i == 0 ? "" : ",");
		dialect_quote(&dialect_postgres, &sql, columns[i]);
	}
	buf_add(&sql, " FROM ");
	dialect_quote(&dialect_postgres, &sql, s->schema);
	buf_add_char(&sql, '.');
	dialect_quote(&dialect_postgres, &sql, table);
	buf_addf(&sql, " ORDER BY 1%s", count > 1 ? ",2" : "");
	result =
	    postgres_db_query(&s->db, sql.data, count, visit, context, why);
	buf_free(&sql);
	return result;
}

static int
postgres_query(struct sink *sink, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why)
{
	struct postgres *s = (struct postgres *)sink;

	if (resume(s, why) != 0)
		return -1;
	return postgres_db_query(&s->db, sql, count, visit, context, why);
}

/* --- loading ------------------------------------------------------------ */

static int
postgres_change(struct sink *sink, const struct change *c, struct fail *why)
{
	struct postgres *s = (struct postgres *)sink;
	size_t id = c->table->id;

	if (resume(s, why) != 0)
		return -1;
	switch (c->kind) {
	case CHANGE_TABLE:
		return postgres_table_start(s, c, why);
	case CHANGE_COLUMN:
		return postgres_table_add_column(s, s->tables[id], c, why);
	case CHANGE_TYPE:
		return postgres_table_change_type(s, s->tables[id], c, why);
	}
	return 0;
}

static int
postgres_write(struct sink *sink, struct batch *b, struct fail *why)
{
	struct postgres *s = (struct postgres *)sink;

	if (resume(s, why) != 0 || postgres_table_clear(s, why) != 0)
		return -1;
	if (s->options.ddl)
		return 0;
	for (size_t id = 0; id < b->table_count; id++)
		if (b->tables[id].table && b->tables[id].count > 0 &&
		    postgres_copy_rows(s, s->tables[id], b, why) != 0)
			return -1;
	return postgres_batch_merge(s, b, why);
}

static int
postgres_finish(struct sink *sink, struct fail *why)
{
	struct postgres *s = (struct postgres *)sink;

	if (resume(s, why) != 0 || postgres_table_clear(s, why) != 0 ||
	    postgres_lane_stop(s, why) != 0 ||
	    postgres_merge_finish(s, why) != 0)
		return -1;
	if (s->is_cut)
		msg_warning("%s", postgres_row_is_cut);
	s->is_cut = false;
	return 0;
}

static struct sink_counts
postgres_counts(const struct sink *sink, size_t table_id)
{
	const struct postgres *s = (const struct postgres *)sink;

	if (table_id >= s->table_count || !s->tables[table_id])
		return (struct sink_counts){0};
	return s->tables[table_id]->counts;
}

/* A load that rests between commits did not forget itself either. Outside of a
 * transaction it takes the session's setting, which is put back in the end.
 * Servers before 14 have none. */
static int
hold_session(struct postgres *s, bool is_last, struct fail *why)
{
	struct buf sql;

	if (is_last ? !s->has_rested : s->has_rested)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_addf(&sql,
	    "SELECT set_config(name, %s, false) FROM pg_settings"
	    " WHERE name = 'idle_session_timeout'",
	    is_last ? "reset_val" : "'0'");
	return postgres_run(s, &sql, NULL, why);
}

static int
postgres_commit(struct sink *sink, bool is_last, struct fail *why)
{
	struct postgres *s = (struct postgres *)sink;

	if (s->options.ddl || s->is_resting)
		return 0;
	if (hold_session(s, is_last, why) != 0)
		return -1;
	if (postgres_db_run(&s->db, "COMMIT", NULL, why) != 0) {
		if (s->db.is_lost)
			(void)fail_prefix(why,
			    "it is not known whether the commit took place");
		return -1;
	}
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i])
			postgres_table_settle(s->tables[i]);
	if (is_last)
		return 0;
	s->is_resting = true;
	s->has_rested = true;
	return 0;
}

static const struct sink_ops postgres_ops = {
    .survey = postgres_survey,
    .read = postgres_read,
    .query = postgres_query,
    .change = postgres_change,
    .write = postgres_write,
    .finish = postgres_finish,
    .counts = postgres_counts,
    .commit = postgres_commit,
    .free = postgres_free,
};

static void
add_version(const struct sink_options *options, struct buf *text)
{
	struct libpq pq;
	struct fail why;
	int version;

	(void)options;
	if (libpq_load(&pq, &why) != 0) {
		buf_add(text, "libpq is missing (for postgresql:)");
		return;
	}
	version = pq.libVersion();
	buf_addf(text, "libpq %d.%d", version / 10000, version % 10000);
}

const struct sink_kind sink_postgres = {
    .add_version = add_version,
    .name = "postgresql",
    .prefix = "postgresql: postgres:",
    .suffixes = "",
    .usage = "postgresql://USER@HOST/DATABASE",
    .takes_schema = true,
    .is_server = true,
    .dialect = "postgres",
    .max_name_bytes = 63,
    .max_columns = 1500,
    .open = postgres_open,
};
