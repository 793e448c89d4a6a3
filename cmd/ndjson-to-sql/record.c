/* SPDX-License-Identifier: ISC */
/*
 * What a record is, before its members are looked at: the table it belongs
 * to, the key it has there, and the row that is made for it.
 */
#include "record.h"

#include "buf.h"
#include "cover.h"
#include "escape.h"
#include "flatten.h"
#include "instant.h"
#include "json.h"
#include "mem.h"
#include "schema.h"
#include "version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Names from the record to a member that is a part of its key. */
enum { KEY_PATH_MAX = 8 };

/* The reserved members of a record; NULL: not there. */
struct envelope {
	const struct json_node *resource, *parent, *key, *rows, *error;
};

void
record_init(struct record *r, struct schema *schema,
    const struct record_options *options)
{
	*r = (struct record){.schema = schema, .options = *options};
}

void
record_free(struct record *r)
{
	free(r->resource);
	free(r->found);
	*r = (struct record){0};
}

/* --- tables and their keys ---------------------------------------------- */

static void
read_envelope(const struct json_node *nodes, struct envelope *e)
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

static int
bad(struct fail *why, const char *text)
{
	(void)fail_set(why, STATUS_DATA, "%s", text);
	return 1;
}

/* "_rows":0, without a record: there is none. */
static bool
is_none(const struct json_node *rows)
{
	return rows->kind == JSON_INTEGER && rows->integer == 0;
}

/* "_rows":"all", in a record: all there are will come, of whatever parent. */
static bool
is_all(const struct json_node *rows)
{
	return rows->kind == JSON_STRING && rows->string_len == 3 &&
	    memcmp(rows->string, "all", 3) == 0;
}

static int
check_envelope(const struct envelope *e, struct fail *why)
{
	if (e->error)
		return bad(why,
		    "the reserved member '_error' in a record; "
		    "the stream was put together from a broken "
		    "one");
	if (e->resource && e->resource->kind != JSON_STRING)
		return bad(why, "'_resource' is no string");
	if (e->resource && e->resource->string_len == 0)
		return bad(why, "'_resource' is empty");
	if (e->parent && e->parent->kind != JSON_OBJECT)
		return bad(why, "'_parent' is no object");
	if (e->key && e->key->kind != JSON_ARRAY)
		return bad(why, "'_key' is no list");
	if (e->rows && !is_none(e->rows) && !is_all(e->rows))
		return bad(why, "'_rows' is neither 0 nor \"all\"");
	return 0;
}

/* The ledger's tables are no place for records. */
static int
check_table(struct record *r, struct fail *why)
{
	bool is_told = r->options.table != NULL; /* and not a record's fault */

	if (!r->table->is_own)
		return 0;
	(void)fail_set(why, is_told ? STATUS_USAGE : STATUS_DATA,
	    "the table '%s' keeps the books of loads; give --table another "
	    "name",
	    r->table->name);
	r->table = NULL;
	return is_told ? -1 : 1;
}

/* Sets r->table for the record: 0; 1 where the record is at fault; -1. */
static int
find_table(struct record *r, const struct envelope *e, struct fail *why)
{
	const struct record_options *o = &r->options;
	const char *name = o->table;
	size_t len;

	if (e->resource) {
		name = e->resource->string;
		len = e->resource->string_len;
	} else {
		name = name ? name : o->fallback_table;
		if (!name)
			return fail_set(why, STATUS_USAGE,
			    "the record has no _resource; name its table "
			    "with --table");
		len = strlen(name);
	}
	if (r->table && r->resource_len == len &&
	    memcmp(r->resource, name, len) == 0)
		return 0;
	if (r->table && o->table)
		return fail_set(why, STATUS_USAGE,
		    "--table names one table, but the stream has several "
		    "resources: '%s' and '%.*s'",
		    r->resource, (int)len, name);
	free(r->resource);
	r->resource = mem_copy(name, len);
	r->resource_len = len;
	r->table = o->table
	    ? schema_root(r->schema, o->table, strlen(o->table), true)
	    : schema_root(r->schema, name, len, false);
	return check_table(r, why);
}

/* Adds the member's column to the table's key. */
static int
add_key(struct record *r, struct member *m, struct fail *why)
{
	struct table *t = r->table;
	struct column *c = m ? m->column : NULL;

	if (!m)
		return bad(why,
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
		return bad(why,
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
			return bad(why,
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

/* Takes up what a stored table was made with. */
static void
adopt(struct record *r, struct table *t)
{
	struct column *c;

	if (!t->load_id)
		t->load_id =
		    schema_own_column(r->schema, t, "_load_id", TYPE_BIGINT);
	if (t->key_count == 1 && t->key[0]->is_own) {
		t->is_singleton = true;
		if (r->options.mode != MODE_HISTORY)
			t->id_column = t->key[0];
	}
	t->parent_key_count = 0;
	while (t->parent_key_count < t->key_count &&
	    (c = t->key[t->parent_key_count])->member &&
	    c->member->is_parent_part)
		t->parent_key_count++;
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

/* A table's key is one for all loads. */
static int
check_chosen_key(const struct record *r, struct fail *why)
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

/* ... and one for all records: merged by another, some would be lost. */
static int
check_listed_key(const struct record *r, const struct json_node *nodes,
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

static int
check_mode(const struct record *r, struct fail *why)
{
	const struct table *t = r->table;
	enum mode mode = r->options.mode;
	bool is_history = schema_has_own(t, "_valid_to");

	if (t->is_view)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is a view or a virtual table; nothing can be loaded "
		    "into it",
		    t->name);
	if (t->is_stored && is_history != (mode == MODE_HISTORY))
		return fail_set(why, STATUS_USAGE,
		    is_history ? "'%s' was made with --history, and only so "
				 "can be loaded into"
			       : "'%s' was made without --history, and cannot "
				 "get one now",
		    t->name);
	return 0;
}

static int
check_new_table(const struct record *r, struct fail *why)
{
	enum contract contract = r->options.contract[CONTRACT_TABLES];

	if (r->table->is_stored || contract == CONTRACT_EVOLVE)
		return 0;
	(void)fail_set(why, STATUS_DATA,
	    "the contract allows no new table, such as '%s'", r->table->name);
	return contract == CONTRACT_FREEZE ? -1 : 1;
}

/* A version of a row has an id of its own, which its child rows refer to. */
static void
add_history_columns(struct record *r, struct table *t)
{
	t->id_column = schema_own_column(r->schema, t, "_id", TYPE_BIGINT);
	t->hash = schema_own_column(r->schema, t, "_hash", TYPE_TEXT);
	t->valid_from =
	    schema_own_column(r->schema, t, "_valid_from", TYPE_TIMESTAMP);
	t->valid_to =
	    schema_own_column(r->schema, t, "_valid_to", TYPE_TIMESTAMP);
}

/* What a table needs before its first record of this load. */
static int
start_table(struct record *r, const struct json_node *nodes,
    const struct envelope *e, struct fail *why)
{
	struct table *t = r->table;
	enum mode mode = r->options.mode;
	struct column *c;
	int result = check_mode(r, why);

	if (result == 0)
		result = check_new_table(r, why);
	if (result != 0)
		return result;
	adopt(r, t);
	result = check_chosen_key(r, why);
	if (result != 0)
		return result;
	/* A table that we made without a key stays so. */
	if (t->key_count == 0 && mode != MODE_APPEND &&
	    (!t->is_stored || t->is_foreign))
		result = add_keys(r, nodes, e, why);
	if (result != 0)
		return result;
	if (t->key_count == 0 && !t->is_singleton &&
	    (mode == MODE_MERGE || mode == MODE_SYNC || mode == MODE_HISTORY))
		return fail_set(why, STATUS_USAGE,
		    "'%s' has no key to merge by; name one with --key, or use "
		    "--append or --replace",
		    t->name);
	if (mode == MODE_HISTORY)
		add_history_columns(r, t);
	else if (t->key_count == 0 && !t->id_column)
		t->id_column =
		    schema_own_column(r->schema, t, "_id", TYPE_BIGINT);
	if (t->is_singleton && t->key_count == 0) {
		c = mode == MODE_HISTORY
		    ? schema_own_column(r->schema, t, "_single", TYPE_BIGINT)
		    : t->id_column;
		t->key[t->key_count++] = c;
		c->key_position = 1;
	}
	result = cover_settle(t, why);
	t->is_started = t->has_records = result == 0;
	return result;
}

/* --- records ------------------------------------------------------------ */

/* The composite key as a JSON list, for the rows below to refer to. */
static void
join_key(struct record *r, struct place *p)
{
	struct buf text;

	buf_init(&text, BOUND_LINE_BYTES);
	for (size_t i = 0; i < p->table->key_count; i++) {
		const struct cell *cell = flatten_cell(r, p, p->table->key[i]);

		buf_add_char(&text, i == 0 ? '[' : ',');
		if (cell->kind == CELL_TEXT)
			escape_json(&text, cell->text, cell->len);
		else if (cell->kind == CELL_NUMBER)
			buf_addf(&text, "%.17g", cell->number);
		else
			buf_addf(&text, "%" PRId64, cell->integer);
	}
	buf_add_char(&text, ']');
	flatten_text(r, &p->id, text.data, text.len);
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

/* Fills the key's columns first, so that rows below can refer to them. */
static int
put_key(struct record *r, const struct json_node *nodes,
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
		flatten_scalar(r, t->key[i]->member, node, p);
		if (flatten_cell(r, p, t->key[i])->kind == CELL_NULL)
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
		p->id = *flatten_cell(r, p, t->key[0]);
	else
		join_key(r, p);
	return 0;
}

static void
put_row_id(struct record *r, struct place *p, uint64_t sequence)
{
	p->id.kind = CELL_INTEGER;
	/* A load's numbers start at its millisecond, a million apart: more
	 * rows than that arrive in no millisecond. */
	p->id.integer = p->table->is_singleton && !p->table->hash
	    ? 1
	    : r->options.load_id * 1000000 + (int64_t)sequence;
	*flatten_cell(r, p, p->table->id_column) = p->id;
}

static void
set_integer(struct cell *cell, int64_t integer)
{
	cell->kind = CELL_INTEGER;
	cell->integer = integer;
}

static void
put_version(struct record *r, struct place *p, uint64_t sequence)
{
	char text[VERSION_TEXT_BYTES], from[INSTANT_TEXT_BYTES];
	struct instant now;

	version_write(r->batch, sequence, text);
	flatten_text(r, flatten_cell(r, p, p->table->hash), text, strlen(text));
	if (instant_from_ms(r->options.load_id, &now) == 0)
		flatten_text(r, flatten_cell(r, p, p->table->valid_from), from,
		    instant_format(&now, from));
}

static int
put_record(struct record *r, const struct json_node *nodes,
    const struct envelope *e, uint64_t sequence, struct fail *why)
{
	struct table *t = r->table;
	struct member *above;
	struct place p;

	flatten_open(r, t, sequence, &p);
	if (t->id_column)
		put_row_id(r, &p, sequence);
	if (t->is_singleton)
		set_integer(flatten_cell(r, &p, t->key[0]), 1);
	if (!t->is_singleton && t->key_count > 0 &&
	    put_key(r, nodes, e, &p, why) != 0)
		return 1; /* the record's fault */
	r->batch->tables[t->id].rows[p.row].id = p.id;
	r->parent = e->parent;
	r->nodes = nodes;
	above = e->parent ? schema_member(r->schema, t->record, NULL, "_parent",
				strlen("_parent"))
			  : NULL;
	if (above)
		flatten_object(r, above, nodes, (size_t)(e->parent - nodes),
		    &p);
	flatten_object(r, t->record, nodes, 0, &p);
	flatten_close(r, &p);
	set_integer(flatten_cell(r, &p, t->load_id), r->options.load_id);
	if (t->hash)
		put_version(r, &p, sequence);
	return 0;
}

/* {"_resource":"hooks","_rows":0}: there is nothing of it, and that is
 * certain; with _parent, nothing of that parent. */
static int
note_covered(struct record *r, const struct json_node *nodes,
    const struct envelope *e, struct fail *why)
{
	struct table *t = r->table;
	bool is_known = t->is_stored || t->has_records;
	int result = 0;

	if (!is_known && !r->options.is_blind)
		return 0;
	t->is_emptied = r->options.is_blind;
	if (t->is_stored) {
		adopt(r, t);
		result = check_mode(r, why);
		if (result != 0)
			return result;
		if (r->options.mode == MODE_HISTORY)
			add_history_columns(r, t);
		t->is_started = true;
	}
	if (e->parent && (!is_known || t->parent_key_count > 0))
		return cover_add(t, nodes, e->parent, why);
	t->is_covered = !e->parent;
	return 0;
}

/* A record whose table is known: r->table. */
static int
add_to_table(struct record *r, const struct json_node *nodes,
    const struct envelope *e, const struct origin *origin, struct fail *why)
{
	uint64_t sequence;
	int result = 0;

	if (e->rows && is_none(e->rows))
		return note_covered(r, nodes, e, why);
	if (e->rows)
		r->table->is_covered = true;
	if (!r->table->has_records)
		result = start_table(r, nodes, e, why);
	if (result == 0 && e->key)
		result = check_listed_key(r, nodes, e->key, why);
	if (result != 0)
		return result;
	sequence = batch_add_origin(r->batch, origin);
	r->verdict = CONTRACT_EVOLVE;
	result = put_record(r, nodes, e, sequence, why);
	if (result == 0 && r->verdict != CONTRACT_EVOLVE) {
		*why = r->reason;
		result = r->verdict == CONTRACT_FREEZE ? -1 : 1;
	}
	if (result != 0)
		batch_take_back(r->batch, sequence);
	return result;
}

int
record_add(struct record *r, const struct json_node *nodes,
    const struct origin *origin, struct fail *why)
{
	struct envelope e;
	int result;

	if (nodes[0].kind == JSON_ARRAY)
		return bad(why,
		    "a record must be a JSON object; for the elements of a "
		    "list, give the input through jq -c '.[]'");
	if (nodes[0].kind != JSON_OBJECT)
		return bad(why, "a record must be a JSON object");
	read_envelope(nodes, &e);
	result = check_envelope(&e, why);
	if (result == 0)
		result = find_table(r, &e, why);
	if (result != 0)
		return result;
	result = add_to_table(r, nodes, &e, origin, why);
	r->table->rejected_count += result == 1;
	return result;
}
