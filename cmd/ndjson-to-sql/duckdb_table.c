/* SPDX-License-Identifier: ISC */
/*
 * Tables: their DDL, and taking rows over by DuckDB's appender, a data chunk
 * at a time.
 */
#include "duckdb_table.h"

#include "dialect.h"
#include "duckdb.h"
#include "duckdb_feed.h"
#include "duckdb_limit.h"
#include "duckdb_widen.h"
#include "mem.h"
#include "out.h"
#include "schema.h"

#include <stdlib.h>
#include <string.h>

enum {
	CHUNK_ROWS = 2048, /* DuckDB's vector size */
	/* The appender keeps rows for itself until it is flushed. */
	FLUSH_ROWS = 2048,
};

int
duckdb_table_define(struct duckdb *d, struct buf *sql, struct fail *why)
{
	int result;

	if (!d->options.ddl)
		return duckdb_db_run_buf(&d->db, sql, NULL, why);
	buf_add(sql, ";\n");
	result = buf_check(sql, "a statement", why);
	if (result == 0)
		result = out_write(d->options.ddl, sql->data, sql->len, why);
	buf_free(sql);
	return result;
}

void
duckdb_table_set_stored(struct duckdb_column *c, const char *type)
{
	char *copy = mem_string(type);

	free(c->stored);
	c->stored = copy;
}

/* Declares the columns as the filled table has them. */
static void
declare_fill(struct duckdb_table *t)
{
	for (size_t i = 0; i < t->sql.column_count; i++)
		t->sql.columns[i].declared =
		    duckdb_fill_type(t->columns[i].fill);
}

/* No column or table of ours has a dot in its name. */
static void
name_filled(struct duckdb_table *t)
{
	struct buf name;

	buf_init(&name, BOUND_LINE_BYTES);
	buf_addf(&name, "%s%s", t->sql.table->name,
	    t->is_fresh ? "" : ".stage");
	free(t->filled);
	t->filled = buf_detach(&name);
	t->sql.stage = t->filled;
}

/* --- definition --------------------------------------------------------- */

void
duckdb_table_start(struct duckdb *d, struct duckdb_table *t,
    const struct change *c)
{
	const struct table *table = c->table;

	t->sql.dialect = &dialect_duckdb;
	t->sql.table = table;
	t->sql.parent =
	    table->parent ? &d->tables[table->parent->id]->sql : NULL;
	t->is_made = c->is_stored;
	t->is_fresh = !c->is_stored;
	name_filled(t);
}

static struct duckdb_column *
push_column(struct duckdb_table *t, const struct change *c)
{
	size_t at = t->sql.column_count++;

	t->sql.columns = mem_grow(t->sql.columns, &t->column_capacity, at + 1,
	    sizeof(*t->sql.columns));
	t->columns = mem_grow(t->columns, &t->info_capacity, at + 1,
	    sizeof(*t->columns));
	t->sql.columns[at] =
	    (struct sql_column){.column = c->column, .type = c->type};
	t->columns[at] =
	    (struct duckdb_column){.fill = duckdb_fill_of(c->type)};
	return &t->columns[at];
}

int
duckdb_table_add_column(struct duckdb *d, struct duckdb_table *t,
    const struct change *c, struct fail *why)
{
	struct duckdb_column *column = push_column(t, c);
	struct sql_column *last = &t->sql.columns[t->sql.column_count - 1];
	const char *type = duckdb_fill_type(column->fill);
	struct buf sql;

	if (c->is_stored) {
		const char *stored = duckdb_existing_type(d, t->sql.table->name,
		    c->column->name);

		duckdb_table_set_stored(column, stored ? stored : type);
	}
	buf_init(&sql, BOUND_LINE_BYTES);
	last->declared = type;
	if (t->is_filled && !d->options.ddl) {
		if (t->is_fresh)
			duckdb_table_set_stored(column, type);
		if (duckdb_table_flush(d, t, why) != 0)
			return -1;
		sql_table_add_stage_column(&t->sql, last, &sql);
		return duckdb_db_run_buf(&d->db, &sql, NULL, why);
	}
	if (!d->options.ddl || !t->is_made || c->is_stored)
		return 0;
	sql_table_add_column(&t->sql, last, &sql);
	return duckdb_table_define(d, &sql, why);
}

int
duckdb_table_retype(struct duckdb *d, const char *table, const char *column,
    const char *from, const char *to, enum duckdb_retype how, struct fail *why)
{
	struct buf sql;

	if (strcmp(from, to) == 0)
		return 0;
	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, "ALTER TABLE ");
	duckdb_db_quote(&sql, table);
	buf_add(&sql, " ALTER COLUMN ");
	duckdb_db_quote(&sql, column);
	buf_addf(&sql, " TYPE %s USING ", to);
	if (how == RETYPE_BLANK)
		buf_addf(&sql, "CAST(NULL AS %s)", to);
	else
		duckdb_widen_add_cast(&sql, column, from, to,
		    how == RETYPE_STORED);
	return duckdb_table_define(d, &sql, why);
}

int
duckdb_table_fits_ns(struct duckdb *d, const char *table, const char *column,
    bool *answer, struct fail *why)
{
	struct buf sql;
	int64_t count;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	duckdb_widen_add_misfits(&sql, table, column);
	result = duckdb_db_number(&d->db, sql.data, &count, why);
	buf_free(&sql);
	*answer = count == 0;
	return result;
}

/* Gives a column of the filled table another type. */
static int
refill(struct duckdb *d, struct duckdb_table *t, size_t at,
    enum duckdb_fill fill, bool is_blank, struct fail *why)
{
	struct duckdb_column *column = &t->columns[at];
	const char *name = t->sql.columns[at].column->name;
	bool fits = true;

	if (!t->is_filled) {
		column->fill = fill;
		return 0;
	}
	if (duckdb_table_flush(d, t, why) != 0)
		return -1;
	if (column->fill == FILL_TIMESTAMP && fill == FILL_TIMESTAMP_NS &&
	    duckdb_table_fits_ns(d, t->filled, name, &fits, why) != 0)
		return -1;
	fill = fits ? fill : FILL_TEXT;
	if (duckdb_table_retype(d, t->filled, name,
		duckdb_fill_type(column->fill), duckdb_fill_type(fill),
		is_blank ? RETYPE_BLANK : RETYPE_FILLED, why) != 0)
		return -1;
	column->fill = fill;
	if (t->is_fresh)
		duckdb_table_set_stored(column, duckdb_fill_type(fill));
	return 0;
}

int
duckdb_table_change_type(struct duckdb *d, struct duckdb_table *t,
    const struct change *c, struct fail *why)
{
	bool is_blank = c->from == TYPE_UNKNOWN;
	enum duckdb_fill fill = duckdb_fill_of(c->type);

	for (size_t i = 0; i < t->sql.column_count; i++) {
		struct duckdb_column *column = &t->columns[i];

		if (t->sql.columns[i].column != c->column)
			continue;
		t->sql.columns[i].type = c->type;
		column->is_blank |= is_blank;
		if (d->options.ddl && t->is_made && column->stored)
			return duckdb_table_retype(d, t->sql.table->name,
			    c->column->name, column->stored,
			    duckdb_fill_type(fill),
			    is_blank ? RETYPE_BLANK : RETYPE_STORED, why);
		return refill(d, t, i, fill, is_blank, why);
	}
	return 0;
}

/* Whether doubled records may have to be taken out by their numbers. */
static bool
needs_sequence(const struct table *t)
{
	return !t->is_own && t->root->key_count > 0;
}

static int
make_fresh(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	struct buf sql;

	buf_init(&sql, BOUND_LINE_BYTES);
	sql_table_add_create(&t->sql, &sql);
	if (duckdb_table_define(d, &sql, why) != 0)
		return -1;
	t->is_made = true;
	for (size_t i = 0; i < t->sql.column_count; i++)
		duckdb_table_set_stored(&t->columns[i],
		    duckdb_fill_type(t->columns[i].fill));
	if (d->options.ddl || !needs_sequence(t->sql.table))
		return 0;
	t->has_sequence = true;
	buf_add(&sql, "ALTER TABLE ");
	sql_table_add_name(&t->sql, &sql);
	buf_add(&sql, " ADD COLUMN " SQL_SEQUENCE " BIGINT");
	return duckdb_db_run_buf(&d->db, &sql, NULL, why);
}

int
duckdb_table_fill(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	struct buf sql;

	if (t->is_filled)
		return 0;
	declare_fill(t);
	t->is_filled = true;
	t->is_brought = false;
	if (t->is_fresh)
		return make_fresh(d, t, why);
	if (d->options.ddl)
		return 0;
	t->has_sequence = true;
	t->has_reference = sql_table_has_reference(t->sql.table);
	buf_init(&sql, BOUND_LINE_BYTES);
	sql_table_add_stage(&t->sql, &sql);
	return duckdb_db_run_buf(&d->db, &sql, NULL, why);
}

/* --- rows --------------------------------------------------------------- */

static int
close_appender(struct duckdb *d, struct duckdb_table *t)
{
	d->db.lib.destroy_data_chunk(&t->chunk);
	return d->db.lib.appender_destroy(&t->appender);
}

/* Hands over what the appender holds. */
static int
flush(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	t->unflushed = 0;
	if (d->db.lib.appender_flush(t->appender) == 0)
		return 0;
	return duckdb_db_fail_appender(&d->db, t->appender, why);
}

int
duckdb_table_flush(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	int result;

	if (t->feed &&
	    (duckdb_feed_flush(d, t->feed, why) != 0 ||
		duckdb_feed_close(d, &t->feed, why) != 0))
		return -1;
	if (!t->appender)
		return 0;
	result = flush(d, t, why);
	if (close_appender(d, t) != 0 && result == 0)
		result = fail_set(why, STATUS_LOCAL, "cannot add rows");
	return result;
}

static int
choose_columns(struct duckdb *d, struct duckdb_table *t)
{
	const struct libduckdb *l = &d->db.lib;

	if (t->has_sequence &&
	    l->appender_add_column(t->appender, SQL_SEQUENCE) != 0)
		return -1;
	if (t->has_reference &&
	    l->appender_add_column(t->appender, SQL_REFERENCE) != 0)
		return -1;
	for (size_t i = 0; i < t->sql.column_count; i++)
		if (l->appender_add_column(t->appender,
			t->sql.columns[i].column->name) != 0)
			return -1;
	return 0;
}

static void
make_chunk(const struct libduckdb *l, struct duckdb_table *t)
{
	size_t count = t->sql.column_count + t->has_sequence + t->has_reference;
	struct duckdb_type **types =
	    mem_alloc(count, sizeof(struct duckdb_type *));

	for (size_t i = 0; i < count; i++)
		types[i] = l->appender_column_type(t->appender, i);
	t->chunk = l->create_data_chunk(types, count);
	for (size_t i = 0; i < count; i++)
		l->destroy_logical_type(&types[i]);
	free(types);
}

static int
open_appender(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	const struct libduckdb *l = &d->db.lib;
	const char *catalog = t->is_fresh ? NULL : "temp";
	int result = 0;

	if (t->appender)
		return 0;
	if (duckdb_limit_append(d, t, why) != 0)
		return -1;
	if (l->appender_create_ext(d->db.connection, catalog, NULL, t->filled,
		&t->appender) != 0 ||
	    choose_columns(d, t) != 0)
		result = duckdb_db_fail_appender(&d->db, t->appender, why);
	if (result == 0)
		make_chunk(l, t);
	if (result == 0 && !t->chunk)
		result = fail_set(why, STATUS_LOCAL,
		    "DuckDB cannot make a data chunk");
	if (result != 0)
		(void)close_appender(d, t);
	return result;
}

/* Fills the chunk: 0; 1 where a column was given another type, and all has to
 * be filled anew; -1. */
static int
fill_chunk(struct duckdb *d, struct duckdb_table *t,
    const struct row *const *rows, size_t count, struct batch *b,
    struct fail *why)
{
	const struct libduckdb *l = &d->db.lib;
	size_t at = 0;

	l->data_chunk_reset(t->chunk);
	if (t->has_sequence)
		duckdb_fill_sequence(l,
		    l->data_chunk_get_vector(t->chunk, at++), rows, count);
	if (t->has_reference)
		duckdb_fill_reference(l,
		    l->data_chunk_get_vector(t->chunk, at++), rows, count);
	for (size_t i = 0; i < t->sql.column_count; i++, at++) {
		enum duckdb_fill wider;

		if (duckdb_fill_column(l,
			l->data_chunk_get_vector(t->chunk, at),
			t->columns[i].fill, rows, count,
			t->sql.columns[i].column->index, b, &wider))
			continue;
		return refill(d, t, i, wider, false, why) == 0 ? 1 : -1;
	}
	l->data_chunk_set_size(t->chunk, count);
	return 0;
}

static int
open_feed(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	if (t->feed)
		return 0;
	if (duckdb_table_flush(d, t, why) != 0)
		return -1;
	return duckdb_feed_open(d, t, &t->feed, why);
}

static int
feed(struct duckdb *d, struct duckdb_table *t, const struct row *const *rows,
    size_t count, struct batch *b, struct fail *why)
{
	size_t most = count; /* that come at once */

	while (count > 0) {
		enum duckdb_fill wider;
		size_t part, at;

		if (open_feed(d, t, why) != 0)
			return -1;
		part = duckdb_feed_room(t->feed);
		part = part < count ? part : count;
		part = part < most ? part : most;
		if (part == 0) {
			if (duckdb_feed_flush(d, t->feed, why) != 0)
				return -1;
		} else if (duckdb_feed_add(t->feed, t, rows, part, b, &at,
			       &wider)) {
			rows += part;
			count -= part;
			t->row_count += part;
		} else if (wider == t->columns[at].fill) {
			most = part / 2;
		} else if (refill(d, t, at, wider, false, why) != 0) {
			return -1;
		}
	}
	return 0;
}

static int
append(struct duckdb *d, struct duckdb_table *t, const struct row *const *rows,
    size_t count, struct batch *b, struct fail *why)
{
	int result;

	/* Each turn but the last widens a column, and none can be widened
	 * more than twice. */
	do {
		if (open_appender(d, t, why) != 0)
			return -1;
		result = fill_chunk(d, t, rows, count, b, why);
	} while (result == 1);
	if (result != 0)
		return -1;
	if (d->db.lib.append_data_chunk(t->appender, t->chunk) != 0)
		return duckdb_db_fail_appender(&d->db, t->appender, why);
	t->row_count += count;
	t->unflushed += count;
	return t->unflushed < FLUSH_ROWS ? 0 : flush(d, t, why);
}

int
duckdb_table_write(struct duckdb *d, struct duckdb_table *t, struct batch *b,
    struct fail *why)
{
	const struct batch_table *from = &b->tables[t->sql.table->id];
	const struct row **rows;
	bool is_fed;
	int result = 0;

	if (from->count == 0)
		return 0;
	if (duckdb_table_fill(d, t, why) != 0)
		return -1;
	if (d->options.ddl)
		return 0;
	is_fed = t->feed || duckdb_feed_pays(d, t);
	rows = mem_alloc(CHUNK_ROWS, sizeof(*rows));
	for (size_t at = 0; at < from->count && result == 0;) {
		size_t count = 0;

		while (at < from->count && count < CHUNK_ROWS)
			rows[count++] = &from->rows[at++];
		result = is_fed ? feed(d, t, rows, count, b, why)
				: append(d, t, rows, count, b, why);
	}
	free(rows);
	return result;
}

/* --- the end ------------------------------------------------------------ */

int
duckdb_table_settle(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	struct buf sql;

	t->is_brought = true;
	if (!t->is_filled)
		return 0;
	buf_init(&sql, BOUND_LINE_BYTES);
	if (!t->is_fresh) {
		buf_add(&sql, "DROP TABLE ");
		duckdb_db_quote(&sql, t->filled);
	} else if (t->has_sequence) {
		buf_add(&sql, "ALTER TABLE ");
		sql_table_add_name(&t->sql, &sql);
		buf_add(&sql, " DROP COLUMN " SQL_SEQUENCE);
	}
	if (sql.len > 0 && duckdb_db_run_buf(&d->db, &sql, NULL, why) != 0)
		return -1;
	t->has_sequence = t->has_reference = t->is_filled = false;
	t->row_count = 0;
	for (size_t i = 0; i < t->sql.column_count; i++)
		t->columns[i].fill = duckdb_fill_of(t->sql.columns[i].type);
	/* It is there now: what comes later is merged into it. */
	t->is_fresh = false;
	name_filled(t);
	return 0;
}

void
duckdb_table_free(struct duckdb *d, struct duckdb_table *t)
{
	if (t->appender || t->chunk)
		(void)close_appender(d, t);
	duckdb_feed_free(t->feed);
	for (size_t i = 0; i < t->sql.column_count; i++)
		free(t->columns[i].stored);
	free(t->sql.columns);
	free(t->columns);
	free(t->filled);
	free(t);
}
