/* SPDX-License-Identifier: ISC */
/*
 * The stream contract over lib/out. A pipe takes a write page by page, so a
 * process that is killed within one may leave any number of whole pages
 * behind; hence no newline is ever the last byte of a page. A space before
 * it, which JSON does not mind, moves it on: once in some 4096 records.
 */
#include "stream.h"

#include "bounds.h"
#include "buf.h"
#include "escape.h"
#include "msg.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

int
stream_open(struct stream *s, const char *path, struct fail *why)
{
	int result;

	*s = (struct stream){.is_stdout = !path || strcmp(path, "-") == 0};
	if (s->is_stdout)
		result = out_open_stdout(&s->out, why);
	else
		result = out_open_file(&s->out, path, 0666, why);
	s->is_open = result == 0;
	if (result != 0)
		out_free(&s->out);
	return result;
}

static int
end_line(struct stream *s, struct fail *why)
{
	if (!s->has_held_newline)
		return 0;
	if ((s->out.len + 1) % OUT_PAGE_BYTES == 0 &&
	    out_write(&s->out, " ", 1, why) != 0)
		return -1;
	if (out_write(&s->out, "\n", 1, why) != 0)
		return -1;
	s->has_held_newline = false;
	return 0;
}

int
stream_begin(struct stream *s, struct fail *why)
{
	if (end_line(s, why) != 0)
		return -1;
	s->has_held_newline = true;
	s->record_count++;
	return 0;
}

int
stream_write(struct stream *s, const void *bytes, size_t len, struct fail *why)
{
	assert(s->has_held_newline);
	return out_write(&s->out, bytes, len, why);
}

int
stream_flush(struct stream *s, struct fail *why)
{
	return out_flush(&s->out, why);
}

int
stream_rest(struct stream *s, struct fail *why)
{
	if (s->has_held_newline &&
	    (end_line(s, why) != 0 || out_write(&s->out, " ", 1, why) != 0))
		return -1;
	return stream_flush(s, why);
}

int
stream_close(struct stream *s, struct fail *why)
{
	if (end_line(s, why) != 0)
		return -1;
	return out_commit(&s->out, why);
}

/* What cannot be UTF-8 becomes '?': the fragment is to be cut off as text. */
static void
keep_utf8(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c;) {
		size_t more = *c >= 0xf0 ? 3 : *c >= 0xe0 ? 2 : 1;
		size_t i = 1;

		if (*c < 0x80) {
			c++;
			continue;
		}
		while (i <= more && (c[i] & 0xc0) == 0x80)
			i++;
		if (*c < 0xc2 || *c > 0xf4 || i <= more)
			*c++ = '?';
		else
			c += i;
	}
}

void
stream_poison(struct stream *s, const struct fail *why)
{
	struct fail ignored, shown = *why;
	struct buf fragment;

	if (!s->is_open && stream_open(s, NULL, &ignored) != 0)
		return;
	if (!s->is_stdout || isatty(STDOUT_FILENO))
		return;
	keep_utf8(shown.text);
	buf_init(&fragment, 8 * BOUND_MESSAGE_BYTES);
	buf_addf(&fragment,
	    "{\"_error\":{\"status\":%d,\"message\":", (int)shown.status);
	escape_json(&fragment, shown.text, strlen(shown.text));
	if (end_line(s, &ignored) != 0 ||
	    out_write(&s->out, fragment.data, fragment.len, &ignored) != 0 ||
	    out_flush(&s->out, &ignored) != 0)
		msg_at(MSG_VERBOSE, "%s", ignored.text);
	buf_free(&fragment);
}

static void
poison_exhausted(void *stream)
{
	static const char fragment[] =
	    "{\"_error\":{\"status\":1,\"message\":\"out of memory\"";
	struct stream *s = stream;
	size_t len = sizeof(fragment) - 1;
	struct fail ignored;

	if ((s->is_open && !s->is_stdout) || isatty(STDOUT_FILENO))
		return;
	if (!s->is_open && write(STDOUT_FILENO, fragment, len) < 0)
		return;
	if (s->is_open &&
	    (end_line(s, &ignored) != 0 ||
		out_write(&s->out, fragment, len, &ignored) != 0 ||
		out_flush(&s->out, &ignored) != 0))
		msg_at(MSG_VERBOSE, "%s", ignored.text);
}

void
stream_guard(struct stream *s, struct undo *u)
{
	undo_add(u, poison_exhausted, s);
}

void
stream_free(struct stream *s)
{
	if (s->is_open)
		out_free(&s->out);
	s->is_open = false;
}
