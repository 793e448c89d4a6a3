/* SPDX-License-Identifier: ISC */
/*
 * JSON strings and percent-encoding.
 */
#include "escape.h"

#include <string.h>

void
escape_json(struct buf *to, const char *text, size_t len)
{
	static const char names[] = "btnvfr"; /* 8 to 13; v has no name */

	buf_add_char(to, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_addf(to, "\\%c", c);
		else if (c >= 8 && c <= 13 && c != '\v')
			buf_addf(to, "\\%c", names[c - 8]);
		else if (c < 0x20)
			buf_addf(to, "\\u%04x", c);
		else
			buf_add_char(to, (char)c);
	}
	buf_add_char(to, '"');
}

void
escape_url(struct buf *to, const char *text, size_t len)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (size_t i = 0; i < len; i++) {
		if (text[i] && strchr(unreserved, text[i]))
			buf_add_char(to, text[i]);
		else
			buf_addf(to, "%%%02X", (unsigned char)text[i]);
	}
}
