/* SPDX-License-Identifier: ISC */
/*
 * Reading vectors.
 */
#include "duckdb_row.h"

#include "instant.h"
#include "mem.h"

#include <stdlib.h>

/* Splits towards minus infinity, as time before 1970 needs it. */
static struct instant
instant_of(int64_t count, int64_t per_second)
{
	int64_t rest = count % per_second;
	struct instant at;

	rest += rest < 0 ? per_second : 0;
	at.seconds = (count - rest) / per_second;
	at.nanoseconds = (uint32_t)(rest * (1000000000 / per_second));
	at.digits = 9;
	for (uint32_t n = at.nanoseconds; at.digits > 3 && n % 10 == 0; n /= 10)
		at.digits--;
	return at;
}

static void
read_instant(struct cell *cell, int64_t count, int64_t per_second,
    char text[INSTANT_TEXT_BYTES])
{
	struct instant at = instant_of(count, per_second);

	cell->kind = CELL_TEXT;
	cell->text = text;
	cell->len = (uint32_t)instant_format(&at, text);
}

static void
read_integer(struct cell *cell, int64_t integer)
{
	cell->kind = CELL_INTEGER;
	cell->integer = integer;
}

static void
read_string(struct cell *cell, const struct duckdb_string *s)
{
	bool is_inlined = s->len <= sizeof(s->inlined);

	cell->kind = CELL_TEXT;
	cell->len = s->len;
	cell->text = is_inlined ? s->inlined : s->text;
}

/* The value at place `at`; `text` is room for a time. */
static bool
read_cell(struct cell *cell, int type, const void *data, uint64_t at,
    char text[INSTANT_TEXT_BYTES])
{
	switch (type) {
	case DUCKDB_BOOLEAN:
		read_integer(cell, ((const bool *)data)[at]);
		cell->kind = CELL_BOOL;
		break;
	case DUCKDB_TINYINT:
		read_integer(cell, ((const int8_t *)data)[at]);
		break;
	case DUCKDB_SMALLINT:
		read_integer(cell, ((const int16_t *)data)[at]);
		break;
	case DUCKDB_INTEGER:
		read_integer(cell, ((const int32_t *)data)[at]);
		break;
	case DUCKDB_BIGINT:
		read_integer(cell, ((const int64_t *)data)[at]);
		break;
	case DUCKDB_DOUBLE:
		cell->kind = CELL_NUMBER;
		cell->number = ((const double *)data)[at];
		break;
	case DUCKDB_VARCHAR:
		read_string(cell, (const struct duckdb_string *)data + at);
		break;
	case DUCKDB_TIMESTAMP:
	case DUCKDB_TIMESTAMP_TZ:
		read_instant(cell, ((const int64_t *)data)[at], 1000000, text);
		break;
	case DUCKDB_TIMESTAMP_NS:
		read_instant(cell, ((const int64_t *)data)[at], 1000000000,
		    text);
		break;
	default:
		return false;
	}
	return true;
}

bool
duckdb_row_is_readable(const struct libduckdb *l, struct duckdb_result *answer,
    size_t count)
{
	static const struct duckdb_string nothing;
	char text[INSTANT_TEXT_BYTES];
	struct cell cell;

	for (size_t i = 0; i < count; i++)
		if (!read_cell(&cell, l->column_type(answer, i), &nothing, 0,
			text))
			return false;
	return true;
}

int
duckdb_row_visit(const struct libduckdb *l, struct duckdb_result *answer,
    struct duckdb_chunk *chunk, size_t count, sink_visitor *visit,
    void *context, struct fail *why)
{
	struct cell *cells = mem_alloc(count, sizeof(*cells));
	char(*texts)[INSTANT_TEXT_BYTES] = mem_alloc(count, sizeof(*texts));
	uint64_t rows = l->data_chunk_get_size(chunk);
	int result = 0;

	for (uint64_t row = 0; row < rows && result == 0; row++) {
		for (size_t i = 0; i < count; i++) {
			struct duckdb_vector *v =
			    l->data_chunk_get_vector(chunk, i);
			uint64_t *valid = l->vector_get_validity(v);

			cells[i] = (struct cell){0};
			if (!valid || valid[row / 64] >> row % 64 & 1)
				(void)read_cell(&cells[i],
				    l->column_type(answer, i),
				    l->vector_get_data(v), row, texts[i]);
		}
		result = visit(context, cells, count, why);
	}
	free(cells);
	free(texts);
	return result;
}
