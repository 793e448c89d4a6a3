/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as JSON. The first byte of the input is what the padding behind
 * the text is filled with: a text must be judged alike whatever follows it.
 * The slices of an accepted text must lie inside it, and each must be JSON.
 */
#include "json.h"

#include "bounds.h"
#include "mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Returns the number of nodes; 0 where the text is no JSON. */
static size_t
parse(struct json *j, const char *text, size_t len, int filler, bool is_deep)
{
	char *copy = mem_alloc(len + JSON_PADDING, 1);
	const struct json_node *nodes;
	struct fail why;
	size_t count = 0;

	memcpy(copy, text, len);
	memset(copy + len, filler, JSON_PADDING);
	if (json_parse(j, copy, len, &nodes, &count, &why) != 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct json_node *n = &nodes[i];

		assert(n->end > i && n->end <= count);
		assert(n->text >= copy && n->text_len > 0);
		assert(n->text + n->text_len <= copy + len);
	}
	if (is_deep && count > 0 && count < 64) {
		struct json *inner = json_new(BOUND_JSON_DEPTH);

		for (size_t i = 0; i < count; i++)
			assert(parse(inner, nodes[i].text, nodes[i].text_len,
				   filler, false) == nodes[i].end - i);
		json_free(inner);
	}
	free(copy);
	return count;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct json *j;
	const char *text = (const char *)data + 1;
	size_t count;

	if (size == 0)
		return 0;
	j = json_new(BOUND_JSON_DEPTH);
	count = parse(j, text, size - 1, 0, true);
	assert(parse(j, text, size - 1, data[0], false) == count);
	json_free(j);
	return 0;
}
