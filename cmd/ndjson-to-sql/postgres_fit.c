/* SPDX-License-Identifier: ISC */
/*
 * Types of somebody else.
 */
#include "postgres_fit.h"

#include "batch.h"
#include "num.h"
#include "schema.h"
#include "sql_table.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
	NAME_BYTES = 63,
	FLOAT_WHOLE_MAX = 1 << 24, /* up to it, each whole number is a float */
};

/* --- the type ----------------------------------------------------------- */

/* Reads (10,2) or (10) behind the type's name; how many numbers there were. */
static int
read_modifier(const char *text, int64_t number[2])
{
	const char *at = strchr(text, '(');
	int count = 0;

	while (at && count < 2 && (*at == '(' || *at == ',')) {
		size_t len = strcspn(++at, ",)");

		if (num_i64(at, len, &number[count]) != 0)
			break;
		count++;
		at += len;
	}
	return count;
}

struct postgres_fit
postgres_fit_of(const char *declared)
{
	static const struct {
		const char *name;
		enum fit_kind kind;
		bool has_modifier; /* without one it keeps all */
		int64_t size;
	} rules[] = {
	    {"smallint", FIT_INTEGER, false, 16},
	    {"integer", FIT_INTEGER, false, 32},
	    {"numeric", FIT_NUMERIC, true, 0},
	    {"real", FIT_REAL, false, 0},
	    {"time", FIT_SECONDS, true, 0},
	    {"character varying", FIT_CHARACTERS, true, 0},
	    {"character", FIT_PADDED, true, 0},
	    {"\"char\"", FIT_BYTES, false, 1},
	    {"name", FIT_BYTES, false, NAME_BYTES},
	};
	int64_t number[2] = {0, 0};
	int count;

	if (!declared || strchr(declared, '['))
		return (struct postgres_fit){FIT_ALL, 0, 0};
	count = read_modifier(declared, number);
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		size_t len = strlen(rules[i].name) + !rules[i].has_modifier;

		/* With the NUL, where nothing may follow. */
		if (strncmp(declared, rules[i].name, len) != 0)
			continue;
		if (rules[i].has_modifier && count == 0)
			break;
		return (struct postgres_fit){rules[i].kind,
		    rules[i].has_modifier ? number[0] : rules[i].size,
		    number[1]};
	}
	return (struct postgres_fit){FIT_ALL, 0, 0};
}

/* --- the value ---------------------------------------------------------- */

static const char *
text_of(const struct cell *cell, char digits[NUM_TEXT_BYTES], size_t *len)
{
	if (cell->kind == CELL_TEXT) {
		*len = cell->len;
		return cell->text;
	}
	*len = cell->kind == CELL_NUMBER
	    ? num_print_double(digits, cell->number)
	    : num_print_i64(digits, cell->integer);
	return digits;
}

static size_t
span_digits(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && text[at] >= '0' && text[at] <= '9')
		at++;
	return at;
}

/* The power of ten of the decimal's first digit; INT64_MIN where it is none,
 * which the server may judge. `*start` is where its digits begin. */
static int64_t
first_place(const char *text, size_t len, size_t *start)
{
	int64_t exponent = 0;
	size_t whole, at;

	*start = len > 0 && text[0] == '-';
	whole = span_digits(text + *start, len - *start);
	at = *start + whole;
	if (at < len && text[at] == '.') {
		at++;
		at += span_digits(text + at, len - at);
	}
	if (at < len) {
		bool is_signed = at + 1 < len && text[at + 1] == '+';

		at += is_signed ? 2 : 1;
		if (num_i64(text + at, len - at, &exponent) != 0 ||
		    exponent > INT32_MAX || exponent < INT32_MIN)
			return INT64_MIN;
	}
	return exponent + (int64_t)whole - 1;
}

/* Whether only zeros are above the places that the type has, and below. */
static bool
fits_numeric(const struct postgres_fit *fit, const char *text, size_t len)
{
	size_t at;
	int64_t place = first_place(text, len, &at);

	if (place == INT64_MIN)
		return true;
	for (; at < len && (text[at] == '.' || span_digits(text + at, 1));
	     at++) {
		if (text[at] == '.')
			continue;
		if (text[at] != '0' &&
		    (place >= fit->size - fit->scale || place < -fit->scale))
			return false;
		place--;
	}
	return true;
}

static bool
fits_real(const struct cell *cell)
{
	if (cell->kind == CELL_INTEGER)
		return cell->integer >= -FLOAT_WHOLE_MAX &&
		    cell->integer <= FLOAT_WHOLE_MAX;
	return cell->kind != CELL_NUMBER ||
	    (fabs(cell->number) <= FLT_MAX &&
		(double)(float)cell->number == cell->number);
}

/* The digits of a second behind those that are kept must be 0. */
static bool
fits_seconds(int64_t digits, const char *text, size_t len)
{
	const char *dot = memchr(text, '.', len);
	const char *end = text + len;

	if (!dot)
		return true;
	for (const char *at = dot + 1; at < end && *at >= '0' && *at <= '9';
	     at++)
		if (at - dot > digits && *at != '0')
			return false;
	return true;
}

static int64_t
count_characters(const char *text, size_t len)
{
	int64_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static bool
fits_integer(int64_t bits, const struct cell *cell)
{
	int64_t end = (int64_t)1 << (bits - 1);

	return cell->kind != CELL_INTEGER ||
	    (cell->integer >= -end && cell->integer < end);
}

static bool
fits(const struct postgres_fit *fit, bool is_key, const struct cell *cell)
{
	char digits[NUM_TEXT_BYTES];
	size_t len;
	const char *text = text_of(cell, digits, &len);

	switch (fit->kind) {
	case FIT_INTEGER:
		return fits_integer(fit->size, cell);
	case FIT_NUMERIC:
		return fits_numeric(fit, text, len);
	case FIT_REAL:
		return !is_key || fits_real(cell);
	case FIT_SECONDS:
		return fits_seconds(fit->size, text, len);
	case FIT_CHARACTERS:
		return count_characters(text, len) <= fit->size;
	case FIT_PADDED:
		return count_characters(text, len) <= fit->size &&
		    (!is_key || len == 0 || text[len - 1] != ' ');
	case FIT_BYTES:
		return len <= (size_t)fit->size;
	case FIT_ALL:
		break;
	}
	return true;
}

int
postgres_fit_check(const struct postgres_fit *fit, const struct sql_column *c,
    bool is_key, const struct cell *cell, struct fail *why)
{
	if (cell->kind == CELL_NULL || fits(fit, is_key, cell))
		return 0;
	return fail_set(why, STATUS_DATA,
	    "'%s' is %s, which does not hold the value as it is; give the "
	    "column a wider type",
	    c->column->name, c->declared);
}
