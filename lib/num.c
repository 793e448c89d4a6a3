/* SPDX-License-Identifier: ISC */
/*
 * Text to numbers.
 */
#include "num.h"

#include <stdio.h>
#include <inttypes.h>
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
