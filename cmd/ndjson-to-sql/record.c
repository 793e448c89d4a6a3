/* SPDX-License-Identifier: ISC */
/*
 * What a record is, before its members are looked at: the table it belongs
 * to, the key it has there, and the row that is made for it.
 */
#include "record.h"

#include "childless.h"
#include "envelope.h"
#include "flatten.h"
#include "instant.h"
#include "json.h"
#include "key.h"
#include "mem.h"
#include "place.h"
#include "schema.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

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

/* --- tables ------------------------------------------------------------- */

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

static int
check_mode(const struct record *r, struct fail *why)
{
	const struct table *t = r->table;
	enum mode mode = r->options.mode;
	bool is_history = schema_has_own(t, "_valid_to");
	const struct table *list = schema_stored_list(r->schema, t);

	if (t->is_view)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is a view or a virtual table; nothing can be loaded "
		    "into it",
		    t->name);
	/* Rows of its lists would meet those of the records that are gone. */
	if (!t->is_stored && list)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is gone, but '%s' is not, which holds its lists; "
		    "drop that as well",
		    t->name, list->name);
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
	result = key_check_chosen(r, why);
	if (result != 0)
		return result;
	/* A table that we made without a key stays so. */
	if (t->key_count == 0 && mode != MODE_APPEND &&
	    (!t->is_stored || t->is_foreign))
		result = key_choose(r, nodes, e, why);
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
	result = childless_settle(t, why);
	t->is_started = t->has_records = result == 0;
	return result;
}

/* --- records ------------------------------------------------------------ */

static void
put_row_id(struct record *r, struct place *p, uint64_t sequence)
{
	p->id.kind = CELL_INTEGER;
	/* A load's numbers start at its millisecond, a million apart: more
	 * rows than that arrive in no millisecond. */
	p->id.integer = p->table->is_singleton && !p->table->hash
	    ? 1
	    : r->options.load_id * 1000000 + (int64_t)sequence;
	*place_cell(r, p, p->table->id_column) = p->id;
}

static void
put_version(struct record *r, struct place *p, uint64_t sequence)
{
	char text[VERSION_TEXT_BYTES], from[INSTANT_TEXT_BYTES];
	struct instant now;

	version_write(r->batch, sequence, text);
	place_text(r, place_cell(r, p, p->table->hash), text, strlen(text));
	if (instant_from_ms(r->options.now_ms, &now) == 0)
		place_text(r, place_cell(r, p, p->table->valid_from), from,
		    instant_format(&now, from));
}

static int
put_record(struct record *r, const struct json_node *nodes,
    const struct envelope *e, uint64_t sequence, struct fail *why)
{
	struct table *t = r->table;
	struct member *above;
	struct place p;

	place_open(r, t, sequence, &p);
	if (t->id_column)
		put_row_id(r, &p, sequence);
	if (t->is_singleton)
		cell_set_integer(place_cell(r, &p, t->key[0]), 1);
	if (!t->is_singleton && t->key_count > 0 &&
	    key_put(r, nodes, e, &p, why) != 0) {
		place_drop(&p);
		return 1; /* the record's fault */
	}
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
	place_close(r, &p);
	cell_set_integer(place_cell(r, &p, t->load_id), r->options.load_id);
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
		return childless_add(t, nodes, e->parent, why);
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

	if (envelope_is_none(e))
		return note_covered(r, nodes, e, why);
	if (envelope_is_all(e))
		r->table->is_covered = true;
	if (!r->table->has_records)
		result = start_table(r, nodes, e, why);
	if (result == 0 && e->key)
		result = key_check_listed(r, nodes, e->key, why);
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
		return envelope_refuse(why,
		    "a record must be a JSON object; for the elements of a "
		    "list, give the input through jq -c '.[]'");
	if (nodes[0].kind != JSON_OBJECT)
		return envelope_refuse(why, "a record must be a JSON object");
	envelope_read(nodes, &e);
	result = envelope_check(&e, why);
	if (result == 0)
		result = find_table(r, &e, why);
	if (result != 0)
		return result;
	result = add_to_table(r, nodes, &e, origin, why);
	r->table->rejected_count += result == 1;
	return result;
}
