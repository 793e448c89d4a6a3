/* SPDX-License-Identifier: ISC */
/*
 * How a stream ends.
 */
#include "stream.h"

#include "buf.h"
#include "num.h"

#include <string.h>

static const char FRAGMENT[] = "{\"_error\":{\"status\":";
static const char MESSAGE[] = ",\"message\":\"";

bool
stream_is_blank(const struct line *line)
{
	for (size_t i = 0; i < line->len; i++)
		if (!memchr(" \t\r", line->text[i], 3))
			return false;
	return true;
}

void
stream_skip_mark(struct line *line)
{
	if (line->number == 1 && line->len >= 3 &&
	    memcmp(line->text, "\xEF\xBB\xBF", 3) == 0) {
		line->text += 3;
		line->len -= 3;
		line->offset += 3;
	}
}

/* Appends a JSON string's bytes up to its end, or to where it was cut;
 * escapes lose their backslash: it is read by people only. */
static void
add_string(struct buf *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len && text[i] != '"'; i++) {
		if (text[i] == '\\' && i + 1 < len)
			i++;
		buf_add_char(to, text[i]);
	}
}

int
stream_fail_cut(const struct line *line, const char *name, bool has_commits,
    struct fail *why)
{
	const char *loaded = has_commits
	    ? "nothing was loaded after the last commit"
	    : "nothing was loaded";
	size_t start = sizeof(FRAGMENT) - 1, digits = 0;
	const char *text = line->text;
	size_t len = line->len;
	uint64_t status = STATUS_RETRY;
	struct buf message;

	/* By a producer that was at rest. */
	if (len > 0 && *text == ' ') {
		text++;
		len--;
	}
	if (len < start || memcmp(text, FRAGMENT, start) != 0)
		return fail_set(why, STATUS_RETRY,
		    "%s: line %llu does not end: whoever wrote it died, or "
		    "left the last newline out; %s; --accept-truncated takes "
		    "what is there",
		    name, (unsigned long long)line->number, loaded);
	while (start + digits < len && text[start + digits] >= '0' &&
	    text[start + digits] <= '9')
		digits++;
	if (num_u64(text + start, digits, &status) != 0 || status < 1 ||
	    status > STATUS_DATA)
		status = STATUS_RETRY;
	start += digits;
	buf_init(&message, BOUND_MESSAGE_BYTES);
	if (len > start + sizeof(MESSAGE) - 1 &&
	    memcmp(text + start, MESSAGE, sizeof(MESSAGE) - 1) == 0)
		add_string(&message, text + start + sizeof(MESSAGE) - 1,
		    len - start - (sizeof(MESSAGE) - 1));
	(void)fail_set(why, (enum status)status,
	    "%s: the stream ends in a failure; %s%s%s", name, loaded,
	    message.len > 0 ? ": " : "", message.data);
	buf_free(&message);
	return -1;
}
