/* SPDX-License-Identifier: ISC */
/*
 * Text to numbers, in one place: the whole text or nothing, no white space,
 * no locale, overflow seen. Pure. What parses returns 0, or -1 and leaves
 * `out`. And numbers to text, without a locale and many times faster than
 * printf.
 */
#ifndef NUM_H
#define NUM_H

#include "attr.h"

#include <stddef.h>
#include <stdint.h>

enum {
	NUM_GROUP_BYTES = 32,
	NUM_TEXT_BYTES = 32, /* any int64 or double, and a NUL */
};

/* Decimal digits only. */
ATTR_NODISCARD
int num_u64(const char *text, size_t len, uint64_t *out);

/* Decimal digits with an optional '-' in front. */
ATTR_NODISCARD
int num_i64(const char *text, size_t len, int64_t *out);

/* Writes a number for people, a comma before each three digits: 1,234,567.
 * Returns `text`. */
const char *num_group(char text[NUM_GROUP_BYTES], uint64_t value);

/* Writes the digits; returns their number. `text` gets a NUL. */
size_t num_print_i64(char text[NUM_TEXT_BYTES], int64_t value);

/* Writes the shortest digits that read as the same double: 0.1, 2.0, 1e+300.
 * There is always a point or an exponent. `value` must be finite. */
size_t num_print_double(char text[NUM_TEXT_BYTES], double value);

/* A string of decimal digits with a unit: ms, s, m, h or d; without one,
 * seconds. A fraction is allowed ("1.5s"). `out` is in milliseconds. */
ATTR_NODISCARD
int num_duration_ms(const char *text, int64_t *out);

#endif
