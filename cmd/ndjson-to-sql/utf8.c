/* SPDX-License-Identifier: ISC */
/*
 * UTF-8, for the rare line that is looked at by itself.
 */
#include "utf8.h"

/* The bytes of the character that starts with `lead`; 0: none does. The
 * second byte must lie from *low to *high. */
static size_t
measure(unsigned char lead, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xBF;
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF) {
		if (lead == 0xE0)
			*low = 0xA0;
		if (lead == 0xED)
			*high = 0x9F;
		return 3;
	}
	if (lead >= 0xF0 && lead <= 0xF4) {
		if (lead == 0xF0)
			*low = 0x90;
		if (lead == 0xF4)
			*high = 0x8F;
		return 4;
	}
	return 0;
}

bool
utf8_is_valid(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + len;

	while (at < end) {
		unsigned char low, high;
		size_t size = measure(*at, &low, &high);

		if (size == 0 || size > (size_t)(end - at))
			return false;
		if (size > 1 && (at[1] < low || at[1] > high))
			return false;
		for (size_t i = 2; i < size; i++)
			if (at[i] < 0x80 || at[i] > 0xBF)
				return false;
		at += size;
	}
	return true;
}
