/* SPDX-License-Identifier: ISC */
/*
 * CSV both ways, judged by a plain reader of RFC 4180. With an even first
 * byte, the rest is cells, which come back from the file that they were
 * written to; with an odd one it is the rows of a file, of which both readers
 * make the same.
 *
 * Cells end at a byte 0xFF, and one that is the byte 0xFE is null. Where
 * FUZZ_CSV names a file, what was written goes there too, with what it should
 * be read as, for t/fuzz/against-python.
 */
#include "csv.h"

#include "batch.h"
#include "buf.h"
#include "mem.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { COLUMNS = 3, FIELDS_MAX = 60000, FILE_MAX = 64 << 10 };

static char head[] = "a,b,c\n", path[64];
static char name_a[] = "a", name_b[] = "b", name_c[] = "c";
static struct shape_column columns[COLUMNS] = {{name_a, TYPE_TEXT},
    {name_b, TYPE_TEXT}, {name_c, TYPE_JSON}};
static const struct shape shape = {.columns = columns, .count = COLUMNS};

/* Fields one after the other; of a row COLUMNS. */
struct fields {
	struct buf text;
	struct {
		size_t at, len;
		bool is_null;
	} items[FIELDS_MAX];
	size_t count;
	size_t visited; /* by csv_read */
};

static void
add_field(struct fields *f, size_t at, bool is_null)
{
	assert(f->count < FIELDS_MAX);
	f->items[f->count].at = at;
	f->items[f->count].len = f->text.len - at;
	f->items[f->count++].is_null = is_null;
}

/* --- a reader that is plain --------------------------------------------- */

/* Reads a field at text[*at], up to its delimiter. false: it is none. */
static bool
read_field(struct fields *f, const char *text, size_t len, size_t *at)
{
	size_t start = f->text.len, i = *at;
	bool is_quoted = i < len && text[i] == '"';

	for (i += is_quoted; i < len; i++) {
		if (!is_quoted && (text[i] == ',' || text[i] == '\n'))
			break;
		if (!is_quoted && text[i] == '\r' &&
		    (i + 1 == len || text[i + 1] == '\n'))
			break;
		if (is_quoted && text[i] == '"' &&
		    (i + 1 == len || text[i + 1] != '"'))
			break;
		i += is_quoted && text[i] == '"';
		buf_add_char(&f->text, text[i]);
	}
	if (is_quoted && i++ == len)
		return false;
	if (i < len && text[i] == '\r' && (i + 1 == len || text[i + 1] == '\n'))
		i++;
	add_field(f, start, !is_quoted && f->text.len == start);
	*at = i;
	return i == len || text[i] == ',' || text[i] == '\n';
}

/* All rows; false where one is none, and then the ones before. */
static bool
read_plainly(struct fields *f, const char *text, size_t len)
{
	for (size_t at = 0; at < len; at++) {
		size_t first = f->count;

		do {
			at += f->count > first;
			if (!read_field(f, text, len, &at) ||
			    f->count - first > COLUMNS) {
				f->count = first;
				return false;
			}
		} while (at < len && text[at] == ',');
		if (f->count - first != COLUMNS) {
			f->count = first;
			return false;
		}
	}
	return true;
}

/* --- the product -------------------------------------------------------- */

static int
compare(void *context, const struct cell *cells, size_t count, struct fail *why)
{
	struct fields *f = context;

	(void)why;
	assert(count == COLUMNS);
	for (size_t i = 0; i < count; i++) {
		assert(f->visited < f->count);
		if (f->items[f->visited].is_null) {
			assert(cells[i].kind == CELL_NULL);
		} else {
			assert(cells[i].kind == CELL_TEXT);
			assert(cells[i].len == f->items[f->visited].len);
			assert(memcmp(cells[i].text,
				   f->text.data + f->items[f->visited].at,
				   cells[i].len) == 0);
		}
		f->visited++;
	}
	return 0;
}

static void
check_reader(struct fields *f, bool is_good)
{
	const struct sink_options options = {0};
	struct fail why;
	int result = format_csv.read(path, &shape, &options, compare, f, &why);

	assert(result == (is_good ? 0 : -1));
	assert(result == 0 || why.status == STATUS_DATA);
	assert(f->visited == f->count);
}

static void
write_file(struct fields *f)
{
	const struct sink_options options = {0};
	struct format_file *file;
	struct fail why;

	assert(format_csv.open(&file, path, &shape, &options, &why) == 0);
	for (size_t i = 0; i < f->count; i += COLUMNS) {
		struct cell cells[COLUMNS] = {0};

		for (size_t k = 0; k < COLUMNS; k++) {
			cells[k].kind =
			    f->items[i + k].is_null ? CELL_NULL : CELL_TEXT;
			cells[k].text = f->text.data + f->items[i + k].at;
			cells[k].len = (uint32_t)f->items[i + k].len;
		}
		assert(format_csv.write(file, cells, &why) == 0);
	}
	assert(format_csv.commit(file, &why) == 0);
	format_csv.free(file);
}

static void
write_hex(FILE *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		(void)fprintf(to, "%02x", (unsigned char)text[i]);
}

/* The file and its fields, in hexadecimal, on one line. */
static void
tell(const struct fields *f, const struct buf *text)
{
	const char *name = getenv("FUZZ_CSV");
	FILE *to = name ? fopen(name, "ae") : NULL;

	if (!to)
		return;
	write_hex(to, text->data, text->len);
	for (size_t i = 0; i < f->count; i++) {
		(void)fputc(' ', to);
		write_hex(to, f->text.data + f->items[i].at, f->items[i].len);
	}
	(void)fputc('\n', to);
	(void)fclose(to);
}

/* --- the whole ---------------------------------------------------------- */

static void
read_file(struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	if (fd != -1 && buf_reserve(text, FILE_MAX))
		got = read(fd, text->data, FILE_MAX);
	if (got <= 0)
		abort();
	text->len = (size_t)got;
	(void)close(fd);
}

static void
check_cells(struct fields *f, const char *bytes, size_t len)
{
	static struct fields again;
	struct buf text;
	size_t head_len = sizeof(head) - 1;

	for (size_t i = 0, start = 0;
	     i < len && f->count < FIELDS_MAX - COLUMNS; i++) {
		size_t at = f->text.len;

		if (bytes[i] != '\xFF')
			continue;
		buf_append(&f->text, bytes + start, i - start);
		add_field(f, at,
		    f->text.len == at + 1 && f->text.data[at] == '\xFE');
		start = i + 1;
	}
	f->count -= f->count % COLUMNS;
	write_file(f);
	buf_init(&text, 2 * FILE_MAX);
	read_file(&text);
	again.count = again.visited = 0;
	buf_init(&again.text, FILE_MAX);
	assert(text.len >= head_len && memcmp(text.data, head, head_len) == 0);
	assert(read_plainly(&again, text.data + head_len, text.len - head_len));
	assert(again.count == f->count);
	for (size_t i = 0; i < f->count; i++) {
		assert(again.items[i].is_null == f->items[i].is_null);
		assert(f->items[i].is_null ||
		    (again.items[i].len == f->items[i].len &&
			memcmp(again.text.data + again.items[i].at,
			    f->text.data + f->items[i].at,
			    f->items[i].len) == 0));
		if (f->items[i].is_null)
			f->items[i].len = 0;
	}
	check_reader(f, true);
	tell(f, &text);
	buf_free(&again.text);
	buf_free(&text);
}

static void
check_file(struct fields *f, const char *bytes, size_t len)
{
	size_t head_len = sizeof(head) - 1;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, head, head_len) != (ssize_t)head_len ||
	    write(fd, bytes, len) != (ssize_t)len)
		abort();
	(void)close(fd);
	check_reader(f, read_plainly(f, bytes, len));
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct fields fields;
	const char *bytes = (const char *)data + 1;

	if (size == 0)
		return 0;
	if (!path[0])
		(void)snprintf(path, sizeof(path), "%s/fuzz-%ld.csv",
		    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
		    (long)getpid());
	(void)unlink(path);
	fields.count = fields.visited = 0;
	buf_init(&fields.text, FILE_MAX);
	if (data[0] % 2 == 0)
		check_cells(&fields, bytes, size - 1);
	else
		check_file(&fields, bytes, size - 1);
	buf_free(&fields.text);
	(void)unlink(path);
	return 0;
}
