/* SPDX-License-Identifier: ISC */
/*
 * What is UTF-8: the edges of each length, and their neighbours.
 */
#include "tap.h"
#include "utf8.h"

int
main(void)
{
	static const struct {
		const char *text;
		bool is_valid;
	} cases[] = {
	    {"", true},
	    {"a", true},
	    {"\x7F", true},
	    {"\x80", false},
	    {"\xC1\xBF", false},
	    {"\xC2\x80", true},
	    {"\xC2", false},
	    {"\xC2\x41", false},
	    {"\xDF\xBF", true},
	    {"\xE0\x9F\xBF", false},
	    {"\xE0\xA0\x80", true},
	    {"\xED\x9F\xBF", true},
	    {"\xED\xA0\x80", false},
	    {"\xEE\x80\x80", true},
	    {"\xEF\xBF\xBF", true},
	    {"\xE2\x82", false},
	    {"\xF0\x8F\xBF\xBF", false},
	    {"\xF0\x90\x80\x80", true},
	    {"\xF4\x8F\xBF\xBF", true},
	    {"\xF4\x90\x80\x80", false},
	    {"\xF5\x80\x80\x80", false},
	    {"\xF0\x90\x80", false},
	    {"\xE2\x82\x7F", false},
	    {"\xE2\x82\xC0", false},
	    {"\xF0\x90\x7F\x80", false},
	    {"\xF0\x90\x80\xC0", false},
	    {"\xFF", false},
	    {"a\xC3\xA9z", true},
	    {"a\xC3z", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(utf8_is_valid(cases[i].text, strlen(cases[i].text)) ==
			cases[i].is_valid,
		    "case %zu is %s", i, cases[i].is_valid ? "valid" : "not");
	ok(utf8_is_valid("a\0b", 3), "a NUL is a character");
	return tap_done();
}
