/* SPDX-License-Identifier: ISC */
/*
 * The door to simdjson On-Demand, and the only C++ of the project. The walk
 * visits every value, because On-Demand checks nothing that it does not
 * visit; stage 1 of simdjson has checked UTF-8 and raw control characters of
 * the whole text before.
 *
 * Scalars are not decoded by simdjson where their bytes say all: a string
 * without a backslash is its own slice, and numbers are read here, because
 * simdjson 3.0 calls a valid number beyond uint64 or double an error.
 */
extern "C" {
#include "json.h"

#include "bounds.h"
#include "mem.h"
}

#include <cmath>
#include <cstring>
#include <new>
#include <simdjson.h>
#include <string_view>

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;
using std::string_view;

static_assert(JSON_PADDING >= simdjson::SIMDJSON_PADDING,
    "json.h promises enough padding");

struct json {
	ondemand::parser parser;
	unsigned max_depth;
	json_node *nodes;
	size_t count;
	size_t capacity;
	const char *end; /* of the text, white space trimmed */
};

namespace
{

bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

string_view
trim_end(string_view text)
{
	while (!text.empty() && is_space(text.back()))
		text.remove_suffix(1);
	return text;
}

json_node &
add_node(json *j, string_view key, json_kind kind)
{
	j->nodes = static_cast<json_node *>(
	    mem_grow(j->nodes, &j->capacity, j->count + 1, sizeof(*j->nodes)));
	json_node &node = j->nodes[j->count++];
	node = json_node{};
	node.key = key.data();
	node.key_len = static_cast<uint32_t>(key.size());
	node.kind = kind;
	node.end = static_cast<uint32_t>(j->count);
	return node;
}

void
set_text(json_node &node, string_view text)
{
	node.text = text.data();
	node.text_len = static_cast<uint32_t>(text.size());
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

/* Value is an ondemand::value, or the document where that is a scalar. */
template <typename Value>
error_code
add_number(json *j, string_view key, string_view text, Value &value)
{
	size_t digits;
	bool is_integer;
	int64_t integer;
	double number;

	if (!check_number(text, &digits, &is_integer))
		return simdjson::NUMBER_ERROR;
	if (is_integer && digits <= 19 && read_integer(text, &integer)) {
		json_node &node = add_node(j, key, JSON_INTEGER);
		set_text(node, text);
		node.integer = integer;
		return simdjson::SUCCESS;
	}
	/* Valid by the grammar, so an error means beyond all doubles. */
	if (value.get_double().get(number))
		number = text.front() == '-' ? -HUGE_VAL : HUGE_VAL;
	json_node &node = add_node(j, key, JSON_NUMBER);
	set_text(node, text);
	node.number = number;
	return simdjson::SUCCESS;
}

template <typename Value>
error_code
add_string(json *j, string_view key, string_view text, Value &value)
{
	if (text.size() < 2 || text.back() != '"')
		return simdjson::STRING_ERROR;
	string_view string = text.substr(1, text.size() - 2);
	error_code error;
	/* Either call moves on past the string. Left where it stands, it would
	 * be skipped as a name if a colon followed: `["a":1]` would pass. */
	if (memchr(string.data(), '\\', string.size()))
		error = value.get_string().get(string);
	else
		error = value.get_raw_json_string().error();
	if (error)
		return error;
	json_node &node = add_node(j, key, JSON_STRING);
	set_text(node, text);
	node.string = string.data();
	node.string_len = static_cast<uint32_t>(string.size());
	return simdjson::SUCCESS;
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
	set_text(add_node(j, key, kind), text);
	return simdjson::SUCCESS;
}

template <typename Value>
error_code
add_scalar(json *j, string_view key, string_view text, Value &value)
{
	if (text.empty())
		return simdjson::TAPE_ERROR;
	if (text.front() == '"')
		return add_string(j, key, text, value);
	if (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'))
		return add_number(j, key, text, value);
	return add_literal(j, key, text);
}

/* The name of a member: its own bytes, unless it is escaped. */
error_code
read_key(ondemand::field &field, string_view *key)
{
	const char *start = field.key().raw();
	const char *at = start;

	/* Stage 1 has seen the closing quote. */
	while (*at != '"' && *at != '\\')
		at++;
	if (*at == '\\')
		return field.unescaped_key().get(*key);
	*key = string_view(start, static_cast<size_t>(at - start));
	return simdjson::SUCCESS;
}

/* walk, walk_object and walk_array call each other; max_depth bounds them. */
template <typename Value>
error_code walk_object(json *, string_view key, Value &value, unsigned depth);
template <typename Value>
error_code walk_array(json *, string_view key, Value &value, unsigned depth);

error_code
walk(json *j, string_view key, ondemand::value &value, unsigned depth)
{
	string_view text = value.raw_json_token();

	/* On-Demand goes on into what follows the text where a comma stands
	 * there, and then the token's length is none. */
	if (text.data() >= j->end)
		return simdjson::TAPE_ERROR;
	switch (text.front()) {
	case '{':
		return walk_object(j, key, value, depth + 1);
	case '[':
		return walk_array(j, key, value, depth + 1);
	default:
		return add_scalar(j, key, trim_end(text), value);
	}
}

/* Completes the node of a container that started at `start`. */
template <typename Value>
void
close_container(json *j, size_t index, const char *start, Value &value)
{
	const char *next;

	if (value.current_location().get(next))
		next = j->end;
	j->nodes[index].end = static_cast<uint32_t>(j->count);
	set_text(j->nodes[index],
	    trim_end(string_view(start, static_cast<size_t>(next - start))));
}

template <typename Value>
error_code
walk_object(json *j, string_view key, Value &value, unsigned depth)
{
	size_t index = j->count;
	ondemand::object object;
	const char *start;
	error_code error;

	if (depth > j->max_depth)
		return simdjson::DEPTH_ERROR;
	if ((error = value.current_location().get(start)) ||
	    (error = value.get_object().get(object)))
		return error;
	add_node(j, key, JSON_OBJECT);
	for (auto member : object) {
		string_view name;

		if ((error = member.error()))
			return error;
		/* A reference: copied, what has just been written in parts is
		 * loaded whole, which waits until the parts are in memory. */
		ondemand::field &&field = std::move(member).value_unsafe();
		if ((error = read_key(field, &name)) ||
		    (error = walk(j, name, field.value(), depth)))
			return error;
	}
	close_container(j, index, start, value);
	return simdjson::SUCCESS;
}

template <typename Value>
error_code
walk_array(json *j, string_view key, Value &value, unsigned depth)
{
	size_t index = j->count;
	ondemand::array array;
	const char *start;
	error_code error;

	if (depth > j->max_depth)
		return simdjson::DEPTH_ERROR;
	if ((error = value.current_location().get(start)) ||
	    (error = value.get_array().get(array)))
		return error;
	add_node(j, key, JSON_ARRAY);
	for (auto item : array) {
		if ((error = item.error()))
			return error;
		ondemand::value &&element = std::move(item).value_unsafe();
		if ((error = walk(j, string_view(), element, depth)))
			return error;
	}
	close_container(j, index, start, value);
	return simdjson::SUCCESS;
}

/* Else a byte order mark would be a value with something after it. */
bool
begins_scalar(char c)
{
	return strchr("\"-0123456789tfn", c) && c != '\0';
}

error_code
walk_document(json *j, ondemand::document &document, string_view text)
{
	error_code error;

	switch (text.front()) {
	case '{':
		error = walk_object(j, string_view(), document, 1);
		break;
	case '[':
		error = walk_array(j, string_view(), document, 1);
		break;
	default: {
		string_view token;

		if ((error = document.raw_json_token().get(token)))
			return error;
		if (!begins_scalar(text.front()))
			return simdjson::TAPE_ERROR;
		if (trim_end(token).size() != text.size())
			return simdjson::TRAILING_CONTENT;
		return add_scalar(j, string_view(), text, document);
	}
	}
	/* There is a location only where something is left to read. */
	const char *rest;
	if (!error && !document.current_location().get(rest))
		error = simdjson::TRAILING_CONTENT;
	return error;
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
	if (!at)
		return fail_set(why, status, "%s", describe(error));
	return fail_set(why, status, "%s near byte %zu", describe(error),
	    static_cast<size_t>(at - text) + 1);
}

} /* namespace */

struct json *
json_new(unsigned max_depth)
{
	/* An exception would have no C caller to go to. The parentheses zero
	 * the members that have no constructor. */
	json *j = new (std::nothrow) json();

	if (!j) {
		free(mem_alloc(1, SIZE_MAX)); /* reports and exits */
		abort();
	}
	j->max_depth = max_depth;
	return j;
}

int
json_parse(struct json *j, const char *text, size_t len,
    const struct json_node **nodes, size_t *count, struct fail *why)
{
	ondemand::document document;
	string_view whole = trim_end(string_view(text, len));
	const char *at = nullptr;
	error_code error;

	while (!whole.empty() && is_space(whole.front()))
		whole.remove_prefix(1);
	j->count = 0;
	j->end = whole.data() + whole.size();
	if (whole.empty())
		return report(j, simdjson::EMPTY, text, at, why);
	error = j->parser
		    .iterate(whole.data(), whole.size(),
			whole.size() + JSON_PADDING)
		    .get(document);
	if (!error) {
		error = walk_document(j, document, whole);
		if (error && document.current_location().get(at))
			at = nullptr;
	}
	if (error)
		return report(j, error, text, at, why);
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
