/* SPDX-License-Identifier: ISC */
/*
 * COPY's text format.
 */
#include "postgres_row.h"

#include "batch.h"
#include "nul.h"
#include "num.h"
#include "sql_table.h"

#include <string.h>

const char postgres_row_is_cut[] =
    "times with more than the six digits of a second that PostgreSQL keeps "
    "were cut; --type COLUMN=text keeps them whole";

/* To the last digit that it keeps. */
enum {
	TIMESTAMP_BYTES = 26, /* 2026-01-01T00:00:00.123456 */
	TIME_BYTES = 15,      /* 00:00:00.123456 */
};

/* Whether one of eight bytes is a control or a backslash. */
static bool
is_special(const char *at)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	uint64_t word, backslash;

	memcpy(&word, at, sizeof(word));
	backslash = word ^ ones * '\\';
	return (((word - ones * 0x20) & ~word) |
		   ((backslash - ones) & ~backslash)) &
	    high;
}

static char
escape_of(char c)
{
	switch (c) {
	case '\\':
		return '\\';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return '\0';
	}
}

/* Appends the text; -1 where it holds U+0000. Mostly there is nothing to
 * escape: it is copied in runs. */
static int
add_text(struct buf *to, const char *text, size_t len)
{
	size_t done = 0, at = 0, end;

	while (at < len) {
		if (at + sizeof(uint64_t) <= len && !is_special(text + at)) {
			at += sizeof(uint64_t);
			continue;
		}
		end = at + sizeof(uint64_t) < len ? at + sizeof(uint64_t) : len;
		for (; at < end; at++) {
			char escape = escape_of(text[at]);

			if (text[at] == '\0')
				return -1;
			if (!escape)
				continue;
			buf_append(to, text + done, at - done);
			buf_add_char(to, '\\');
			buf_add_char(to, escape);
			done = at + 1;
		}
	}
	buf_append(to, text + done, len - done);
	return 0;
}

/* The shortest digits that are this double: where the column became one of
 * decimals meanwhile, more would be another number. */
static void
add_number(struct buf *to, double number)
{
	char text[NUM_TEXT_BYTES];

	buf_append(to, text, num_print_double(text, number));
}

static void
add_integer(struct buf *to, int64_t value)
{
	char text[NUM_TEXT_BYTES];

	buf_append(to, text, num_print_i64(text, value));
}

static int
add_cell(struct buf *to, const struct cell *c)
{
	switch ((enum cell_kind)c->kind) {
	case CELL_NULL:
		buf_append(to, "\\N", 2);
		return 0;
	case CELL_BOOL:
		buf_add_char(to, c->integer ? 't' : 'f');
		return 0;
	case CELL_INTEGER:
		add_integer(to, c->integer);
		return 0;
	case CELL_NUMBER:
		add_number(to, c->number);
		return 0;
	case CELL_TEXT:
		break;
	}
	return add_text(to, c->text, c->len);
}

/* PostgreSQL would round, perhaps into the next second; a cursor (--last)
 * must not be later than the row it came from. */
static struct cell
cut_time(const struct cell *c, size_t bytes, bool *is_cut)
{
	struct cell cell = *c;

	if (c->kind == CELL_TEXT && c->len > bytes) {
		for (size_t i = bytes; i < c->len; i++)
			*is_cut |= c->text[i] != '0';
		cell.len = (uint32_t)bytes;
	}
	return cell;
}

/* The year before 0001 is no 0000 in PostgreSQL, but 1 BC. */
static void
add_first_bc(struct buf *to, const struct cell *c)
{
	buf_add(to, "0001");
	buf_append(to, c->text + 4, c->len - 4);
	buf_add(to, " BC");
}

static bool
is_in_first_bc(const struct sql_column *c, const struct cell *cell)
{
	return (c->type == TYPE_TIMESTAMP || c->type == TYPE_DATE) &&
	    cell->kind == CELL_TEXT && cell->len > 4 &&
	    memcmp(cell->text, "0000-", 5) == 0;
}

/* jsonb has no place for what a text cannot hold; json, which only somebody
 * else declares, keeps the escape. */
static bool
has_nul_escape(const struct sql_column *c, const struct cell *cell)
{
	return c->type == TYPE_JSON && cell->kind == CELL_TEXT &&
	    (!c->declared || strcmp(c->declared, "json") != 0) &&
	    nul_is_in_json(cell->text, cell->len);
}

static int
fail_nul(const struct sql_column *c, struct fail *why)
{
	return fail_set(why, STATUS_DATA,
	    "'%s' holds U+0000, which PostgreSQL cannot keep", c->column->name);
}

int
postgres_row_add(struct buf *to, const struct sql_table *t,
    const struct row *row, bool is_stage, bool *is_cut, struct fail *why)
{
	size_t start = to->len;

	if (is_stage) {
		add_integer(to, (int64_t)row->sequence);
		buf_add_char(to, '\t');
	}
	if (is_stage && sql_table_has_reference(t->table)) {
		(void)add_cell(to, &row->id);
		buf_add_char(to, '\t');
	}
	for (size_t i = 0; i < t->column_count; i++) {
		const struct sql_column *c = &t->columns[i];
		struct cell cell = {0};

		if (i > 0)
			buf_add_char(to, '\t');
		if (c->column->index < row->count)
			cell = row->cells[c->column->index];
		if (c->type == TYPE_TIMESTAMP)
			cell = cut_time(&cell, TIMESTAMP_BYTES, is_cut);
		else if (c->type == TYPE_TIME)
			cell = cut_time(&cell, TIME_BYTES, is_cut);
		if (is_in_first_bc(c, &cell)) {
			add_first_bc(to, &cell);
			continue;
		}
		if (has_nul_escape(c, &cell) || add_cell(to, &cell) != 0) {
			to->data[to->len = start] = '\0';
			return fail_nul(c, why);
		}
	}
	buf_add_char(to, '\n');
	return 0;
}
