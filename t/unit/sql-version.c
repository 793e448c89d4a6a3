/* SPDX-License-Identifier: ISC */
/*
 * The number of a record's content: what changes it, and what does not.
 */
#include "json.h"
#include "record.h"
#include "schema.h"
#include "tap.h"
#include "version.h"

struct fixture {
	struct json *json;
	struct schema *schema;
	struct record record;
	struct batch batch;
	uint64_t count;
};

static void
number(struct fixture *f, const char *json, char text[VERSION_TEXT_BYTES])
{
	char line[256] = {0};
	const struct json_node *nodes;
	struct origin origin = {.name = "test"};
	struct fail why;
	size_t count, len = strlen(json);

	memcpy(line, json, len);
	text[0] = '\0';
	if (!ok(json_parse(f->json, line, len, &nodes, &count, &why) == 0 &&
		    record_add(&f->record, nodes, &origin, &why) == 0,
		"%s is a record", json))
		return;
	version_write(&f->batch, ++f->count, text);
}

int
main(void)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} cases[] = {
	    {"{\"id\":1,\"v\":\"a\"}", "{\"v\":\"a\",\"id\":1}", true},
	    {"{\"id\":1,\"v\":\"a\"}", "{\"id\":1,\"v\":\"b\"}", false},
	    {"{\"id\":1,\"v\":\"a\"}", "{\"id\":1,\"w\":\"a\"}", false},
	    {"{\"id\":1,\"n\":null}", "{\"id\":1}", true},
	    {"{\"id\":1,\"n\":3}", "{\"id\":1,\"n\":3.0}", true},
	    {"{\"id\":1,\"l\":[1,2]}", "{\"id\":1,\"l\":[2,1]}", false},
	    {"{\"id\":1,\"l\":[1,2]}", "{\"id\":1,\"l\":[1]}", false},
	    {"{\"id\":1,\"l\":[1,2]}", "{\"l\":[1,2],\"id\":1}", true},
	    {"{\"id\":1,\"l\":[]}", "{\"id\":1}", false},
	    {"{\"id\":1,\"v\":\"a\",\"w\":\"b\"}",
		"{\"id\":1,\"v\":\"b\",\"w\":\"a\"}", false},
	};
	const struct schema_options limits = {.max_name_bytes = 63,
	    .max_columns = 100};
	const struct record_options options = {.depth = 16,
	    .mode = MODE_MERGE,
	    .table = "t",
	    .load_id = 1};
	struct fixture f = {.json = json_new(16)};

	f.schema = schema_new(&limits);
	batch_clear(&f.batch, 1);
	record_init(&f.record, f.schema, &options);
	f.record.batch = &f.batch;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char a[VERSION_TEXT_BYTES], b[VERSION_TEXT_BYTES];

		number(&f, cases[i].a, a);
		number(&f, cases[i].b, b);
		ok(strlen(a) == 32 && (strcmp(a, b) == 0) == cases[i].is_same,
		    "%s is%s %s", cases[i].a, cases[i].is_same ? "" : " not",
		    cases[i].b);
	}
	record_free(&f.record);
	batch_free(&f.batch);
	schema_free(f.schema);
	json_free(f.json);
	return tap_done();
}
