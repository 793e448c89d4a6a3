/* SPDX-License-Identifier: ISC */
/*
 * Writing and reading rows as JSON.
 */
#include "ndjson.h"

#include "batch.h"
#include "bounds.h"
#include "buf.h"
#include "escape.h"
#include "input.h"
#include "json.h"
#include "line.h"
#include "mem.h"
#include "textfile.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)LINE_PADDING >= (int)JSON_PADDING,
    "lines are parsed where they lie");

/* --- writing ------------------------------------------------------------ */

static const char *
skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* Whether the text is a number by RFC 8259, 6. Somebody may have put anything
 * into a decimal column with --type. */
static bool
is_number(const char *text, size_t len)
{
	const char *end = text + len, *at = text, *digits;

	at += at < end && *at == '-';
	digits = at;
	at = skip_digits(at, end);
	if (at == digits || (*digits == '0' && at > digits + 1))
		return false;
	if (at < end && *at == '.') {
		digits = ++at;
		at = skip_digits(at, end);
		if (at == digits)
			return false;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		at += at < end && (*at == '+' || *at == '-');
		digits = at;
		at = skip_digits(at, end);
		if (at == digits)
			return false;
	}
	return at == end;
}

static void
add_value(struct buf *to, const struct cell *cell, enum type type)
{
	char word[TEXTFILE_WORD_BYTES];
	const char *text;
	size_t len;

	if (cell->kind == CELL_NULL) {
		buf_add(to, "null");
		return;
	}
	text = textfile_word(cell, type, word, &len);
	if (cell->kind != CELL_TEXT || type == TYPE_JSON ||
	    (type == TYPE_DECIMAL && is_number(text, len)))
		buf_append(to, text, len);
	else
		escape_json(to, text, len);
}

static void
add_row(struct buf *to, const struct shape *shape, const struct cell *cells)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct shape_column *c = &shape->columns[i];

		buf_add_char(to, i == 0 ? '{' : ',');
		escape_json(to, c->name, strlen(c->name));
		buf_add_char(to, ':');
		add_value(to, &cells[i], c->type);
	}
	buf_append(to, "}\n", 2);
}

static int
ndjson_open(struct format_file **file, const char *path,
    const struct shape *shape, const struct sink_options *options,
    struct fail *why)
{
	static const struct textfile_rules rules = {.row = add_row};

	return textfile_open(file, &format_ndjson, &rules, path, shape,
	    options->pack, why);
}

/* --- reading ------------------------------------------------------------ */

/* The cell for a value; its text may be changed. 0, or -1. */
static int
read_value(struct cell *cell, const struct json_node *node, enum type type)
{
	*cell = (struct cell){0};
	if (node->kind == JSON_NULL)
		return 0;
	if (type == TYPE_JSON ||
	    (node->kind != JSON_STRING && type == TYPE_DECIMAL)) {
		cell->kind = CELL_TEXT;
		cell->text = node->text;
		cell->len = node->text_len;
		return 0;
	}
	switch (node->kind) {
	case JSON_TRUE:
	case JSON_FALSE:
		cell->kind = CELL_BOOL;
		cell->integer = node->kind == JSON_TRUE;
		return type == TYPE_BOOL ? 0 : -1;
	case JSON_INTEGER:
		cell->kind = type == TYPE_BIGINT ? CELL_INTEGER : CELL_NUMBER;
		if (type == TYPE_BIGINT)
			cell->integer = node->integer;
		else
			cell->number = (double)node->integer;
		return type == TYPE_BIGINT || type == TYPE_DOUBLE ? 0 : -1;
	case JSON_NUMBER:
		cell->kind = CELL_NUMBER;
		cell->number = node->number;
		return type == TYPE_DOUBLE ? 0 : -1;
	case JSON_STRING:
		if (type == TYPE_BOOL || type == TYPE_BIGINT ||
		    type == TYPE_DOUBLE)
			return -1;
		/* The string lies in memory of the line or the parser. */
		return textfile_parse(cell, type,
		    (char *)(uintptr_t)node->string, node->string_len);
	default:
		return -1;
	}
}

static int
read_row(const struct json_node *nodes, const struct shape *shape,
    struct cell *cells, struct fail *why)
{
	size_t hint = 0;

	memset(cells, 0, shape->count * sizeof(*cells));
	if (nodes[0].kind != JSON_OBJECT)
		return fail_set(why, STATUS_DATA, "a row is no object");
	for (size_t n = 1; n < nodes[0].end; n = nodes[n].end) {
		int len = nodes[n].key_len < 200 ? (int)nodes[n].key_len : 200;

		hint = shape_find_column(shape, nodes[n].key, nodes[n].key_len,
		    hint);
		if (hint == shape->count)
			return fail_set(why, STATUS_DATA,
			    "the member '%.*s' is not in '_columns'", len,
			    nodes[n].key);
		if (read_value(&cells[hint], &nodes[n],
			shape->columns[hint].type) != 0)
			return fail_set(why, STATUS_DATA, "'%.*s' is no %s",
			    len, nodes[n].key,
			    type_name(shape->columns[hint].type));
		hint++;
	}
	return 0;
}

static int
ndjson_read(const char *path, const struct shape *shape,
    const struct sink_options *options, sink_visitor *visit, void *context,
    struct fail *why)
{
	struct input input = {.fd = -1};
	struct line_reader lines = {.fd = -1};
	struct json *json = json_new(BOUND_JSON_DEPTH);
	struct cell *cells = mem_alloc(shape->count, sizeof(*cells));
	const struct json_node *nodes;
	struct line line;
	size_t count;
	int result = input_open(&input, path, why), found;

	(void)options; /* a file tells by itself how it is compressed */
	if (result == 0)
		line_open_source(&lines, input_read, &input, input.name,
		    BOUND_LINE_BYTES);
	while (result == 0) {
		found = line_next(&lines, &line, why);
		if (found != 1) {
			result = found;
			break;
		}
		result =
		    json_parse(json, line.text, line.len, &nodes, &count, why);
		if (result == 0)
			result = read_row(nodes, shape, cells, why);
		if (result == 0)
			result = visit(context, cells, shape->count, why);
		else
			(void)fail_prefix(why, "%s: line %llu", input.name,
			    (unsigned long long)line.number);
	}
	json_free(json);
	free(cells);
	line_free(&lines);
	input_free(&input);
	return result;
}

const struct format format_ndjson = {
    .name = "ndjson",
    .suffix = ".ndjson",
    .open = ndjson_open,
    .write = textfile_write,
    .commit = textfile_commit,
    .free = textfile_free,
    .read = ndjson_read,
};
