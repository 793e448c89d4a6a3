/* SPDX-License-Identifier: ISC */
/*
 * Names of files.
 */
#include "layout.h"

#include "buf.h"
#include "directory.h"
#include "format.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of a name without its suffixes; file systems allow 255 bytes. */
enum { ENCODED_BYTES_MAX = 200 };

static bool
is_plain(const char *name, size_t at)
{
	unsigned char c = (unsigned char)name[at];

	/* Hidden files, and what Windows shares take away. */
	if ((c == '.' || c == ' ') && (at == 0 || name[at + 1] == '\0'))
		return false;
	return c > 0x1F && c != 0x7F && !strchr("/\\%:*?\"<>|=", c);
}

char *
layout_encode(const char *name)
{
	struct buf text;

	buf_init(&text, SIZE_MAX / 4);
	for (size_t i = 0; name[i]; i++) {
		if (is_plain(name, i))
			buf_add_char(&text, name[i]);
		else
			buf_addf(&text, "%%%02X", (unsigned char)name[i]);
	}
	return buf_detach(&text);
}

int
layout_check(const char *table, struct fail *why)
{
	char *name = layout_encode(table);
	size_t len = strlen(name);

	free(name);
	if (len <= ENCODED_BYTES_MAX)
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "'%.80s...' is too long for the name of a file; give another with "
	    "--table",
	    table);
}

char *
layout_path(const char *directory, const char *table, const char *part,
    const struct format *format, enum pack_kind pack)
{
	char *name = layout_encode(table);
	struct buf path;

	buf_init(&path, 4 * PATH_MAX);
	buf_addf(&path, "%s/", directory);
	if (part)
		buf_addf(&path, "%s/%s/", name, part);
	buf_addf(&path, "%s%s%s", name, format->suffix, pack_suffix(pack));
	free(name);
	return buf_detach(&path);
}

/* --- what is there ------------------------------------------------------ */

static bool
is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

int
layout_find_file(const char *directory, const struct format *format,
    struct shape *shape, struct fail *why)
{
	int result = 0;

	for (enum pack_kind pack = PACK_PLAIN; pack < PACK_COUNT && result == 0;
	     pack++) {
		char *path =
		    layout_path(directory, shape->table, NULL, format, pack);
		struct stat st;

		/* One that cannot be looked at would be lost. */
		if (lstat(path, &st) == 0) {
			if (S_ISREG(st.st_mode))
				shape_add_file(shape, mem_string(path));
		} else if (errno != ENOENT) {
			result = directory_fail(why, "examine", path);
		}
		free(path);
	}
	return result;
}

/* A walk through the directory, from one level to the next. */
struct walk {
	const struct format *format;
	const char *directory; /* at the top; for messages */
	const char *extra;
	struct shape_list *tables;
};

/* Whether `entry` is what a file of the table is called. */
static bool
is_file_of(const char *entry, const char *table, const struct format *format)
{
	char *name = layout_encode(table);
	size_t len = strlen(name), suffix = strlen(format->suffix);
	bool result = false;

	if (strncmp(entry, name, len) == 0 &&
	    strncmp(entry + len, format->suffix, suffix) == 0)
		for (enum pack_kind pack = PACK_PLAIN; pack < PACK_COUNT;
		     pack++)
			result |= strcmp(entry + len + suffix,
				      pack_suffix(pack)) == 0;
	free(name);
	return result;
}

static bool
is_directory_of(const char *entry, const char *table)
{
	char *name = layout_encode(table);
	bool result = strcmp(entry, name) == 0;

	free(name);
	return result;
}

static bool
is_extra(const char *entry, const char *extra)
{
	size_t len = strlen(entry);

	for (; extra && *extra; extra += strspn(extra, " ")) {
		size_t end = strcspn(extra, " ");

		if (end == len && strncmp(entry, extra, len) == 0)
			return true;
		extra += end;
	}
	return false;
}

static int
fail_stranger(const struct walk *w, const char *path, struct fail *why)
{
	return fail_set(why, STATUS_USAGE,
	    "'%s' was not written by this program as %s, and would be gone; "
	    "move it out of '%s', or name another directory",
	    path, w->format->name, w->directory);
}

/* One entry of the table's own directory, or of one below it. */
static int
take_part(const struct walk *w, struct shape *shape, const char *path,
    const char *entry, bool is_below, struct fail *why)
{
	struct dirent **entries;
	int count, result = 0;

	if (is_below) {
		if (!is_file_of(entry, shape->table, w->format) ||
		    !is_kind(path, S_IFREG))
			return fail_stranger(w, path, why);
		shape_add_file(shape, mem_string(path));
		return 0;
	}
	if (entry && (!strchr(entry, '=') || !is_kind(path, S_IFDIR)))
		return fail_stranger(w, path, why);
	count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		return directory_fail(why, "read", path);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *below = directory_join(path, name);

		if (result == 0 && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0)
			result = take_part(w, shape, below, name, entry != NULL,
			    why);
		free(below);
		free(entries[i]);
	}
	free(entries);
	return result;
}

static int
take_entry(const struct walk *w, const char *path, const char *entry,
    struct fail *why)
{
	if (is_extra(entry, w->extra) && is_kind(path, S_IFREG))
		return 0;
	for (size_t i = 0; i < w->tables->count; i++) {
		struct shape *shape = &w->tables->items[i];

		if (is_file_of(entry, shape->table, w->format) &&
		    is_kind(path, S_IFREG)) {
			shape_add_file(shape, mem_string(path));
			return 0;
		}
		if (is_directory_of(entry, shape->table) &&
		    is_kind(path, S_IFDIR))
			return take_part(w, shape, path, NULL, false, why);
	}
	return fail_stranger(w, path, why);
}

int
layout_find(const char *directory, const struct format *format,
    const char *extra, struct shape_list *tables, struct fail *why)
{
	const struct walk w = {.format = format,
	    .directory = directory,
	    .extra = extra,
	    .tables = tables};
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort), result = 0;

	if (count < 0)
		return directory_fail(why, "read", directory);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *path = directory_join(directory, name);

		if (result == 0 && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0)
			result = take_entry(&w, path, name, why);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return result;
}
