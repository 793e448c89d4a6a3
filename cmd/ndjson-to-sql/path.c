/* SPDX-License-Identifier: ISC */
/*
 * JSON paths.
 */
#include "path.h"

#include "escape.h"
#include "mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool
is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool
is_word(const char *key, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_word_byte(key[i]))
			return false;
	return len > 0;
}

void
path_start(struct buf *path)
{
	buf_add_char(path, '$');
}

void
path_add(struct buf *path, const char *key, size_t len)
{
	if (!key) {
		buf_add(path, "[*]");
		return;
	}
	buf_add_char(path, '.');
	if (is_word(key, len))
		buf_append(path, key, len);
	else
		escape_json(path, key, len);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One escape that escape_json writes, behind its backslash. */
static int
read_escape(const char **at, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int value = 0;

	if (**at == 'u') {
		for (int i = 1; i <= 4; i++) {
			int digit = hex_digit((*at)[i]);

			if (digit < 0)
				return -1;
			value = value * 16 + digit;
		}
		if (value > 0x7F)
			return -1;
		*at += 5;
		*out = (char)value;
		return 0;
	}
	found = **at ? strchr(from, **at) : NULL;
	if (!found)
		return -1;
	*out = to[found - from];
	(*at)++;
	return 0;
}

static int
read_quoted(const char **at, struct path_step *step)
{
	char *key = mem_alloc(strlen(*at) + 1, 1);
	size_t len = 0;

	for (++*at; **at && **at != '"';) {
		if (**at != '\\') {
			key[len++] = *(*at)++;
			continue;
		}
		++*at;
		if (read_escape(at, &key[len++]) != 0)
			break;
	}
	if (**at != '"') {
		free(key);
		return -1;
	}
	++*at;
	step->key = key;
	step->len = len;
	return 1;
}

int
path_next(const char **at, struct path_step *step)
{
	size_t len = 0;

	if (!**at)
		return 0;
	*step = (struct path_step){0};
	if (strncmp(*at, "[*]", 3) == 0) {
		*at += 3;
		return 1;
	}
	if (**at != '.')
		return -1;
	++*at;
	if (**at == '"')
		return read_quoted(at, step);
	while (is_word_byte((*at)[len]))
		len++;
	if (len == 0)
		return -1;
	step->key = mem_copy(*at, len);
	step->len = len;
	*at += len;
	return 1;
}
