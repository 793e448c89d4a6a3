/* SPDX-License-Identifier: ISC */
/*
 * The database of one load.
 */
#include "sqlite_scratch.h"

#include "buf.h"
#include "dialect.h"
#include "mem.h"
#include "sink_sqlite.h"
#include "sqlite.h"
#include "sqlite_bulk.h"
#include "sqlite_db.h"
#include "undo.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch_rows {
	sqlite3_stmt *insert;
};

static void
remove_file(void *path)
{
	(void)unlink(path);
}

int
sqlite_scratch_open(const struct sink_options *options, const char *directory,
    struct sink **sink, struct fail *why)
{
	struct sink_options inner = *options;
	struct undo undo;
	struct buf path;
	int fd, result = -1;

	buf_init(&path, SQL_BYTES_MAX);
	buf_addf(&path, "%s/ndjson-to-sql.XXXXXX", directory);
	fd = mkstemp(path.data);
	if (fd == -1) {
		(void)fail_errno(why, "cannot make a temporary file in '%s'",
		    directory);
		buf_free(&path);
		return -1;
	}
	(void)close(fd);
	undo_add(&undo, remove_file, path.data);
	inner.target = path.data;
	inner.is_scratch = true;
	result = sink_sqlite.open(&inner, sink, why);
	undo_remove(&undo);
	remove_file(path.data);
	buf_free(&path);
	return result;
}

int
sqlite_scratch_make(struct sink *sink, const struct shape *shape,
    struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;
	struct buf sql;
	int result;

	/* Bulk wants the database for itself. */
	if (sqlite_bulk_end(s, false, why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "CREATE TABLE ");
	sqlite_db_quote(&sql, shape->table);
	for (size_t i = 0; i < shape->count; i++) {
		buf_add(&sql, i == 0 ? " (" : ", ");
		sqlite_db_quote(&sql, shape->columns[i].name);
		buf_addf(&sql, " %s",
		    dialect_sqlite.types[shape->columns[i].type]);
	}
	buf_add_char(&sql, ')');
	result = buf_check(&sql, "a statement", why);
	if (result == 0)
		result = sqlite_db_run(s->db, sql.data, why);
	buf_free(&sql);
	return result;
}

int
scratch_rows_open(struct scratch_rows **rows, struct sink *sink,
    const struct shape *shape, struct fail *why)
{
	struct sqlite *s = (struct sqlite *)sink;
	struct buf sql;
	int result;

	*rows = mem_alloc(1, sizeof(**rows));
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "INSERT INTO ");
	sqlite_db_quote(&sql, shape->table);
	buf_add(&sql, " VALUES (");
	for (size_t i = 0; i < shape->count; i++)
		buf_add(&sql, i == 0 ? "?" : ",?");
	buf_add_char(&sql, ')');
	result = sqlite_db_prepare(s->db, &sql, &(*rows)->insert, why);
	buf_free(&sql);
	return result;
}

int
scratch_rows_add(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct scratch_rows *rows = context;

	for (size_t i = 0; i < count; i++)
		sqlite_db_bind(rows->insert, (int)i + 1, &cells[i]);
	return sqlite_db_step(rows->insert, why);
}

void
scratch_rows_free(struct scratch_rows *rows)
{
	if (!rows)
		return;
	(void)sqlite3_finalize(rows->insert);
	free(rows);
}
