/* SPDX-License-Identifier: ISC */
/*
 * Values into cells. The common case, a member whose column exists and has
 * the value's type, takes a comparison of its name and one store; everything
 * else is out of line.
 */
#include "flatten.h"

#include "buf.h"
#include "escape.h"
#include "infer.h"
#include "instant.h"
#include "json.h"
#include "mem.h"
#include "num.h"
#include "path.h"
#include "record.h"
#include "schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- cells -------------------------------------------------------------- */

static struct row *
row_of(struct record *r, const struct place *p)
{
	return &r->batch->tables[p->table->id].rows[p->row];
}

struct cell *
flatten_cell(struct record *r, struct place *p, const struct column *c)
{
	if (c->index >= p->count) {
		struct row *row = row_of(r, p);

		batch_widen(r->batch, row, p->table->column_count);
		p->cells = row->cells;
		p->count = row->count;
	}
	return &p->cells[c->index];
}

static void
set_text(struct cell *cell, const char *text, size_t len)
{
	cell->kind = CELL_TEXT;
	cell->text = text;
	cell->len = (uint32_t)len;
}

void
flatten_text(struct record *r, struct cell *cell, const char *text, size_t len)
{
	char *copy = batch_alloc(r->batch, len);

	memcpy(copy, text, len);
	set_text(cell, copy, len);
}

static void
set_string(struct record *r, struct cell *cell, const struct json_node *node)
{
	/* Unescaped strings lie in the parser, until the next record. */
	if (node->string == node->text + 1)
		set_text(cell, node->string, node->string_len);
	else
		flatten_text(r, cell, node->string, node->string_len);
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
	/* Two texts of one instant are two keys: put_key refuses a null. */
	if (!is_exact && c->key_position > 0)
		return;
	flatten_text(r, flatten_cell(r, p, c), text, instant_format(&at, text));
	if (!is_exact)
		put_spelling(r, p, c, node);
}

/* Stores a value that infer_merge found to fit the column's type. */
static void
store(struct record *r, struct place *p, struct column *c,
    const struct json_node *node)
{
	struct cell *cell = flatten_cell(r, p, c);

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
		set_text(cell, node->text, node->text_len);
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

/* --- what finds no column ----------------------------------------------- */

/* Keeps the value at `path`, which it takes, in the row's _rest. */
static void
put_rest(struct record *r, struct place *p, char *path,
    const struct json_node *node)
{
	(void)r;
	if (p->rest.max == 0)
		buf_init(&p->rest, BOUND_LINE_BYTES);
	buf_add_char(&p->rest, p->rest.len == 0 ? '{' : ',');
	escape_json(&p->rest, path, strlen(path));
	buf_add_char(&p->rest, ':');
	buf_append(&p->rest, node->text, node->text_len);
	free(path);
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

void
flatten_close(struct record *r, struct place *p)
{
	struct table *t = p->table;

	if (p->rest.len == 0)
		return;
	if (!t->rest)
		t->rest = schema_own_column(r->schema, t, "_rest", TYPE_JSON);
	buf_add_char(&p->rest, '}');
	flatten_text(r, flatten_cell(r, p, t->rest), p->rest.data, p->rest.len);
	buf_free(&p->rest);
}

/* --- contracts ---------------------------------------------------------- */

static const char *const part_names[] = {"table", "column", "type"};

/* Whether the contract lets `part` change for the member; else notes what
 * follows from it. */
static bool
allows(struct record *r, enum contract_part part, const struct member *m)
{
	enum contract contract = r->options.contract[part];
	const struct table *t = m->table;
	char *path;

	/* A table that is new may become what it likes. */
	if (contract == CONTRACT_EVOLVE ||
	    (part != CONTRACT_TABLES && !t->is_stored))
		return true;
	if (contract == CONTRACT_DISCARD_VALUE)
		r->discarded_values++;
	if (contract == CONTRACT_DISCARD_VALUE || r->verdict == CONTRACT_FREEZE)
		return false;
	path = member_path(m);
	r->verdict = contract;
	(void)fail_set(&r->reason, STATUS_DATA,
	    "the contract allows no new %s, as '%s' needs in '%s'",
	    part_names[part], path, t->name);
	free(path);
	return false;
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
	struct cell *cell = flatten_cell(r, p, c);
	int64_t integer;

	if (c->type == TYPE_BIGINT && node->kind == JSON_STRING &&
	    num_i64(node->string, node->string_len, &integer) == 0) {
		cell->kind = CELL_INTEGER;
		cell->integer = integer;
	} else if (c->type == TYPE_TEXT && node->kind != JSON_STRING) {
		set_text(cell, node->text, node->text_len);
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
	if (is_new ? !allows(r, CONTRACT_COLUMNS, m)
		   : m->column->type != type &&
		    !(m->variants && m->variants[type]) &&
		    !allows(r, CONTRACT_TYPES, m))
		return NULL;
	if (!is_new && m->column->type == type)
		return m->column;
	c = schema_column(r->schema, m, type);
	if (!c && node->kind != JSON_NULL)
		put_rest(r, p, member_path(m), node);
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
		struct cell *cell = &t->rows[i].cells[c->index];
		char text[INFER_NUMBER_BYTES];

		if (c->index >= t->rows[i].count)
			continue;
		if (type == TYPE_DOUBLE && cell->kind == CELL_INTEGER) {
			cell->kind = CELL_NUMBER;
			cell->number = (double)cell->integer;
		} else if (type == TYPE_DECIMAL && cell->kind == CELL_NUMBER) {
			flatten_text(r, cell, text,
			    infer_write(cell->number, text));
		} else if (type == TYPE_DECIMAL && cell->kind == CELL_INTEGER) {
			flatten_text(r, cell, text,
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

/* The long way: a new column, a type's first value, or a type that differs
 * from the column's. */
static void
put_unlike(struct record *r, struct member *m, const struct json_node *node,
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
	    !allows(r, CONTRACT_TYPES, m))
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
flatten_scalar(struct record *r, struct member *m, const struct json_node *node,
    struct place *p)
{
	struct column *c = m->column;

	if (c) {
		switch (node->kind) {
		case JSON_NULL:
			return;
		case JSON_STRING:
			if (c->type != TYPE_TEXT)
				break;
			set_string(r, flatten_cell(r, p, c), node);
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
		put_unlike(r, m, node, p);
		return;
	}
	/* A null is worth a column only where nothing else shows that the
	 * member exists. */
	if ((node->kind != JSON_NULL || !m->has_below) &&
	    !is_told_by_parent(r, m, node))
		put_unlike(r, m, node, p);
}

/* --- objects and lists -------------------------------------------------- */

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
put_unlisted(struct record *r, struct member *m, struct unlisted *u,
    struct place *p)
{
	const struct json_node **nodes = u->nodes;

	if (u->count > 1)
		qsort(nodes, u->count, sizeof(struct json_node *),
		    compare_keys);
	for (size_t i = 0; i < u->count; i++)
		if (i + 1 == u->count || !has_same_key(nodes[i], nodes[i + 1]))
			put_rest(r, p, path_below(m, nodes[i]), nodes[i]);
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
	put_unlisted(r, m, &unlisted, p);
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
	put_unlisted(r, m, &unlisted, p);
}

void
flatten_open(struct record *r, struct table *t, uint64_t sequence,
    struct place *p)
{
	struct batch_table *rows = batch_table(r->batch, t, t->id);
	struct row *row =
	    batch_add_row(r->batch, rows, sequence, t->column_count);

	*p = (struct place){.table = t,
	    .row = rows->count - 1,
	    .cells = row->cells,
	    .count = row->count};
}

/* Writes the number's digits; returns how many. */
static size_t
put_number(char *to, size_t number)
{
	char digits[24];
	size_t count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	for (size_t i = 0; i < count; i++)
		to[i] = digits[count - 1 - i];
	return count;
}

/* "PARENT.INDEX": the same whenever the same list is loaded, so that nothing
 * changes where nothing changed. */
static void
set_child_id(struct record *r, struct place *p, const struct place *above,
    size_t index)
{
	const struct cell *id = &above->id;
	size_t room = (id->kind == CELL_TEXT ? id->len : 32) + 24, len;
	char *text = batch_alloc(r->batch, room);

	switch (id->kind) {
	case CELL_TEXT:
		memcpy(text, id->text, id->len);
		len = id->len;
		break;
	case CELL_NUMBER:
		len = (size_t)snprintf(text, room, "%.17g", id->number);
		break;
	default:
		len = (size_t)snprintf(text, room, "%" PRId64, id->integer);
		break;
	}
	text[len++] = '.';
	len += put_number(text + len, index);
	set_text(&p->id, text, len);
}

static enum type
type_of_id(const struct place *p)
{
	const struct table *t = p->table;

	if (t->id_column)
		return t->id_column->type;
	return t->key_count == 1 ? t->key[0]->type : TYPE_TEXT;
}

static void
open_child(struct record *r, struct table *t, const struct place *above,
    size_t index, struct place *p)
{
	struct row *row = row_of(r, above);
	struct cell *cell;

	flatten_open(r, t, row->sequence, p);
	set_child_id(r, p, above, index);
	row = row_of(r, p);
	row->parent = (uint32_t)above->row;
	row->id = p->id;
	if (t->parent_id->type == TYPE_UNKNOWN)
		schema_retype(r->schema, t->parent_id, type_of_id(above));
	*flatten_cell(r, p, t->parent_id) = above->id;
	*flatten_cell(r, p, t->id_column) = p->id;
	cell = flatten_cell(r, p, t->idx);
	cell->kind = CELL_INTEGER;
	cell->integer = (int64_t)index;
}

static void
put_list(struct record *r, struct member *m, const struct json_node *nodes,
    size_t at, struct place *p)
{
	size_t index = 0;

	if (!m->list && !allows(r, CONTRACT_TABLES, m))
		return;
	if (!m->list && schema_add_list(r->schema, m) != 0) {
		put_rest(r, p, member_path(m), &nodes[at]);
		return;
	}
	m->has_below = true;
	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		struct place child;

		open_child(r, m->list, p, index++, &child);
		put_value(r, m->item, nodes, n, &child);
		flatten_close(r, &child);
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
		flatten_scalar(r, m, node, p);
	else if (node->end == at + 1 || !is_taken_apart(r, m, node))
		put_unlike(r, m, node, p);
	else if (node->kind == JSON_OBJECT)
		flatten_object(r, m, nodes, at, p);
	else
		put_list(r, m, nodes, at, p);
}
