/* SPDX-License-Identifier: ISC */
/*
 * Looking for the escape.
 */
#include "nul.h"

#include <string.h>

bool
nul_is_in_json(const char *text, size_t len)
{
	static const char escape[] = "\\u0000";
	const char *end = text + len, *at = text;

	while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
		if ((size_t)(end - at) >= sizeof(escape) - 1 &&
		    memcmp(at, escape, sizeof(escape) - 1) == 0)
			return true;
		at += end - at >= 2 ? 2 : 1;
	}
	return false;
}
