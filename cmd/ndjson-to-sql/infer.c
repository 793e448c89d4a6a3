/* SPDX-License-Identifier: ISC */
/*
 * Types of values. The rule behind all of them: a value must come out of its
 * column as it went in; where no common type can promise that, the value
 * gets a column of its own.
 */
#include "infer.h"

#include "instant.h"
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every decimal of up to 15 digits survives a double; 17 always tell two
 * doubles apart (IEEE 754: DBL_DIG, DBL_DECIMAL_DIG). */
enum { DIGITS_SAFE = 15, DIGITS_MAX = 17 };

bool
infer_is_time_name(const char *key, size_t len)
{
	static const char *const ends[] = {"At", "_at", "Time", "_time"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t end = strlen(ends[i]);

		if (len > end && memcmp(key + len - end, ends[i], end) == 0)
			return true;
	}
	return false;
}

/* Whether an integer is taken for milliseconds since 1970, the years 1973 to
 * 5138. */
static bool
is_epoch_ms(int64_t integer)
{
	return integer >= 100000000000 && integer <= 100000000000000;
}

bool
infer_fits_double(int64_t integer)
{
	const int64_t limit = (int64_t)1 << 53;

	return integer >= -limit && integer <= limit;
}

/* A decimal number as its digits and the power of ten of the last one. */
struct decimal {
	char digits[DIGITS_MAX + 1];
	size_t count; /* significant digits; more than fit are counted only */
	int64_t exponent;
};

static void
decimal_read(const char *text, size_t len, struct decimal *d)
{
	size_t at = len > 0 && text[0] == '-';
	int64_t written = 0, zeros = 0;
	bool is_fraction = false, is_negative;

	*d = (struct decimal){0};
	for (; at < len && text[at] != 'e' && text[at] != 'E'; at++) {
		if (text[at] == '.') {
			is_fraction = true;
			continue;
		}
		d->exponent -= is_fraction;
		if (text[at] == '0') {
			zeros += d->count > 0;
			continue;
		}
		/* Zeros count once a digit follows them. */
		for (; zeros > 0; zeros--, d->count++)
			if (d->count < DIGITS_MAX)
				d->digits[d->count] = '0';
		if (d->count < DIGITS_MAX)
			d->digits[d->count] = text[at];
		d->count++;
	}
	d->exponent += zeros;
	if (at == len || d->count == 0)
		return;
	at++;
	is_negative = text[at] == '-';
	at += text[at] == '-' || text[at] == '+';
	for (; at < len && written < 1000000; at++)
		written = written * 10 + (text[at] - '0');
	d->exponent += is_negative ? -written : written;
}

bool
infer_is_exact(const char *text, size_t len, double number)
{
	struct decimal wanted, got;
	char printed[32];

	if (!isfinite(number))
		return false;
	decimal_read(text, len, &wanted);
	if (wanted.count == 0)
		return true;
	if (wanted.count > DIGITS_MAX)
		return false;
	/* The common case; the bounds keep away from the subnormal range. */
	if (wanted.count <= DIGITS_SAFE && fabs(number) > 1e-290 &&
	    fabs(number) < 1e300)
		return true;
	(void)snprintf(printed, sizeof(printed), "%.*e", (int)wanted.count - 1,
	    number);
	decimal_read(printed, strlen(printed), &got);
	return wanted.count == got.count && wanted.exponent == got.exponent &&
	    memcmp(wanted.digits, got.digits, wanted.count) == 0;
}

size_t
infer_write(double number, char text[INFER_NUMBER_BYTES])
{
	/* Where doubles lie far apart, fewer digits tell them apart. */
	int first = fabs(number) < 1e-290 ? 1 : DIGITS_SAFE, len = 0;

	for (int digits = first; digits <= DIGITS_MAX; digits++) {
		double back;

		len =
		    snprintf(text, INFER_NUMBER_BYTES, "%.*g", digits, number);
		back = strtod(text, NULL);
		if (!(back < number) && !(back > number))
			break;
	}
	return (size_t)len;
}

bool
infer_is_time(const char *text, size_t len)
{
	char whole[64] = "2000-01-01T";
	size_t day = strlen(whole);
	struct instant at;

	/* Whatever has a zone is longer than it is as a time of day. */
	for (size_t i = 0; i < len; i++)
		if (!strchr("0123456789:.", text[i]) || text[i] == '\0')
			return false;
	if (len >= sizeof(whole) - day)
		return false;
	memcpy(whole + day, text, len);
	return instant_parse(whole, day + len, &at) == INSTANT_TIME;
}

static bool
is_timestamp(const struct json_node *node)
{
	struct instant at;

	/* Most texts are none by their first byte. */
	if (node->string_len < 10 || node->string[0] < '0' ||
	    node->string[0] > '9')
		return false;
	return instant_parse(node->string, node->string_len, &at) ==
	    INSTANT_TIME;
}

enum type
infer_type(const struct json_node *node, bool has_time_name)
{
	switch (node->kind) {
	case JSON_NULL:
		return TYPE_UNKNOWN;
	case JSON_FALSE:
	case JSON_TRUE:
		return TYPE_BOOL;
	case JSON_INTEGER:
		return has_time_name && is_epoch_ms(node->integer)
		    ? TYPE_TIMESTAMP
		    : TYPE_BIGINT;
	case JSON_NUMBER:
		return infer_is_exact(node->text, node->text_len, node->number)
		    ? TYPE_DOUBLE
		    : TYPE_DECIMAL;
	case JSON_STRING:
		return is_timestamp(node) ? TYPE_TIMESTAMP : TYPE_TEXT;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return TYPE_JSON;
}

static enum infer_action
merge_into_bigint(enum type value, double number, bool is_wide,
    enum type *wider)
{
	if (value == TYPE_DECIMAL) {
		*wider = TYPE_DECIMAL;
		return INFER_WIDEN;
	}
	if (value != TYPE_DOUBLE)
		return INFER_VARIANT;
	/* 2.0 is the number 2. */
	if (number == floor(number) && fabs(number) <= 0x1p53)
		return INFER_STORE;
	*wider = is_wide ? TYPE_DECIMAL : TYPE_DOUBLE;
	return INFER_WIDEN;
}

enum infer_action
infer_merge(enum type column, enum type value, int64_t integer, double number,
    bool is_wide, enum type *wider)
{
	if (column == value)
		return INFER_STORE;
	switch (column) {
	case TYPE_UNKNOWN:
		*wider = value;
		return INFER_WIDEN;
	case TYPE_BIGINT:
		return merge_into_bigint(value, number, is_wide, wider);
	case TYPE_DOUBLE:
		if (value == TYPE_BIGINT && infer_fits_double(integer))
			return INFER_STORE;
		if (value != TYPE_BIGINT && value != TYPE_DECIMAL)
			return INFER_VARIANT;
		*wider = TYPE_DECIMAL;
		return INFER_WIDEN;
	case TYPE_DECIMAL:
		return value == TYPE_BIGINT || value == TYPE_DOUBLE
		    ? INFER_STORE
		    : INFER_VARIANT;
	case TYPE_TEXT:
		/* A text stays what it is, even if it looks like a time. */
		return value == TYPE_TIMESTAMP ? INFER_STORE : INFER_VARIANT;
	default:
		return INFER_VARIANT;
	}
}
