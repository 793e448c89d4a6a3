/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as JSON, judged by three others: a reader of our own that goes
 * through the text byte by byte as RFC 8259 says; SQLite's json_valid; and,
 * of what is accepted, libjq, which must find the same values in it.
 *
 * An input that begins with TOKENS_FOLLOW numbers the tokens of its text, of
 * which JSON and what nearly is comes about more often; any other is the text
 * itself. On what fills the padding behind it nothing may depend; where ASan
 * is, none of ours may as much as look there.
 */
#include "json.h"

#include "buf.h"
#include "mem.h"

#include <assert.h>
#include <jv.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum {
	TEXT_MAX = 1 << 20,
	TOKENS_FOLLOW = 1,
	DEPTHS = 16, /* limits in turn, so that they are met; libjq's is 256 */
};

static const char *const tokens[] = {"{", "}", "[", "]", ":", ",", "\"", "\"",
    "\\", "\\u", "\\\"", "\\\\", "\\/", "\\b", "\\n", "d83d", "\\ude00", "DBFF",
    "\\udfff", "D800", "0000", "00e9", "FFFF", "\xC3\xA9", "\xE2\x82\xAC",
    "\xF0\x9F\x98\x80", "\xF4\x90", "\xED\xA0\x80", "\xC0\x80", "\xFF",
    "\xEF\xBB\xBF", "0", "1", "9", "7", "00000000", "99999999", "123456789",
    "9223372036854775807", "-9223372036854775808", "-", "+", ".", "e", "E",
    "e-", "E+", "1e308", "4.9406564584124654e-324", "2.2250738585072011e-308",
    "179769313486231580793", "true", "false", "null", "nul", "NaN", "Infinity",
    " ", "\t", "\n", "\r", "\f", "\x1F", "\"a\":", "[[[[[[", "]]]]]]"};
enum { TOKENS = sizeof(tokens) / sizeof(*tokens) };

/* --- a reader that is plain --------------------------------------------- */

/* Where it is, and what it found: a line of bytes for each value. */
struct reader {
	const unsigned char *start, *at, *end;
	struct buf found;
	unsigned max_depth;
};

static int
peek(const struct reader *r)
{
	return r->at < r->end ? *r->at : -1;
}

static bool
skip(struct reader *r, int c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

static void
skip_space(struct reader *r)
{
	while (skip(r, ' ') || skip(r, '\t') || skip(r, '\n') || skip(r, '\r'))
		;
}

static bool
skip_digits(struct reader *r)
{
	const unsigned char *from = r->at;

	while (peek(r) >= '0' && peek(r) <= '9')
		r->at++;
	return r->at > from;
}

static void
add_bytes(struct buf *to, const void *bytes, size_t len)
{
	buf_append(to, &len, sizeof(len));
	buf_append(to, bytes, len);
}

static bool
read_number(struct reader *r)
{
	const unsigned char *from = r->at;
	bool is_integer = true;
	char *text;
	int64_t integer = 0; /* negative all along: int64 has one more there */
	double number;

	(void)skip(r, '-');
	if (!skip(r, '0') && !skip_digits(r))
		return false;
	if (skip(r, '.')) {
		is_integer = false;
		if (!skip_digits(r))
			return false;
	}
	if (skip(r, 'e') || skip(r, 'E')) {
		is_integer = false;
		if (!skip(r, '+'))
			(void)skip(r, '-');
		if (!skip_digits(r))
			return false;
	}
	text = mem_copy((const char *)from, (size_t)(r->at - from));
	number = strtod(text, NULL);
	for (const char *c = text; *c && is_integer; c++)
		is_integer = *c == '-' ||
		    (!__builtin_mul_overflow(integer, 10, &integer) &&
			!__builtin_sub_overflow(integer, *c - '0', &integer));
	if (*text != '-')
		is_integer =
		    is_integer && !__builtin_sub_overflow(0, integer, &integer);
	if (is_integer)
		add_bytes(&r->found, &integer, sizeof(integer));
	else
		add_bytes(&r->found, &number, sizeof(number));
	buf_add_char(&r->found, is_integer ? JSON_INTEGER : JSON_NUMBER);
	free(text);
	return true;
}

/* The four digits of an escape; -1. */
static long
read_digits(struct reader *r)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	long code = 0;

	for (int i = 0; i < 4; i++, r->at++) {
		const char *digit =
		    peek(r) > 0 ? strchr(digits, peek(r)) : NULL;

		if (!digit)
			return -1;
		code = code * 16 + (digit - digits) % 16;
	}
	return code;
}

static void
add_character(struct buf *to, unsigned long code)
{
	int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char leads[] = {0, 0xC0, 0xE0, 0xF0};

	buf_add_char(to, (char)(leads[more] | code >> (6 * more)));
	while (more-- > 0)
		buf_add_char(to, (char)(0x80 | (code >> (6 * more) & 0x3F)));
}

static bool
read_escape(struct reader *r, struct buf *string)
{
	long code, low;

	switch (r->at < r->end ? *r->at++ : -1) {
	case '"':
	case '\\':
	case '/':
		buf_add_char(string, (char)r->at[-1]);
		return true;
	case 'b':
		buf_add_char(string, '\b');
		return true;
	case 'f':
		buf_add_char(string, '\f');
		return true;
	case 'n':
		buf_add_char(string, '\n');
		return true;
	case 'r':
		buf_add_char(string, '\r');
		return true;
	case 't':
		buf_add_char(string, '\t');
		return true;
	case 'u':
		break;
	default:
		return false;
	}
	code = read_digits(r);
	if (code >= 0xD800 && code < 0xDC00) {
		if (!skip(r, '\\') || !skip(r, 'u'))
			return false;
		low = read_digits(r);
		if (low < 0xDC00 || low > 0xDFFF)
			return false;
		code = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00);
	} else if (code < 0 || (code >= 0xDC00 && code <= 0xDFFF)) {
		return false;
	}
	add_character(string, (unsigned long)code);
	return true;
}

/* A character as RFC 3629 allows it: not too long, no surrogate, none above
 * the last. */
static bool
read_character(struct reader *r, struct buf *string)
{
	static const unsigned long least[] = {0x80, 0x800, 0x10000};
	int c = *r->at++;
	int more = c < 0xC0 ? -1 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
	unsigned long code;

	if (c < 0x80) {
		buf_add_char(string, (char)c);
		return true;
	}
	if (more < 0 || c >= 0xF8)
		return false;
	code = (unsigned long)c & (0x3FU >> more);
	for (int i = 0; i < more; i++, r->at++) {
		if ((peek(r) & 0xC0) != 0x80 || peek(r) < 0)
			return false;
		code = code << 6 | (*r->at & 0x3F);
	}
	if (code < least[more - 1] || code > 0x10FFFF ||
	    (code >= 0xD800 && code <= 0xDFFF))
		return false;
	add_character(string, code);
	return true;
}

static bool
read_string(struct reader *r)
{
	struct buf string;
	bool good = skip(r, '"');

	buf_init(&string, TEXT_MAX);
	while (good && peek(r) != '"') {
		if (peek(r) < 0x20) /* the end as well */
			good = false;
		else if (skip(r, '\\'))
			good = read_escape(r, &string);
		else
			good = read_character(r, &string);
	}
	r->at += good;
	add_bytes(&r->found, string.data, string.len);
	buf_free(&string);
	return good;
}

static bool read_value(struct reader *r, unsigned depth);

/* What stands between the brackets, and the closing one. */
static bool
read_members(struct reader *r, unsigned depth, bool is_object)
{
	int close = is_object ? '}' : ']';

	skip_space(r);
	if (skip(r, close))
		return true;
	do {
		skip_space(r);
		if (is_object) {
			if (!read_string(r))
				return false;
			buf_add_char(&r->found, ':');
			skip_space(r);
			if (!skip(r, ':'))
				return false;
		}
		if (!read_value(r, depth))
			return false;
	} while (skip(r, ','));
	return skip(r, close);
}

static bool
read_word(struct reader *r, const char *word, enum json_kind kind)
{
	buf_add_char(&r->found, (char)kind);
	while (*word && skip(r, *word))
		word++;
	return *word == '\0';
}

/* A value with the white space around it; max_depth bounds the calls. */
static bool
read_value(struct reader *r, unsigned depth)
{
	bool is_object, good;
	size_t offset, len;

	skip_space(r);
	offset = (size_t)(r->at - r->start);
	switch (peek(r)) {
	case '{':
	case '[':
		is_object = *r->at++ == '{';
		good = depth < r->max_depth &&
		    read_members(r, depth + 1, is_object);
		buf_add_char(&r->found, is_object ? JSON_OBJECT : JSON_ARRAY);
		break;
	case '"':
		good = read_string(r);
		buf_add_char(&r->found, JSON_STRING);
		break;
	case 't':
		good = read_word(r, "true", JSON_TRUE);
		break;
	case 'f':
		good = read_word(r, "false", JSON_FALSE);
		break;
	case 'n':
		good = read_word(r, "null", JSON_NULL);
		break;
	default:
		good = read_number(r);
	}
	len = (size_t)(r->at - r->start) - offset;
	buf_append(&r->found, &offset, sizeof(offset));
	buf_append(&r->found, &len, sizeof(len));
	skip_space(r);
	return good;
}

/* --- what json_parse found ---------------------------------------------- */

/* The value at nodes[i], and what is in it, as the reader notes it. */
static void
note_nodes(struct buf *found, const struct json_node *nodes, size_t i,
    const char *start)
{
	const struct json_node *n = &nodes[i];
	size_t offset = (size_t)(n->text - start), len = n->text_len;

	if (n->key) {
		add_bytes(found, n->key, n->key_len);
		buf_add_char(found, ':');
	}
	if (n->kind == JSON_STRING)
		add_bytes(found, n->string, n->string_len);
	if (n->kind == JSON_INTEGER)
		add_bytes(found, &n->integer, sizeof(n->integer));
	if (n->kind == JSON_NUMBER)
		add_bytes(found, &n->number, sizeof(n->number));
	if (n->kind >= JSON_ARRAY)
		for (size_t in = i + 1; in < n->end; in = nodes[in].end)
			note_nodes(found, nodes, in, start);
	buf_add_char(found, (char)n->kind);
	buf_append(found, &offset, sizeof(offset));
	buf_append(found, &len, sizeof(len));
}

static void
check_reader(const char *text, size_t len, unsigned max_depth,
    const struct json_node *nodes, bool is_accepted)
{
	struct reader r = {.start = (const unsigned char *)text,
	    .max_depth = max_depth};
	struct buf found;
	bool good;

	r.at = r.start;
	r.end = r.start + len;
	buf_init(&r.found, (size_t)64 * TEXT_MAX);
	buf_init(&found, (size_t)64 * TEXT_MAX);
	good = read_value(&r, 0) && r.at == r.end;
	assert(good == is_accepted);
	if (good) {
		note_nodes(&found, nodes, 0, text);
		assert(!found.is_overfull && found.len == r.found.len);
		assert(memcmp(found.data, r.found.data, found.len) == 0);
	}
	buf_free(&found);
	buf_free(&r.found);
}

/* --- SQLite ------------------------------------------------------------- */

static sqlite3_stmt *
open_sqlite(sqlite3 **db)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_open(":memory:", db) != SQLITE_OK ||
	    sqlite3_prepare_v2(*db, "SELECT json_valid(?)", -1, &statement,
		NULL) != SQLITE_OK)
		abort();
	return statement;
}

/* SQLite does not look at UTF-8, surrogates or the depth, and takes a NUL for
 * the end: it says no where it is sure. */
static void
check_sqlite(sqlite3_stmt *statement, const char *text, size_t len,
    bool is_accepted)
{
	bool good;

	if (memchr(text, '\0', len))
		return;
	(void)sqlite3_reset(statement);
	(void)sqlite3_bind_text(statement, 1, text, (int)len, SQLITE_STATIC);
	(void)sqlite3_step(statement);
	good = sqlite3_column_int(statement, 0) != 0;
	assert(good || !is_accepted);
}

/* --- libjq -------------------------------------------------------------- */

static bool
is_jv_string(jv value, const char *text, size_t len)
{
	bool good = jv_get_kind(value) == JV_KIND_STRING &&
	    (size_t)jv_string_length_bytes(jv_copy(value)) == len &&
	    memcmp(jv_string_value(value), text, len) == 0;

	jv_free(value);
	return good;
}

/* The value at nodes[i] against what libjq read; frees `value`. */
static void
check_jv(const struct json_node *nodes, size_t i, jv value)
{
	static const jv_kind kinds[] = {JV_KIND_NULL, JV_KIND_FALSE,
	    JV_KIND_TRUE, JV_KIND_NUMBER, JV_KIND_NUMBER, JV_KIND_STRING,
	    JV_KIND_ARRAY, JV_KIND_OBJECT};
	const struct json_node *n = &nodes[i];
	int count = 0;

	assert(jv_get_kind(value) == kinds[n->kind]);
	if (n->kind == JSON_STRING)
		assert(is_jv_string(jv_copy(value), n->string, n->string_len));
	if (n->kind == JSON_INTEGER)
		assert(jv_number_value(value) == (double)n->integer);
	if (n->kind == JSON_NUMBER)
		assert(jv_number_value(value) == n->number);
	for (size_t in = i + 1; n->kind == JSON_ARRAY && in < n->end;
	     in = nodes[in].end)
		check_jv(nodes, in, jv_array_get(jv_copy(value), count++));
	if (n->kind == JSON_ARRAY)
		assert(count == jv_array_length(jv_copy(value)));
	for (size_t in = i + 1; n->kind == JSON_OBJECT && in < n->end;
	     in = nodes[in].end) {
		const char *key = nodes[in].key;
		size_t len = nodes[in].key_len, last = in, next = nodes[in].end;

		/* Of a key that comes twice, libjq keeps the last value. */
		for (; next < n->end; next = nodes[next].end)
			if (nodes[next].key_len == len &&
			    memcmp(nodes[next].key, key, len) == 0)
				last = next;
		check_jv(nodes, last,
		    jv_object_get(jv_copy(value),
			jv_string_sized(key, (int)len)));
	}
	jv_free(value);
}

/* --- the whole ---------------------------------------------------------- */

static void
make_text(struct buf *text, const unsigned char *data, size_t size)
{
	if (size > 0 && data[0] == TOKENS_FOLLOW)
		for (size_t i = 1; i < size; i++)
			buf_add(text, tokens[data[i] % TOKENS]);
	else
		buf_append(text, data, size);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct json *parsers[DEPTHS];
	static sqlite3_stmt *statement;
	static sqlite3 *db;
	unsigned max_depth = 1 + size % DEPTHS;
	struct json **json = &parsers[size % DEPTHS];
	const struct json_node *nodes = NULL;
	struct buf text;
	struct fail why;
	size_t count = 0, len;
	bool is_accepted;
	char *copy;

	/* They are kept: no text may leave anything behind for the next. */
	if (!statement)
		statement = open_sqlite(&db);
	if (!*json)
		*json = json_new(max_depth);
	buf_init(&text, TEXT_MAX);
	make_text(&text, data, size);
	len = text.len;
	copy = mem_alloc(len + JSON_PADDING, 1);
	memcpy(copy, text.data, len);
	memset(copy + len, size > 0 ? data[size / 2] : 0, JSON_PADDING);
	ASAN_POISON_MEMORY_REGION(copy + len, JSON_PADDING);
	is_accepted = json_parse(*json, copy, len, &nodes, &count, &why) == 0;
	assert(!is_accepted || (count > 0 && nodes[0].end == count));
	check_reader(copy, len, max_depth, nodes, is_accepted);
	check_sqlite(statement, copy, len, is_accepted);
	if (is_accepted)
		check_jv(nodes, 0, jv_parse_sized(copy, (int)len));
	free(copy);
	buf_free(&text);
	return 0;
}
