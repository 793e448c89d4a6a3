/* SPDX-License-Identifier: ISC */
/*
 * Growing byte strings with a ceiling.
 */
#include "buf.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an empty buffer points at; never written to. */
static char empty_text[1];

void
buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){.data = empty_text, .max = max_bytes};
}

char *
buf_reserve(struct buf *b, size_t len)
{
	if (b->is_overfull || len > b->max - b->len) {
		b->is_overfull = true;
		return NULL;
	}
	if (b->len + len + 1 > b->capacity) {
		char *old = b->capacity ? b->data : NULL;

		b->data = mem_grow(old, &b->capacity, b->len + len + 1, 1);
		b->data[b->len] = '\0';
	}
	return b->data + b->len;
}

void
buf_append(struct buf *b, const void *bytes, size_t len)
{
	char *room;

	if (len == 0)
		return;
	room = buf_reserve(b, len);
	if (!room)
		return;
	memcpy(room, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_add(struct buf *b, const char *text)
{
	buf_append(b, text, strlen(text));
}

void
buf_add_char(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

void
buf_addf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	int wanted;
	char *room;

	va_start(args, format);
	va_copy(again, args);
	wanted = vsnprintf(NULL, 0, format, args);
	room = wanted < 0 ? NULL : buf_reserve(b, (size_t)wanted);
	if (room) {
		(void)vsnprintf(room, (size_t)wanted + 1, format, again);
		b->len += (size_t)wanted;
	} else {
		b->is_overfull = true;
	}
	va_end(again);
	va_end(args);
}

int
buf_check(const struct buf *b, const char *what, struct fail *why)
{
	if (!b->is_overfull)
		return 0;
	return fail_set(why, STATUS_DATA, "%s is longer than %zu bytes", what,
	    b->max);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->is_overfull = false;
	if (b->capacity)
		b->data[0] = '\0';
}

char *
buf_detach(struct buf *b)
{
	char *text = b->capacity ? b->data : mem_string("");

	buf_init(b, b->max);
	return text;
}

void
buf_free(struct buf *b)
{
	if (b->capacity)
		free(b->data);
	buf_init(b, b->max);
}

void
buf_wipe(struct buf *b)
{
	if (b->capacity)
		explicit_bzero(b->data, b->capacity);
	buf_free(b);
}
