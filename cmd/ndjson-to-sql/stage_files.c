/* SPDX-License-Identifier: ISC */
/*
 * Writing tables to files.
 */
#include "stage_files.h"

#include "batch.h"
#include "buf.h"
#include "input.h"
#include "layout.h"
#include "mem.h"
#include "out.h"
#include "stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* Parts of a table: directories, each with a file. */
	PARTS_MAX = 100000,
	COPY_BYTES = 64 * 1024,
	KEY_BYTES = sizeof("2026-11-24 06"),
};

/* A table on its way out. */
struct export
{
	struct stage *stage;
	const struct shape *shape;
	struct format_file *file; /* being written; or NULL */
	size_t by;       /* the column that splits it, or shape->count */
	struct cell key; /* of the part being written */
	char key_text[KEY_BYTES];
	size_t part_count;
};

/* Makes the directories between `root` and the file. */
static int
make_parents(const char *root, char *path, struct fail *why)
{
	char *slash = path + strlen(root) + 1;

	while ((slash = strchr(slash, '/')) != NULL) {
		int result;

		*slash = '\0';
		result = mkdir(path, 0777) != 0 && errno != EEXIST
		    ? directory_fail(why, "make", path)
		    : 0;
		*slash++ = '/';
		if (result != 0)
			return -1;
	}
	return 0;
}

/* --- tables as they were ------------------------------------------------ */

static int
copy_file(const char *from, const char *to, struct fail *why)
{
	char bytes[COPY_BYTES];
	struct out out = {.fd = -1};
	FILE *file = fopen(from, "re");
	size_t n;
	int result = file ? out_open_new(&out, to, 0666, why)
			  : directory_fail(why, "read", from);

	while (result == 0 && (n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		result = out_write(&out, bytes, n, why);
	if (result == 0 && ferror(file))
		result = directory_fail(why, "read", from);
	if (result == 0)
		result = out_commit(&out, why);
	out_free(&out);
	if (file)
		(void)fclose(file);
	return result;
}

/* The files of a table that this load did not name: the same ones under
 * another name, where the file system can do that. */
static int
take_over(struct stage *s, const struct shape *shape, struct fail *why)
{
	const struct shape *before = shape_find(&s->before, shape->table);
	size_t skip = strlen(s->directory.path) + 1;
	int result = 0;

	for (size_t i = 0; before && i < before->file_count && result == 0;
	     i++) {
		const char *from = before->files[i];
		char *to = directory_join(s->directory.fresh, from + skip);

		result = make_parents(s->directory.fresh, to, why);
		if (result == 0 && link(from, to) != 0)
			result = copy_file(from, to, why);
		free(to);
	}
	return result;
}

/* --- tables that changed ------------------------------------------------ */

static int
close_file(struct export *e, struct fail *why)
{
	const struct format *format = e->stage->kind->format;
	int result = e->file ? format->commit(e->file, why) : 0;

	format->free(e->file);
	e->file = NULL;
	return result;
}

static int
open_file(struct export *e, const char *part, struct fail *why)
{
	const struct stage *s = e->stage;
	char *path = layout_path(s->directory.fresh, e->shape->table, part,
	    s->kind->format, s->options.pack);
	int result = make_parents(s->directory.fresh, path, why);

	if (result == 0)
		result = s->kind->format->open(&e->file, path, e->shape,
		    &s->options, why);
	free(path);
	return result;
}

/* Whether the row goes where the one before it went. */
static bool
is_same_part(const struct export *e, const struct cell *cell)
{
	size_t digits = e->stage->partition.digits;

	if (cell->kind != CELL_TEXT || cell->len < digits)
		return e->key.kind != CELL_TEXT;
	return e->key.kind == CELL_TEXT &&
	    memcmp(e->key_text, cell->text, digits) == 0;
}

static int
begin_part(struct export *e, const struct cell *cell, struct fail *why)
{
	const struct partition *p = &e->stage->partition;
	struct buf name;
	int result = close_file(e, why);

	if (result == 0 && e->part_count++ == PARTS_MAX)
		result = fail_set(why, STATUS_USAGE,
		    "--partition: '%s' would have more than %d parts; take a "
		    "larger unit than %s",
		    e->shape->table, PARTS_MAX, p->unit);
	buf_init(&name, BOUND_CONFIG_BYTES);
	partition_add_name(p, cell, &name);
	e->key = (struct cell){0};
	if (cell->kind == CELL_TEXT && cell->len >= p->digits) {
		e->key.kind = CELL_TEXT;
		memcpy(e->key_text, cell->text, p->digits);
	}
	if (result == 0)
		result = open_file(e, name.data, why);
	buf_free(&name);
	return result;
}

static int
write_row(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct export *e = context;

	(void)count;
	if (e->by < e->shape->count &&
	    (!e->file || !is_same_part(e, &cells[e->by])) &&
	    begin_part(e, &cells[e->by], why) != 0)
		return -1;
	return e->stage->kind->format->write(e->file, cells, why);
}

static int
export_table(struct stage *s, const struct shape *shape, struct fail *why)
{
	struct export e = {.stage = s, .shape = shape, .by = shape->count};
	int result = 0;

	if (s->options.partition)
		result = partition_find(&s->partition, shape, &e.by, why);
	if (result == 0 && e.by == shape->count)
		result = open_file(&e, NULL, why);
	if (result == 0)
		result = stage_visit(s, shape, e.by, s->partition.digits,
		    write_row, &e, why);
	if (result == 0)
		return close_file(&e, why);
	s->kind->format->free(e.file);
	return -1;
}

/* A column that no table has is a slip of the pen. */
static int
check_partition(const struct stage *s, const struct shape_list *tables,
    struct fail *why)
{
	bool has_tables = false;

	for (size_t i = 0; i < tables->count && s->options.partition; i++) {
		const struct shape *shape = &tables->items[i];

		if (!stage_is_used(s, shape) || shape->is_own)
			continue;
		has_tables = true;
		if (shape_find_column(shape, s->partition.column,
			s->partition.column_len, 0) < shape->count)
			return 0;
	}
	if (!has_tables)
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "--partition: no table of this load has a column '%.*s'",
	    (int)s->partition.column_len, s->partition.column);
}

int
stage_files_export(struct stage *s, struct fail *why)
{
	struct shape_list tables = {0};
	int result = stage_list(s, &tables, why);

	if (result == 0)
		result = check_partition(s, &tables, why);
	for (size_t i = 0; i < tables.count && result == 0; i++)
		result =
		    tables.items[i].is_own || stage_is_used(s, &tables.items[i])
		    ? export_table(s, &tables.items[i], why)
		    : take_over(s, &tables.items[i], why);
	shape_list_free(&tables);
	return result;
}

/* --- one table to standard output --------------------------------------- */

static int
export_stream(struct stage *s, const struct shape *shape, struct fail *why)
{
	struct export e = {.stage = s, .shape = shape, .by = shape->count};
	int result =
	    s->kind->format->open(&e.file, NULL, shape, &s->options, why);

	if (result == 0)
		result = stage_visit(s, shape, e.by, 0, write_row, &e, why);
	if (result == 0)
		return close_file(&e, why);
	s->kind->format->free(e.file);
	return -1;
}

int
stage_stream_export(struct stage *s, struct fail *why)
{
	struct shape_list tables = {0};
	int result = stage_list(s, &tables, why);

	for (size_t i = 0; i < tables.count && result == 0; i++)
		if (!tables.items[i].is_own)
			result = export_stream(s, &tables.items[i], why);
	shape_list_free(&tables);
	return result;
}
