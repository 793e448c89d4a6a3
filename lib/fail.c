/* SPDX-License-Identifier: ISC */
/*
 * Failures carried upward. Holds no state: the caller owns the struct.
 */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What follows a sentence that did not fit. */
static const char ELLIPSIS[] = "...";

void
fail_sanitize(char *text)
{
	unsigned char *c = (unsigned char *)text;

	for (; *c; c++) {
		/* U+0080..U+009F are C2 80..C2 9F: terminals obey some. */
		bool is_c1 = c[0] == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F;

		if (is_c1)
			*c++ = '?';
		if (*c < 0x20 || *c == 0x7F || is_c1)
			*c = '?';
	}
}

/* Puts the mark in the place of the end, and cuts no character in two: a
 * sentence may go into JSON. */
static void
mark_cut(char text[BOUND_MESSAGE_BYTES])
{
	size_t end = BOUND_MESSAGE_BYTES - sizeof(ELLIPSIS);
	size_t least = end - 3;

	while (end > least && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	memcpy(text + end, ELLIPSIS, sizeof(ELLIPSIS));
}

/* Formats into `why`, marking what did not fit. */
ATTR_PRINTF(2, 0)
static void
set_text(struct fail *why, const char *format, va_list args)
{
	int wanted = vsnprintf(why->text, sizeof(why->text), format, args);

	if (wanted < 0)
		why->text[0] = '\0';
	else if ((size_t)wanted >= sizeof(why->text))
		mark_cut(why->text);
	fail_sanitize(why->text);
}

int
fail_set(struct fail *why, enum status status, const char *format, ...)
{
	va_list args;

	why->status = status;
	va_start(args, format);
	set_text(why, format, args);
	va_end(args);
	return -1;
}

int
fail_errno(struct fail *why, const char *format, ...)
{
	int saved = errno;
	size_t len;
	va_list args;

	why->status = STATUS_LOCAL;
	va_start(args, format);
	set_text(why, format, args);
	va_end(args);
	len = strlen(why->text);
	(void)snprintf(why->text + len, sizeof(why->text) - len, ": %s",
	    strerror(saved)); /* cut only if the sentence filled it all */
	errno = saved;
	return -1;
}

int
fail_prefix(struct fail *why, const char *format, ...)
{
	struct fail whole;
	size_t len;
	int wanted;
	va_list args;

	va_start(args, format);
	set_text(&whole, format, args);
	va_end(args);
	len = strlen(whole.text);
	/* The context matters more than the tail. */
	wanted = snprintf(whole.text + len, sizeof(whole.text) - len, ": %s",
	    why->text);
	if (wanted >= 0 && (size_t)wanted >= sizeof(whole.text) - len)
		mark_cut(whole.text);
	memcpy(why->text, whole.text, sizeof(why->text));
	return -1;
}
