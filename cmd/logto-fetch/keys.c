/* SPDX-License-Identifier: ISC */
/*
 * Parents' keys, end to end in one buffer.
 */
#include "keys.h"

#include <stdint.h>
#include <string.h>

void
keys_init(struct keys *k)
{
	*k = (struct keys){0};
	buf_init(&k->text, SIZE_MAX / 4);
}

/* A string's text, or a literal's; NUL ends it. */
static void
add_member(struct buf *to, const struct json_node *node)
{
	if (node && node->kind == JSON_STRING)
		buf_append(to, node->string, node->string_len);
	else if (node && (node->kind == JSON_TRUE || node->kind == JSON_FALSE))
		buf_append(to, node->text, node->text_len);
	buf_add_char(to, '\0');
}

void
keys_add(struct keys *k, const struct json_node *nodes, size_t object,
    const char *name)
{
	const struct json_node *key =
	    json_member(nodes, object, name ? name : "id");

	/* An empty one, or one that holds a NUL, has no path. */
	if (!key || key->kind != JSON_STRING || key->string_len == 0 ||
	    memchr(key->string, '\0', key->string_len))
		return;
	add_member(&k->text, key);
	add_member(&k->text, json_member(nodes, object, "type"));
	add_member(&k->text, json_member(nodes, object, "isThirdParty"));
	k->count++;
}

void
keys_add_words(struct keys *k, const char *words)
{
	while (*words) {
		size_t len = strcspn(++words, ",");

		buf_append(&k->text, words, len);
		buf_append(&k->text, "\0\0", 3);
		k->count++;
		words += len;
	}
	k->is_whole = true;
}

const char *
keys_next(const struct keys *k, size_t *at, const char *of)
{
	const char *wanted = of ? strchr(of, '=') + 1 : NULL;
	bool is_type = of && strncmp(of, "type=", 5) == 0;

	while (*at < k->text.len) {
		const char *key = k->text.data + *at;
		const char *type = key + strlen(key) + 1;
		const char *third = type + strlen(type) + 1;

		*at = (size_t)(third + strlen(third) + 1 - k->text.data);
		if (!of || strcmp(is_type ? type : third, wanted) == 0)
			return key;
	}
	return NULL;
}

void
keys_free(struct keys *k)
{
	buf_free(&k->text);
	k->count = 0;
}
