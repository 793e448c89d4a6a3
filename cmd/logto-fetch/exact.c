/* SPDX-License-Identifier: ISC */
/*
 * Decimal numbers and doubles. What has 15 significant digits always comes
 * back from a double; of longer ones, the digits that come back are compared.
 */
#include "exact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SURE_DIGITS = 15, /* DBL_DIG */
	MOST_DIGITS = 17, /* no double needs more to be named */
	MOST_BYTES = 400, /* 0.000...1 is written out rather than 1e-300 */
};

/* Copies the significant digits, of which there may be MOST_DIGITS: without
 * sign, point, exponent, and zeros at either end. Returns how many there
 * are. */
static size_t
take_digits(const char *text, size_t len, char digits[MOST_DIGITS + 1])
{
	size_t count = 0, zeros = 0;

	for (size_t i = 0; i < len && text[i] != 'e' && text[i] != 'E'; i++) {
		if (text[i] == '0' && count > 0)
			zeros++;
		if (text[i] < '1' || text[i] > '9')
			continue;
		for (; zeros > 0; zeros--)
			if (++count <= MOST_DIGITS)
				digits[count - 1] = '0';
		if (++count <= MOST_DIGITS)
			digits[count - 1] = text[i];
	}
	digits[count < MOST_DIGITS ? count : MOST_DIGITS] = '\0';
	return count;
}

bool
exact_in_double(const char *text, size_t len)
{
	char digits[MOST_DIGITS + 1], back_digits[MOST_DIGITS + 1];
	char copy[MOST_BYTES + 1], back[MOST_DIGITS + 16];
	size_t count = take_digits(text, len, digits);
	double value;
	int n = 0;

	if (count == 0)
		return true;
	if (count > MOST_DIGITS || len > MOST_BYTES)
		return false;
	/* Without an exponent the size is known from the length. */
	if (count <= SURE_DIGITS && len < 100 && !memchr(text, 'e', len) &&
	    !memchr(text, 'E', len))
		return true;
	memcpy(copy, text, len);
	copy[len] = '\0';
	value = strtod(copy, NULL);
	/* Near zero doubles have fewer digits, and beyond all of them none. */
	for (int precision = 1; precision <= MOST_DIGITS; precision++) {
		n = snprintf(back, sizeof(back), "%.*e", precision - 1, value);
		if (strtod(back, NULL) == value)
			break;
	}
	(void)take_digits(back, (size_t)n, back_digits);
	return strcmp(digits, back_digits) == 0;
}
