/* SPDX-License-Identifier: ISC */
/*
 * The door to simdjson, and the only C++ of the project. Of simdjson it takes
 * the first stage alone, which finds, with vector instructions, where each
 * value, bracket, colon and comma begins, and checks UTF-8, quotes and raw
 * control characters:
 *
 *      {"id":7,"tags":["a"]}
 *      ^^   ^^^^     ^^^  ^^
 *
 * What follows one such place up to the next is a token and white space. The
 * walk over them takes half of what simdjson's On-Demand API takes for
 * it, since that checks its place at each step (6,200 and 12,200 instructions
 * for a log, valgrind --tool=callgrind).
 */
extern "C" {
#include "json.h"

#include "bounds.h"
#include "mem.h"
}

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <string_view>

/* MSan cannot see what a library wrote that was built without it. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define IS_WRITTEN(at, size) __msan_unpoison(at, size)
#endif
#endif
#ifndef IS_WRITTEN
#define IS_WRITTEN(at, size) ((void)0)
#endif

using simdjson::error_code;
using std::string_view;

static_assert(JSON_PADDING >= simdjson::SIMDJSON_PADDING,
    "json.h promises enough padding");

struct json {
	std::unique_ptr<simdjson::internal::dom_parser_implementation> index;
	unsigned max_depth;
	json_node *nodes;
	size_t count;
	size_t capacity;
	const char *text;
	const uint32_t *at; /* where in the text the next token begins */
	const uint32_t *stop;
	const char *wrong; /* where the failure is; NULL: not known */
	char *strings;     /* what escapes were resolved in */
	size_t strings_used;
	bool has_escapes; /* there is a backslash in the text */
};

namespace
{

/* Memory for indexes grows by steps of so many bytes of text. */
constexpr size_t TEXT_STEP = 64 * 1024;

inline bool
is_space(char c)
{
	/* All of them are below what begins or ends a token. */
	if (static_cast<unsigned char>(c) > ' ')
		return false;
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

inline string_view
trim_end(string_view text)
{
	while (!text.empty() && is_space(text.back()))
		text.remove_suffix(1);
	return text;
}

/* There is room: json_parse counted what the text can hold. */
inline json_node &
add_node(json *j, string_view key, json_kind kind, string_view text)
{
	json_node &node = j->nodes[j->count++];

	node.key = key.data();
	node.key_len = static_cast<uint32_t>(key.size());
	node.text = text.data();
	node.text_len = static_cast<uint32_t>(text.size());
	node.string = nullptr;
	node.string_len = 0;
	node.kind = kind;
	node.end = static_cast<uint32_t>(j->count);
	return node;
}

size_t
count_digits(string_view text, size_t from)
{
	size_t at = from;

	while (at < text.size() && text[at] >= '0' && text[at] <= '9')
		at++;
	return at - from;
}

/* Whether `text` is a number by RFC 8259, 6; `digits` gets the length of its
 * integer part, and `is_integer` whether nothing follows that. */
bool
check_number(string_view text, size_t *digits, bool *is_integer)
{
	size_t at = text.front() == '-';
	size_t part;

	*digits = count_digits(text, at);
	if (*digits == 0 || (text[at] == '0' && *digits > 1))
		return false;
	at += *digits;
	*is_integer = at == text.size();
	if (at < text.size() && text[at] == '.') {
		part = count_digits(text, at + 1);
		if (part == 0)
			return false;
		at += 1 + part;
	}
	if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		if (at < text.size() && (text[at] == '+' || text[at] == '-'))
			at++;
		part = count_digits(text, at);
		if (part == 0)
			return false;
		at += part;
	}
	return at == text.size();
}

/* The value of an integer of at most 19 digits, if int64 holds it. */
bool
read_integer(string_view text, int64_t *value)
{
	bool is_negative = text.front() == '-';
	uint64_t magnitude = 0;

	for (size_t i = is_negative; i < text.size(); i++)
		magnitude =
		    magnitude * 10 + static_cast<uint64_t>(text[i] - '0');
	if (magnitude > static_cast<uint64_t>(INT64_MAX) + is_negative)
		return false;
	*value = static_cast<int64_t>(is_negative ? 0 - magnitude : magnitude);
	return true;
}

/* The nearest double; an infinity beyond all of them. */
double
read_double(string_view text)
{
	double number = 0;
#ifdef __cpp_lib_to_chars
	if (std::from_chars(text.data(), text.data() + text.size(), number)
		.ec == std::errc())
		return number;
#endif
	/* What is beyond the doubles on either side is left to strtod, which
	 * needs a NUL and knows what they are. */
	char *copy = mem_copy(text.data(), text.size());

	number = strtod(copy, nullptr);
	free(copy);
	return number;
}

error_code
add_number(json *j, string_view key, string_view text)
{
	size_t digits;
	bool is_integer;
	int64_t integer;

	if (!check_number(text, &digits, &is_integer))
		return simdjson::NUMBER_ERROR;
	if (is_integer && digits <= 19 && read_integer(text, &integer))
		add_node(j, key, JSON_INTEGER, text).integer = integer;
	else
		add_node(j, key, JSON_NUMBER, text).number = read_double(text);
	return simdjson::SUCCESS;
}

/* --- strings ------------------------------------------------------------ */

/* The four digits behind "\u": their number, or -1. */
long
read_code(const char *at, const char *end)
{
	long code = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = at[i];

		if (c >= '0' && c <= '9')
			code = code * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			code = code * 16 + ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return code;
}

char *
put_utf8(char *to, long code)
{
	auto put = [&to](long byte) { *to++ = static_cast<char>(byte); };

	if (code < 0x80) {
		put(code);
	} else if (code < 0x800) {
		put(0xC0 | code >> 6);
		put(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		put(0xE0 | code >> 12);
		put(0x80 | (code >> 6 & 0x3F));
		put(0x80 | (code & 0x3F));
	} else {
		put(0xF0 | code >> 18);
		put(0x80 | (code >> 12 & 0x3F));
		put(0x80 | (code >> 6 & 0x3F));
		put(0x80 | (code & 0x3F));
	}
	return to;
}

/* Resolves the escape by code at `*at`, a pair of them for what UTF-16 makes
 * a pair of; false if it is none. */
bool
unescape_code(const char **at, const char *end, char **to)
{
	long code = read_code(*at, end), low;

	if (code < 0 || (code >= 0xDC00 && code <= 0xDFFF))
		return false;
	*at += 4;
	if (code >= 0xD800 && code <= 0xDBFF) {
		if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
			return false;
		low = read_code(*at + 2, end);
		if (low < 0xDC00 || low > 0xDFFF)
			return false;
		*at += 6;
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	*to = put_utf8(*to, code);
	return true;
}

/* The string's bytes, without its quotes, less its escapes: in the parser's
 * memory, which holds as much as the text. */
bool
unescape(json *j, string_view *string)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *at = string->data(), *end = at + string->size();
	char *start = j->strings + j->strings_used, *to = start;

	while (at < end) {
		const char *name;

		if (*at != '\\') {
			*to++ = *at++;
			continue;
		}
		/* Stage 1 has seen that the quote at the end is none of an
		 * escape, so that a character follows. */
		at += 2;
		if (at[-1] == 'u') {
			if (!unescape_code(&at, end, &to))
				return false;
			continue;
		}
		name = strchr(names, at[-1]);
		if (!name || *name == '\0')
			return false;
		*to++ = values[name - names];
	}
	*string = string_view(start, static_cast<size_t>(to - start));
	j->strings_used += string->size();
	return true;
}

/* What stands between the quotes of a token. */
inline bool
read_string(json *j, string_view token, string_view *string)
{
	if (token.size() < 2 || token.back() != '"')
		return false;
	*string = token.substr(1, token.size() - 2);
	if (!j->has_escapes || !memchr(string->data(), '\\', string->size()))
		return true;
	return unescape(j, string);
}

/* --- the walk ----------------------------------------------------------- */

/* The first character of the next token; NUL: there is none. */
inline char
peek(const json *j)
{
	return j->at < j->stop ? j->text[*j->at] : '\0';
}

/* The next token. A place behind the last one has the text's length. */
inline string_view
take(json *j)
{
	const char *start = j->text + j->at[0];
	string_view token(start, j->at[1] - j->at[0]);

	j->at++;
	return trim_end(token);
}

error_code
fail_at(json *j, error_code error, const char *at)
{
	j->wrong = at;
	return error;
}

error_code
add_literal(json *j, string_view key, string_view text)
{
	json_kind kind;

	if (text == "true")
		kind = JSON_TRUE;
	else if (text == "false")
		kind = JSON_FALSE;
	else if (text == "null")
		kind = JSON_NULL;
	else
		return simdjson::TAPE_ERROR;
	add_node(j, key, kind, text);
	return simdjson::SUCCESS;
}

inline error_code
add_scalar(json *j, string_view key)
{
	string_view text = take(j), string;
	error_code error = simdjson::SUCCESS;

	if (text.front() == '"') {
		if (!read_string(j, text, &string))
			return fail_at(j, simdjson::STRING_ERROR, text.data());
		json_node &node = add_node(j, key, JSON_STRING, text);
		node.string = string.data();
		node.string_len = static_cast<uint32_t>(string.size());
	} else if (text.front() == '-' ||
	    (text.front() >= '0' && text.front() <= '9')) {
		error = add_number(j, key, text);
	} else {
		error = add_literal(j, key, text);
	}
	return error ? fail_at(j, error, text.data()) : error;
}

/* walk, walk_object and walk_array call each other; max_depth bounds them. */
error_code walk(json *j, string_view key, unsigned depth);

/* Completes the node of a container, whose bracket is the next token. */
void
close_container(json *j, size_t index)
{
	json_node &node = j->nodes[index];
	const char *last = j->text + *j->at++;

	node.end = static_cast<uint32_t>(j->count);
	node.text_len = static_cast<uint32_t>(last + 1 - node.text);
}

/* The name of a member, and the colon. */
inline error_code
read_key(json *j, string_view *key)
{
	string_view token;

	if (peek(j) != '"')
		return simdjson::TAPE_ERROR;
	token = take(j);
	if (!read_string(j, token, key))
		return fail_at(j, simdjson::STRING_ERROR, token.data());
	if (peek(j) != ':')
		return simdjson::TAPE_ERROR;
	j->at++;
	return simdjson::SUCCESS;
}

error_code
walk_object(json *j, string_view key, unsigned depth)
{
	size_t index = j->count;
	error_code error;

	add_node(j, key, JSON_OBJECT, string_view(j->text + *j->at++, 1));
	if (peek(j) == '}') {
		close_container(j, index);
		return simdjson::SUCCESS;
	}
	for (;;) {
		string_view name;

		if ((error = read_key(j, &name)) ||
		    (error = walk(j, name, depth)))
			return error;
		if (peek(j) != ',')
			break;
		j->at++;
	}
	if (peek(j) != '}')
		return simdjson::TAPE_ERROR;
	close_container(j, index);
	return simdjson::SUCCESS;
}

error_code
walk_array(json *j, string_view key, unsigned depth)
{
	size_t index = j->count;
	error_code error;

	add_node(j, key, JSON_ARRAY, string_view(j->text + *j->at++, 1));
	if (peek(j) == ']') {
		close_container(j, index);
		return simdjson::SUCCESS;
	}
	for (;;) {
		if ((error = walk(j, string_view(), depth)))
			return error;
		if (peek(j) != ',')
			break;
		j->at++;
	}
	if (peek(j) != ']')
		return simdjson::TAPE_ERROR;
	close_container(j, index);
	return simdjson::SUCCESS;
}

/* One value and what is in it. Unless it says where, a failure is at the
 * token that comes next. */
error_code
walk(json *j, string_view key, unsigned depth)
{
	switch (peek(j)) {
	case '{':
	case '[':
		if (depth == j->max_depth)
			return simdjson::DEPTH_ERROR;
		return peek(j) == '{' ? walk_object(j, key, depth + 1)
				      : walk_array(j, key, depth + 1);
	case '}':
	case ']':
	case ':':
	case ',':
	case '\0':
		return simdjson::TAPE_ERROR;
	default:
		return add_scalar(j, key);
	}
}

const char *
describe(error_code error)
{
	switch (error) {
	case simdjson::EMPTY:
		return "no JSON value";
	case simdjson::UTF8_ERROR:
		return "invalid UTF-8";
	case simdjson::UNCLOSED_STRING:
		return "a string without an end";
	case simdjson::UNESCAPED_CHARS:
		return "a raw control character in a string";
	case simdjson::STRING_ERROR:
		return "an invalid escape or half a surrogate pair in a string";
	case simdjson::NUMBER_ERROR:
		return "an invalid number";
	case simdjson::TRAILING_CONTENT:
		return "something after the JSON value";
	case simdjson::MEMALLOC:
		return "out of memory";
	default:
		return "malformed JSON";
	}
}

int
report(const json *j, error_code error, const char *text, const char *at,
    struct fail *why)
{
	enum status status =
	    error == simdjson::MEMALLOC ? STATUS_LOCAL : STATUS_DATA;

	if (error == simdjson::DEPTH_ERROR)
		return fail_set(why, status,
		    "JSON nested deeper than %u levels", j->max_depth);
	if (error == simdjson::CAPACITY)
		return fail_set(why, status,
		    "JSON of more than %d values, names, commas and brackets",
		    BOUND_JSON_TOKENS);
	if (!at)
		return fail_set(why, status, "%s", describe(error));
	return fail_set(why, status, "%s near byte %zu", describe(error),
	    static_cast<size_t>(at - text) + 1);
}

/* Memory for whatever a text of that length can hold. */
error_code
make_room(json *j, size_t len)
{
	size_t capacity = (len / TEXT_STEP + 1) * TEXT_STEP;

	if (j->index && len < j->index->capacity())
		return simdjson::SUCCESS;
	free(j->strings);
	j->strings = static_cast<char *>(mem_resize(nullptr, capacity, 1));
	return simdjson::get_active_implementation()
	    ->create_dom_parser_implementation(capacity, 1, j->index);
}

/* Stage 1, and the walk over what it found. */
error_code
parse(json *j, string_view text)
{
	error_code error = make_room(j, text.size());

	IS_WRITTEN(&error, sizeof(error));
	j->text = text.data();
	j->count = 0;
	j->wrong = nullptr;
	j->strings_used = 0;
	if (error)
		return error;
	IS_WRITTEN(&j->index, sizeof(j->index));
	IS_WRITTEN(j->index.get(), sizeof(*j->index));
	error = j->index->stage1(reinterpret_cast<const uint8_t *>(text.data()),
	    text.size(), simdjson::stage1_mode::regular);
	IS_WRITTEN(&error, sizeof(error));
	if (error)
		return error;
	IS_WRITTEN(j->index.get(), sizeof(*j->index));
	IS_WRITTEN(j->index->structural_indexes.get(),
	    (size_t{j->index->n_structural_indexes} + 1) * sizeof(*j->at));
	if (j->index->n_structural_indexes > BOUND_JSON_TOKENS)
		return simdjson::CAPACITY;
	j->at = j->index->structural_indexes.get();
	j->stop = j->at + j->index->n_structural_indexes;
	j->has_escapes = memchr(text.data(), '\\', text.size()) != nullptr;
	/* A node takes two tokens, itself and a comma or its other bracket; but
	 * for the last one, and for containers that are still open. */
	j->nodes = static_cast<json_node *>(mem_grow(j->nodes, &j->capacity,
	    (j->index->n_structural_indexes + size_t{j->max_depth}) / 2 + 1,
	    sizeof(*j->nodes)));
	error = walk(j, string_view(), 0);
	if (!error && j->at < j->stop)
		error = simdjson::TRAILING_CONTENT;
	if (error && !j->wrong && j->at < j->stop)
		j->wrong = text.data() + *j->at;
	return error;
}

} /* namespace */

struct json *
json_new(unsigned max_depth)
{
	json *j;

	/* An exception would have no C caller to go to, and simdjson throws
	 * some. */
	std::set_new_handler(mem_exhausted);
	/* The parentheses zero the members that have no constructor. */
	j = new json();
	j->max_depth = max_depth;
	return j;
}

int
json_parse(struct json *j, const char *text, size_t len,
    const struct json_node **nodes, size_t *count, struct fail *why)
{
	string_view whole = trim_end(string_view(text, len));
	error_code error;

	while (!whole.empty() && is_space(whole.front()))
		whole.remove_prefix(1);
	if (whole.empty())
		return report(j, simdjson::EMPTY, text, nullptr, why);
	error = parse(j, whole);
	if (error)
		return report(j, error, text, j->wrong, why);
	*nodes = j->nodes;
	*count = j->count;
	return 0;
}

void
json_free(struct json *j)
{
	if (!j)
		return;
	free(j->nodes);
	free(j->strings);
	delete j;
}

const struct json_node *
json_member(const struct json_node *nodes, size_t object, const char *name)
{
	const json_node *found = nullptr;
	string_view wanted(name);

	if (nodes[object].kind != JSON_OBJECT)
		return nullptr;
	for (size_t i = object + 1; i < nodes[object].end; i = nodes[i].end)
		if (string_view(nodes[i].key, nodes[i].key_len) == wanted)
			found = &nodes[i];
	return found;
}

bool
json_equals(const struct json_node *node, const char *text)
{
	return node && node->kind == JSON_STRING &&
	    string_view(node->string, node->string_len) == text;
}
