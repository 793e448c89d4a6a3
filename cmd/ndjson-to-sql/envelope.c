/* SPDX-License-Identifier: ISC */
/* Read for each record: names are told apart by their lengths first. */
#include "envelope.h"

#include "json.h"

#include <string.h>

int
envelope_refuse(struct fail *why, const char *text)
{
	(void)fail_set(why, STATUS_DATA, "%s", text);
	return 1;
}

void
envelope_read(const struct json_node *nodes, struct envelope *e)
{
	*e = (struct envelope){0};
	for (size_t n = 1; n < nodes[0].end; n = nodes[n].end) {
		const struct json_node *node = &nodes[n];

		if (node->key_len < 4 || node->key[0] != '_')
			continue;
		if (node->key_len == 9 &&
		    memcmp(node->key, "_resource", 9) == 0)
			e->resource = node;
		else if (node->key_len == 7 &&
		    memcmp(node->key, "_parent", 7) == 0)
			e->parent = node;
		else if (node->key_len == 4 &&
		    memcmp(node->key, "_key", 4) == 0)
			e->key = node;
		else if (node->key_len == 5 &&
		    memcmp(node->key, "_rows", 5) == 0)
			e->rows = node;
		else if (node->key_len == 6 &&
		    memcmp(node->key, "_error", 6) == 0)
			e->error = node;
	}
}

bool
envelope_is_none(const struct envelope *e)
{
	const struct json_node *rows = e->rows;

	return rows && rows->kind == JSON_INTEGER && rows->integer == 0;
}

bool
envelope_is_all(const struct envelope *e)
{
	const struct json_node *rows = e->rows;

	return rows && rows->kind == JSON_STRING && rows->string_len == 3 &&
	    memcmp(rows->string, "all", 3) == 0;
}

int
envelope_check(const struct envelope *e, struct fail *why)
{
	if (e->error)
		return envelope_refuse(why,
		    "the reserved member '_error' in a record; "
		    "the stream was put together from a broken "
		    "one");
	if (e->resource && e->resource->kind != JSON_STRING)
		return envelope_refuse(why, "'_resource' is no string");
	if (e->resource && e->resource->string_len == 0)
		return envelope_refuse(why, "'_resource' is empty");
	if (e->parent && e->parent->kind != JSON_OBJECT)
		return envelope_refuse(why, "'_parent' is no object");
	if (e->key && e->key->kind != JSON_ARRAY)
		return envelope_refuse(why, "'_key' is no list");
	if (e->rows && !envelope_is_none(e) && !envelope_is_all(e))
		return envelope_refuse(why, "'_rows' is neither 0 nor \"all\"");
	return 0;
}
