/* SPDX-License-Identifier: ISC */
/*
 * JSON paths: what is written is read again.
 */
#include "path.h"
#include "tap.h"

#include <stdlib.h>

static void
test_there_and_back(void)
{
	static const struct {
		const char *path;
		const char *keys[4]; /* "*" is an item */
		size_t count;
	} cases[] = {
	    {"$", {NULL}, 0},
	    {"$.id", {"id"}, 1},
	    {"$.azAZ09", {"azAZ09"}, 1},
	    {"$.\".a\"", {".a"}, 1},
	    {"$.a-b.c_d", {"a-b", "c_d"}, 2},
	    {"$.tags[*].k", {"tags", "*", "k"}, 3},
	    {"$.m[*][*]", {"m", "*", "*"}, 3},
	    {"$.\"a.b\".c", {"a.b", "c"}, 2},
	    {"$.\"\"", {""}, 1},
	    {"$.\"a\\\"b\\\\c\"", {"a\"b\\c"}, 1},
	    {"$.\"\\n\\u0001\"", {"\n\001"}, 1},
	    {"$.\"\\u0001x\\u001f\"", {"\001x\037"}, 1},
	    {"$.\"日本\"", {"日本"}, 1},
	    {"$.\"[*]\"", {"[*]"}, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf path;
		const char *at = cases[i].path + 1;
		struct path_step step;
		size_t n = 0;
		bool same = true;

		buf_init(&path, 1 << 10);
		path_start(&path);
		for (size_t k = 0; k < cases[i].count; k++) {
			const char *key = cases[i].keys[k];
			bool is_item = strcmp(key, "*") == 0;

			path_add(&path, is_item ? NULL : key, strlen(key));
		}
		is(path.data, cases[i].path, cases[i].path);
		buf_free(&path);
		while (path_next(&at, &step) == 1) {
			const char *key = step.key ? step.key : "*";

			same = same && n < cases[i].count &&
			    strcmp(key, cases[i].keys[n]) == 0 &&
			    step.len == (step.key ? strlen(key) : 0);
			free(step.key);
			n++;
		}
		ok(same && n == cases[i].count && *at == '\0', "... and back");
		is_int(path_next(&at, &step), 0, "... to the end");
	}
}

static void
test_nonsense(void)
{
	static const char *const cases[] = {"x", ".", "..", "[0]", "[*", ".\"",
	    ".\"a", ".\"\\", ".\"\\x\"", ".\"\\u00\"", ".\"\\u00e9\"",
	    ".\"\\u0080\"", ".\"\\u1041\"", ".\"\\u00g1\"", ".\"\\u00G1\"",
	    ".\"\\u00:1\"", ".\"\\u00@1\"", ". a"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *at = cases[i];
		struct path_step step;

		ok(path_next(&at, &step) == -1, "no step: %s", cases[i]);
	}
}

/* Escapes as others may write them. */
static void
test_spellings(void)
{
	static const struct {
		const char *path, *key;
	} cases[] = {
	    {".\"\\u000A\"", "\n"},
	    {".\"\\u0039\"", "9"},
	    {".\"\\u005fF\\u007f\"", "_F\177"},
	    {".\"\\u004a\\u004F\"", "JO"},
	    {".\"\\/\\b\\f\\r\\t\"", "/\b\f\r\t"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *at = cases[i].path;
		struct path_step step;

		if (!ok(path_next(&at, &step) == 1, "a step: %s",
			cases[i].path))
			continue;
		ok(step.len == strlen(cases[i].key) &&
			memcmp(step.key, cases[i].key, step.len) == 0,
		    "%s is read", cases[i].path);
		free(step.key);
	}
}

int
main(void)
{
	test_there_and_back();
	test_spellings();
	test_nonsense();
	return tap_done();
}
