/* SPDX-License-Identifier: ISC */
/*
 * Reading TOML, statement by statement. `at` moves through the text; a
 * statement is a table's header or a key with its value.
 */
#include "toml.h"

#include "bounds.h"
#include "buf.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum {
	DEEPEST = 64,   /* lists and inline tables inside each other */
	MOST_PARTS = 8, /* of a key that could be ours */
	PART_BYTES = 128,
};

/* The names of a dotted key. More or longer ones than fit are no key of ours
 * and only counted. */
struct path {
	char parts[MOST_PARTS][PART_BYTES];
	size_t count;
};

struct reader {
	const char *at, *end;
	unsigned line;
	const char *const *section;
	struct toml_wanted *wanted;
	size_t wanted_count;
	struct path table; /* the last header's */
	struct fail *why;
};

static int
fail_here(const struct reader *r, const char *text)
{
	return fail_set(r->why, STATUS_USAGE, "line %u: %s", r->line, text);
}

static bool
is_at(const struct reader *r, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(r->end - r->at) >= len && memcmp(r->at, text, len) == 0;
}

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		r->at++;
}

/* Blanks, newlines and comments. */
static void
skip_space(struct reader *r)
{
	for (; r->at < r->end; r->at++) {
		if (*r->at == '#')
			while (r->at + 1 < r->end && r->at[1] != '\n')
				r->at++;
		else if (*r->at == '\n')
			r->line++;
		else if (*r->at != ' ' && *r->at != '\t' && *r->at != '\r')
			return;
	}
}

static bool
is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Appends a character as UTF-8; false for what is none. */
static bool
add_utf8(struct buf *to, unsigned long c)
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return false;
	if (c < 0x80) {
		buf_add_char(to, (char)c);
		return true;
	}
	if (c < 0x800) {
		buf_add_char(to, (char)(0xC0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_add_char(to, (char)(0xE0 | c >> 12));
		} else {
			buf_add_char(to, (char)(0xF0 | c >> 18));
			buf_add_char(to, (char)(0x80 | (c >> 12 & 0x3F)));
		}
		buf_add_char(to, (char)(0x80 | (c >> 6 & 0x3F)));
	}
	buf_add_char(to, (char)(0x80 | (c & 0x3F)));
	return true;
}

/* \uXXXX or \UXXXXXXXX, of which the letter was read. */
static bool
read_code(struct reader *r, unsigned digits, struct buf *to)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	unsigned long code = 0;

	for (unsigned i = 0; i < digits; i++) {
		const char *digit =
		    r->at < r->end && *r->at ? strchr(hex, *r->at) : NULL;

		if (!digit)
			return false;
		r->at++;
		code = code * 16 +
		    (unsigned long)(digit - hex - (digit - hex > 15 ? 6 : 0));
	}
	return add_utf8(to, code);
}

/* An escape in a basic string, behind its backslash. */
static bool
read_escape(struct reader *r, struct buf *to)
{
	static const char letters[] = "btnfr\"\\";
	static const char meanings[] = "\b\t\n\f\r\"\\";
	char c = r->at < r->end ? *r->at++ : '\0';
	const char *letter = c ? strchr(letters, c) : NULL;

	if (c == 'u' || c == 'U')
		return read_code(r, c == 'u' ? 4 : 8, to);
	if (!letter)
		return false;
	buf_add_char(to, meanings[letter - letters]);
	return true;
}

/* A string on one line, from its quote on. */
static int
read_string(struct reader *r, struct buf *to)
{
	char quote = *r->at++;

	while (r->at < r->end && *r->at != '\n') {
		char c = *r->at++;

		if (c == quote)
			return 0;
		if (c == '\\' && quote == '"') {
			if (!read_escape(r, to))
				return fail_here(r,
				    "a '\\' in a string begins no escape; "
				    "'single quotes' take it as it is");
		} else {
			buf_add_char(to, c);
		}
	}
	return fail_here(r, "a string has no closing quote");
}

/* Passes over a string of several lines, from its three quotes on. */
static int
skip_long_string(struct reader *r)
{
	const char *quotes = *r->at == '"' ? "\"\"\"" : "'''";

	for (r->at += 3; r->at < r->end; r->at++) {
		if (is_at(r, quotes)) {
			r->at += 3;
			/* Up to two more belong to the text. */
			while (r->at < r->end && *r->at == *quotes)
				r->at++;
			return 0;
		}
		if (*r->at == '\n')
			r->line++;
		if (*r->at == '\\' && *quotes == '"' && r->at + 1 < r->end &&
		    r->at[1] != '\n')
			r->at++;
	}
	return fail_here(r, "a string has no closing quotes");
}

static int
skip_string(struct reader *r)
{
	struct buf ignored;
	int result;

	if (is_at(r, "\"\"\"") || is_at(r, "'''"))
		return skip_long_string(r);
	buf_init(&ignored, BOUND_CONFIG_BYTES);
	(void)buf_reserve(&ignored, (size_t)(r->end - r->at));
	result = read_string(r, &ignored);
	buf_wipe(&ignored);
	return result;
}

/* Passes over a list or an inline table, from its bracket on. */
static int
skip_brackets(struct reader *r)
{
	char open[DEEPEST];
	size_t depth = 0;

	do {
		skip_space(r);
		if (r->at == r->end)
			return fail_here(r, "a bracket is not closed");
		if (*r->at == '"' || *r->at == '\'') {
			if (skip_string(r) != 0)
				return -1;
			continue;
		}
		if (*r->at == '[' || *r->at == '{') {
			if (depth == DEEPEST)
				return fail_here(r, "brackets are too deep");
			open[depth++] = *r->at;
		} else if (*r->at == ']' || *r->at == '}') {
			assert(depth > 0);
			if (open[--depth] != (*r->at == ']' ? '[' : '{'))
				return fail_here(r,
				    "a bracket is closed by another kind");
		}
		r->at++;
	} while (depth > 0);
	return 0;
}

static int
skip_value(struct reader *r)
{
	if (r->at == r->end || *r->at == '\n' || *r->at == '\r' ||
	    *r->at == '#')
		return fail_here(r, "a key has no value");
	if (*r->at == '"' || *r->at == '\'')
		return skip_string(r);
	if (*r->at == '[' || *r->at == '{')
		return skip_brackets(r);
	/* A number, a date or a truth; a date may have a blank inside. */
	while (r->at < r->end && *r->at != '\n' && *r->at != '#')
		r->at++;
	return 0;
}

/* Reads a dotted key onto the end of the path. */
static int
read_key(struct reader *r, struct path *path)
{
	for (;;) {
		struct buf part;
		int result = 0;

		skip_blanks(r);
		buf_init(&part, BOUND_CONFIG_BYTES);
		if (r->at < r->end && (*r->at == '"' || *r->at == '\''))
			result = read_string(r, &part);
		else
			while (r->at < r->end && is_bare(*r->at))
				buf_add_char(&part, *r->at++);
		if (result == 0 && part.len == 0)
			result = fail_here(r,
			    "neither a [table] nor a 'key = value'");
		if (result == 0 && path->count < MOST_PARTS &&
		    part.len < PART_BYTES)
			memcpy(path->parts[path->count], part.data,
			    part.len + 1);
		else if (path->count < MOST_PARTS)
			path->parts[path->count][0] = '\0';
		path->count++;
		buf_free(&part);
		if (result != 0)
			return -1;
		skip_blanks(r);
		if (r->at == r->end || *r->at != '.')
			return 0;
		r->at++;
	}
}

/* Nothing but a comment may follow a statement. */
static int
end_line(struct reader *r)
{
	skip_blanks(r);
	if (r->at < r->end && *r->at == '\r')
		r->at++;
	if (r->at == r->end || *r->at == '\n' || *r->at == '#')
		return 0;
	return fail_here(r, "something follows where the line should end");
}

static int
read_header(struct reader *r)
{
	bool is_list = is_at(r, "[[");

	r->at += is_list ? 2 : 1;
	r->table.count = 0;
	if (read_key(r, &r->table) != 0)
		return -1;
	if (!is_at(r, is_list ? "]]" : "]"))
		return fail_here(r, "a [table] has no closing bracket");
	r->at += is_list ? 2 : 1;
	if (is_list)
		r->table.count = MOST_PARTS + 1; /* none of ours */
	return end_line(r);
}

/* How many names the path and [section] have in common from the start. */
static size_t
common_parts(const struct path *path, const char *const *section)
{
	size_t n = 0;

	while (n < path->count && n < MOST_PARTS && section[n] &&
	    strcmp(path->parts[n], section[n]) == 0)
		n++;
	return n;
}

static struct toml_wanted *
find_wanted(const struct reader *r, const struct path *path)
{
	size_t n = common_parts(path, r->section);

	if (r->section[n] || path->count != n + 1 || n == MOST_PARTS)
		return NULL;
	for (size_t i = 0; i < r->wanted_count; i++)
		if (strcmp(r->wanted[i].key, path->parts[n]) == 0)
			return &r->wanted[i];
	return NULL;
}

/* Reads a value that was asked for. */
static int
read_wanted(struct reader *r, struct toml_wanted *wanted)
{
	struct buf value;
	int result = 0;

	if (wanted->value.text)
		return fail_set(r->why, STATUS_USAGE,
		    "line %u: '%s' is given twice", r->line, wanted->key);
	if (is_at(r, "\"\"\"") || is_at(r, "'''"))
		return fail_set(r->why, STATUS_USAGE,
		    "line %u: '%s' is a string of several lines; write it on "
		    "one line between single quotes",
		    r->line, wanted->key);
	buf_init(&value, BOUND_SECRET_BYTES);
	(void)buf_reserve(&value, BOUND_SECRET_BYTES); /* see buf_wipe */
	if (r->at < r->end && (*r->at == '"' || *r->at == '\''))
		result = read_string(r, &value);
	else
		while (r->at < r->end && is_bare(*r->at))
			buf_add_char(&value, *r->at++);
	if (result == 0 && end_line(r) != 0)
		result = fail_set(r->why, STATUS_USAGE,
		    "line %u: the value of '%s' cannot be used; write a "
		    "string on one line between single quotes",
		    r->line, wanted->key);
	if (result == 0)
		result = buf_check(&value, wanted->key, r->why);
	if (result == 0 && memchr(value.data, '\0', value.len))
		result = fail_here(r, "a value holds a NUL");
	if (result == 0)
		secret_set(&wanted->value, value.data, value.len);
	buf_wipe(&value);
	return result;
}

static int
read_pair(struct reader *r)
{
	struct path path = r->table;
	struct toml_wanted *wanted;
	size_t n;

	if (read_key(r, &path) != 0)
		return -1;
	if (r->at == r->end || *r->at != '=')
		return fail_here(r, "neither a [table] nor a 'key = value'");
	r->at++;
	skip_blanks(r);
	wanted = find_wanted(r, &path);
	if (wanted)
		return read_wanted(r, wanted);
	n = common_parts(&path, r->section);
	if (n == path.count && is_at(r, "{"))
		return fail_here(r,
		    "an inline table {...} stands where a [table] of its own "
		    "is read");
	if (skip_value(r) != 0)
		return -1;
	return end_line(r);
}

int
toml_read(const char *text, size_t len, const char *const *section,
    struct toml_wanted *wanted, size_t count, struct fail *why)
{
	struct reader r = {.at = text,
	    .end = text + len,
	    .line = 1,
	    .section = section,
	    .wanted = wanted,
	    .wanted_count = count,
	    .why = why};

	if (is_at(&r, "\xEF\xBB\xBF"))
		r.at += 3; /* a byte order mark, from an editor */
	for (skip_space(&r); r.at < r.end; skip_space(&r))
		if ((*r.at == '[' ? read_header(&r) : read_pair(&r)) != 0)
			return -1;
	return 0;
}
