/* SPDX-License-Identifier: ISC */
/*
 * Rows take their cells from the batch. One that came before its table got a
 * column grows when that column is met.
 */
#include "place.h"

#include "escape.h"
#include "json.h"
#include "record.h"
#include "schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct row *
row_of(struct record *r, const struct place *p)
{
	return &r->batch->tables[p->table->id].rows[p->row];
}

struct cell *
place_cell(struct record *r, struct place *p, const struct column *c)
{
	if (c->index >= p->count) {
		struct row *row = row_of(r, p);

		batch_widen(r->batch, row, p->table->column_count);
		p->cells = row->cells;
		p->count = row->count;
	}
	return &p->cells[c->index];
}

void
place_text(struct record *r, struct cell *cell, const char *text, size_t len)
{
	char *copy = batch_alloc(r->batch, len);

	memcpy(copy, text, len);
	cell_set_text(cell, copy, len);
}

void
place_keep(struct place *p, char *path, const struct json_node *node)
{
	if (p->rest.max == 0)
		buf_init(&p->rest, BOUND_LINE_BYTES);
	buf_add_char(&p->rest, p->rest.len == 0 ? '{' : ',');
	escape_json(&p->rest, path, strlen(path));
	buf_add_char(&p->rest, ':');
	buf_append(&p->rest, node->text, node->text_len);
	free(path);
}

/* The record is at fault: what would be cut must not be stored. */
static void
refuse_rest(struct record *r)
{
	r->verdict = CONTRACT_DISCARD_ROW;
	(void)fail_set(&r->reason, STATUS_DATA,
	    "what finds no column is longer than %d bytes with its paths; "
	    "raise --max-columns, or lower --depth",
	    BOUND_LINE_BYTES);
}

void
place_close(struct record *r, struct place *p)
{
	struct table *t = p->table;

	if (p->rest.len == 0)
		return;
	if (!t->rest)
		t->rest = schema_own_column(r->schema, t, "_rest", TYPE_JSON);
	buf_add_char(&p->rest, '}');
	if (!p->rest.is_overfull)
		place_text(r, place_cell(r, p, t->rest), p->rest.data,
		    p->rest.len);
	else if (r->verdict != CONTRACT_FREEZE)
		refuse_rest(r);
	place_drop(p);
}

void
place_drop(struct place *p)
{
	if (p->rest.max > 0)
		buf_free(&p->rest);
}

void
place_open(struct record *r, struct table *t, uint64_t sequence,
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
	cell_set_text(&p->id, text, len);
}

static enum type
type_of_id(const struct place *p)
{
	const struct table *t = p->table;

	if (t->id_column)
		return t->id_column->type;
	return t->key_count == 1 ? t->key[0]->type : TYPE_TEXT;
}

void
place_open_child(struct record *r, struct table *t, const struct place *above,
    size_t index, struct place *p)
{
	struct row *row = row_of(r, above);
	struct cell *cell;

	place_open(r, t, row->sequence, p);
	set_child_id(r, p, above, index);
	row = row_of(r, p);
	row->parent = (uint32_t)above->row;
	row->id = p->id;
	if (t->parent_id->type == TYPE_UNKNOWN)
		schema_retype(r->schema, t->parent_id, type_of_id(above));
	*place_cell(r, p, t->parent_id) = above->id;
	*place_cell(r, p, t->id_column) = p->id;
	cell = place_cell(r, p, t->idx);
	cell->kind = CELL_INTEGER;
	cell->integer = (int64_t)index;
}
