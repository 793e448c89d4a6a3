/* SPDX-License-Identifier: ISC */
/*
 * The members of an object are found in the order in which they came last
 * time; so the common case is a comparison of each name.
 */
#include "flatten.h"

#include "json.h"
#include "key.h"
#include "mem.h"
#include "path.h"
#include "place.h"
#include "record.h"
#include "schema.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

static void put_value(struct record *r, struct member *m,
    const struct json_node *nodes, size_t at, struct place *p);

static void
put_member(struct record *r, struct member *m, const struct json_node *nodes,
    size_t at, struct place *p)
{
	if (m->is_reserved)
		return;
	put_value(r, m, nodes, at, p);
}

/* By their keys; of one key, in the order of the text. */
static int
compare_keys(const void *left, const void *right)
{
	const struct json_node *a = *(const struct json_node *const *)left;
	const struct json_node *b = *(const struct json_node *const *)right;
	size_t len = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order = memcmp(a->key, b->key, len);

	if (order == 0 && a->key_len != b->key_len)
		order = a->key_len < b->key_len ? -1 : 1;
	if (order == 0)
		order = a < b ? -1 : 1;
	return order;
}

static bool
has_same_key(const struct json_node *a, const struct json_node *b)
{
	return a->key_len == b->key_len &&
	    memcmp(a->key, b->key, a->key_len) == 0;
}

static char *
path_below(const struct member *above, const struct json_node *node)
{
	struct buf path;
	char *start = member_path(above);

	buf_init(&path, BOUND_LINE_BYTES);
	buf_add(&path, start);
	path_add(&path, node->key, node->key_len);
	free(start);
	return buf_detach(&path);
}

/* Members of an object that find no column. */
struct unlisted {
	const struct json_node **nodes;
	size_t count, capacity;
};

static void
add_unlisted(struct unlisted *u, const struct json_node *node)
{
	u->nodes = mem_grow(u->nodes, &u->capacity, u->count + 1,
	    sizeof(struct json_node *));
	u->nodes[u->count++] = node;
}

/* Keeps them, of one key the last, and frees the list. There may be as many as
 * a line holds: they are sorted, not compared with each other. */
static void
put_unlisted(struct member *m, struct unlisted *u, struct place *p)
{
	const struct json_node **nodes = u->nodes;

	if (u->count > 1)
		qsort(nodes, u->count, sizeof(struct json_node *),
		    compare_keys);
	for (size_t i = 0; i < u->count; i++)
		if (i + 1 == u->count || !has_same_key(nodes[i], nodes[i + 1]))
			place_keep(p, path_below(m, nodes[i]), nodes[i]);
	free(nodes);
}

/* An object that has a member twice: the last one counts, as in JSON.parse
 * and jq, so they are taken from the last to the first. */
static void
put_members_backwards(struct record *r, struct member *m,
    const struct json_node *nodes, size_t at, struct place *p)
{
	uint64_t object = ++r->object;
	size_t *order = NULL, count = 0, capacity = 0;
	struct unlisted unlisted = {0};

	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		order = mem_grow(order, &capacity, count + 1, sizeof(*order));
		order[count++] = n;
	}
	while (count-- > 0) {
		const struct json_node *node = &nodes[order[count]];
		struct member *below =
		    schema_member(r->schema, m, NULL, node->key, node->key_len);

		if (!below) {
			add_unlisted(&unlisted, node);
		} else if (below->last_object == object) {
			r->doubled = below;
		} else {
			below->last_object = object;
			put_member(r, below, nodes, order[count], p);
		}
	}
	put_unlisted(m, &unlisted, p);
	free(order);
}

/* Finds the members of the object, onto the end of r->found; false where one
 * is there twice. */
static bool
find_members(struct record *r, struct member *m, const struct json_node *nodes,
    size_t at)
{
	uint64_t object = ++r->object;
	struct member *previous = NULL;

	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		struct member *below =
		    members_guess(m, previous, nodes[n].key, nodes[n].key_len);

		if (!below)
			below = schema_member(r->schema, m, previous,
			    nodes[n].key, nodes[n].key_len);
		r->found = mem_grow(r->found, &r->found_capacity,
		    r->found_count + 1, sizeof(struct member *));
		r->found[r->found_count++] = below;
		if (!below)
			continue;
		if (below->last_object == object)
			return false;
		below->last_object = object;
		previous = below;
	}
	return true;
}

void
flatten_object(struct record *r, struct member *m,
    const struct json_node *nodes, size_t at, struct place *p)
{
	size_t start = r->found_count, next = start;
	struct unlisted unlisted = {0};

	m->has_below = true;
	if (!find_members(r, m, nodes, at)) {
		r->found_count = start;
		put_members_backwards(r, m, nodes, at, p);
		return;
	}
	/* Objects below push their members behind these. */
	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		struct member *below = r->found[next++];

		if (below)
			put_member(r, below, nodes, n, p);
		else
			add_unlisted(&unlisted, &nodes[n]);
	}
	r->found_count = start;
	put_unlisted(m, &unlisted, p);
}

static void
put_list(struct record *r, struct member *m, const struct json_node *nodes,
    size_t at, struct place *p)
{
	size_t index = 0;

	if (!key_is_referable(r, p->table))
		return;
	if (!m->list && !contract_allows(r, CONTRACT_TABLES, m))
		return;
	if (!m->list && schema_add_list(r->schema, m) != 0) {
		place_keep(p, member_path(m), &nodes[at]);
		return;
	}
	m->has_below = true;
	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		struct place child;

		place_open_child(r, m->list, p, index++, &child);
		put_value(r, m->item, nodes, n, &child);
		place_close(r, &child);
	}
}

/* Whether a container is taken apart; an item's object always is, its list
 * counted as one level. */
static bool
is_taken_apart(const struct record *r, const struct member *m,
    const struct json_node *node)
{
	unsigned depth = m->depth;

	if (m->forced == TYPE_JSON)
		return false;
	if (node->kind == JSON_ARRAY && r->options.has_json_arrays)
		return false;
	if (!m->key)
		return node->kind == JSON_OBJECT ||
		    depth + 1 <= r->options.depth;
	return depth <= r->options.depth;
}

static void
put_value(struct record *r, struct member *m, const struct json_node *nodes,
    size_t at, struct place *p)
{
	const struct json_node *node = &nodes[at];

	if (node->kind != JSON_OBJECT && node->kind != JSON_ARRAY)
		value_put_scalar(r, m, node, p);
	else if (node->end == at + 1 || !is_taken_apart(r, m, node))
		value_put(r, m, node, p);
	else if (node->kind == JSON_OBJECT)
		flatten_object(r, m, nodes, at, p);
	else
		put_list(r, m, nodes, at, p);
}
