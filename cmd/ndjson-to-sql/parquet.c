/* SPDX-License-Identifier: ISC */
/*
 * A Parquet file on its way: its rows go into a table of a DuckDB database in
 * memory, because the types of its columns are known when all have come, and
 * what does not fit into memory into files beside it. The table is filled as
 * one of the DuckDB sink (duckdb_table.h).
 */
#include "parquet.h"

#include "batch.h"
#include "dialect.h"
#include "directory.h"
#include "duckdb.h"
#include "duckdb_agree.h"
#include "format.h"
#include "mem.h"
#include "schema.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH_ROWS = 2048 };

static const char ROWS[] = "rows"; /* the table */

struct parquet {
	struct format_file base;
	struct duckdb duckdb; /* its database, and one table */
	struct duckdb_table *target;
	struct table table;
	struct column *columns;
	size_t column_count;
	struct batch batch;
	char *path;
};

/* --- writing ------------------------------------------------------------ */

static void
parquet_free(struct format_file *file)
{
	struct parquet *p = (struct parquet *)file;

	if (!p)
		return;
	if (p->target)
		duckdb_table_free(&p->duckdb, p->target);
	duckdb_db_close(&p->duckdb.db);
	batch_free(&p->batch);
	free(p->table.name);
	for (size_t i = 0; i < p->column_count; i++)
		free(p->columns[i].name);
	free(p->columns);
	free(p->path);
	free(p);
}

/* The table as the schema would describe it. */
static int
define(struct parquet *p, const struct shape *shape, struct fail *why)
{
	struct change change = {.kind = CHANGE_TABLE, .table = &p->table};
	int result = 0;

	p->table = (struct table){.name = mem_string(ROWS),
	    .root = &p->table,
	    .is_own = true};
	p->target = mem_alloc(1, sizeof(*p->target));
	duckdb_table_start(&p->duckdb, p->target, &change);
	p->columns = mem_alloc(shape->count, sizeof(*p->columns));
	p->column_count = shape->count;
	change.kind = CHANGE_COLUMN;
	for (size_t i = 0; i < shape->count && result == 0; i++) {
		p->columns[i] =
		    (struct column){.name = mem_string(shape->columns[i].name),
			.index = (uint32_t)i,
			.table = &p->table};
		change.column = &p->columns[i];
		change.type = shape->columns[i].type;
		result = duckdb_table_add_column(&p->duckdb, p->target, &change,
		    why);
	}
	return result;
}

static int
parquet_open(struct format_file **file, const char *path,
    const struct shape *shape, const struct sink_options *options,
    struct fail *why)
{
	struct parquet *p = mem_alloc(1, sizeof(*p));

	p->base.format = &format_parquet;
	*file = &p->base;
	p->path = mem_string(path);
	if (duckdb_db_open(&p->duckdb.db, options->libduckdb, path,
		DUCKDB_MEMORY, 0, why) != 0)
		return -1;
	return define(p, shape, why);
}

static int
flush(struct parquet *p, struct fail *why)
{
	int result = 0;

	if (p->batch.table_count > 0)
		result =
		    duckdb_table_write(&p->duckdb, p->target, &p->batch, why);
	batch_clear(&p->batch, 1);
	return result;
}

/* The cells' texts live as long as the visit: the batch keeps copies. */
static int
parquet_write(struct format_file *file, const struct cell *cells,
    struct fail *why)
{
	struct parquet *p = (struct parquet *)file;
	struct batch_table *t = batch_table(&p->batch, &p->table, 0);
	struct row *row = batch_add_row(&p->batch, t, 1, p->column_count);

	for (size_t i = 0; i < p->column_count; i++) {
		char *copy;

		row->cells[i] = cells[i];
		if (cells[i].kind != CELL_TEXT)
			continue;
		copy = batch_alloc(&p->batch, cells[i].len);
		memcpy(copy, cells[i].text, cells[i].len);
		row->cells[i].text = copy;
	}
	return t->count < BATCH_ROWS ? 0 : flush(p, why);
}

/* COPY (SELECT ...) TO 'path' (...) */
static int
copy_out(struct parquet *p, struct fail *why)
{
	struct buf sql;

	buf_init(&sql, BOUND_LINE_BYTES);
	for (size_t i = 0; i < p->column_count; i++) {
		bool is_huge =
		    strcmp(p->target->columns[i].stored, "HUGEINT") == 0;

		buf_add(&sql, i == 0 ? "COPY (SELECT " : ", ");
		buf_add(&sql, is_huge ? "CAST(" : "");
		duckdb_db_quote(&sql, p->columns[i].name);
		buf_add(&sql, is_huge ? " AS DECIMAL(38,0)) AS " : " AS ");
		duckdb_db_quote(&sql, p->columns[i].name);
	}
	buf_add(&sql, " FROM ");
	duckdb_db_quote(&sql, ROWS);
	buf_add(&sql, ") TO ");
	(void)dialect_add_text(&dialect_duckdb, &sql, p->path, strlen(p->path));
	buf_add(&sql, " (FORMAT parquet, COMPRESSION zstd)");
	return duckdb_db_run_buf(&p->duckdb.db, &sql, NULL, why);
}

static int
sync_file(const char *path, struct fail *why)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int result = 0;

	if (fd == -1)
		return directory_fail(why, "open", path);
	if (fsync(fd) != 0)
		result = directory_fail(why, "flush to disk", path);
	(void)close(fd);
	return result;
}

static int
parquet_commit(struct format_file *file, struct fail *why)
{
	struct parquet *p = (struct parquet *)file;

	if (flush(p, why) != 0 ||
	    duckdb_table_fill(&p->duckdb, p->target, why) != 0 ||
	    duckdb_table_flush(&p->duckdb, p->target, why) != 0 ||
	    duckdb_agree(&p->duckdb, p->target, why) != 0 ||
	    copy_out(p, why) != 0)
		return -1;
	return sync_file(p->path, why);
}

/* --- reading ------------------------------------------------------------ */

/* A file being read, and what it has. */
struct source {
	const struct shape *shape;
	char **types; /* of the shape's columns; NULL: the file has none */
};

static int
visit_type(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct source *s = context;
	size_t at = shape_find_column(s->shape, cells[0].text, cells[0].len, 0);

	(void)count;
	if (at == s->shape->count)
		return fail_set(why, STATUS_DATA,
		    "the column '%.*s' is not in '_columns'",
		    cells[0].len < 200 ? (int)cells[0].len : 200,
		    cells[0].text);
	free(s->types[at]);
	s->types[at] = mem_copy(cells[1].text, cells[1].len);
	return 0;
}

static void
add_file(struct buf *sql, const char *path)
{
	buf_add(sql, " FROM read_parquet([");
	(void)dialect_add_text(&dialect_duckdb, sql, path, strlen(path));
	buf_add(sql, "], hive_partitioning = false)");
}

/* Appends the value as cells have it. A decimal without the zeros that its
 * type adds; what else cells do not have as text. */
static void
add_value(struct buf *sql, const char *name, const char *type)
{
	static const char *const plain[] = {"BOOLEAN", "BIGINT", "DOUBLE",
	    "VARCHAR", "JSON", "TIMESTAMP", "TIMESTAMP_NS",
	    "TIMESTAMP WITH TIME ZONE"};
	bool has_fraction = strncmp(type, "DECIMAL", 7) == 0 &&
	    strcmp(type, "DECIMAL(38,0)") != 0;

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (strcmp(type, plain[i]) == 0) {
			duckdb_db_quote(sql, name);
			return;
		}
	}
	buf_add(sql, has_fraction ? "regexp_replace(CAST(" : "CAST(");
	duckdb_db_quote(sql, name);
	buf_add(sql,
	    has_fraction ? " AS VARCHAR), '\\.?0+$', '')" : " AS VARCHAR)");
}

static int
read_types(struct duckdb_db *db, const char *path, struct source *s,
    struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql,
	    "SELECT column_name, column_type FROM (DESCRIBE SELECT *");
	add_file(&sql, path);
	buf_add_char(&sql, ')');
	result = duckdb_db_visit(db, sql.data, 2, visit_type, s, why);
	buf_free(&sql);
	return result;
}

static int
read_rows(struct duckdb_db *db, const char *path, const struct source *s,
    sink_visitor *visit, void *context, struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	for (size_t i = 0; i < s->shape->count; i++) {
		buf_add(&sql, i == 0 ? "SELECT " : ", ");
		if (s->types[i])
			add_value(&sql, s->shape->columns[i].name, s->types[i]);
		else
			buf_add(&sql, "CAST(NULL AS VARCHAR)");
	}
	add_file(&sql, path);
	result =
	    duckdb_db_visit(db, sql.data, s->shape->count, visit, context, why);
	buf_free(&sql);
	return result;
}

static int
parquet_read(const char *path, const struct shape *shape,
    const struct sink_options *options, sink_visitor *visit, void *context,
    struct fail *why)
{
	struct duckdb_db db = {0};
	struct source s = {.shape = shape,
	    .types = mem_alloc(shape->count, sizeof(char *))};
	int result = duckdb_db_open(&db, options->libduckdb, path,
	    DUCKDB_MEMORY, 0, why);

	if (result == 0 &&
	    (read_types(&db, path, &s, why) != 0 ||
		read_rows(&db, path, &s, visit, context, why) != 0))
		result = fail_prefix(why, "%s", path);
	for (size_t i = 0; i < shape->count; i++)
		free(s.types[i]);
	free(s.types);
	duckdb_db_close(&db);
	return result;
}

const struct format format_parquet = {
    .name = "parquet",
    .suffix = ".parquet",
    .open = parquet_open,
    .write = parquet_write,
    .commit = parquet_commit,
    .free = parquet_free,
    .read = parquet_read,
};
