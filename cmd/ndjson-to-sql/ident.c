/* SPDX-License-Identifier: ISC */
/*
 * Names out of keys. A key is read once, one character at a time with one
 * character of lookahead; dlt's four regular expressions and its table of
 * replacements come down to what may stand before the next character:
 *
 *      key         H  T  T  P  S  e  r  v  e  r  -  I  D  _
 *      name        h  t  t  p _s  e  r  v  e  r  _  i  d  x
 *
 * `_` goes before a capital that follows another character and begins a word
 * (a small letter comes next) or ends one (a small letter or a digit came
 * before). Runs of `_` are held back until it is known whether anything
 * follows: inside a name they become one `_`, at its end each becomes `x`.
 */
#include "ident.h"

#include "shake.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	TAG_DIGEST_BYTES = 4, /* what dlt takes for a collision in 1000 */
	TAG_BYTES = 6,        /* the same in base64, without its padding */
	SHORTEST = 16,
	OTHER = 0x80, /* any character outside ASCII that stays */
};

/* One character of a key: its bytes, and what stands for it in the name. */
struct letter {
	const char *bytes;
	size_t len;
	uint32_t code;
	/* What the rules see: an ASCII letter or digit, '_' or OTHER; 0 at the
	 * end. A run of what no name may hold is one '_'. */
	unsigned char as;
};

struct range {
	uint32_t first, last;
};

/* Outside ASCII: controls, white space, punctuation and what cannot be seen.
 * The symbols of a script's own block stay: they tell names apart. */
static const struct range separators[] = {
    {0x80, 0xA9},       /* C1, no-break space, Latin-1 signs up to the ª */
    {0xAB, 0xB1},       /* « to ± */
    {0xB4, 0xB4},       /* acute accent */
    {0xB6, 0xB8},       /* pilcrow, middle dot, cedilla */
    {0xBB, 0xBB},       /* » */
    {0xBF, 0xBF},       /* inverted question mark */
    {0xD7, 0xD7},       /* multiplication sign */
    {0xF7, 0xF7},       /* division sign */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x1680, 0x1680},   /* Ogham space */
    {0x180E, 0x180E},   /* Mongolian vowel separator */
    {0x2000, 0x206F},   /* general punctuation, direction marks */
    {0x3000, 0x3003},   /* ideographic space, comma, full stop */
    {0x3008, 0x3011},   /* CJK brackets */
    {0x3014, 0x301F},   /* more of them, wave dash */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFF01, 0xFF0F},   /* full-width ! to / */
    {0xFF1A, 0xFF20},   /* full-width : to @ */
    {0xFF3B, 0xFF40},   /* full-width [ to ` */
    {0xFF5B, 0xFF65},   /* full-width { to the half-width middle dot */
    {0xFFF9, 0xFFFB},   /* interlinear annotation */
    {0xE0000, 0xE007F}, /* tags */
};

/* What Python's str.strip removes, beyond ASCII's white space. */
static const struct range spaces[] = {
    {0x1C, 0x1F},
    {0x85, 0x85},
    {0xA0, 0xA0},
    {0x1680, 0x1680},
    {0x2000, 0x200A},
    {0x2028, 0x2029},
    {0x202F, 0x202F},
    {0x205F, 0x205F},
    {0x3000, 0x3000},
};

static bool
is_within(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static bool
is_space(uint32_t code)
{
	return code == ' ' || (code >= '\t' && code <= '\r') ||
	    is_within(code, spaces, sizeof(spaces) / sizeof(*spaces));
}

static bool
is_separator(uint32_t code)
{
	return is_within(code, separators,
	    sizeof(separators) / sizeof(*separators));
}

static bool
is_capital(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_small(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* Reads the character at `at`. The text has been checked by whoever parsed
 * it; a stray byte is U+0080, a separator, so that no name repeats it. */
static struct letter
decode(const char *at, const char *end)
{
	unsigned char first = (unsigned char)*at;
	struct letter l = {.bytes = at, .len = 1, .code = first};
	size_t len = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

	if (first < 0x80)
		return l;
	l.code = 0x80;
	if (len == 1 || len > (size_t)(end - at))
		return l;
	l.code = first & (0x7FU >> len);
	for (; l.len < len && is_continuation(at[l.len]); l.len++)
		l.code = l.code << 6 | ((unsigned char)at[l.len] & 0x3F);
	if (l.len < len)
		l.code = 0x80;
	return l;
}

static unsigned char
translate(uint32_t code)
{
	static const char from[] = "+-*@|", to[] = "x_xal";
	const char *found;

	if (code >= 0x80)
		return is_separator(code) ? 0 : OTHER;
	found = code ? strchr(from, (int)code) : NULL;
	if (found)
		return (unsigned char)to[found - from];
	if (is_capital((unsigned char)code) || is_small((unsigned char)code) ||
	    is_digit((unsigned char)code) || code == '_')
		return (unsigned char)code;
	return 0;
}

/* Takes the next character off the text; a run of separators is one. */
static struct letter
next_letter(const char **at, const char *end)
{
	struct letter l = {.as = 0};

	if (*at == end)
		return l;
	l = decode(*at, end);
	l.as = translate(l.code);
	*at += l.len;
	if (l.as != 0)
		return l;
	l.as = '_';
	while (*at < end) {
		struct letter more = decode(*at, end);

		if (translate(more.code) != 0)
			break;
		*at += more.len;
	}
	return l;
}

/* Whether a capital between these two begins a word. */
static bool
begins_word(unsigned char before, unsigned char after)
{
	return before != 0 && before != '_' &&
	    (is_small(after) || is_small(before) || is_digit(before));
}

static void
add_letter(struct buf *name, const struct letter *l)
{
	if (is_capital(l->as))
		buf_add_char(name, (char)(l->as - 'A' + 'a'));
	else if (l->as == OTHER)
		buf_append(name, l->bytes, l->len);
	else
		buf_add_char(name, (char)l->as);
}

/* Appends the name of one part, which is not empty. */
static void
add_part(struct buf *name, const char *part, size_t len)
{
	const char *at = part, *end = part + len;
	struct letter l = next_letter(&at, end);
	unsigned char before = 0;
	size_t held = is_digit(l.as); /* `_` not written yet */

	while (l.as != 0) {
		struct letter after = next_letter(&at, end);

		if (l.as == '_') {
			held++;
		} else {
			held +=
			    is_capital(l.as) && begins_word(before, after.as);
			if (held > 0)
				buf_add_char(name, '_');
			held = 0;
			add_letter(name, &l);
		}
		before = l.as;
		l = after;
	}
	for (; held > 0; held--)
		buf_add_char(name, 'x');
}

/* Takes white space off both ends. */
static const char *
strip(const char *text, size_t *len)
{
	const char *end = text + *len, *first = NULL, *last = text;
	struct letter l;

	for (const char *at = text; at < end; at += l.len) {
		l = decode(at, end);
		if (is_space(l.code))
			continue;
		if (!first)
			first = at;
		last = at + l.len;
	}
	*len = first ? (size_t)(last - first) : 0;
	return first ? first : text;
}

/* dlt's tag: base64 of the hash, in small letters, with '/' as a, '+' as b. */
static void
make_tag(const char *original, size_t len, char tag[TAG_BYTES])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789ba";
	unsigned char digest[TAG_DIGEST_BYTES];
	uint64_t bits = 0;

	shake128(original, len, digest, sizeof(digest));
	for (int i = 0; i < TAG_DIGEST_BYTES; i++)
		bits = bits << 8 | digest[i];
	bits <<= TAG_BYTES * 6 - TAG_DIGEST_BYTES * 8;
	for (int i = 0; i < TAG_BYTES; i++)
		tag[i] = digits[bits >> (TAG_BYTES - 1 - i) * 6 & 0x3F];
}

/* Shortens what stands in `name` from `start` on. */
static void
shorten(struct buf *name, size_t start, const char *original, size_t len,
    size_t max_bytes)
{
	size_t whole = name->len - start;
	size_t head, tail;
	char tag[TAG_BYTES];
	char *text = name->data + start;

	assert(max_bytes == 0 || max_bytes >= SHORTEST);
	if (max_bytes == 0 || whole <= max_bytes)
		return;
	make_tag(original, len, tag);
	tail = (max_bytes - TAG_BYTES) / 2;
	head = max_bytes - TAG_BYTES - tail;
	while (is_continuation(text[head]))
		head--;
	while (is_continuation(text[whole - tail]))
		tail--;
	memcpy(text + head, tag, TAG_BYTES);
	memmove(text + head + TAG_BYTES, text + whole - tail, tail);
	name->len = start + head + TAG_BYTES + tail;
	name->data[name->len] = '\0';
}

/* The length of the part that `__` or the end of the key ends. */
static size_t
part_length(const char *at, const char *end)
{
	for (const char *c = at; c + 1 < end; c++)
		if (c[0] == '_' && c[1] == '_')
			return (size_t)(c - at);
	return (size_t)(end - at);
}

void
ident_normalize(const char *key, size_t len, size_t max_bytes, struct buf *name)
{
	const char *at = key, *end = key + len;
	size_t start = name->len;

	while (at < end) {
		size_t part_bytes = part_length(at, end);
		size_t stripped = part_bytes;
		const char *part = strip(at, &stripped);

		at += part_bytes;
		if (at < end)
			at += 2;
		if (stripped == 0)
			continue;
		if (name->len > start)
			buf_add(name, "__");
		size_t part_start = name->len;
		add_part(name, part, stripped);
		shorten(name, part_start, part, stripped, max_bytes);
	}
	if (name->len == start)
		buf_add(name, "_empty");
	shorten(name, start, key, len, max_bytes);
}

void
ident_join(struct buf *path, const char *name, size_t len)
{
	if (path->len > 0)
		buf_add(path, "__");
	buf_append(path, name, len);
}

void
ident_shorten(struct buf *path, size_t max_bytes)
{
	shorten(path, 0, path->data, path->len, max_bytes);
}
