/* SPDX-License-Identifier: ISC */
/*
 * JSON strings and percent-encoding; what is escaped as JSON reads back.
 */
#include "escape.h"

#include "json.h"
#include "mem.h"
#include "tap.h"

#include <stdlib.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *text;
	size_t len;
	const char *json, *url, *why;
} cases[] = {
    {TEXT(""), "\"\"", "", "nothing"},
    {TEXT("abcXYZ019-._~"), "\"abcXYZ019-._~\"", "abcXYZ019-._~",
	"unreserved characters"},
    {"abc", 2, "\"ab\"", "ab", "a part of a text"},
    {TEXT("a b"), "\"a b\"", "a%20b", "a space"},
    {TEXT("+/?#&=%"), "\"+/?#&=%\"", "%2B%2F%3F%23%26%3D%25", "delimiters"},
    {TEXT("\"\\"), "\"\\\"\\\\\"", "%22%5C", "a quote and a backslash"},
    {TEXT("\b\t\n\v\f\r"), "\"\\b\\t\\n\\u000b\\f\\r\"", "%08%09%0A%0B%0C%0D",
	"controls"},
    {TEXT("\a\x0E\x01\x1F\x7F"), "\"\\u0007\\u000e\\u0001\\u001f\x7F\"",
	"%07%0E%01%1F%7F", "other controls"},
    {TEXT("a\0b"), "\"a\\u0000b\"", "a%00b", "a NUL"},
    {TEXT("é"), "\"é\"", "%C3%A9", "UTF-8"},
    {TEXT("😀"), "\"😀\"", "%F0%9F%98%80", "four bytes"},
};

int
main(void)
{
	struct json *j = json_new(1);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct json_node *nodes;
		struct buf text;
		struct fail why;
		size_t count;

		buf_init(&text, 1 << 10);
		escape_url(&text, cases[i].text, cases[i].len);
		is(text.data, cases[i].url, cases[i].why);
		buf_clear(&text);
		escape_json(&text, cases[i].text, cases[i].len);
		is(text.data, cases[i].json, cases[i].why);
		char *padded = mem_alloc(text.len + JSON_PADDING, 1);
		memcpy(padded, text.data, text.len);
		ok(json_parse(j, padded, text.len, &nodes, &count, &why) == 0 &&
			nodes->string_len == cases[i].len &&
			memcmp(nodes->string, cases[i].text, cases[i].len) == 0,
		    "%s reads back", cases[i].why);
		free(padded);
		buf_free(&text);
	}
	json_free(j);
	return tap_done();
}
