/* SPDX-License-Identifier: ISC */
/*
 * Text to numbers.
 */
#include "num.h"

#include <stdio.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

int
num_u64(const char *text, size_t len, uint64_t *out)
{
	uint64_t value = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

int
num_i64(const char *text, size_t len, int64_t *out)
{
	bool is_negative = len > 0 && text[0] == '-';
	uint64_t magnitude;

	if (num_u64(text + is_negative, len - is_negative, &magnitude) != 0)
		return -1;
	if (magnitude > (uint64_t)INT64_MAX + is_negative)
		return -1;
	/* Unsigned arithmetic: -INT64_MIN does not exist. */
	*out = (int64_t)(is_negative ? 0 - magnitude : magnitude);
	return 0;
}

static int64_t
unit_ms(const char *unit)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
	    {"", 1000},
	    {"ms", 1},
	    {"s", 1000},
	    {"m", 60 * 1000},
	    {"h", 60 * 60 * 1000},
	    {"d", 24 * 60 * 60 * 1000},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(units[i].name, unit) == 0)
			return units[i].ms;
	return 0;
}

int
num_duration_ms(const char *text, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	size_t fraction = 0;
	uint64_t whole, part = 0;
	int64_t ms, scale = 1;

	if (num_u64(text, digits, &whole) != 0)
		return -1;
	if (*unit == '.') {
		fraction = strspn(unit + 1, "0123456789");
		/* Nine digits: more would not change a millisecond. */
		if (fraction > 9 || num_u64(unit + 1, fraction, &part) != 0)
			return -1;
		unit += 1 + fraction;
	}
	ms = unit_ms(unit);
	if (ms == 0 || whole > (uint64_t)(INT64_MAX / ms) - 1)
		return -1;
	for (size_t i = 0; i < fraction; i++)
		scale *= 10;
	/* part < 10^9 and ms < 10^8, so the product fits. */
	*out = (int64_t)whole * ms + (int64_t)part * ms / scale;
	return 0;
}

const char *
num_group(char text[NUM_GROUP_BYTES], uint64_t value)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	char *out = text;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}

size_t
num_print_i64(char text[NUM_TEXT_BYTES], int64_t value)
{
	char digits[NUM_TEXT_BYTES];
	char *first = digits + sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	size_t len;

	do {
		*--first = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--first = '-';
	len = (size_t)(digits + sizeof(digits) - first);
	memcpy(text, first, len);
	text[len] = '\0';
	return len;
}

/* Numbers with few digits: where value * 10^k is an integer below 10^15, and
 * that integer divided by 10^k gives the value back, its digits with the
 * point at k read as the value, because the division is exact but for one
 * rounding, and reading is too. 0 if it is no such number. */
static size_t
print_short(char text[NUM_TEXT_BYTES], double value)
{
	static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
	double size = value < 0 ? -value : value;
	char digits[NUM_TEXT_BYTES];
	size_t count, whole, at = 0;

	for (unsigned k = 0; k < sizeof(powers) / sizeof(*powers); k++) {
		double scaled = size * powers[k];
		int64_t integer;

		if (scaled >= 1e15)
			return 0;
		integer = (int64_t)(scaled + 0.5);
		if ((double)integer / powers[k] != size)
			continue;
		count = num_print_i64(digits, integer);
		if (signbit(value))
			text[at++] = '-';
		whole = count > k ? count - k : 0;
		if (whole == 0)
			text[at++] = '0';
		memcpy(text + at, digits, whole);
		at += whole;
		text[at++] = '.';
		for (size_t zeros = k > count ? k - count : 0; zeros > 0;
		     zeros--)
			text[at++] = '0';
		memcpy(text + at, digits + whole, count - whole);
		at += count - whole;
		if (k == 0)
			text[at++] = '0';
		text[at] = '\0';
		return at;
	}
	return 0;
}

size_t
num_print_double(char text[NUM_TEXT_BYTES], double value)
{
	size_t len = print_short(text, value);

	/* 17 digits always suffice. */
	for (int digits = 15; len == 0 && digits <= 17; digits++) {
		int n = snprintf(text, NUM_TEXT_BYTES, "%.*g", digits, value);

		if (digits == 17 || strtod(text, NULL) == value)
			len = (size_t)n;
	}
	if (!strpbrk(text, ".e")) {
		memcpy(text + len, ".0", sizeof(".0"));
		len += 2;
	}
	return len;
}
