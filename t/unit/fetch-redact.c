/* SPDX-License-Identifier: ISC */
/* Which bytes of a record are secret. */
#include "redact.h"

#include "buf.h"
#include "tap.h"

static const struct redact_case {
	const char *record, *paths, *wanted;
	const char *why;
} cases[] = {
    {"{\"a\":1}", NULL, "{\"a\":1}", "no paths"},
    {"{\"secret\":\"x\",\"id\":1}", "secret", "{\"secret\":#,\"id\":1}",
	"a member"},
    {"{\"id\":1,\"config\":{\"a\":[1,2]}}", "config", "{\"id\":1,\"config\":#}",
	"a whole object"},
    {"{\"config\":{\"url\":\"u\",\"headers\":{\"X\":\"s\"}}}",
	"signingKey config.headers",
	"{\"config\":{\"url\":\"u\",\"headers\":#}}",
	"a member inside another"},
    {"{\"secret\":null}", "secret", "{\"secret\":null}", "null is no secret"},
    {"{\"se\\u0063ret\":\"x\"}", "secret", "{\"se\\u0063ret\":#}",
	"a name in disguise"},
    {"{\"secret\":\"x\",\"secret\":\"y\"}", "secret",
	"{\"secret\":#,\"secret\":#}", "a name that occurs twice"},
    {"{\"a\":{\"secret\":\"x\"}}", "secret", "{\"a\":{\"secret\":\"x\"}}",
	"a path starts at the record"},
    {"{\"v\":[{\"s\":\"x\"},{\"s\":\"y\"},3]}", "v.s",
	"{\"v\":[{\"s\":#},{\"s\":#},3]}", "through a list"},
    {"{\"a\":{\"b\":[{\"secret\":\"x\"}]},\"secret\":\"y\"}", "*secret",
	"{\"a\":{\"b\":[{\"secret\":#}]},\"secret\":#}", "at any depth"},
    {"{\"config\":{\"secret\":\"x\"},\"z\":1}", "*secret config",
	"{\"config\":#,\"z\":1}", "a secret inside a secret is one cut"},
    {"{\"secret\":\"x\",\"z\":1}", "secret *secret", "{\"secret\":#,\"z\":1}",
	"found in two ways"},
    {"{\"a\":{\"secret\":\"x\"},\"b\":{\"secret\":\"y\"},"
     "\"c\":{\"secret\":\"z\"}}",
	"*secret c b a", "{\"a\":#,\"b\":#,\"c\":#}",
	"many, in no order, inside of others"},
    {"{\"secret\":\"x\",\"id\":1}", "*secret", "{\"secret\":#,\"id\":1}",
	"the first of all members, at any depth"},
    {"{\"\":\"x\",\"secret\":\"y\"}", "secret other",
	"{\"\":\"x\",\"secret\":#}", "no path is empty"},
    {"{\"secrets\":\"x\",\"secre\":\"y\"}", "secret",
	"{\"secrets\":\"x\",\"secre\":\"y\"}", "longer and shorter names"},
};

static void
check(struct json *json, struct redact *r, const struct redact_case *c)
{
	const struct json_node *nodes;
	struct buf text, result;
	struct fail why;
	size_t count;
	const char *at;

	buf_init(&text, 4096);
	buf_init(&result, 4096);
	buf_add(&text, c->record);
	(void)buf_reserve(&text, JSON_PADDING);
	if (!ok(json_parse(json, text.data, text.len, &nodes, &count, &why) ==
		    0,
		"%s: JSON", c->why))
		return;
	redact_find(r, nodes, 0, c->paths);
	at = text.data;
	for (size_t i = 0; i < r->count; i++) {
		buf_append(&result, at, (size_t)(r->cuts[i].text - at));
		buf_add_char(&result, '#');
		at = r->cuts[i].text + r->cuts[i].len;
	}
	buf_add(&result, at);
	is(result.data, c->wanted, c->why);
	buf_free(&text);
	buf_free(&result);
}

int
main(void)
{
	struct json *json = json_new(64);
	struct redact r = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(json, &r, &cases[i]);
	redact_free(&r);
	redact_free(&r);
	json_free(json);
	return tap_done();
}
