/* SPDX-License-Identifier: ISC */
/*
 * Searching as Logto and PostgreSQL do it.
 */
#include "search.h"

#include "mem.h"
#include "people.h"

#include <stdlib.h>
#include <string.h>

static const char *const mode_names[] = {"exact", "like", "similar_to",
    "posix"};

/* Reads one UTF-8 character; ill-formed bytes count as characters. */
static unsigned
next_char(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	unsigned code = s[0];
	int more = 0;

	if (code >= 0xf0)
		more = 3, code &= 0x07;
	else if (code >= 0xe0)
		more = 2, code &= 0x0f;
	else if (code >= 0xc0)
		more = 1, code &= 0x1f;
	for (s++; more > 0 && (*s & 0xc0) == 0x80; more--, s++)
		code = code << 6 | (*s & 0x3f);
	*p = (const char *)s;
	return code;
}

/* Lower case in the scripts our tenants use: Latin, Greek, Cyrillic. */
static unsigned
fold(unsigned code)
{
	if ((code >= 'A' && code <= 'Z') || (code >= 0xc0 && code <= 0xde) ||
	    (code >= 0x391 && code <= 0x3a9) ||
	    (code >= 0x410 && code <= 0x42f))
		return code + 32;
	if (code >= 0x100 && code <= 0x17e && code != 0x130 && code != 0x131)
		return code | 1;
	return code;
}

bool
search_like(const char *value, const char *pattern, bool ignore_case)
{
	const char *retry = NULL, *retry_pattern = NULL;

	while (*value) {
		unsigned wanted, have;

		if (*pattern == '%') {
			retry_pattern = ++pattern;
			retry = value;
			continue;
		}
		have = next_char(&value);
		if (*pattern == '_') {
			pattern++;
			continue;
		}
		if (*pattern == '\\' && pattern[1])
			pattern++;
		if (*pattern) {
			wanted = next_char(&pattern);
			if (have == wanted ||
			    (ignore_case && fold(have) == fold(wanted)))
				continue;
		}
		if (!retry)
			return false;
		(void)next_char(&retry);
		value = retry;
		pattern = retry_pattern;
	}
	while (*pattern == '%')
		pattern++;
	return *pattern == '\0';
}

static bool
is_equal(const char *a, const char *b, bool ignore_case)
{
	while (*a && *b) {
		unsigned left = next_char(&a), right = next_char(&b);

		if (left != right &&
		    (!ignore_case || fold(left) != fold(right)))
			return false;
	}
	return *a == *b;
}

/* SIMILAR TO as an anchored regular expression. */
static void
similar_pattern(struct buf *out, const char *pattern)
{
	bool is_in_set = false;

	buf_add(out, "^(");
	for (; *pattern; pattern++) {
		/* A set is one of POSIX already. */
		if (is_in_set || *pattern == '[') {
			is_in_set = *pattern != ']';
			buf_add_char(out, *pattern);
		} else if (*pattern == '\\' && pattern[1]) {
			buf_append(out, pattern++, 2);
		} else if (*pattern == '%')
			buf_add(out, ".*");
		else if (*pattern == '_')
			buf_add_char(out, '.');
		else if (strchr(".^$", *pattern))
			buf_addf(out, "\\%c", *pattern);
		else
			buf_add_char(out, *pattern);
	}
	buf_add(out, ")$");
}

static int
add_value(const struct search *s, struct search_term *term, const char *text)
{
	int flags = REG_EXTENDED | REG_NOSUB;
	struct search_value *value;
	struct buf pattern;

	term->values = mem_grow(term->values, &term->capacity, term->count + 1,
	    sizeof(*term->values));
	value = &term->values[term->count++];
	*value = (struct search_value){.text = mem_string(text)};
	if (term->mode != SEARCH_SIMILAR && term->mode != SEARCH_POSIX)
		return 0;
	buf_init(&pattern, 1 << 16);
	if (term->mode == SEARCH_SIMILAR)
		similar_pattern(&pattern, text);
	else
		buf_add(&pattern, text);
	if (!s->is_case_sensitive)
		flags |= REG_ICASE;
	value->has_regex = regcomp(&value->regex, pattern.data, flags) == 0;
	buf_free(&pattern);
	return value->has_regex ? 0 : 500;
}

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = words; len > 0 && (p = strstr(p, word)); p += len)
		if ((p == words || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static int
refuse(struct buf *message, const char *what, const char *value,
    const char *rest)
{
	buf_addf(message,
	    "Input is invalid. %s `%s` is not valid, "
	    "expect one of %s.",
	    what, value, rest);
	return 400;
}

/* The mode for a field, or for the fieldless search where `field` is "". */
static int
find_mode(const struct query *q, const char *field, enum search_mode *mode,
    struct buf *message)
{
	char name[96] = "mode.";
	const char *value;

	memcpy(name + 5, field, strlen(field) + 1);
	value = *field ? query_get(q, name) : NULL;
	if (!value)
		value = query_get(q, "mode");
	*mode = SEARCH_LIKE;
	if (!value)
		return 0;
	for (size_t i = 0; i < 4; i++) {
		if (strcmp(value, mode_names[i]) == 0) {
			*mode = (enum search_mode)i;
			return 0;
		}
	}
	return refuse(message, "Search match mode", value,
	    "exact, like, similar_to, posix");
}

static int
start_term(struct search *s, const char *field, const struct query *q,
    struct search_term **term, struct buf *message)
{
	enum search_mode mode;
	int status;

	if (strlen(field) > 64 || (*field && !has_word(s->fields, field)))
		return refuse(message, "Search field", field, s->fields);
	for (size_t i = 0; i < s->count; i++) {
		*term = &s->terms[i];
		if (strcmp((*term)->field, field) == 0)
			return 0;
	}
	status = find_mode(q, field, &mode, message);
	if (status != 0)
		return status;
	if (mode == SEARCH_SIMILAR && !s->is_case_sensitive) {
		buf_add(message,
		    "Input is invalid. Cannot use "
		    "case-insensitive match for `similar to`.");
		return 400;
	}
	s->terms =
	    mem_grow(s->terms, &s->capacity, s->count + 1, sizeof(*s->terms));
	*term = &s->terms[s->count++];
	**term = (struct search_term){.field = field, .mode = mode};
	return 0;
}

static int
add_param(struct search *s, const struct param *param, const struct query *q,
    struct buf *message)
{
	const char *field = param->name + strlen("search");
	struct search_term *term;
	int status;

	if (*field == '.')
		field++;
	status = start_term(s, field, q, &term, message);
	if (status != 0)
		return status;
	if (!*param->value) {
		buf_add(message,
		    "Input is invalid. "
		    "Search value cannot be empty.");
		return 400;
	}
	if (term->count > 0 && term->mode != SEARCH_EXACT) {
		buf_add(message,
		    "Input is invalid. Only exact mode takes "
		    "several values.");
		return 400;
	}
	return add_value(s, term, param->value);
}

/* A mode for a field that does not exist is refused as well. */
static int
check_mode_param(const struct search *s, const struct param *param,
    const struct query *q, struct buf *message)
{
	const char *field = param->name + strlen("mode");
	enum search_mode mode;

	if (*field == '.')
		field++;
	if (*field && !has_word(s->fields, field))
		return refuse(message, "Search field", field, s->fields);
	return find_mode(q, field, &mode, message);
}

int
search_parse(struct search *s, const char *fields, const struct query *q,
    struct buf *message)
{
	const char *joint = query_get(q, "joint");
	const char *sensitive = query_get(q, "isCaseSensitive");
	int status = 0;

	*s = (struct search){.fields = fields};
	if (!joint)
		joint = query_get(q, "jointMode");
	if (joint && strcmp(joint, "or") != 0 && strcmp(joint, "and") != 0)
		return refuse(message, "Search joint mode", joint, "or, and");
	s->is_and = joint && strcmp(joint, "and") == 0;
	s->is_case_sensitive = sensitive && strcmp(sensitive, "true") == 0;
	for (size_t i = 0; i < q->count && status == 0; i++) {
		const struct param *param = &q->params[i];

		if (strncmp(param->name, "search", 6) == 0)
			status = add_param(s, param, q, message);
		else if (strncmp(param->name, "mode", 4) == 0)
			status = check_mode_param(s, param, q, message);
	}
	return status;
}

void
search_free(struct search *s)
{
	for (size_t i = 0; i < s->count; i++) {
		for (size_t n = 0; n < s->terms[i].count; n++) {
			struct search_value *value = &s->terms[i].values[n];

			free(value->text);
			if (value->has_regex)
				regfree(&value->regex);
		}
		free(s->terms[i].values);
	}
	free(s->terms);
	*s = (struct search){0};
}

bool
search_field(const struct tenant *t, const struct list *list,
    const struct row *row, const char *field, char out[SEARCH_FIELD_BYTES])
{
	static const char *const person_fields[] = {"id", "primaryEmail",
	    "primaryPhone", "username", "name"};
	struct span text = tenant_text(list, row);
	int len = -1;

	if (text.p)
		return span_text(span_member(text, field), out,
		    SEARCH_FIELD_BYTES);
	for (size_t i = 0; i < 5; i++)
		if (strcmp(field, person_fields[i]) == 0)
			len = person_field(&t->generator, row,
			    (enum person_field)i, out);
	if (len < 0)
		return false;
	out[len] = '\0';
	return true;
}

static bool
value_matches(const struct search *s, const struct search_term *term,
    const char *text)
{
	for (size_t i = 0; i < term->count; i++) {
		const struct search_value *value = &term->values[i];
		bool ignore_case = !s->is_case_sensitive;

		if (value->has_regex
			? regexec(&value->regex, text, 0, NULL, 0) == 0
			: term->mode == SEARCH_EXACT
			? is_equal(text, value->text, ignore_case)
			: search_like(text, value->text, ignore_case))
			return true;
	}
	return false;
}

static bool
term_matches(const struct search *s, const struct search_term *term,
    const struct tenant *t, const struct list *list, const struct row *row)
{
	const char *names = *term->field ? term->field : s->fields;
	char text[SEARCH_FIELD_BYTES];
	char name[64];

	while (*names) {
		size_t len = strcspn(names, " ");

		memcpy(name, names, len);
		name[len] = '\0';
		if (search_field(t, list, row, name, text) &&
		    value_matches(s, term, text))
			return true;
		names += len + (names[len] == ' ');
	}
	return false;
}

bool
search_matches(const struct search *s, const struct tenant *t,
    const struct list *list, const struct row *row)
{
	for (size_t i = 0; i < s->count; i++) {
		bool matches = term_matches(s, &s->terms[i], t, list, row);

		if (matches != s->is_and)
			return matches;
	}
	return s->count == 0 || s->is_and;
}
