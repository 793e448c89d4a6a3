/* SPDX-License-Identifier: ISC */
/*
 * Finding values in JSON text without parsing them.
 */
#include "span.h"

#include "num.h"

#include <string.h>

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* `p` is at the opening quote; the result is behind the closing one. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

static const char *
skip_nested(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		if (*p == '"') {
			p = skip_string(p, end);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		if ((*p == '}' || *p == ']') && --depth == 0)
			return p + 1;
		p++;
	}
	return end;
}

struct span
span_value(const char *p, const char *end)
{
	const char *start = skip_blanks(p, end);
	const char *stop = start;

	if (start == end)
		return (struct span){NULL, 0};
	if (*start == '"')
		stop = skip_string(start, end);
	else if (*start == '{' || *start == '[')
		stop = skip_nested(start, end);
	else
		while (stop < end && !strchr(",]} \n\r\t", *stop))
			stop++;
	return (struct span){start, (size_t)(stop - start)};
}

bool
span_next(struct span list, const char **cursor, struct span *item)
{
	const char *p = *cursor;
	const char *end;

	if (!list.p || list.len < 2)
		return false;
	end = list.p + list.len;
	if (!p)
		p = list.p + 1;
	p = skip_blanks(p, end);
	if (p < end && *p == ',')
		p = skip_blanks(p + 1, end);
	if (p >= end || *p == ']' || *p == '}')
		return false;
	*item = span_value(p, end);
	*cursor = item->p + item->len;
	return item->len > 0;
}

struct span
span_member(struct span object, const char *name)
{
	const char *cursor = NULL;
	const char *end;
	size_t len = strlen(name);
	struct span key, value;

	if (!object.p || *object.p != '{')
		return (struct span){NULL, 0};
	end = object.p + object.len;
	while (span_next(object, &cursor, &key)) {
		cursor = skip_blanks(cursor, end);
		if (cursor == end || *cursor != ':')
			break;
		value = span_value(cursor + 1, end);
		if (!value.p)
			break;
		if (key.len == len + 2 && memcmp(key.p + 1, name, len) == 0)
			return value;
		cursor = value.p + value.len;
	}
	return (struct span){NULL, 0};
}

struct span
span_path(struct span object, const char *path)
{
	char name[64];
	size_t len = strcspn(path, ".");

	while (path[len] == '.' && len < sizeof(name)) {
		memcpy(name, path, len);
		name[len] = '\0';
		object = span_member(object, name);
		path += len + 1;
		len = strcspn(path, ".");
	}
	return span_member(object, path);
}

static unsigned
hex4(const char *p, const char *end)
{
	unsigned value = 0;

	for (int i = 0; i < 4 && p < end; i++, p++) {
		const char *digits = "0123456789abcdef";
		const char *at = strchr(digits, *p | 0x20);

		value = value * 16 + (at && *at ? (unsigned)(at - digits) : 0);
	}
	return value;
}

static size_t
put_utf8(char *out, unsigned code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* `*p` is behind the backslash; it is left behind the escape. */
static size_t
put_escape(const char **p, const char *end, char *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *at = strchr(from, **p);
	unsigned code;

	if (**p != 'u') {
		out[0] = *(*p)++;
		if (at && out[0])
			out[0] = to[at - from];
		return 1;
	}
	code = hex4(*p + 1, end);
	*p += 5;
	if (code >> 10 == 0x36 && end - *p >= 6 && (*p)[0] == '\\') {
		code = 0x10000 + ((code & 0x3ff) << 10) +
		    (hex4(*p + 2, end) & 0x3ff);
		*p += 6;
	}
	return put_utf8(out, code);
}

bool
span_text(struct span value, char *out, size_t size)
{
	const char *p = value.p;
	const char *end;
	size_t len = 0;

	out[0] = '\0';
	if (!p || value.len < 2 || *p != '"')
		return false;
	end = p + value.len - 1;
	p++;
	/* Five: the longest character and the NUL. */
	while (p < end && len + 5 < size) {
		if (*p == '\\') {
			p++;
			len += put_escape(&p, end, out + len);
		} else {
			out[len++] = *p++;
		}
	}
	out[len] = '\0';
	return true;
}

int64_t
span_integer(struct span value)
{
	int64_t number = 0;
	size_t len = 0;

	if (!value.p)
		return 0;
	while (len < value.len &&
	    (value.p[len] == '-' ||
		(value.p[len] >= '0' && value.p[len] <= '9')))
		len++;
	return num_i64(value.p, len, &number) == 0 ? number : 0;
}

bool
span_is(struct span value, const char *text)
{
	return value.p && value.len == strlen(text) &&
	    memcmp(value.p, text, value.len) == 0;
}
