/* SPDX-License-Identifier: ISC */
/*
 * Values into cells. The common case, a member whose column exists and has
 * the value's type, takes a comparison of types and one store; everything
 * else, a new column, a type's first value, or a type that differs from the
 * column's, is out of line.
 */
#include "value.h"

#include "infer.h"
#include "instant.h"
#include "json.h"
#include "num.h"
#include "place.h"
#include "record.h"
#include "schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void
set_string(struct record *r, struct cell *cell, const struct json_node *node)
{
	/* Unescaped strings lie in the parser, until the next record. */
	if (node->string == node->text + 1)
		cell_set_text(cell, node->string, node->string_len);
	else
		place_text(r, cell, node->string, node->string_len);
}

static void put_spelling(struct record *r, struct place *p, struct column *c,
    const struct json_node *node);

/* Whether the column's form is that of the value, or it had none so far. */
static bool
has_form(struct column *c, struct form form)
{
	if (c->form.kind == FORM_NONE) {
		c->form = form;
		c->is_dirty = true;
	}
	return form_is_same(&c->form, &form);
}

/* The value is a time: infer_type said so. */
static void
set_timestamp(struct record *r, struct place *p, struct column *c,
    const struct json_node *node)
{
	char text[INSTANT_TEXT_BYTES];
	struct instant at = {0};
	bool is_exact;

	if (node->kind != JSON_INTEGER)
		(void)instant_parse(node->string, node->string_len, &at);
	else if (instant_from_ms(node->integer, &at) != 0)
		return;
	is_exact = has_form(c, form_of(node, &at));
	/* Two texts of one instant are two keys: key_put refuses a null. */
	if (!is_exact && c->key_position > 0)
		return;
	place_text(r, place_cell(r, p, c), text, instant_format(&at, text));
	if (!is_exact)
		put_spelling(r, p, c, node);
}

/* Stores a value that infer_merge found to fit the column's type. */
static void
store(struct record *r, struct place *p, struct column *c,
    const struct json_node *node)
{
	struct cell *cell = place_cell(r, p, c);

	switch (c->type) {
	case TYPE_BOOL:
		cell->kind = CELL_BOOL;
		cell->integer = node->kind == JSON_TRUE;
		return;
	case TYPE_BIGINT:
		cell->kind = CELL_INTEGER;
		cell->integer = node->kind == JSON_INTEGER
		    ? node->integer
		    : (int64_t)node->number;
		if (!infer_fits_double(cell->integer) && !c->is_wide)
			c->is_wide = c->is_dirty = true;
		return;
	case TYPE_DOUBLE:
		cell->kind = CELL_NUMBER;
		cell->number = node->kind == JSON_INTEGER
		    ? (double)node->integer
		    : node->number;
		return;
	case TYPE_TIMESTAMP:
		set_timestamp(r, p, c, node);
		return;
	case TYPE_TEXT:
	case TYPE_DATE:
	case TYPE_TIME:
		set_string(r, cell, node);
		return;
	case TYPE_DECIMAL:
	case TYPE_JSON:
	case TYPE_UNKNOWN:
	case TYPE_COUNT:
		cell_set_text(cell, node->text, node->text_len);
		return;
	}
}

static enum type
type_of(const struct member *m, const struct json_node *node)
{
	/* A number is a time only where its column holds times, or nothing
	 * yet. */
	bool may_be_time = m->has_time_name &&
	    (!m->column || m->column->type == TYPE_TIMESTAMP ||
		m->column->type == TYPE_UNKNOWN);

	return infer_type(node, may_be_time);
}

/* --- types -------------------------------------------------------------- */

/* Whether the value can be of the type that --type demands. */
static bool
can_be(const struct json_node *node, enum type type)
{
	struct instant at;
	int64_t integer;
	bool is_string = node->kind == JSON_STRING;

	switch (type) {
	case TYPE_JSON:
		return true;
	case TYPE_TEXT:
		return node->kind != JSON_OBJECT && node->kind != JSON_ARRAY;
	case TYPE_BOOL:
		return node->kind == JSON_TRUE || node->kind == JSON_FALSE;
	case TYPE_BIGINT:
		return node->kind == JSON_INTEGER ||
		    (is_string &&
			num_i64(node->string, node->string_len, &integer) == 0);
	case TYPE_DOUBLE:
		return node->kind == JSON_INTEGER
		    ? infer_fits_double(node->integer)
		    : node->kind == JSON_NUMBER &&
			infer_is_exact(node->text, node->text_len,
			    node->number);
	case TYPE_DECIMAL:
		return node->kind == JSON_INTEGER || node->kind == JSON_NUMBER;
	case TYPE_TIMESTAMP:
		return node->kind == JSON_INTEGER
		    ? instant_from_ms(node->integer, &at) == 0
		    : is_string &&
			instant_parse(node->string, node->string_len, &at) !=
			    INSTANT_NONE;
	case TYPE_DATE:
		return is_string &&
		    instant_parse(node->string, node->string_len, &at) ==
		    INSTANT_DATE;
	case TYPE_TIME:
		return is_string &&
		    infer_is_time(node->string, node->string_len);
	case TYPE_UNKNOWN:
	case TYPE_COUNT:
		break;
	}
	return false;
}

/* Stores a value as --type demands, where can_be says that it can. */
static void
store_forced(struct record *r, struct place *p, struct column *c,
    const struct json_node *node)
{
	struct cell *cell = place_cell(r, p, c);
	int64_t integer;

	if (c->type == TYPE_BIGINT && node->kind == JSON_STRING &&
	    num_i64(node->string, node->string_len, &integer) == 0) {
		cell->kind = CELL_INTEGER;
		cell->integer = integer;
	} else if (c->type == TYPE_TEXT && node->kind != JSON_STRING) {
		cell_set_text(cell, node->text, node->text_len);
	} else {
		store(r, p, c, node);
	}
}

/* The column for the member's values of a type; NULL where there is none and
 * the contract or the limit allows none. */
static struct column *
column_for(struct record *r, struct member *m, enum type type,
    const struct json_node *node, struct place *p)
{
	struct column *c;
	bool is_new = !m->column;

	/* A null needs no column that could break a contract. */
	if (is_new && m->table->is_stored && node->kind == JSON_NULL &&
	    r->options.contract[CONTRACT_COLUMNS] != CONTRACT_EVOLVE)
		return NULL;
	if (is_new ? !contract_allows(r, CONTRACT_COLUMNS, m)
		   : m->column->type != type &&
		    !(m->variants && m->variants[type]) &&
		    !contract_allows(r, CONTRACT_TYPES, m))
		return NULL;
	if (!is_new && m->column->type == type)
		return m->column;
	c = schema_column(r->schema, m, type);
	if (!c && node->kind != JSON_NULL)
		place_keep(p, member_path(m), node);
	return c;
}

/* A time of another form than its column's: the instant stands there, and how
 * it was written in the variant that has the type of the JSON. A contract
 * that allows none keeps the instant alone. */
static void
put_spelling(struct record *r, struct place *p, struct column *c,
    const struct json_node *node)
{
	enum type type = node->kind == JSON_INTEGER ? TYPE_BIGINT : TYPE_TEXT;
	struct member *m = c->member;

	if (r->options.contract[CONTRACT_TYPES] != CONTRACT_EVOLVE &&
	    m->table->is_stored && !(m->variants && m->variants[type])) {
		c->is_dirty |= c->form.kind != FORM_OTHER;
		c->form = (struct form){.kind = FORM_OTHER};
		return;
	}
	c = column_for(r, m, type, node, p);
	if (c)
		store(r, p, c, node);
}

/* Gives the column a wider type of number, and its values in this batch too: a
 * destination finds each cell in the type that its column has. */
static void
widen(struct record *r, struct column *c, enum type type)
{
	struct batch_table *t = batch_table(r->batch, c->table, c->table->id);

	schema_retype(r->schema, c, type);
	for (size_t i = 0; i < t->count; i++) {
		struct cell *cell;
		char text[INFER_NUMBER_BYTES];

		if (c->index >= t->rows[i].count)
			continue;
		cell = &t->rows[i].cells[c->index];
		if (type == TYPE_DOUBLE && cell->kind == CELL_INTEGER) {
			cell->kind = CELL_NUMBER;
			cell->number = (double)cell->integer;
		} else if (type == TYPE_DECIMAL && cell->kind == CELL_NUMBER) {
			place_text(r, cell, text,
			    infer_write(cell->number, text));
		} else if (type == TYPE_DECIMAL && cell->kind == CELL_INTEGER) {
			place_text(r, cell, text,
			    (size_t)snprintf(text, sizeof(text), "%" PRId64,
				cell->integer));
		}
	}
}

static void
put_forced(struct record *r, struct member *m, const struct json_node *node,
    struct place *p)
{
	struct column *c = m->column;

	if (c && c->type == TYPE_UNKNOWN)
		schema_retype(r->schema, c, m->forced);
	c = column_for(r, m, m->forced, node, p);
	if (c && node->kind != JSON_NULL)
		store_forced(r, p, c, node);
}

/* The member's column, made for a value of the type if there is none. What
 * --type demands comes first: the value may be one that it does not fit. */
static struct column *
own_column(struct record *r, struct member *m, enum type type,
    const struct json_node *node, struct place *p)
{
	if (!m->column)
		return column_for(r, m,
		    m->forced != TYPE_UNKNOWN ? m->forced : type, node, p);
	if (m->column->type == TYPE_UNKNOWN && m->forced != TYPE_UNKNOWN)
		schema_retype(r->schema, m->column, m->forced);
	return m->column;
}

void
value_put(struct record *r, struct member *m, const struct json_node *node,
    struct place *p)
{
	enum type type, wider = TYPE_UNKNOWN;
	struct column *c;
	enum infer_action action;

	if (m->forced != TYPE_UNKNOWN &&
	    (node->kind == JSON_NULL || can_be(node, m->forced))) {
		put_forced(r, m, node, p);
		return;
	}
	c = own_column(r, m, type_of(m, node), node, p);
	type = type_of(m, node);
	if (!c || node->kind == JSON_NULL)
		return;
	action = infer_merge(c->type, type,
	    node->kind == JSON_INTEGER ? node->integer : 0,
	    node->kind == JSON_NUMBER ? node->number : 0, c->is_wide, &wider);
	/* What refers to a key would have to be converted as well. */
	if (action == INFER_WIDEN && c->type != TYPE_UNKNOWN &&
	    (c->key_position > 0 || m->table->is_foreign ||
		c->type == m->forced))
		action = INFER_VARIANT;
	if (action == INFER_WIDEN && c->type != TYPE_UNKNOWN &&
	    !contract_allows(r, CONTRACT_TYPES, m))
		return;
	if (action == INFER_WIDEN)
		widen(r, c, wider);
	else if (action == INFER_VARIANT)
		c = column_for(r, m, type, node, p);
	if (c)
		store(r, p, c, node);
}

/* Whether the record repeats what its _parent has under the same name: then
 * that column will do. */
static bool
is_told_by_parent(const struct record *r, const struct member *m,
    const struct json_node *node)
{
	const struct json_node *told;

	if (!r->parent || m->above != m->table->root->record || !m->key)
		return false;
	told = json_member(r->nodes, (size_t)(r->parent - r->nodes), m->key);
	return told && told != node && told->kind == node->kind &&
	    told->text_len == node->text_len &&
	    memcmp(told->text, node->text, node->text_len) == 0;
}

void
value_put_scalar(struct record *r, struct member *m,
    const struct json_node *node, struct place *p)
{
	struct column *c = m->column;

	if (c) {
		switch (node->kind) {
		case JSON_NULL:
			return;
		case JSON_STRING:
			if (c->type != TYPE_TEXT)
				break;
			set_string(r, place_cell(r, p, c), node);
			return;
		case JSON_TRUE:
		case JSON_FALSE:
			if (c->type != TYPE_BOOL)
				break;
			store(r, p, c, node);
			return;
		case JSON_INTEGER:
			if (c->type != TYPE_BIGINT)
				break;
			store(r, p, c, node);
			return;
		default:
			break;
		}
		value_put(r, m, node, p);
		return;
	}
	/* A null is worth a column only where nothing else shows that the
	 * member exists. */
	if ((node->kind != JSON_NULL || !m->has_below) &&
	    !is_told_by_parent(r, m, node))
		value_put(r, m, node, p);
}
