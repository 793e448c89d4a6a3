/* SPDX-License-Identifier: ISC */
/*
 * A key's parts are members of the record, of objects in it, or of its
 * _parent; each is a column of the table.
 */
#include "key.h"

#include "buf.h"
#include "envelope.h"
#include "escape.h"
#include "json.h"
#include "place.h"
#include "record.h"
#include "schema.h"
#include "value.h"

#include <inttypes.h>
#include <string.h>

/* Names from the record to a member that is a part of its key. */
enum { KEY_PATH_MAX = 8 };

/* Adds the member's column to the table's key. */
static int
add_key(struct record *r, struct member *m, struct fail *why)
{
	struct table *t = r->table;
	struct column *c = m ? m->column : NULL;

	if (!m)
		return envelope_refuse(why,
		    "no column is left for the key; raise "
		    "--max-columns");
	if (t->key_count == SCHEMA_KEY_MAX) {
		(void)fail_set(why, STATUS_DATA,
		    "the key has more than %d members", SCHEMA_KEY_MAX);
		return 1;
	}
	if (!c)
		c = schema_column(r->schema, m, TYPE_UNKNOWN);
	if (!c)
		return envelope_refuse(why,
		    "no column is left for the key; raise "
		    "--max-columns");
	if (c->key_position > 0)
		return 0;
	t->key[t->key_count++] = c;
	c->key_position = (unsigned)t->key_count;
	c->is_dirty = true;
	return 0;
}

static int
add_named_key(struct record *r, const char *name, size_t len, struct fail *why)
{
	struct member *m =
	    schema_member(r->schema, r->table->record, NULL, name, len);

	return add_key(r, m, why);
}

static int
add_parent_keys(struct record *r, const struct json_node *nodes,
    const struct json_node *parent, struct fail *why)
{
	size_t at = (size_t)(parent - nodes);
	struct member *above = schema_member(r->schema, r->table->record, NULL,
	    "_parent", strlen("_parent"));

	if (!above)
		return add_key(r, NULL, why);
	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		int result = add_key(r,
		    schema_member(r->schema, above, NULL, nodes[n].key,
			nodes[n].key_len),
		    why);

		if (result != 0)
			return result;
	}
	r->table->parent_key_count = r->table->key_count;
	return 0;
}

/* The names that an item of `_key` goes through: "name", or for a member of an
 * object ["payload","uid"]. 0 where it is something else. */
static size_t
read_key_path(const struct json_node *nodes, size_t item,
    const struct json_node *names[KEY_PATH_MAX])
{
	size_t count = 0;

	if (nodes[item].kind == JSON_STRING) {
		names[0] = &nodes[item];
		return 1;
	}
	if (nodes[item].kind != JSON_ARRAY)
		return 0;
	for (size_t n = item + 1; n < nodes[item].end; n = nodes[n].end) {
		if (nodes[n].kind != JSON_STRING || count == KEY_PATH_MAX)
			return 0;
		names[count++] = &nodes[n];
	}
	return count;
}

/* The members of `_key`. */
static int
add_listed_keys(struct record *r, const struct json_node *nodes,
    const struct json_node *list, struct fail *why)
{
	size_t at = (size_t)(list - nodes);
	int result = 0;

	for (size_t n = at + 1; n < nodes[at].end && result == 0;
	     n = nodes[n].end) {
		const struct json_node *names[KEY_PATH_MAX];
		size_t count = read_key_path(nodes, n, names);
		struct member *m = r->table->record;

		if (count == 0)
			return envelope_refuse(why,
			    "'_key' holds something else than strings and "
			    "lists of them");
		for (size_t i = 0; i < count && m; i++)
			m = schema_member(r->schema, m, NULL, names[i]->string,
			    names[i]->string_len);
		result = add_key(r, m, why);
	}
	return result;
}

static int
add_keys(struct record *r, const struct json_node *nodes,
    const struct envelope *e, struct fail *why)
{
	const struct opt_list *chosen = r->options.key;
	const struct json_node *id = json_member(nodes, 0, "id");
	bool has_id = id && id->kind != JSON_NULL && id->kind != JSON_OBJECT &&
	    id->kind != JSON_ARRAY;
	int result = 0;

	if (chosen && chosen->count > 0) {
		for (size_t i = 0; i < chosen->count && result == 0; i++)
			result = add_named_key(r, chosen->items[i],
			    strlen(chosen->items[i]), why);
		return result;
	}
	if (!e->key && !has_id)
		return 0;
	if (e->parent)
		result = add_parent_keys(r, nodes, e->parent, why);
	if (result == 0 && e->key)
		result = add_listed_keys(r, nodes, e->key, why);
	else if (result == 0)
		result = add_named_key(r, "id", 2, why);
	if (result == 0 && r->table->key_count == 0)
		r->table->is_singleton = true;
	return result;
}

int
key_choose(struct record *r, const struct json_node *nodes,
    const struct envelope *e, struct fail *why)
{
	struct table *t = r->table;
	int result = add_keys(r, nodes, e, why);

	/* Merged by a part of a key, the next records would replace each
	 * other. */
	if (result != 0) {
		while (t->key_count > 0)
			t->key[--t->key_count]->key_position = 0;
		t->parent_key_count = 0;
	}
	return result;
}

/* Whether the member `name` of the record is the key's part `at`. */
static bool
is_key_part(const struct table *t, size_t at, const char *name, size_t len)
{
	const struct member *m = at < t->key_count ? t->key[at]->member : NULL;

	return m && m->key && m->above == t->record && m->key_len == len &&
	    memcmp(m->key, name, len) == 0;
}

/* Whether an item of `_key` is the key's part `at`. */
static bool
is_listed_part(const struct table *t, size_t at, const struct json_node *nodes,
    size_t item)
{
	const struct json_node *names[KEY_PATH_MAX];
	size_t count = read_key_path(nodes, item, names);
	const struct member *m = at < t->key_count ? t->key[at]->member : NULL;

	if (count == 0)
		return false;
	for (; m && m->key && count > 0; m = m->above, count--)
		if (m->key_len != names[count - 1]->string_len ||
		    memcmp(m->key, names[count - 1]->string, m->key_len) != 0)
			return false;
	return count == 0 && m == t->record;
}

static int
fail_other_key(const struct table *t, const char *what, enum status status,
    struct fail *why)
{
	struct buf names;

	buf_init(&names, BOUND_MESSAGE_BYTES);
	for (size_t i = 0; i < t->key_count; i++)
		buf_addf(&names, "%s'%s'", i == 0 ? "" : ", ", t->key[i]->name);
	(void)fail_set(why, status, "%s, but the key of '%s' is %s", what,
	    t->name, names.data);
	buf_free(&names);
	return status == STATUS_USAGE ? -1 : 1;
}

int
key_check_chosen(const struct record *r, struct fail *why)
{
	const struct opt_list *chosen = r->options.key;
	const struct table *t = r->table;
	bool is_same = chosen && chosen->count == t->key_count;

	if (!chosen || chosen->count == 0 || t->key_count == 0)
		return 0;
	for (size_t i = 0; i < chosen->count && is_same; i++)
		is_same = is_key_part(t, i, chosen->items[i],
		    strlen(chosen->items[i]));
	return is_same
	    ? 0
	    : fail_other_key(t, "--key names others", STATUS_USAGE, why);
}

int
key_check_listed(const struct record *r, const struct json_node *nodes,
    const struct json_node *list, struct fail *why)
{
	const struct table *t = r->table;
	size_t at = (size_t)(list - nodes), part = t->parent_key_count;
	bool is_same = true;

	if (t->key_count == 0 || (r->options.key && r->options.key->count > 0))
		return 0;
	for (size_t n = at + 1; n < nodes[at].end && is_same; n = nodes[n].end)
		is_same = is_listed_part(t, part++, nodes, n);
	if (is_same && (part == t->key_count || t->is_singleton))
		return 0;
	return fail_other_key(t, "'_key' names others", STATUS_DATA, why);
}

/* The composite key as a JSON list, for the rows below to refer to. */
static void
join_key(struct record *r, struct place *p)
{
	struct buf text;

	buf_init(&text, BOUND_LINE_BYTES);
	for (size_t i = 0; i < p->table->key_count; i++) {
		const struct cell *cell = place_cell(r, p, p->table->key[i]);

		buf_add_char(&text, i == 0 ? '[' : ',');
		if (cell->kind == CELL_TEXT)
			escape_json(&text, cell->text, cell->len);
		else if (cell->kind == CELL_NUMBER)
			buf_addf(&text, "%.17g", cell->number);
		else
			buf_addf(&text, "%" PRId64, cell->integer);
	}
	buf_add_char(&text, ']');
	place_text(r, &p->id, text.data, text.len);
	buf_free(&text);
}

/* The member of the record that is a part of the key, or NULL. */
static const struct json_node *
find_key(const struct json_node *nodes, const struct envelope *e,
    const struct table *t, const struct member *m)
{
	const struct member *path[KEY_PATH_MAX];
	const struct json_node *at = &nodes[0];
	size_t count = 0;

	if (m->is_parent_part)
		return e->parent
		    ? json_member(nodes, (size_t)(e->parent - nodes), m->key)
		    : NULL;
	for (; m && m != t->record && count < KEY_PATH_MAX; m = m->above)
		path[count++] = m;
	while (count > 0 && at && at->kind == JSON_OBJECT)
		at = json_member(nodes, (size_t)(at - nodes),
		    path[--count]->key);
	return count == 0 ? at : NULL;
}

int
key_put(struct record *r, const struct json_node *nodes,
    const struct envelope *e, struct place *p, struct fail *why)
{
	struct table *t = p->table;

	for (size_t i = 0; i < t->key_count; i++) {
		const struct member *m = t->key[i]->member;
		const struct json_node *node = find_key(nodes, e, t, m);

		if (!node || node->kind == JSON_NULL)
			return fail_set(why, STATUS_DATA,
			    "the key's member '%s' is %s", m->key,
			    node ? "null" : "not there");
		value_put_scalar(r, t->key[i]->member, node, p);
		if (place_cell(r, p, t->key[i])->kind == CELL_NULL)
			return fail_set(why, STATUS_DATA,
			    "the key's member '%s' is no %s%s as before; load "
			    "all of it with --type '%s=text'",
			    m->key, type_name(t->key[i]->type),
			    t->key[i]->type == TYPE_TIMESTAMP
				? " of the same form"
				: "",
			    t->key[i]->name);
	}
	if (t->id_column) /* children refer to that */
		return 0;
	if (t->key_count == 1)
		p->id = *place_cell(r, p, t->key[0]);
	else
		join_key(r, p);
	return 0;
}

bool
key_is_referable(struct record *r, const struct table *t)
{
	for (size_t i = 0;
	     !t->id_column && t->key_count > 1 && i < t->key_count; i++) {
		const struct column *c = t->key[i];

		if (c->type == TYPE_TEXT || c->type == TYPE_BIGINT)
			continue;
		r->verdict = CONTRACT_FREEZE;
		(void)fail_set(&r->reason, STATUS_USAGE,
		    "lists of '%s' cannot refer to a key of several parts "
		    "with a %s among them; load it with --type '%s=text', or "
		    "the lists as JSON with --arrays json",
		    t->name, type_name(c->type), c->name);
		return false;
	}
	return true;
}
