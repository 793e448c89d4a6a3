/* SPDX-License-Identifier: ISC */
/*
 * Vectors: an array of values, and a bit for each that is set where there is
 * one.
 */
#include "duckdb_fill.h"

#include "infer.h"
#include "instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const type_names[] = {
    [FILL_BOOLEAN] = "BOOLEAN",
    [FILL_BIGINT] = "BIGINT",
    [FILL_DOUBLE] = "DOUBLE",
    [FILL_DATE] = "DATE",
    [FILL_TIME] = "TIME",
    [FILL_TIMESTAMP] = "TIMESTAMP WITH TIME ZONE",
    [FILL_TIMESTAMP_NS] = "TIMESTAMP_NS",
    [FILL_TEXT] = "VARCHAR",
    [FILL_JSON] = "JSON",
};

const char *
duckdb_fill_type(enum duckdb_fill fill)
{
	return type_names[fill];
}

enum duckdb_fill
duckdb_fill_of(enum type type)
{
	static const enum duckdb_fill fills[TYPE_COUNT] = {
	    [TYPE_UNKNOWN] = FILL_TEXT,
	    [TYPE_BOOL] = FILL_BOOLEAN,
	    [TYPE_BIGINT] = FILL_BIGINT,
	    [TYPE_DOUBLE] = FILL_DOUBLE,
	    [TYPE_DECIMAL] = FILL_TEXT,
	    [TYPE_TIMESTAMP] = FILL_TIMESTAMP,
	    [TYPE_DATE] = FILL_DATE,
	    [TYPE_TIME] = FILL_TIME,
	    [TYPE_TEXT] = FILL_TEXT,
	    [TYPE_JSON] = FILL_JSON,
	};

	return fills[type];
}

/* --- values ------------------------------------------------------------- */

static void
set_string(struct duckdb_string *s, const char *text, uint32_t len)
{
	s->len = len;
	if (len <= sizeof(s->inlined)) {
		memset(s->inlined, 0, sizeof(s->inlined));
		memcpy(s->inlined, text, len);
	} else {
		memcpy(s->prefix, text, sizeof(s->prefix));
		s->text = text;
	}
}

/* A number that came before its column became one of texts. */
static void
set_printed(struct duckdb_string *s, const struct cell *c, struct batch *b)
{
	char *text = batch_alloc(b, INFER_NUMBER_BYTES);
	size_t len;

	if (c->kind == CELL_NUMBER)
		len = infer_write(c->number, text);
	else if (c->kind == CELL_BOOL)
		len = (size_t)snprintf(text, INFER_NUMBER_BYTES, "%s",
		    c->integer ? "true" : "false");
	else
		len = (size_t)snprintf(text, INFER_NUMBER_BYTES, "%" PRId64,
		    c->integer);
	set_string(s, text, (uint32_t)len);
}

/* Two digits; or a number that fits nowhere. */
static unsigned
two(const char *text)
{
	unsigned tens = (unsigned)(text[0] - '0');
	unsigned ones = (unsigned)(text[1] - '0');

	return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/* hh:mm:ss[.ffffff], in microseconds; -1 where it is no such time. */
static int64_t
time_of(const struct cell *c)
{
	int64_t micros = 0, unit = 1000000;
	unsigned hour, minute, second;

	if (c->len < 8 || c->text[2] != ':' || c->text[5] != ':' ||
	    (c->len > 8 && (c->text[8] != '.' || c->len > 15)))
		return -1;
	hour = two(c->text);
	minute = two(c->text + 3);
	second = two(c->text + 6);
	if (hour > 23 || minute > 59 || second > 59)
		return -1;
	for (uint32_t i = 9; i < c->len; i++) {
		unsigned digit = (unsigned)(c->text[i] - '0');

		if (digit > 9)
			return -1;
		unit /= 10;
		micros += digit * unit;
	}
	return ((int64_t)hour * 3600 + minute * 60 + second) * 1000000 + micros;
}

static bool
set_date(int32_t *days, const struct cell *c)
{
	struct instant at;

	if (instant_parse(c->text, c->len, &at) != INSTANT_DATE)
		return false;
	/* Whole days, before 1970 as well. */
	*days = (int32_t)(at.seconds / 86400);
	return true;
}

/* What DuckDB's count of nanoseconds in 64 bits holds, to the second. */
static bool
fits_ns(const struct instant *at)
{
	return at->seconds > INT64_MIN / 1000000000 &&
	    at->seconds < INT64_MAX / 1000000000;
}

static bool
set_timestamp(int64_t *count, const struct cell *c, bool is_ns,
    enum duckdb_fill *wider)
{
	struct instant at;

	if (c->kind != CELL_TEXT ||
	    instant_parse(c->text, c->len, &at) != INSTANT_TIME)
		return false;
	if (is_ns) {
		if (!fits_ns(&at))
			return false;
		*count = at.seconds * 1000000000 + at.nanoseconds;
		return true;
	}
	*count = at.seconds * 1000000 + at.nanoseconds / 1000;
	if (at.nanoseconds % 1000 == 0)
		return true;
	if (fits_ns(&at))
		*wider = FILL_TIMESTAMP_NS;
	return false;
}

static bool
set_double(double *number, const struct cell *c)
{
	if (c->kind == CELL_TEXT)
		return false;
	*number = c->kind == CELL_NUMBER ? c->number : (double)c->integer;
	return true;
}

bool
duckdb_fill_value(void *data, size_t at, enum duckdb_fill fill,
    const struct cell *c, struct batch *b, enum duckdb_fill *wider)
{
	bool is_text = c->kind == CELL_TEXT;
	int64_t micros;

	switch (fill) {
	case FILL_BOOLEAN:
		((bool *)data)[at] = !is_text && c->integer != 0;
		return c->kind == CELL_BOOL || c->kind == CELL_INTEGER;
	case FILL_BIGINT:
		((int64_t *)data)[at] = is_text ? 0 : c->integer;
		return c->kind == CELL_INTEGER || c->kind == CELL_BOOL;
	case FILL_DOUBLE:
		return set_double((double *)data + at, c);
	case FILL_DATE:
		return is_text && set_date((int32_t *)data + at, c);
	case FILL_TIME:
		micros = is_text ? time_of(c) : -1;
		((int64_t *)data)[at] = micros;
		return micros >= 0;
	case FILL_TIMESTAMP:
	case FILL_TIMESTAMP_NS:
		return set_timestamp((int64_t *)data + at, c,
		    fill == FILL_TIMESTAMP_NS, wider);
	case FILL_TEXT:
	case FILL_JSON:
		if (is_text)
			set_string((struct duckdb_string *)data + at, c->text,
			    c->len);
		else
			set_printed((struct duckdb_string *)data + at, c, b);
		return true;
	}
	return false;
}

/* --- columns ------------------------------------------------------------ */

bool
duckdb_fill_column(const struct libduckdb *l, struct duckdb_vector *vector,
    enum duckdb_fill fill, const struct row *const *rows, size_t count,
    size_t index, struct batch *b, enum duckdb_fill *wider)
{
	void *data = l->vector_get_data(vector);
	uint64_t *valid = NULL;

	*wider = FILL_TEXT;
	for (size_t i = 0; i < count; i++) {
		const struct row *row = rows[i];
		const struct cell *c = &row->cells[index];

		if (index < row->count && c->kind != CELL_NULL) {
			if (!duckdb_fill_value(data, i, fill, c, b, wider))
				return false;
			continue;
		}
		if (!valid) {
			l->vector_ensure_validity_writable(vector);
			valid = l->vector_get_validity(vector);
		}
		valid[i / 64] &= ~((uint64_t)1 << i % 64);
	}
	return true;
}

void
duckdb_fill_sequence(const struct libduckdb *l, struct duckdb_vector *vector,
    const struct row *const *rows, size_t count)
{
	int64_t *data = l->vector_get_data(vector);

	for (size_t i = 0; i < count; i++)
		data[i] = (int64_t)rows[i]->sequence;
}

void
duckdb_fill_reference(const struct libduckdb *l, struct duckdb_vector *vector,
    const struct row *const *rows, size_t count)
{
	struct duckdb_string *data = l->vector_get_data(vector);

	for (size_t i = 0; i < count; i++) {
		const struct cell *id = &rows[i]->id;
		bool is_text = id->kind == CELL_TEXT;

		set_string(&data[i], is_text ? id->text : "",
		    is_text ? id->len : 0);
	}
}
