/* SPDX-License-Identifier: ISC */
/*
 * The rows of stages, as INSERT or COPY.
 */
#include "script_rows.h"

#include "batch.h"
#include "dialect.h"
#include "instant.h"
#include "mem.h"
#include "num.h"
#include "postgres_row.h"
#include "schema.h"
#include "script.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* An INSERT's rows: few enough for any engine's parser. */
	ROWS_MAX = 500,
	STATEMENT_BYTES = 256 * 1024,
};

/* A table's rows on their way. */
struct rows {
	struct script *script;
	const struct script_table *table;
	struct cell *cells; /* for COPY, by column index */
	size_t count;       /* in the INSERT */
};

/* A number with an exponent is a double everywhere; without one it would be
 * a decimal first, and rounded on its way. */
static void
add_number(struct script *s, double number)
{
	char text[NUM_TEXT_BYTES];
	size_t len = num_print_double(text, number);

	buf_append(&s->text, text, len);
	if (!memchr(text, 'e', len))
		buf_add(&s->text, "e0");
}

static void
add_text(struct script *s, const struct cell *c, enum type type)
{
	char text[INSTANT_TEXT_BYTES + 8];
	const char *literal = s->dialect->literals[type];
	size_t zone = strlen(s->dialect->zone), len = c->len;

	buf_add(&s->text, literal ? literal : "");
	/* Without a zone it would be the session's. */
	if (type == TYPE_TIMESTAMP && len + zone <= sizeof(text)) {
		memcpy(text, c->text, len);
		memcpy(text + len, s->dialect->zone, zone);
		(void)dialect_add_text(s->dialect, &s->text, text, len + zone);
		return;
	}
	(void)dialect_add_text(s->dialect, &s->text, c->text, len);
}

static void
add_value(struct script *s, const struct cell *c, enum type type)
{
	char digits[NUM_TEXT_BYTES];

	switch ((enum cell_kind)c->kind) {
	case CELL_NULL:
		buf_add(&s->text, "NULL");
		break;
	case CELL_BOOL:
	case CELL_INTEGER:
		/* SQLite gives booleans back as integers. */
		if (type == TYPE_BOOL) {
			buf_add(&s->text, c->integer ? "TRUE" : "FALSE");
			break;
		}
		buf_append(&s->text, digits, num_print_i64(digits, c->integer));
		break;
	case CELL_NUMBER:
		add_number(s, c->number);
		break;
	case CELL_TEXT:
		add_text(s, c, type);
		break;
	}
}

static int
insert_row(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct rows *r = context;
	struct script *s = r->script;
	const struct script_table *t = r->table;

	if (r->count == 0) {
		buf_add(&s->text, "INSERT INTO ");
		dialect_quote(s->dialect, &s->text, t->stage);
		buf_add(&s->text, " ");
		sql_table_add_columns(&t->sql, true, &s->text);
		buf_add(&s->text, " VALUES\n(");
	} else {
		buf_add(&s->text, ",\n(");
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(&s->text, ',');
		add_value(s, &cells[i], t->sql.columns[i].type);
	}
	buf_add_char(&s->text, ')');
	if (++r->count < ROWS_MAX && s->text.len < STATEMENT_BYTES)
		return 0;
	r->count = 0;
	return script_end(s, why);
}

/* A line of COPY's. Booleans come out of SQLite as integers. */
static int
copy_row(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct rows *r = context;
	struct script *s = r->script;
	const struct sql_table *t = &r->table->sql;
	struct row row = {.cells = r->cells};

	for (size_t i = 0; i < count; i++) {
		uint32_t index = t->columns[i].column->index;

		r->cells[index] = cells[i];
		if (t->columns[i].type == TYPE_BOOL &&
		    cells[i].kind == CELL_INTEGER)
			r->cells[index].kind = CELL_BOOL;
		if (index >= row.count)
			row.count = index + 1;
	}
	if (postgres_row_add(&s->text, t, &row, false, &s->is_cut, why) != 0)
		return -1;
	return s->text.len < STATEMENT_BYTES ? 0 : script_flush(s, why);
}

int
script_rows_put(struct script *s, const struct script_table *t,
    struct fail *why)
{
	struct rows r = {.script = s, .table = t};
	int result;

	sql_table_add_stage(&t->sql, &s->text);
	if (script_end(s, why) != 0)
		return -1;
	if (!s->dialect->has_copy) {
		if (stage_visit(s->stage, t->shape, t->shape->count, 0,
			insert_row, &r, why) != 0)
			return -1;
		return script_end(s, why);
	}
	buf_add(&s->text, "COPY ");
	dialect_quote(s->dialect, &s->text, t->stage);
	buf_add_char(&s->text, ' ');
	sql_table_add_columns(&t->sql, true, &s->text);
	buf_add(&s->text, " FROM STDIN;\n");
	r.cells = mem_alloc(t->sql.table->column_count, sizeof(*r.cells));
	result = stage_visit(s->stage, t->shape, t->shape->count, 0, copy_row,
	    &r, why);
	free(r.cells);
	buf_add(&s->text, "\\.\n");
	return result != 0 ? -1 : script_flush(s, why);
}
