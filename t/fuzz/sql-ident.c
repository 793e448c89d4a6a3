/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a key. Its name is that of a plain implementation, which goes
 * over the key once for each rule of dlt's, as dlt does; it can be quoted,
 * stays what it is when named again, and is as long as it may be at most,
 * where its ends are those of the whole name. The first byte says how long.
 */
#include "ident.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum {
	LEN_MAX = 4096,
	NAME_MAX = 1 << 20,
	TAG_BYTES = 6,
	OTHER = -1, /* outside ASCII; it stays, and no rule looks at it */
};

/* A character of a key: what rules see, and what is written. */
struct letter {
	signed char as;
	char bytes[4];
	size_t len;
};

struct word {
	struct letter letters[LEN_MAX];
	size_t count;
};

static bool
is_in(signed char c, const char *set)
{
	return c > 0 && strchr(set, c);
}

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define CAPITAL "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static void
insert(struct word *w, size_t at, char c)
{
	memmove(&w->letters[at + 1], &w->letters[at],
	    (w->count++ - at) * sizeof(*w->letters));
	w->letters[at] = (struct letter){.as = c, .bytes = {c}, .len = 1};
}

static void
take_out(struct word *w, size_t at)
{
	memmove(&w->letters[at], &w->letters[at + 1],
	    (--w->count - at) * sizeof(*w->letters));
}

static void
set(struct letter *l, char c)
{
	*l = (struct letter){.as = c, .bytes = {c}, .len = 1};
}

/* White space off both ends; then what no name may hold becomes `_`, once for
 * a run. */
static void
replace_symbols(struct word *w)
{
	static const char from[] = "+-*@|", to[] = "x_xal";

	while (w->count > 0 &&
	    is_in(w->letters[0].as, " \t\n\v\f\r\x1c\x1d\x1e\x1f"))
		take_out(w, 0);
	while (w->count > 0 &&
	    is_in(w->letters[w->count - 1].as, " \t\n\v\f\r\x1c\x1d\x1e\x1f"))
		w->count--;
	for (size_t i = 0; i < w->count; i++)
		if (is_in(w->letters[i].as, from))
			set(&w->letters[i],
			    to[strchr(from, w->letters[i].as) - from]);
	for (size_t i = 0; i < w->count; i++) {
		if (w->letters[i].as == OTHER ||
		    is_in(w->letters[i].as, SMALL CAPITAL DIGIT "_"))
			continue;
		while (i + 1 < w->count && w->letters[i + 1].as != OTHER &&
		    !is_in(w->letters[i + 1].as, SMALL CAPITAL DIGIT "_"))
			take_out(w, i + 1);
		set(&w->letters[i], '_');
	}
}

/* ([^_])([A-Z][a-z]+) and then ([a-z0-9])([A-Z]) get a `_` between. */
static void
break_words(struct word *w)
{
	for (size_t i = 0; i + 2 < w->count; i++)
		if (w->letters[i].as != '_' &&
		    is_in(w->letters[i + 1].as, CAPITAL) &&
		    is_in(w->letters[i + 2].as, SMALL)) {
			insert(w, i + 1, '_');
			for (i += 2; i + 1 < w->count &&
			     is_in(w->letters[i + 1].as, SMALL);)
				i++;
		}
	for (size_t i = 0; i + 1 < w->count; i++)
		if (is_in(w->letters[i].as, SMALL DIGIT) &&
		    is_in(w->letters[i + 1].as, CAPITAL))
			insert(w, i + 1, '_');
}

/* Small letters; a `_` before a digit at the start; x for each at the end,
 * and one for each run elsewhere. */
static void
finish_word(struct word *w)
{
	size_t end;

	for (size_t i = 0; i < w->count; i++)
		if (is_in(w->letters[i].as, CAPITAL))
			set(&w->letters[i],
			    (char)(w->letters[i].as - 'A' + 'a'));
	if (w->count > 0 && is_in(w->letters[0].as, DIGIT))
		insert(w, 0, '_');
	for (end = w->count; end > 0 && w->letters[end - 1].as == '_'; end--)
		set(&w->letters[end - 1], 'x');
	for (size_t i = 0; i + 1 < w->count; i++)
		while (i + 1 < w->count && w->letters[i].as == '_' &&
		    w->letters[i + 1].as == '_')
			take_out(w, i);
}

/* The name of one part, which has no `__`, onto `name`; a part that is empty
 * has none. */
static void
name_part(struct buf *name, size_t start, const char *part, size_t len)
{
	static struct word w;

	w.count = 0;
	for (size_t i = 0; i < len;) {
		struct letter *l = &w.letters[w.count++];

		*l = (struct letter){.as = (signed char)part[i]};
		l->bytes[l->len++] = part[i++];
		if ((l->bytes[0] & 0x80) == 0)
			continue;
		l->as = OTHER;
		while (i < len && (part[i] & 0xC0) == 0x80)
			l->bytes[l->len++] = part[i++];
	}
	replace_symbols(&w);
	if (w.count == 0)
		return;
	break_words(&w);
	finish_word(&w);
	if (name->len > start)
		buf_add(name, "__");
	for (size_t i = 0; i < w.count; i++)
		buf_append(name, w.letters[i].bytes, w.letters[i].len);
}

/* The name without a limit, by the plain way. */
static void
name_plainly(struct buf *name, const char *key, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		bool is_end = i == len;

		if (!is_end &&
		    (i + 1 == len || key[i] != '_' || key[i + 1] != '_'))
			continue;
		name_part(name, 0, key + start, i - start);
		start = i + 2;
		i += !is_end;
	}
	if (name->len == 0)
		buf_add(name, "_empty");
}

/* UTF-8, and of what is outside ASCII nothing but two letters and a CJK
 * character that stay: which characters do not is ident.c's own table, and
 * not of interest here. NULs are no white space. */
static size_t
make_key(const unsigned char *data, size_t size, char *key)
{
	static const char *const others[] = {"\xC3\xA9", "\xE6\x97\xA5",
	    "\xF0\x9F\x98\x80"};
	size_t len = 0;

	for (size_t i = 0; i < size && len + 4 < LEN_MAX / 4; i++) {
		const char *other = others[data[i] % 3];

		if (data[i] < 0x80) {
			key[len++] = (char)data[i];
			continue;
		}
		memcpy(key + len, other, strlen(other));
		len += strlen(other);
	}
	return len;
}

static void
check_legal(const struct buf *name)
{
	assert(name->len > 0 && !name->is_overfull);
	for (size_t i = 0; i < name->len; i++) {
		unsigned char c = (unsigned char)name->data[i];

		assert(c >= 0x20 && c != 0x7F && !strchr("\"`[]'", c));
	}
}

/* Any bytes, invalid UTF-8 too: legal, and never too long. */
static void
check_bytes(const unsigned char *data, size_t size, size_t max)
{
	struct buf name, again;

	buf_init(&name, NAME_MAX);
	buf_init(&again, NAME_MAX);
	ident_normalize((const char *)data, size, max, &name);
	check_legal(&name);
	assert(name.len <= max);
	ident_normalize((const char *)data, size, max, &again);
	assert(again.len == name.len &&
	    memcmp(again.data, name.data, name.len) == 0);
	buf_free(&name);
	buf_free(&again);
}

/* How many bytes two texts have in common, from the start or from the end. */
static size_t
common(const struct buf *a, const struct buf *b, bool is_end)
{
	size_t n = 0;

	while (n < a->len && n < b->len &&
	    (is_end ? a->data[a->len - 1 - n] == b->data[b->len - 1 - n]
		    : a->data[n] == b->data[n]))
		n++;
	return n;
}

static void
check_name(const char *key, size_t len, size_t max)
{
	struct buf name, plain, again, shorter;

	buf_init(&name, NAME_MAX);
	buf_init(&plain, NAME_MAX);
	buf_init(&again, NAME_MAX);
	buf_init(&shorter, NAME_MAX);
	ident_normalize(key, len, 0, &name);
	name_plainly(&plain, key, len);
	check_legal(&name);
	assert(strcmp(name.data, plain.data) == 0);
	ident_normalize(name.data, name.len, 0, &again);
	assert(strcmp(again.data, name.data) == 0);
	/* The whole path is shortened, and each of its parts before. */
	ident_normalize(key, len, max, &shorter);
	assert(shorter.len <= max);
	if (name.len <= max)
		assert(strcmp(shorter.data, name.data) == 0);
	else if (!strstr(name.data, "__"))
		assert(common(&name, &shorter, false) +
			common(&name, &shorter, true) + TAG_BYTES >=
		    shorter.len);
	buf_free(&name);
	buf_free(&plain);
	buf_free(&again);
	buf_free(&shorter);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static char key[LEN_MAX];
	size_t max;

	if (size == 0)
		return 0;
	max = 16 + data[0] % 64;
	check_bytes(data + 1, size - 1, max);
	check_name(key, make_key(data + 1, size - 1, key), max);
	return 0;
}
