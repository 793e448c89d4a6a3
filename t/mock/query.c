/* SPDX-License-Identifier: ISC */
/*
 * Reading query strings as koa and Logto's guards do.
 */
#include "query.h"

#include "mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
query_decode(char *text, bool is_form)
{
	char *out = text;

	for (const char *p = text; *p; p++) {
		if (*p == '%' && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
			*out++ = (char)(hex_digit(p[1]) * 16 + hex_digit(p[2]));
			p += 2;
		} else {
			*out = *p;
			if (*p == '+' && is_form)
				*out = ' ';
			out++;
		}
	}
	*out = '\0';
}

void
query_parse(struct query *q, const char *text)
{
	*q = (struct query){0};
	while (text && *text) {
		size_t len = strcspn(text, "&");
		const char *equals = memchr(text, '=', len);
		size_t name_len = equals ? (size_t)(equals - text) : len;
		size_t value_start = equals ? name_len + 1 : len;
		struct param *param;

		if (len > 0) {
			q->params = mem_grow(q->params, &q->capacity,
			    q->count + 1, sizeof(*q->params));
			param = &q->params[q->count++];
			param->name = mem_copy(text, name_len);
			param->value =
			    mem_copy(text + value_start, len - value_start);
			query_decode(param->name, true);
			query_decode(param->value, true);
		}
		text += len + (text[len] == '&');
	}
}

void
query_free(struct query *q)
{
	for (size_t i = 0; i < q->count; i++) {
		free(q->params[i].name);
		free(q->params[i].value);
	}
	free(q->params);
	*q = (struct query){0};
}

const char *
query_get(const struct query *q, const char *name)
{
	for (size_t i = 0; i < q->count; i++)
		if (strcmp(q->params[i].name, name) == 0)
			return q->params[i].value;
	return NULL;
}

size_t
query_count(const struct query *q, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < q->count; i++)
		count += strcmp(q->params[i].name, name) == 0;
	return count;
}

bool
query_has(const struct query *q, const char *name)
{
	const char *value = query_get(q, name);

	return value && (*value || query_count(q, name) > 1);
}

void
query_encode(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == ' ')
			buf_add_char(out, '+');
		else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || strchr("*-._", c))
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static double
radix_number(const char *digits, size_t len, int radix)
{
	double value = 0;

	if (len == 0)
		return NAN;
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(digits[i]);

		if (digit < 0 || digit >= radix)
			return NAN;
		value = value * radix + digit;
	}
	return value;
}

double
query_number(const char *text)
{
	size_t blank = strspn(text, " \t\n\r\v\f");
	size_t len = strlen(text + blank);
	const char *p = text + blank;
	const char *digits;
	char *end;
	double value;

	while (len > 0 && strchr(" \t\n\r\v\f", p[len - 1]))
		len--;
	if (len == 0)
		return 0;
	if (len > 2 && p[0] == '0' && strchr("xXoObB", p[1]))
		return radix_number(p + 2, len - 2,
		    (p[1] | 0x20) == 'x'       ? 16
			: (p[1] | 0x20) == 'o' ? 8
					       : 2);
	digits = p + strspn(p, "+-");
	if (digits - p <= 1 && strncmp(digits, "Infinity", 8) == 0 &&
	    p + len == digits + 8)
		return *p == '-' ? -INFINITY : INFINITY;
	/* strtod also knows "nan", "inf" and hexadecimal fractions. */
	if (strspn(p, "0123456789+-.eE") < len)
		return NAN;
	value = strtod(p, &end);
	return end == p + len ? value : NAN;
}

static int
read_number(const struct query *q, const char *name, double fallback,
    double max, double *value)
{
	*value = fallback;
	if (!query_has(q, name))
		return 0;
	if (query_count(q, name) > 1)
		return 400;
	*value = query_number(query_get(q, name));
	return *value > 0 && *value <= max ? 0 : 400;
}

int
query_page(const struct query *q, enum paging paging, struct page *page)
{
	double number, size;

	*page = (struct page){0};
	if (paging == PAGING_NONE)
		return 0;
	page->is_paged = paging == PAGING_ALWAYS || query_has(q, "page") ||
	    query_has(q, "page_size");
	if (!page->is_paged)
		return 0;
	if (read_number(q, "page", 1, INFINITY, &number) != 0 ||
	    read_number(q, "page_size", 20, 100, &size) != 0)
		return 400;
	page->limit = size;
	page->offset = (number - 1) * size;
	/* What the database layer makes of them. */
	if (isinf(page->offset) || floor(size) < size ||
	    floor(page->offset) < page->offset)
		return 422;
	if (page->offset < 0 || page->offset > 9.2e18)
		return 500;
	return 0;
}
