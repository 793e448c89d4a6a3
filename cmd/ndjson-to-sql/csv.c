/* SPDX-License-Identifier: ISC */
/*
 * Writing and reading CSV. A record is looked for as a whole in what was read
 * so far; only then are its quotes taken off, in place.
 */
#include "csv.h"

#include "batch.h"
#include "bounds.h"
#include "buf.h"
#include "input.h"
#include "mem.h"
#include "textfile.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	READ_BYTES = 256 * 1024,
	FIELDS_MAX = 4096, /* no destination has as many columns */
};

/* --- writing ------------------------------------------------------------ */

static uint64_t
zero_bytes(uint64_t word)
{
	return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

/* Whether a byte of the text ends a field or a record; eight at a time. */
static bool
has_delimiter(const char *text, size_t len)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t word;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		if (zero_bytes(word ^ (ones * '"')) |
		    zero_bytes(word ^ (ones * ',')) |
		    zero_bytes(word ^ (ones * '\n')) |
		    zero_bytes(word ^ (ones * '\r')))
			return true;
	}
	for (; len > 0; text++, len--)
		if (*text == '"' || *text == ',' || *text == '\n' ||
		    *text == '\r')
			return true;
	return false;
}

/* Besides what RFC 4180 asks for: white space at an end, which some readers
 * trim, and a backslash at the start, since \. alone ends COPY's input. */
static bool
needs_quotes(const char *text, size_t len)
{
	return len == 0 || text[0] == ' ' || text[0] == '\t' ||
	    text[0] == '\\' || text[len - 1] == ' ' || text[len - 1] == '\t' ||
	    has_delimiter(text, len);
}

static void
add_quoted(struct buf *to, const char *text, size_t len)
{
	char *at = buf_reserve(to, 2 * len + 2), *start = at;

	if (!at)
		return;
	*at++ = '"';
	while (len > 0) {
		const char *quote = memchr(text, '"', len);
		size_t n = quote ? (size_t)(quote - text) + 1 : len;

		memcpy(at, text, n);
		at += n;
		text += n;
		len -= n;
		if (quote)
			*at++ = '"';
	}
	*at++ = '"';
	to->len += (size_t)(at - start);
	to->data[to->len] = '\0';
}

void
csv_add_field(struct buf *to, const char *text, size_t len)
{
	if (needs_quotes(text, len))
		add_quoted(to, text, len);
	else
		buf_append(to, text, len);
}

static void
add_head(struct buf *to, const struct shape *shape)
{
	for (size_t i = 0; i < shape->count; i++) {
		const char *name = shape->columns[i].name;

		if (i > 0)
			buf_add_char(to, ',');
		csv_add_field(to, name, strlen(name));
	}
	buf_add_char(to, '\n');
}

static void
add_row(struct buf *to, const struct shape *shape, const struct cell *cells)
{
	char word[TEXTFILE_WORD_BYTES];

	for (size_t i = 0; i < shape->count; i++) {
		const struct cell *c = &cells[i];
		const char *text;
		size_t len;

		if (i > 0)
			buf_add_char(to, ',');
		if (c->kind == CELL_NULL)
			continue;
		text = textfile_word(c, shape->columns[i].type, word, &len);
		if (c->kind == CELL_TEXT)
			csv_add_field(to, text, len);
		else
			buf_append(to, text, len);
	}
	buf_add_char(to, '\n');
}

static int
csv_open(struct format_file **file, const char *path, const struct shape *shape,
    const struct sink_options *options, struct fail *why)
{
	static const struct textfile_rules rules = {.head = add_head,
	    .row = add_row};

	return textfile_open(file, &format_csv, &rules, path, shape,
	    options->pack, why);
}

/* --- reading ------------------------------------------------------------ */

struct field {
	size_t start, len; /* in reader.data, within the quotes */
	bool is_quoted, has_quotes;
};

struct reader {
	struct input input;
	char *data;
	size_t start, end, capacity; /* of what is not taken yet */
	bool is_ended;
	struct field *fields;
	size_t count, field_capacity;
	uint64_t record; /* its number, from 1 */
};

static int
fail_at(const struct reader *r, const char *reason, struct fail *why)
{
	return fail_set(why, STATUS_DATA, "%s: record %llu: %s", r->input.name,
	    (unsigned long long)r->record, reason);
}

/* Reads on: 0; -1. At the end of the file sets is_ended. */
static int
fill(struct reader *r, struct fail *why)
{
	ptrdiff_t n;

	if (r->start > 0) {
		memmove(r->data, r->data + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	if (r->end >= (size_t)8 * BOUND_LINE_BYTES)
		return fail_at(r, "is too long", why);
	/* One byte beyond the end is the parser's to change. */
	r->data = mem_grow(r->data, &r->capacity, r->end + READ_BYTES + 1, 1);
	n = input_read(&r->input, r->data + r->end, r->capacity - r->end - 1,
	    why);
	if (n < 0)
		return -1;
	r->end += (size_t)n;
	r->is_ended = n == 0;
	return 0;
}

/* The end of the field that starts at `at`: its delimiter, or r->end. False
 * if more must be read to tell. */
static bool
find_end(struct reader *r, size_t at, struct field *f, size_t *end)
{
	*f = (struct field){.start = at};
	if (at < r->end && r->data[at] == '"') {
		f->is_quoted = true;
		f->start = ++at;
		for (;;) {
			const char *quote =
			    memchr(r->data + at, '"', r->end - at);

			if (!quote)
				return false;
			at = (size_t)(quote - r->data) + 1;
			if (at == r->end && !r->is_ended)
				return false;
			if (at == r->end || r->data[at] != '"')
				break;
			f->has_quotes = true;
			at++;
		}
		f->len = at - 1 - f->start;
		*end = at;
		return true;
	}
	while (at < r->end && r->data[at] != ',' && r->data[at] != '\n')
		at++;
	f->len = at - f->start;
	*end = at;
	return at < r->end || r->is_ended;
}

static void
add_field(struct reader *r, struct field f)
{
	r->fields = mem_grow(r->fields, &r->field_capacity, r->count + 1,
	    sizeof(*r->fields));
	r->fields[r->count++] = f;
}

/* Leaves out the carriage return of a line that ends in CRLF, if somebody else
 * wrote it. False: more must be read. */
static bool
pass_return(const struct reader *r, struct field *f, size_t *end)
{
	if (f->is_quoted && *end < r->end && r->data[*end] == '\r') {
		if (*end + 1 == r->end && !r->is_ended)
			return false;
		*end += *end + 1 == r->end || r->data[*end + 1] == '\n';
	} else if (!f->is_quoted && f->len > 0 &&
	    (*end == r->end || r->data[*end] == '\n') &&
	    r->data[*end - 1] == '\r') {
		f->len--;
	}
	return true;
}

/* Finds the fields of the next record: 1; 0 if more must be read; -1. */
static int
find_fields(struct reader *r, struct fail *why)
{
	size_t at = r->start, end;
	struct field f;

	r->count = 0;
	for (;;) {
		if (!find_end(r, at, &f, &end))
			return r->is_ended
			    ? fail_at(r, "a quote is not closed", why)
			    : 0;
		if (!pass_return(r, &f, &end))
			return 0;
		if (end == r->end && !r->is_ended)
			return 0;
		if (r->count == FIELDS_MAX)
			return fail_at(r, "has too many fields", why);
		add_field(r, f);
		if (end == r->end || r->data[end] == '\n')
			break;
		if (r->data[end] != ',')
			return fail_at(r, "text follows a closing quote", why);
		at = end + 1;
	}
	r->start = end < r->end ? end + 1 : end;
	return 1;
}

/* The next record: 1; the end: 0; -1. */
static int
next_record(struct reader *r, struct fail *why)
{
	int result = 0;

	r->record++;
	while (result == 0) {
		if (r->start < r->end)
			result = find_fields(r, why);
		else if (r->is_ended)
			return 0;
		if (result == 0 && !r->is_ended && fill(r, why) != 0)
			return -1;
	}
	return result;
}

/* The field's text without its quotes. */
static char *
text_of(struct reader *r, const struct field *f, size_t *len)
{
	char *text = r->data + f->start;
	size_t to = 0;

	*len = f->len;
	if (!f->has_quotes)
		return text;
	for (size_t from = 0; from < f->len; from++) {
		text[to++] = text[from];
		from += text[from] == '"';
	}
	*len = to;
	return text;
}

/* Which column each field is; frees nothing. */
static int
read_head(struct reader *r, const struct shape *shape, size_t **columns,
    size_t *count, struct fail *why)
{
	int result = next_record(r, why);

	if (result != 1)
		return result < 0 ? -1 : fail_at(r, "has no header", why);
	*count = r->count;
	*columns = mem_alloc(r->count, sizeof(**columns));
	for (size_t i = 0; i < r->count; i++) {
		size_t len;
		const char *name = text_of(r, &r->fields[i], &len);

		(*columns)[i] = shape_find_column(shape, name, len, i);
		if ((*columns)[i] == shape->count)
			return fail_set(why, STATUS_DATA,
			    "%s: the column '%.*s' is not in '_columns'",
			    r->input.name, (int)(len < 200 ? len : 200), name);
	}
	return 0;
}

static int
read_row(struct reader *r, const struct shape *shape, const size_t *columns,
    size_t count, struct cell *cells, struct fail *why)
{
	if (r->count != count)
		return fail_at(r, "has not as many fields as the header", why);
	for (size_t i = 0; i < count; i++) {
		const struct shape_column *c = &shape->columns[columns[i]];
		struct cell *cell = &cells[columns[i]];
		size_t len;
		char *text = text_of(r, &r->fields[i], &len);

		*cell = (struct cell){0};
		if (len == 0 && !r->fields[i].is_quoted)
			continue;
		if (textfile_parse(cell, c->type, text, len) != 0)
			return fail_set(why, STATUS_DATA,
			    "%s: record %llu: '%.*s' is no %s for '%s'",
			    r->input.name, (unsigned long long)r->record,
			    (int)(len < 200 ? len : 200), text,
			    type_name(c->type), c->name);
	}
	return 0;
}

static int
csv_read(const char *path, const struct shape *shape,
    const struct sink_options *options, sink_visitor *visit, void *context,
    struct fail *why)
{
	struct reader r = {.input = {.fd = -1}};
	struct cell *cells = mem_alloc(shape->count, sizeof(*cells));
	size_t *columns = NULL, count = 0;
	int result = input_open(&r.input, path, why);

	(void)options; /* a file tells by itself how it is compressed */
	if (result == 0)
		result = read_head(&r, shape, &columns, &count, why);
	while (result == 0) {
		int found = next_record(&r, why);

		if (found != 1) {
			result = found;
			break;
		}
		result = read_row(&r, shape, columns, count, cells, why);
		if (result == 0)
			result = visit(context, cells, shape->count, why);
	}
	free(columns);
	free(cells);
	free(r.fields);
	free(r.data);
	input_free(&r.input);
	return result;
}

const struct format format_csv = {
    .name = "csv",
    .suffix = ".csv",
    .open = csv_open,
    .write = textfile_write,
    .commit = textfile_commit,
    .free = textfile_free,
    .read = csv_read,
};
