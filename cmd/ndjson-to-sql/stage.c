/* SPDX-License-Identifier: ISC */
/*
 * Loading into a scratch database, and reading files back into it.
 */
#include "stage.h"

#include "batch.h"
#include "dialect.h"
#include "layout.h"
#include "ledger.h"
#include "mem.h"
#include "schema.h"
#include "sqlite_scratch.h"
#include "xdg.h"

#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 64 << 20 };

/* --- reading back ------------------------------------------------------- */

static int
read_files(struct stage *s, size_t index, sink_visitor *visit, void *context,
    struct fail *why)
{
	const struct shape *shape = &s->before.items[index];

	for (size_t i = 0; i < shape->file_count; i++)
		if (s->kind->format->read(shape->files[i], shape, &s->options,
			visit, context, why) != 0)
			return -1;
	return 0;
}

/* The table's rows into the scratch database. */
static int
read_table(struct stage *s, size_t index, struct fail *why)
{
	struct scratch_rows *rows = NULL;
	int result;

	if (s->is_read[index])
		return 0;
	s->is_read[index] = true;
	result =
	    scratch_rows_open(&rows, s->inner, &s->before.items[index], why);
	if (result == 0)
		result = read_files(s, index, scratch_rows_add, rows, why);
	scratch_rows_free(rows);
	return result;
}

static int
count_row(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	uint64_t *rows = context;

	(void)cells;
	(void)count;
	(void)why;
	++*rows;
	return 0;
}

/* Visits table_name, column_name, type of _columns. */
static int
visit_column(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct shape_list *tables = context;
	enum type type = TYPE_UNKNOWN;
	struct shape *shape;
	char *names[2];

	(void)count;
	if (cells[0].kind != CELL_TEXT || cells[1].kind != CELL_TEXT)
		return fail_set(why, STATUS_DATA,
		    "'_columns' has a row without a name");
	for (size_t i = 0; i < 2; i++)
		names[i] = mem_copy(cells[i].text, cells[i].len);
	if (cells[2].kind != CELL_TEXT ||
	    type_parse(cells[2].text, cells[2].len, &type) != 0)
		type = TYPE_UNKNOWN;
	shape = shape_find(tables, names[0]);
	if (!shape)
		shape = shape_add(tables, names[0]);
	shape_add_column(shape, names[1], type);
	free(names[0]);
	free(names[1]);
	return 0;
}

/* Makes the tables that the directory has, empty but for the ledger's. */
static int
read_ledger(struct stage *s, struct fail *why)
{
	static const char *const names[] = {"table_name", "column_name",
	    "type"};
	const struct format *format = s->kind->format;
	size_t own_count;

	ledger_add_shapes(&s->before);
	own_count = s->before.count;
	s->is_read = mem_alloc(own_count, sizeof(*s->is_read));
	for (size_t i = 0; i < own_count; i++) {
		if (layout_find_file(s->directory.path, format,
			&s->before.items[i], why) != 0)
			return -1;
		if (s->before.items[i].file_count > 0 &&
		    (sqlite_scratch_make(s->inner, &s->before.items[i], why) !=
			    0 ||
			read_table(s, i, why) != 0))
			return -1;
		/* They are listed once more with the others. */
		while (s->before.items[i].file_count > 0)
			free(s->before.items[i]
				 .files[--s->before.items[i].file_count]);
	}
	if (s->inner->ops->read(s->inner, "_columns", names, 3, visit_column,
		&s->before, why) != 0)
		return -1;
	free(s->is_read);
	s->is_read = mem_alloc(s->before.count, sizeof(*s->is_read));
	for (size_t i = 0; i < s->before.count; i++) {
		s->is_read[i] = i < own_count;
		if (i >= own_count &&
		    sqlite_scratch_make(s->inner, &s->before.items[i], why) !=
			0)
			return -1;
	}
	return layout_find(s->directory.path, format, s->kind->extra,
	    &s->before, why);
}

/* --- opening ------------------------------------------------------------ */

static void
stage_free(struct sink *sink)
{
	struct stage *s = (struct stage *)sink;

	if (s->inner)
		s->inner->ops->free(s->inner);
	directory_free(&s->directory);
	shape_list_free(&s->before);
	free(s->is_read);
	for (size_t i = 0; i < s->table_count; i++)
		free(s->tables[i].types);
	free(s->tables);
	free(s);
}

/* Where there is no directory to put the scratch database beside: on disk, so
 * not in /tmp, which often is memory. */
static const char *
temporary_directory(void)
{
	const char *path = xdg_variable("SQLITE_TMPDIR");

	if (!path)
		path = xdg_variable("TMPDIR");
	return path ? path : "/var/tmp";
}

static int
open_parts(struct stage *s, struct fail *why)
{
	const struct sink_options *o = &s->options;

	if (o->is_endless)
		return fail_set(why, STATUS_USAGE,
		    "--commit-every needs a database: this is written whole, "
		    "at the end");
	if (pack_check(o->pack, why) != 0 ||
	    (o->partition &&
		partition_parse(&s->partition, o->partition, why) != 0))
		return -1;
	if (!s->kind->is_stream &&
	    directory_open(&s->directory, o->target, o->busy_timeout_ms,
		o->ddl != NULL, why) != 0)
		return -1;
	if (s->directory.was_there && s->kind->look &&
	    s->kind->look(s->directory.path, why) != 0)
		return -1;
	if (sqlite_scratch_open(o,
		s->directory.loading ? s->directory.loading
				     : temporary_directory(),
		&s->inner, why) != 0)
		return -1;
	return s->directory.was_there && s->kind->format ? read_ledger(s, why)
							 : 0;
}

static const struct sink_ops stage_ops;

int
stage_open(const struct stage_kind *kind, const struct sink_options *options,
    struct sink **sink, struct fail *why)
{
	struct stage *s = mem_alloc(1, sizeof(*s));

	s->base.ops = &stage_ops;
	s->kind = kind;
	s->options = *options;
	s->directory.lock = -1;
	if (open_parts(s, why) != 0) {
		stage_free(&s->base);
		return -1;
	}
	*sink = &s->base;
	return 0;
}

/* --- what is there ------------------------------------------------------ */

static int
stage_survey(struct sink *sink, struct schema *schema, struct fail *why)
{
	struct stage *s = (struct stage *)sink;

	s->schema = schema;
	return s->inner->ops->survey(s->inner, schema, why);
}

static int
stage_read(struct sink *sink, const char *table, const char *const *columns,
    size_t count, sink_visitor *visit, void *context, struct fail *why)
{
	struct stage *s = (struct stage *)sink;

	for (size_t i = 0; i < s->before.count; i++)
		if (strcmp(s->before.items[i].table, table) == 0 &&
		    read_table(s, i, why) != 0)
			return -1;
	return s->inner->ops->read(s->inner, table, columns, count, visit,
	    context, why);
}

/* Who asks gets an answer over the whole table, so it is read first. */
static int
stage_query(struct sink *sink, const char *sql, size_t count,
    sink_visitor *visit, void *context, struct fail *why)
{
	struct stage *s = (struct stage *)sink;
	struct buf name;
	int result = 0;

	buf_init(&name, SQL_MAX);
	for (size_t i = 0; i < s->before.count && result == 0; i++) {
		buf_clear(&name);
		dialect_quote(&dialect_sqlite, &name, s->before.items[i].table);
		if (strstr(sql, name.data))
			result = read_table(s, i, why);
	}
	buf_free(&name);
	if (result == 0 && !s->directory.loading)
		result = directory_check(&s->directory, why);
	if (result != 0)
		return -1;
	return s->inner->ops->query(s->inner, sql, count, visit, context, why);
}

/* --- loading ------------------------------------------------------------ */

static struct stage_table *
table_at(struct stage *s, size_t id)
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
check_single(const struct stage *s, const struct table *table, struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i].table && !s->tables[i].table->is_own &&
		    s->tables[i].table != table && !table->is_own)
			return fail_set(why, STATUS_USAGE,
			    "standard output takes one table, and the stream "
			    "has '%s' and '%s'; name a directory, as csv:DIR",
			    s->tables[i].table->name, table->name);
	return 0;
}

/* A table comes into use: what the directory has of it is read back. */
static int
start_table(struct stage *s, const struct table *table, struct fail *why)
{
	struct stage_table *t = table_at(s, table->id);
	const struct shape *shape = shape_find(&s->before, table->name);
	size_t index = shape ? (size_t)(shape - s->before.items) : 0;

	t->table = table;
	if (s->kind->is_single && check_single(s, table, why) != 0)
		return -1;
	if (!s->kind->is_stream && layout_check(table->name, why) != 0)
		return -1;
	if (!shape || s->options.ddl)
		return 0;
	/* What is to be emptied is only counted. */
	if (s->options.mode == MODE_REPLACE && !table->is_own &&
	    !s->is_read[index])
		return read_files(s, index, count_row, &t->replaced, why);
	return read_table(s, index, why);
}

static void
note_type(struct stage *s, const struct change *c)
{
	struct stage_table *t = table_at(s, c->table->id);
	size_t count = (size_t)c->column->index + 1;

	if (count > t->type_count) {
		t->types = mem_grow(t->types, &t->type_capacity, count,
		    sizeof(*t->types));
		while (t->type_count < count)
			t->types[t->type_count++] = TYPE_UNKNOWN;
	}
	t->types[count - 1] = c->type;
}

enum type
stage_type(const struct stage *s, const struct table *t, uint32_t index)
{
	const struct stage_table *known =
	    t->id < s->table_count ? &s->tables[t->id] : NULL;

	return known && index < known->type_count ? known->types[index]
						  : TYPE_UNKNOWN;
}

static int
stage_change(struct sink *sink, const struct change *c, struct fail *why)
{
	struct stage *s = (struct stage *)sink;

	if (c->kind == CHANGE_TABLE && start_table(s, c->table, why) != 0)
		return -1;
	if (c->kind != CHANGE_TABLE)
		note_type(s, c);
	return s->inner->ops->change(s->inner, c, why);
}

static int
stage_write(struct sink *sink, struct batch *b, struct fail *why)
{
	struct stage *s = (struct stage *)sink;

	if (s->kind->check && s->kind->check(s, b, why) != 0)
		return -1;
	return s->inner->ops->write(s->inner, b, why);
}

static int
stage_finish(struct sink *sink, struct fail *why)
{
	struct stage *s = (struct stage *)sink;

	s->inner->load_id = s->base.load_id;
	s->inner->now_ms = s->base.now_ms;
	return s->inner->ops->finish(s->inner, why);
}

static struct sink_counts
stage_counts(const struct sink *sink, size_t table_id)
{
	const struct stage *s = (const struct stage *)sink;
	struct sink_counts counts = s->inner->ops->counts(s->inner, table_id);

	if (table_id < s->table_count)
		counts.deleted += s->tables[table_id].replaced;
	return counts;
}

static int
stage_commit(struct sink *sink, bool is_last, struct fail *why)
{
	struct stage *s = (struct stage *)sink;

	(void)is_last; /* stage_open has refused other commits */
	if (s->options.ddl)
		return 0;
	if (s->kind->export(s, why) != 0)
		return -1;
	return s->kind->is_stream ? 0 : directory_commit(&s->directory, why);
}

static const struct sink_ops stage_ops = {
    .survey = stage_survey,
    .read = stage_read,
    .query = stage_query,
    .change = stage_change,
    .write = stage_write,
    .finish = stage_finish,
    .counts = stage_counts,
    .commit = stage_commit,
    .free = stage_free,
};

/* --- for exports -------------------------------------------------------- */

/* As the ledger has them, but the columns as the tables have them; parents
 * come before their children. */
static const char column_order[] =
    " ORDER BY (SELECT min(_rowid_) FROM \"_columns\" AS f"
    " WHERE f.\"table_name\" = c.\"table_name\"), x.cid";
static const char column_source[] =
    " FROM \"_columns\" AS c LEFT JOIN pragma_table_xinfo(c.\"table_name\")"
    " AS x ON x.name = c.\"column_name\" COLLATE NOCASE";

static int
stop_at_row(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	bool *is_there = context;

	(void)cells;
	(void)count;
	(void)why;
	*is_there = true;
	return 1;
}

static int
has_rows(struct stage *s, const struct shape *shape, bool *answer,
    struct fail *why)
{
	const char *first = shape->columns[0].name;

	*answer = false;
	return s->inner->ops->read(s->inner, shape->table, &first, 1,
		   stop_at_row, answer, why) < 0
	    ? -1
	    : 0;
}

int
stage_list(struct stage *s, struct shape_list *tables, struct fail *why)
{
	struct shape_list own = {0};
	struct buf sql;
	bool is_there;
	int result = 0;

	ledger_add_shapes(&own);
	buf_init(&sql, SQL_MAX);
	buf_addf(&sql,
	    "SELECT c.\"table_name\", c.\"column_name\", c.\"type\"%s"
	    " WHERE x.name IS NOT NULL%s",
	    column_source, column_order);
	for (size_t i = 0; i < own.count && result == 0; i++) {
		struct shape *shape = &own.items[i];

		result = has_rows(s, shape, &is_there, why);
		if (result == 0 && is_there &&
		    strcmp(shape->table, "_columns") == 0)
			result = s->inner->ops->query(s->inner, sql.data, 3,
			    visit_column, tables, why);
	}
	for (size_t i = 0; i < own.count && result == 0; i++) {
		struct shape *shape = &own.items[i], *last;

		result = has_rows(s, shape, &is_there, why);
		if (result != 0 ||
		    (!is_there &&
			(s->kind->format || !stage_is_used(s, shape))))
			continue;
		last = shape_add(tables, shape->table);
		last->is_own = true;
		for (size_t n = 0; n < shape->count; n++)
			shape_add_column(last, shape->columns[n].name,
			    shape->columns[n].type);
	}
	buf_free(&sql);
	shape_list_free(&own);
	return result;
}

bool
stage_is_used(const struct stage *s, const struct shape *shape)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i].table &&
		    strcmp(s->tables[i].table->name, shape->table) == 0)
			return true;
	return false;
}

static int
run(struct stage *s, struct buf *sql, struct fail *why)
{
	int result = buf_check(sql, "a statement", why);

	if (result == 0)
		result = s->inner->ops->query(s->inner, sql->data, 0, NULL,
		    NULL, why);
	buf_clear(sql);
	return result;
}

/* Sorts the numbers of the rows, which are short. One statement for all would
 * sort whole rows, or with a LIMIT in it put each number in its place in a
 * tree: 300,000 of 5,000 parts took 10 s. */
static int
sort_rows(struct stage *s, const struct shape *shape, size_t by, size_t digits,
    struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, SQL_MAX);
	buf_add(&sql, "DROP TABLE IF EXISTS temp.row_order");
	result = run(s, &sql, why);
	buf_add(&sql,
	    "CREATE TABLE temp.row_order AS SELECT _rowid_ AS place FROM "
	    "main.");
	dialect_quote(&dialect_sqlite, &sql, shape->table);
	buf_add(&sql, " ORDER BY substr(");
	dialect_quote(&dialect_sqlite, &sql, shape->columns[by].name);
	buf_addf(&sql, ",1,%zu), _rowid_", digits);
	if (result == 0)
		result = run(s, &sql, why);
	buf_free(&sql);
	return result;
}

int
stage_visit(struct stage *s, const struct shape *shape, size_t by,
    size_t digits, sink_visitor *visit, void *context, struct fail *why)
{
	bool is_sorted = by < shape->count;
	struct buf sql;
	int result = 0;

	if (is_sorted && sort_rows(s, shape, by, digits, why) != 0)
		return -1;
	buf_init(&sql, SQL_MAX);
	buf_add(&sql, "SELECT ");
	for (size_t i = 0; i < shape->count; i++) {
		buf_add(&sql, i == 0 ? "c." : ",c.");
		dialect_quote(&dialect_sqlite, &sql, shape->columns[i].name);
	}
	if (strcmp(shape->table, "_columns") == 0) {
		buf_addf(&sql, "%s%s", column_source, column_order);
	} else {
		buf_add(&sql,
		    is_sorted ? " FROM temp.row_order AS o CROSS JOIN main."
			      : " FROM main.");
		dialect_quote(&dialect_sqlite, &sql, shape->table);
		buf_add(&sql,
		    is_sorted
			? " AS c ON c._rowid_ = o.place ORDER BY o._rowid_"
			: " AS c ORDER BY c._rowid_");
	}
	result = buf_check(&sql, "a statement", why);
	if (result == 0)
		result = s->inner->ops->query(s->inner, sql.data, shape->count,
		    visit, context, why);
	buf_free(&sql);
	return result;
}
