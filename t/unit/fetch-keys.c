/* SPDX-License-Identifier: ISC */
/* Which records have lists below them, and by which key. */
#include "keys.h"

#include "fail.h"
#include "tap.h"

#include <stdlib.h>

static const struct keys_case {
	const char *name;
	const char *records; /* a list of them */
	const char *member;  /* NULL: id */
	const char *of;
	const char *wanted; /* each key and a blank */
} cases[] = {
    {"their ids", "[{\"id\":\"a\"},{\"id\":\"b\"}]", NULL, NULL, "a b "},
    {"no records", "[]", NULL, NULL, ""},
    {"another member", "[{\"id\":\"a\",\"name\":\"n\"}]", "name", NULL, "n "},
    {"without it", "[{\"name\":\"n\"},{\"id\":\"b\"}]", NULL, NULL, "b "},
    {"an empty one", "[{\"id\":\"\"},{\"id\":\"b\"}]", NULL, NULL, "b "},
    {"a number", "[{\"id\":7},{\"id\":null}]", NULL, NULL, ""},
    {"a NUL in it", "[{\"id\":\"a\\u0000b\"}]", NULL, NULL, ""},
    {"of a type",
	"[{\"id\":\"a\",\"type\":\"User\"},{\"id\":\"b\",\"type\":\"M\"},"
	"{\"id\":\"c\"}]",
	NULL, "type=User", "a "},
    {"of a type that is no string", "[{\"id\":\"a\",\"type\":[1]}]", NULL,
	"type=User", ""},
    {"of another party",
	"[{\"id\":\"a\",\"isThirdParty\":true},"
	"{\"id\":\"b\",\"isThirdParty\":false,\"type\":\"true\"}]",
	NULL, "isThirdParty=true", "a "},
    {"of ours",
	"[{\"id\":\"a\",\"isThirdParty\":true},"
	"{\"id\":\"b\",\"isThirdParty\":false}]",
	NULL, "isThirdParty=false", "b "},
};

/* Each key that fits, and a blank. */
static void
add_keys(const struct keys *k, const char *of, struct buf *to)
{
	size_t at = 0;

	for (const char *key = keys_next(k, &at, of); key;
	     key = keys_next(k, &at, of)) {
		buf_add(to, key);
		buf_add(to, " ");
	}
}

static void
test_case(const struct keys_case *c)
{
	struct json *json = json_new(8);
	const struct json_node *nodes;
	struct keys keys;
	struct buf got;
	struct fail why;
	char text[200] = "";
	size_t count, wanted = 0;

	keys_init(&keys);
	buf_init(&got, sizeof(text));
	/* The parser wants to read behind the end. */
	(void)snprintf(text, sizeof(text), "%s", c->records);
	if (json_parse(json, text, strlen(text), &nodes, &count, &why) != 0)
		exit(1);
	for (size_t at = 1; at < nodes[0].end; at = nodes[at].end)
		keys_add(&keys, nodes, at, c->member);
	add_keys(&keys, c->of, &got);
	is(got.data, c->wanted, c->name);
	for (const char *blank = c->wanted; *blank; blank++)
		wanted += *blank == ' ';
	if (!c->of)
		is_int((long long)keys.count, (long long)wanted, c->name);
	ok(!keys.is_whole, "%s: there may be more", c->name);
	buf_free(&got);
	keys_free(&keys);
	is_int((long long)keys.count, 0, "freed");
	json_free(json);
}

static void
test_words(void)
{
	struct keys keys;
	struct buf got;

	keys_init(&keys);
	buf_init(&got, 100);
	keys_add_words(&keys, "=one,two,3");
	add_keys(&keys, NULL, &got);
	is(got.data, "one two 3 ", "words");
	buf_clear(&got);
	add_keys(&keys, "type=User", &got);
	is(got.data, "", "have no type");
	is_int((long long)keys.count, 3, "are counted");
	ok(keys.is_whole, "and are all there are");
	buf_free(&got);
	keys_free(&keys);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(&cases[i]);
	test_words();
	return tap_done();
}
