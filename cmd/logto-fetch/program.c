/* SPDX-License-Identifier: ISC */
/*
 * A scanner for jq's tokens, as far as we have to know them. Strings hold
 * programs, `"a \(.b + "c") d"`, so what is open is kept on a stack:
 *
 *      "a \(      .b + "         c         ") d"
 *      text of a  program in it  text of   back in the program, then
 *      string     '('            a string  back in the text
 */
#include "program.h"

#include "exact.h"

#include <stddef.h>
#include <string.h>

enum { MAX_OPEN = 1000 };

struct scan {
	struct program *program;
	const char *text; /* whole */
	const char *at;
	size_t open_count;
	char open[MAX_OPEN]; /* '"', '(' in a string, or another bracket */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    is_digit(c);
}

static int
refuse(const struct scan *s, const char *at, const char *what, size_t len,
    const char *why_not, struct fail *why)
{
	size_t line = 1;
	const char *start = s->text;

	for (const char *c = s->text; c < at; c++)
		if (*c == '\n') {
			line++;
			start = c + 1;
		}
	return fail_set(why, STATUS_USAGE,
	    "--jq: '%.*s' %s at line %zu, "
	    "column %zu",
	    (int)(len < 60 ? len : 60), what, why_not, line,
	    (size_t)(at - start) + 1);
}

static int
take_number(struct scan *s, struct fail *why)
{
	const char *start = s->at;

	while (is_digit(*s->at) || *s->at == '.')
		s->at++;
	if (*s->at == 'e' || *s->at == 'E') {
		const char *digits = s->at + 1;

		digits += *digits == '+' || *digits == '-';
		if (is_digit(*digits))
			s->at = digits;
		while (is_digit(*s->at))
			s->at++;
	}
	if (exact_in_double(start, (size_t)(s->at - start)))
		return 0;
	return refuse(s, start, start, (size_t)(s->at - start),
	    "is a number that jq 1.6 would round,", why);
}

static bool
is_same(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

static int
take_word(struct scan *s, struct fail *why)
{
	const char *word = s->at, *next;
	struct program *p = s->program;
	size_t len;

	while (is_word(*s->at))
		s->at++;
	len = (size_t)(s->at - word);
	p->has_error |= is_same(word, len, "error");
	p->has_tonumber |= is_same(word, len, "tonumber");
	p->has_fromjson |= is_same(word, len, "fromjson");
	p->has_stderr |= is_same(word, len, "stderr");
	next = s->at + strspn(s->at, " \t\r\n");
	/* Else it is a key: {import: 1} */
	if (*next == '"' &&
	    (is_same(word, len, "import") || is_same(word, len, "include")))
		return refuse(s, word, word, len,
		    "asks for a module, and modules are not read,", why);
	return 0;
}

static void
open_with(struct scan *s, char c)
{
	if (s->open_count < MAX_OPEN)
		s->open[s->open_count] = c;
	s->open_count++;
}

/* A closing bracket, or the quote that ends a string. */
static void
close_one(struct scan *s)
{
	if (s->open_count > 0)
		s->open_count--;
}

/* One step within the text of a string. */
static void
take_text(struct scan *s)
{
	if (*s->at == '"') {
		close_one(s);
	} else if (*s->at == '\\' && s->at[1] == '(') {
		open_with(s, '(');
		s->at++;
	} else if (*s->at == '\\' && s->at[1]) {
		s->at++;
	}
	s->at++;
}

/* One token of the program. */
static int
take_token(struct scan *s, struct fail *why)
{
	char c = *s->at;

	if (c == '#') {
		s->at += strcspn(s->at, "\n");
		return 0;
	}
	if (strchr(" \t\r\n", c)) {
		s->at++;
		return 0;
	}
	if (is_digit(c) || (c == '.' && is_digit(s->at[1])))
		return take_number(s, why);
	if (is_word(c))
		return take_word(s, why);
	s->at++;
	/* Names of fields, variables and formats are no words of jq's. */
	if (strchr(".$@", c))
		while (is_word(*s->at))
			s->at++;
	else if (strchr("([{\"", c))
		open_with(s, c);
	else if (strchr(")]}", c))
		close_one(s);
	return 0;
}

int
program_scan(struct program *p, const char *text, struct fail *why)
{
	struct scan s = {.program = p, .text = text, .at = text};

	*p = (struct program){0};
	while (*s.at) {
		if (s.open_count > MAX_OPEN)
			return fail_set(why, STATUS_USAGE,
			    "--jq: more than %d brackets inside each other",
			    MAX_OPEN);
		if (s.open_count > 0 && s.open[s.open_count - 1] == '"')
			take_text(&s);
		else if (take_token(&s, why) != 0)
			return -1;
	}
	return 0;
}
