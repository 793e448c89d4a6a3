/* SPDX-License-Identifier: ISC */
/*
 * Forms of times. The grammar is that of instant_parse, which has read a
 * text before it comes here; so the places of its parts are known.
 */
#include "form.h"

#include "instant.h"
#include "json.h"

#include <stdio.h>
#include <string.h>

/* Where the letters of a pattern stand for 1, it is a time itself. */
static const char LETTERS[] = "YMDhmsf";
static const char ISO[] = "YYYY-MM-DDThh:mm:ss.fffZ";

/* The usual one, told from its length and five of its characters. */
static bool
is_iso(const char *text, size_t len, unsigned digits)
{
	return digits >= 3 && len == 21 + (size_t)digits && text[4] == '-' &&
	    text[10] == 'T' && text[19] == '.' && text[len - 1] == 'Z';
}

static struct form
form_of_text(const char *text, size_t len, unsigned digits)
{
	struct form f = {.kind = FORM_TEXT, .digits = 3};
	size_t at;

	if (is_iso(text, len, digits)) {
		f.separator = 'T';
		f.has_seconds = 1;
		f.zone[0] = 'Z';
		return f;
	}
	f.is_compact = text[4] != '-';
	at = f.is_compact ? 8 : 10;
	f.digits = (char)(digits < 3 ? digits : 3);
	if (at == len)
		return f;
	f.separator = text[at];
	at += f.is_compact ? sizeof("Thhmm") - 1 : sizeof("Thh:mm") - 1;
	f.has_seconds = f.is_compact || (at < len && text[at] == ':');
	if (f.has_seconds)
		at += f.is_compact ? 2 : 3;
	if (digits > 0)
		at += 1 + digits;
	memcpy(f.zone, text + at, len - at);
	return f;
}

struct form
form_of(const struct json_node *node, const struct instant *at)
{
	if (node->kind == JSON_INTEGER)
		return (struct form){.kind = FORM_EPOCH_MS};
	return form_of_text(node->string, node->string_len, at->digits);
}

bool
form_is_same(const struct form *a, const struct form *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

const char *
form_write(const struct form *f, char text[FORM_TEXT_BYTES])
{
	static const char *const names[] = {"", ISO, "epoch_ms", "other"};
	static const char fraction[] = ".fff";
	bool has_time = f->separator != '\0';
	const char separator[] = {f->separator, '\0'};
	const char *day = f->is_compact ? "YYYYMMDD" : "YYYY-MM-DD";
	const char *clock = f->is_compact ? "hhmmss"
	    : f->has_seconds              ? "hh:mm:ss"
					  : "hh:mm";
	int places = f->digits == 0 || !has_time ? 0 : f->digits + 1;

	if (f->kind != FORM_TEXT)
		return names[(int)f->kind];
	(void)snprintf(text, FORM_TEXT_BYTES, "%s%s%s%.*s%s", day, separator,
	    has_time ? clock : "", places, fraction, f->zone);
	return strcmp(text, ISO) == 0 ? "iso" : text;
}

struct form
form_parse(const char *text, size_t len)
{
	static const struct form none = {0};
	char sample[FORM_TEXT_BYTES] = {0};
	struct instant at;

	if (len == 3 && memcmp(text, "iso", 3) == 0) {
		text = ISO;
		len = strlen(ISO);
	}
	if (len == 8 && memcmp(text, "epoch_ms", 8) == 0)
		return (struct form){.kind = FORM_EPOCH_MS};
	if (len == 5 && memcmp(text, "other", 5) == 0)
		return (struct form){.kind = FORM_OTHER};
	if (len >= sizeof(sample))
		return none;
	for (size_t i = 0; i < len; i++)
		sample[i] = text[i] && strchr(LETTERS, text[i]) ? '1' : text[i];
	if (instant_parse(sample, len, &at) == INSTANT_NONE)
		return none;
	return form_of_text(sample, len, at.digits);
}
