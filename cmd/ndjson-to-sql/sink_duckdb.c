/* SPDX-License-Identifier: ISC */
/*
 * The DuckDB sink: the connection and the one transaction. The way of the
 * rows is the matter of duckdb_table.c, what is done with them at the end of
 * duckdb_merge.c.
 */
#include "sink_duckdb.h"

#include "duckdb.h"
#include "duckdb_limit.h"
#include "duckdb_merge.h"
#include "duckdb_refuse.h"
#include "duckdb_spill.h"
#include "duckdb_widen.h"
#include "mem.h"
#include "schema.h"
#include "stop.h"

#include <stdlib.h>
#include <strings.h>

/* --- opening ------------------------------------------------------------ */

static void
duckdb_free(struct sink *sink)
{
	struct duckdb *d = (struct duckdb *)sink;

	for (size_t i = 0; i < d->table_count; i++)
		if (d->tables[i])
			duckdb_table_free(d, d->tables[i]);
	for (size_t i = 0; i < d->existing_count; i++) {
		free(d->existing[i].table);
		free(d->existing[i].column);
		free(d->existing[i].type);
	}
	free(d->tables);
	free(d->existing);
	duckdb_db_close(&d->db);
	target_file_free(&d->file);
	free(d);
}

static int
open_database(struct duckdb *d, struct fail *why)
{
	const char *path = d->file.built ? d->file.built : d->file.path;
	enum duckdb_access access = d->is_new ? DUCKDB_BUILD : DUCKDB_WRITE;

	if (d->options.ddl)
		access = d->file.is_new ? DUCKDB_MEMORY : DUCKDB_READ;
	if (duckdb_db_open(&d->db, d->options.libduckdb, path, access,
		d->options.busy_timeout_ms, why) != 0)
		return -1;
	if (!d->options.ddl) {
		duckdb_spill_clear(path);
		if (!d->options.is_endless)
			duckdb_db_skip_log(&d->db);
		if (duckdb_limit_start(d, why) != 0)
			return -1;
	}
	return duckdb_db_run(&d->db, "BEGIN", NULL, why);
}

static const struct sink_ops duckdb_ops;

static int
duckdb_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const char *const journals[] = {".wal", NULL};
	static const struct target_kind kind = {.journals = journals,
	    .is_made_anew = true};
	struct duckdb *d = mem_alloc(1, sizeof(*d));
	int result;

	d->base.ops = &duckdb_ops;
	d->options = *options;
	result = target_file_open(&d->file, options->target, &kind,
	    options->busy_timeout_ms, options->ddl || options->is_endless, why);
	d->is_new = d->file.is_new && !d->file.is_in_place;
	if (result == 0)
		result = open_database(d, why);
	if (result != 0) {
		(void)fail_prefix(why, "%s", options->target);
		duckdb_free(&d->base);
		return -1;
	}
	*sink = &d->base;
	return 0;
}

/* Names the file in what went wrong with it. Returns -1. */
static int
fail_named(const struct duckdb *d, struct fail *why)
{
	return stop_is_requested() ? -1
				   : fail_prefix(why, "%s", d->options.target);
}

/* --- what is there ------------------------------------------------------ */

struct survey {
	struct duckdb *d;
	struct schema *schema;
};

static int
visit_existing(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	const struct survey *s = context;
	struct duckdb *d = s->d;
	struct duckdb_existing *e;

	(void)count;
	(void)why;
	d->existing = mem_grow(d->existing, &d->existing_capacity,
	    d->existing_count + 1, sizeof(*d->existing));
	e = &d->existing[d->existing_count++];
	e->table = mem_copy(cells[0].text, cells[0].len);
	e->column = mem_copy(cells[1].text, cells[1].len);
	e->type = mem_copy(cells[2].text, cells[2].len);
	schema_add_existing(s->schema, e->table, e->column,
	    duckdb_widen_guess(e->type), cells[3].integer != 0,
	    cells[4].integer != 0);
	return 0;
}

static int
duckdb_survey(struct sink *sink, struct schema *schema, struct fail *why)
{
	/* That a column is generated is told by the table's text alone. */
	static const char query[] =
	    "SELECT c.table_name, c.column_name, c.data_type,"
	    " coalesce(contains(t.sql, c.column_name || ' ' || c.data_type ||"
	    "   ' GENERATED ALWAYS') OR contains(t.sql, '\"' ||"
	    "   replace(c.column_name, '\"', '\"\"') || '\" ' || c.data_type ||"
	    "   ' GENERATED ALWAYS'), false),"
	    " t.table_oid IS NULL"
	    " FROM duckdb_columns() AS c LEFT JOIN duckdb_tables() AS t"
	    " ON c.table_oid = t.table_oid AND c.database_oid = t.database_oid"
	    " WHERE c.database_name = current_database()"
	    " AND c.schema_name = current_schema() AND NOT c.internal"
	    " ORDER BY c.table_oid, c.column_index";
	struct duckdb *d = (struct duckdb *)sink;
	struct survey survey = {.d = d, .schema = schema};

	if (duckdb_db_visit(&d->db, query, 5, visit_existing, &survey, why) !=
	    0)
		return fail_named(d, why);
	return 0;
}

/* Names meet whatever their case. */
const char *
duckdb_existing_type(const struct duckdb *d, const char *table,
    const char *column)
{
	for (size_t i = 0; i < d->existing_count; i++)
		if (strcasecmp(d->existing[i].table, table) == 0 &&
		    strcasecmp(d->existing[i].column, column) == 0)
			return d->existing[i].type;
	return NULL;
}

static int
duckdb_ask(struct sink *sink, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why)
{
	struct duckdb *d = (struct duckdb *)sink;

	if (duckdb_db_visit(&d->db, sql, count, visit, context, why) != 0)
		return fail_named(d, why);
	return 0;
}

static int
duckdb_read(struct sink *sink, const char *table, const char *const *columns,
    size_t count, sink_visitor *visit, void *context, struct fail *why)
{
	struct duckdb *d = (struct duckdb *)sink;
	struct buf sql;
	int result;

	if (!duckdb_existing_type(d, table, columns[0]))
		return 0;
	buf_init(&sql, BOUND_LINE_BYTES);
	for (size_t i = 0; i < count; i++) {
		buf_add(&sql, i == 0 ? "SELECT " : ",");
		duckdb_db_quote(&sql, columns[i]);
	}
	buf_add(&sql, " FROM ");
	duckdb_db_quote(&sql, table);
	buf_add(&sql, " ORDER BY rowid");
	result = duckdb_db_visit(&d->db, sql.data, count, visit, context, why);
	buf_free(&sql);
	return result == 0 ? 0 : fail_named(d, why);
}

/* --- loading ------------------------------------------------------------ */

static struct duckdb_table *
table_at(struct duckdb *d, size_t id)
{
	if (id >= d->table_count) {
		d->tables = mem_grow(d->tables, &d->table_capacity, id + 1,
		    sizeof(struct duckdb_table *));
		while (d->table_count <= id)
			d->tables[d->table_count++] = NULL;
	}
	if (!d->tables[id])
		d->tables[id] = mem_alloc(1, sizeof(struct duckdb_table));
	return d->tables[id];
}

static int
duckdb_change(struct sink *sink, const struct change *c, struct fail *why)
{
	struct duckdb *d = (struct duckdb *)sink;
	struct duckdb_table *t = table_at(d, c->table->id);
	int result = 0;

	switch (c->kind) {
	case CHANGE_TABLE:
		duckdb_table_start(d, t, c);
		break;
	case CHANGE_COLUMN:
		result = duckdb_table_add_column(d, t, c, why);
		break;
	case CHANGE_TYPE:
		result = duckdb_table_change_type(d, t, c, why);
		break;
	}
	return result == 0 ? 0 : fail_named(d, why);
}

/* An appender and a feed hold memory for each column: those of tables that
 * the stream has left are closed. */
static int
close_others(struct duckdb *d, const struct batch *b, struct fail *why)
{
	for (size_t id = 0; id < d->table_count; id++) {
		struct duckdb_table *t = d->tables[id];
		size_t root;

		if (!t || (!t->appender && !t->feed))
			continue;
		root = t->sql.table->root->id;
		if ((root >= b->table_count || b->tables[root].count == 0) &&
		    duckdb_table_flush(d, t, why) != 0)
			return -1;
	}
	return 0;
}

/* Whether a record of the table may be at fault, and not the load. Without a
 * key nothing tells the rows below a record that is taken out. */
static bool
may_refuse(const struct duckdb *d, const struct duckdb_table *t)
{
	const struct table *table = t->sql.table;

	return d->options.reject && !t->is_fresh && !table->parent &&
	    !table->is_own && table->key_count > 0 && t->row_count > 0;
}

static int
duckdb_write(struct sink *sink, struct batch *b, struct fail *why)
{
	struct duckdb *d = (struct duckdb *)sink;

	if (close_others(d, b, why) != 0 || duckdb_limit_batch(d, b, why) != 0)
		return fail_named(d, why);
	for (size_t id = 0; id < b->table_count; id++) {
		struct duckdb_table *t;

		if (!b->tables[id].table)
			continue;
		t = table_at(d, id);
		if (duckdb_table_write(d, t, b, why) != 0)
			return fail_named(d, why);
		/* May also be a failure of the file of rejects. */
		if (may_refuse(d, t) && duckdb_refuse(d, t, b, why) != 0)
			return -1;
	}
	return 0;
}

static int
duckdb_finish(struct sink *sink, struct fail *why)
{
	struct duckdb *d = (struct duckdb *)sink;

	for (size_t id = 0; id < d->table_count; id++) {
		struct duckdb_table *t = d->tables[id];

		if (t && !t->sql.table->parent &&
		    duckdb_merge_run(d, t, why) != 0)
			return fail_named(d, why);
	}
	return 0;
}

static struct sink_counts
duckdb_counts(const struct sink *sink, size_t table_id)
{
	const struct duckdb *d = (const struct duckdb *)sink;

	if (table_id >= d->table_count || !d->tables[table_id])
		return (struct sink_counts){0};
	return d->tables[table_id]->counts;
}

static int
duckdb_commit(struct sink *sink, bool is_last, struct fail *why)
{
	struct duckdb *d = (struct duckdb *)sink;

	if (d->options.ddl)
		return 0;
	if (duckdb_db_run(&d->db, is_last ? "COMMIT" : "COMMIT; BEGIN", NULL,
		why) != 0)
		return fail_named(d, why);
	if (!is_last)
		return 0;
	/* What is put in its place must be all in the one file. */
	if (d->is_new && duckdb_db_run(&d->db, "CHECKPOINT", NULL, why) != 0)
		return fail_named(d, why);
	duckdb_db_close(&d->db);
	return target_file_commit(&d->file, why);
}

static const struct sink_ops duckdb_ops = {
    .survey = duckdb_survey,
    .read = duckdb_read,
    .query = duckdb_ask,
    .change = duckdb_change,
    .write = duckdb_write,
    .finish = duckdb_finish,
    .counts = duckdb_counts,
    .commit = duckdb_commit,
    .free = duckdb_free,
};

static void
add_version(const struct sink_options *options, struct buf *text)
{
	struct libduckdb library;
	struct fail why;

	if (libduckdb_load(&library, options->libduckdb, &why) == 0)
		buf_addf(text, "libduckdb %s", library.library_version());
	else
		buf_add(text, "libduckdb is missing (for duckdb:, parquet:)");
}

const struct sink_kind sink_duckdb = {
    .add_version = add_version,
    .name = "duckdb",
    .prefix = "duckdb:",
    .suffixes = ".duckdb .ddb",
    .usage = "out.duckdb",
    .max_name_bytes = 63,
    .max_columns = 2000,
    .open = duckdb_open,
};
