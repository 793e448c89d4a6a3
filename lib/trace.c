/* SPDX-License-Identifier: ISC */
/*
 * Showing headers.
 */
#include "trace.h"

#include "msg.h"

#include <string.h>
#include <strings.h>

/* Shows one header line, credentials left out. */
static void
trace_line(char direction, const char *line, size_t len)
{
	static const char *const hidden[] = {"authorization:",
	    "proxy-authorization:", "cookie:", "set-cookie:"};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
		size_t name = strlen(hidden[i]);

		if (len >= name && strncasecmp(line, hidden[i], name) == 0) {
			msg_at(MSG_TRACE, "%c %.*s ***", direction, (int)name,
			    line);
			return;
		}
	}
	if (len > 0)
		msg_at(MSG_TRACE, "%c %.*s", direction,
		    len > 1000 ? 1000 : (int)len, line);
}

void
trace_headers(char direction, const char *bytes, size_t size)
{
	while (size > 0) {
		const char *end = memchr(bytes, '\n', size);
		size_t len = end ? (size_t)(end - bytes) : size;
		size_t shown =
		    len > 0 && bytes[len - 1] == '\r' ? len - 1 : len;

		trace_line(direction, bytes, shown);
		len += end != NULL;
		bytes += len;
		size -= len;
	}
}
