/* SPDX-License-Identifier: ISC */
/*
 * JSON strings and percent-encoding.
 */
#include "escape.h"

#include <stdbool.h>
#include <string.h>

static bool
is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

void
escape_json(struct buf *to, const char *text, size_t len)
{
	static const char names[] = "btnvfr"; /* 8 to 13; v has no name */
	const char *at = text, *end = text + len;

	buf_add_char(to, '"');
	while (at < end) {
		const char *plain = at;
		unsigned char c;

		while (at < end && is_plain(*at))
			at++;
		buf_append(to, plain, (size_t)(at - plain));
		if (at == end)
			break;
		c = (unsigned char)*at++;
		if (c == '"' || c == '\\')
			buf_addf(to, "\\%c", c);
		else if (c >= 8 && c <= 13 && c != '\v')
			buf_addf(to, "\\%c", names[c - 8]);
		else
			buf_addf(to, "\\u%04x", c);
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
