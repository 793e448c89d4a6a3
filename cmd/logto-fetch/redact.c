/* SPDX-License-Identifier: ISC */
/*
 * Finding secret values. A name that occurs twice in an object is cut twice.
 */
#include "redact.h"

#include "mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char redact_unknown_path[] =
    "*secret *clientSecret *secretKey *privateKey *signingKey *password "
    "*passwordDigest *passwordEncrypted *environmentVariables *accessToken "
    "*refreshToken";

static bool
has_key(const struct json_node *node, const char *name, size_t len)
{
	return node->key && node->key_len == len &&
	    memcmp(node->key, name, len) == 0;
}

static void
cut(struct redact *r, const struct json_node *node)
{
	if (node->kind == JSON_NULL)
		return;
	r->cuts =
	    mem_grow(r->cuts, &r->capacity, r->count + 1, sizeof(*r->cuts));
	r->cuts[r->count++] = (struct redact_cut){node->text, node->text_len};
}

/* Any member of that name below the object. */
static void
find_anywhere(struct redact *r, const struct json_node *nodes, size_t object,
    const char *name, size_t len)
{
	for (size_t i = object + 1; i < nodes[object].end; i++)
		if (has_key(&nodes[i], name, len))
			cut(r, &nodes[i]);
}

/* Follows a path of `len` bytes; as deep as the path has members. */
static void
find_path(struct redact *r, const struct json_node *nodes, size_t value,
    const char *path, size_t len)
{
	const char *dot = memchr(path, '.', len);
	size_t name_len = dot ? (size_t)(dot - path) : len;

	for (size_t i = value + 1; i < nodes[value].end; i = nodes[i].end) {
		if (nodes[value].kind == JSON_ARRAY) {
			if (nodes[i].kind == JSON_OBJECT)
				find_path(r, nodes, i, path, len);
		} else if (has_key(&nodes[i], path, name_len)) {
			if (dot)
				find_path(r, nodes, i, dot + 1,
				    len - name_len - 1);
			else
				cut(r, &nodes[i]);
		}
	}
}

/* By place; of two that start together the longer one first. */
static int
compare_cuts(const void *a, const void *b)
{
	const struct redact_cut *x = a, *y = b;

	if (x->text != y->text)
		return x->text < y->text ? -1 : 1;
	return (x->len < y->len) - (x->len > y->len);
}

void
redact_find(struct redact *r, const struct json_node *nodes, size_t object,
    const char *paths)
{
	size_t kept = 0;

	r->count = 0;
	while (paths && *paths) {
		size_t len = strcspn(paths, " ");

		if (*paths == '*')
			find_anywhere(r, nodes, object, paths + 1, len - 1);
		else
			find_path(r, nodes, object, paths, len);
		paths += len + strspn(paths + len, " ");
	}
	if (r->count < 2)
		return;
	qsort(r->cuts, r->count, sizeof(*r->cuts), compare_cuts);
	/* What lies inside another cut goes with it. */
	for (size_t i = 1; i < r->count; i++)
		if (r->cuts[i].text >= r->cuts[kept].text + r->cuts[kept].len)
			r->cuts[++kept] = r->cuts[i];
	r->count = kept + 1;
}

void
redact_free(struct redact *r)
{
	free(r->cuts);
	*r = (struct redact){0};
}
