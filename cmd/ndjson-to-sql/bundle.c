/* SPDX-License-Identifier: ISC */
/*
 * Writing load.sql and the files that it names.
 */
#include "bundle.h"

#include "batch.h"
#include "bundle_text.h"
#include "dialect.h"
#include "directory.h"
#include "mem.h"
#include "ndjson.h"
#include "out.h"
#include "script.h"
#include "stage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char rows_suffix[] = ".ndjson.gz";
static const char script_name[] = "load.sql";
static const char readme_name[] = "README";

/* --- the files of rows -------------------------------------------------- */

/* Appends what the table's file is called. It stands in texts of SQL, URLs
 * and commands; and Spark takes a file that begins with _ for hidden. */
static void
add_file_name(const struct script_table *t, struct buf *to)
{
	const char *name = t->sql.table->name;
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	buf_addf(to, "%zu-%s%s", t->place,
	    name[strspn(name, plain)] ? "table" : name, rows_suffix);
}

struct rows {
	struct format_file *file;
	uint64_t count;
};

static int
write_row(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct rows *r = context;

	(void)count;
	r->count++;
	return format_ndjson.write(r->file, cells, why);
}

/* The columns as the stage has them: JSON and decimals are texts. */
static void
copy_shape(const struct shape *from, struct shape_list *to)
{
	struct shape *shape = shape_add(to, from->table);

	for (size_t i = 0; i < from->count; i++) {
		const struct shape_column *c = &from->columns[i];
		bool is_text = c->type == TYPE_JSON || c->type == TYPE_DECIMAL;

		shape_add_column(shape, c->name, is_text ? TYPE_TEXT : c->type);
	}
}

/* Writes the rows to the file; their number. */
static int
write_rows(struct script *s, const struct script_table *t, const char *name,
    uint64_t *count, struct fail *why)
{
	struct sink_options options = s->stage->options;
	char *path = directory_join(s->stage->directory.fresh, name);
	struct shape_list copy = {0};
	struct rows rows = {0};
	int result;

	options.pack = PACK_GZIP;
	copy_shape(t->shape, &copy);
	result =
	    format_ndjson.open(&rows.file, path, &copy.items[0], &options, why);
	if (result == 0)
		result = stage_visit(s->stage, t->shape, t->shape->count, 0,
		    write_row, &rows, why);
	if (result == 0)
		result = format_ndjson.commit(rows.file, why);
	format_ndjson.free(rows.file);
	shape_list_free(&copy);
	free(path);
	*count = rows.count;
	return result;
}

/* --- words -------------------------------------------------------------- */

/* The length of the word in braces that `at` begins with, or 0. */
static size_t
match(const char *at, const char *word)
{
	size_t len = strlen(word);

	return strncmp(at, word, len) == 0 ? len : 0;
}

static void
add_field(const struct script_table *t, const struct sql_column *c,
    const char *field, struct buf *sql)
{
	const struct dialect *d = t->sql.dialect;
	const char *name = c->column->name;
	enum type type = c->type == TYPE_JSON ? TYPE_TEXT : c->type;
	size_t len;

	while (*field) {
		if ((len = match(field, "{name}")) > 0) {
			dialect_quote(d, sql, name);
		} else if ((len = match(field, "{key}")) > 0) {
			dialect_quote(&dialect_sqlite, sql, name);
		} else if ((len = match(field, "{type}")) > 0) {
			buf_add(sql, d->types[type]);
		} else {
			len = 1;
			buf_add_char(sql, *field);
		}
		field += len;
	}
}

/* Appends each column, with commas: its definition where `field` is NULL. */
static void
add_each(const struct script_table *t, const char *field, struct buf *sql)
{
	for (size_t i = 0; i < t->sql.column_count; i++) {
		const struct sql_column *c = &t->sql.columns[i];

		buf_add(sql, i == 0 ? "" : ", ");
		if (field)
			add_field(t, c, field, sql);
		else
			sql_table_add_stage_definition(&t->sql, c, sql);
	}
}

static void
add_load(const struct script_table *t, const struct bundle_text *text,
    const char *file, struct buf *sql)
{
	const char *at = text->load;
	size_t len;

	while (*at) {
		if ((len = match(at, "{stage}")) > 0) {
			dialect_quote(t->sql.dialect, sql, t->stage);
		} else if ((len = match(at, "{columns}")) > 0) {
			sql_table_add_columns(&t->sql, true, sql);
		} else if ((len = match(at, "{definitions}")) > 0) {
			buf_add_char(sql, '(');
			add_each(t, NULL, sql);
			buf_add_char(sql, ')');
		} else if ((len = match(at, "{fields}")) > 0) {
			add_each(t, text->field, sql);
		} else if ((len = match(at, "{file}")) > 0) {
			buf_add(sql, file);
		} else {
			len = 1;
			buf_add_char(sql, *at);
		}
		at += len;
	}
}

/* For struct script: the file, and what loads it. */
static int
put_rows(struct script *s, const struct script_table *t, struct fail *why)
{
	const struct bundle_text *text = bundle_text_find(s->dialect->name);
	struct buf file;
	uint64_t count = 0;
	int result = 0;

	buf_init(&file, BOUND_CONFIG_BYTES);
	add_file_name(t, &file);
	if (!text->is_stage_made) {
		sql_table_add_stage(&t->sql, &s->text);
		result = script_end(s, why);
	}
	if (result == 0)
		result = write_rows(s, t, file.data, &count, why);
	if (result == 0 && (count > 0 || !text->is_empty_skipped)) {
		add_load(t, text, file.data, &s->text);
		result = script_flush(s, why);
	}
	buf_free(&file);
	return result;
}

/* --- the whole ---------------------------------------------------------- */

static int
open_file(struct stage *stage, const char *name, struct out *out,
    struct fail *why)
{
	char *path = directory_join(stage->directory.fresh, name);
	int result = out_open_new(out, path, 0666, why);

	free(path);
	return result;
}

static int
write_readme(struct stage *stage, const struct bundle_text *text,
    struct fail *why)
{
	struct out out = {.fd = -1};
	struct buf words;
	int result = open_file(stage, readme_name, &out, why);

	buf_init(&words, BOUND_CONFIG_BYTES);
	buf_addf(&words,
	    "A load for %s, made by ndjson-to-sql " PROGRAM_VERSION ".\n\n%s",
	    text->dialect, text->readme);
	if (result == 0)
		result = out_write(&out, words.data, words.len, why);
	if (result == 0)
		result = out_commit(&out, why);
	out_free(&out);
	buf_free(&words);
	return result;
}

int
bundle_export(struct stage *stage, struct fail *why)
{
	const struct bundle_text *text = bundle_text_find(stage->kind->dialect);
	struct script s = {.stage = stage,
	    .out = {.fd = -1},
	    .put_rows = put_rows};
	int result = open_file(stage, script_name, &s.out, why);

	if (result == 0)
		result = script_write(&s, text->head, why);
	out_free(&s.out);
	return result == 0 ? write_readme(stage, text, why) : -1;
}

/* --- what is there ------------------------------------------------------ */

static bool
is_ours(const char *directory, const char *name)
{
	size_t len = strlen(name), suffix = sizeof(rows_suffix) - 1;
	char *path = directory_join(directory, name);
	struct stat st;
	bool is_file = lstat(path, &st) == 0 && S_ISREG(st.st_mode);

	free(path);
	return is_file &&
	    (strcmp(name, script_name) == 0 || strcmp(name, readme_name) == 0 ||
		(len > suffix &&
		    strcmp(name + len - suffix, rows_suffix) == 0));
}

/* Whether load.sql begins as ours do. */
static bool
is_our_script(const char *directory)
{
	static const char start[] = "-- ndjson-to-sql ";
	char *path = directory_join(directory, script_name);
	char line[sizeof(start)] = "";
	FILE *file = fopen(path, "re");
	bool result =
	    file && fgets(line, sizeof(line), file) && strcmp(line, start) == 0;

	if (file)
		(void)fclose(file);
	free(path);
	return result;
}

int
bundle_look(const char *directory, struct fail *why)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort), result = 0;
	bool has_files = false;

	if (count < 0)
		return directory_fail(why, "read", directory);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		bool is_dots =
		    strcmp(name, ".") == 0 || strcmp(name, "..") == 0;

		if (result == 0 && !is_dots && !is_ours(directory, name))
			result = fail_set(why, STATUS_USAGE,
			    "'%s/%s' is no file of a load, and would be gone; "
			    "move it, or name another directory",
			    directory, name);
		has_files |= !is_dots;
		free(entries[i]);
	}
	free(entries);
	if (result == 0 && has_files && !is_our_script(directory))
		result = fail_set(why, STATUS_USAGE,
		    "'%s' has no %s of this program, and would be gone; name "
		    "another directory",
		    directory, script_name);
	return result;
}
