/* SPDX-License-Identifier: ISC */
/*
 * Parsing and matching of fault rules.
 */
#include "rules.h"

#include "mem.h"
#include "num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arguments: t text, n number. */
static const struct {
	const char *word, *arguments;
	enum action_kind kind;
} words[] = {
    {"status", "n", ACTION_STATUS},
    {"body", "t", ACTION_BODY},
    {"json", "t", ACTION_JSON},
    {"html", "", ACTION_HTML},
    {"type", "t", ACTION_TYPE},
    {"header", "tt", ACTION_HEADER},
    {"drop-header", "t", ACTION_DROP_HEADER},
    {"retry-after", "t", ACTION_RETRY_AFTER},
    {"total", "t", ACTION_TOTAL},
    {"total-add", "n", ACTION_TOTAL_ADD},
    {"drop-rows", "n", ACTION_DROP_ROWS},
    {"bad-json", "", ACTION_BAD_JSON},
    {"redirect", "t", ACTION_REDIRECT},
    {"quota", "", ACTION_QUOTA},
    {"secret-expired", "", ACTION_SECRET_EXPIRED},
    {"reset", "", ACTION_RESET},
    {"close", "", ACTION_CLOSE},
    {"cut", "n", ACTION_CUT},
    {"cut-reset", "n", ACTION_CUT_RESET},
    {"delay", "n", ACTION_DELAY},
    {"drip", "n", ACTION_DRIP},
    {"gzip-bomb", "n", ACTION_GZIP_BOMB},
    {"endless", "", ACTION_ENDLESS},
    {"insert", "tn", ACTION_INSERT},
    {"delete", "tt", ACTION_DELETE},
    {"update", "tt", ACTION_UPDATE},
    {"tie", "tn", ACTION_TIE},
    {"late", "tn", ACTION_LATE},
    {"expire-tokens", "", ACTION_EXPIRE_TOKENS},
    {"rotate-key", "", ACTION_ROTATE_KEY},
};

void
rules_init(struct rules *rules)
{
	*rules = (struct rules){0};
	(void)pthread_mutex_init(&rules->lock, NULL);
}

static void
release(struct rule *rule)
{
	if (--rule->references > 0)
		return;
	for (size_t i = 0; i < rule->action_count; i++) {
		free(rule->actions[i].text);
		free(rule->actions[i].more);
	}
	query_free(&rule->query);
	free(rule->actions);
	free(rule->line);
	free(rule->method);
	free(rule->path);
	free(rule);
}

static void
release_all(struct rule **items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		release(items[i]);
	free(items);
}

void
rules_free(struct rules *rules)
{
	release_all(rules->items, rules->count);
	(void)pthread_mutex_destroy(&rules->lock);
	*rules = (struct rules){0};
}

static unsigned
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 0;
}

/* The escape behind a backslash; returns what follows it. */
static const char *
unescape(const char *p, struct buf *out)
{
	static const char from[] = "nrt", to[] = "\n\r\t";
	const char *at = *p ? strchr(from, *p) : NULL;

	if (*p == 'u' && strlen(p) >= 5) {
		/* Below U+0080: control bytes are what tests need. */
		buf_add_char(out,
		    (char)(hex_digit(p[3]) << 4 | hex_digit(p[4])));
		return p + 5;
	}
	if (at)
		buf_add_char(out, to[at - from]);
	else if (*p)
		buf_add_char(out, *p);
	return *p ? p + 1 : p;
}

/* The next word, unquoted; false at the end of the line. */
static bool
next_word(const char **p, struct buf *word)
{
	const char *s = *p + strspn(*p, " \t\r");
	bool is_quoted = *s == '"';

	buf_clear(word);
	if (*s == '\0' || *s == '\n' || *s == '#')
		return false;
	s += is_quoted;
	while (*s && *s != '\n') {
		if (is_quoted ? *s == '"' : strchr(" \t\r", *s) != NULL)
			break;
		if (is_quoted && *s == '\\')
			s = unescape(s + 1, word);
		else
			buf_add_char(word, *s++);
	}
	s += is_quoted && *s == '"';
	*p = s;
	return true;
}

static bool
read_count(const char *text, const char *name, uint64_t *out)
{
	size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && text[len] == '=' &&
	    num_u64(text + len + 1, strlen(text + len + 1), out) == 0;
}

/* nth=3, nth=3-5, nth=3+ */
static bool
read_nth(const char *text, struct rule *rule)
{
	size_t digits;

	if (strncmp(text, "nth=", 4) != 0)
		return false;
	text += 4;
	digits = strspn(text, "0123456789");
	if (num_u64(text, digits, &rule->first) != 0)
		return false;
	rule->last = rule->first;
	text += digits;
	if (strcmp(text, "+") == 0) {
		rule->last = 0;
		return true;
	}
	return *text == '\0' ||
	    (*text == '-' &&
		num_u64(text + 1, strlen(text + 1), &rule->last) == 0);
}

static void
add_param(struct rule *rule, const char *text)
{
	const char *equals = strchr(text, '=');
	struct query *q = &rule->query;

	q->params =
	    mem_grow(q->params, &q->capacity, q->count + 1, sizeof(*q->params));
	q->params[q->count++] =
	    (struct param){mem_copy(text,
			       equals ? (size_t)(equals - text) : strlen(text)),
		mem_string(equals ? equals + 1 : "")};
}

/* What stands before the colon. */
static int
parse_selector(const char **p, struct rule *rule, struct buf *word)
{
	bool is_last = false;

	for (unsigned place = 0; !is_last; place++) {
		if (!next_word(p, word))
			return -1;
		if (word->len > 0 && word->data[word->len - 1] == ':') {
			word->data[--word->len] = '\0';
			is_last = true;
		}
		if (place == 0)
			rule->method = mem_string(word->data);
		else if (place == 1)
			rule->path = mem_string(word->data);
		else if (!read_nth(word->data, rule) &&
		    !read_count(word->data, "every", &rule->every) &&
		    !read_count(word->data, "times", &rule->times)) {
			if (word->data[0] != '!' && !strchr(word->data, '='))
				return -1;
			add_param(rule, word->data);
		}
	}
	return rule->path ? 0 : -1;
}

static int
parse_action(const char **p, struct rule *rule, struct buf *word)
{
	const char *arguments = NULL;
	struct action action = {.text = NULL};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].word, word->data) == 0) {
			action.kind = words[i].kind;
			arguments = words[i].arguments;
		}
	}
	rule->actions = mem_grow(rule->actions, &rule->action_capacity,
	    rule->action_count + 1, sizeof(*rule->actions));
	for (; arguments && *arguments; arguments++) {
		if (!next_word(p, word))
			arguments = NULL;
		else if (*arguments == 'n' &&
		    num_i64(word->data, word->len, &action.number) != 0)
			arguments = NULL;
		else if (action.text)
			action.more = mem_string(word->data);
		else
			action.text = mem_string(word->data);
		if (!arguments)
			break;
	}
	/* Kept even where it is wrong, so that release() frees it. */
	rule->actions[rule->action_count++] = action;
	return arguments ? 0 : -1;
}

static int
parse_rule(const char *line, struct rule *rule)
{
	struct buf word;
	int result;

	buf_init(&word, 16 << 20);
	result = parse_selector(&line, rule, &word);
	while (result == 0 && next_word(&line, &word))
		result = parse_action(&line, rule, &word);
	if (rule->action_count == 0)
		result = -1;
	buf_free(&word);
	return result;
}

int
rules_read(struct rules *rules, const char *text, bool adds, struct buf *error)
{
	struct rules fresh = {.items = NULL};
	int result = 0;

	for (unsigned number = 1; *text && result == 0; number++) {
		size_t len = strcspn(text, "\n");
		size_t blank = strspn(text, " \t\r");
		struct rule *rule;

		if (blank < len && text[blank] != '#') {
			fresh.items = mem_grow(fresh.items, &fresh.capacity,
			    fresh.count + 1, sizeof(void *));
			rule = mem_alloc(1, sizeof(*rule));
			rule->references = 1;
			rule->line = mem_copy(text, len);
			fresh.items[fresh.count++] = rule;
			result = parse_rule(rule->line, rule);
		}
		if (result != 0)
			buf_addf(error, "line %u is no rule: %.*s\n", number,
			    (int)len, text);
		text += len + (text[len] == '\n');
	}
	if (result == 0) {
		(void)pthread_mutex_lock(&rules->lock);
		if (!adds) {
			release_all(rules->items, rules->count);
			rules->items = NULL;
			rules->count = rules->capacity = 0;
		}
		rules->items = mem_grow(rules->items, &rules->capacity,
		    rules->count + fresh.count, sizeof(void *));
		for (size_t i = 0; i < fresh.count; i++)
			rules->items[rules->count++] = fresh.items[i];
		fresh.count = 0;
		(void)pthread_mutex_unlock(&rules->lock);
	}
	release_all(fresh.items, fresh.count);
	return result;
}

bool
rules_glob(const char *pattern, const char *text)
{
	const char *retry = NULL, *retry_pattern = NULL;

	while (*text) {
		if (*pattern == '*') {
			retry_pattern = ++pattern;
			retry = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (retry) {
			text = ++retry;
			pattern = retry_pattern;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
has_value(const struct query *q, const char *name, const char *value)
{
	for (size_t i = 0; i < q->count; i++)
		if (strcmp(q->params[i].name, name) == 0 &&
		    (strcmp(value, "*") == 0 ||
			strcmp(q->params[i].value, value) == 0))
			return true;
	return false;
}

static bool
matches(const struct rule *rule, const struct request *rq)
{
	if (strcmp(rule->method, "*") != 0 &&
	    strcmp(rule->method, rq->method) != 0)
		return false;
	if (!rules_glob(rule->path, rq->path))
		return false;
	for (size_t i = 0; i < rule->query.count; i++) {
		const struct param *p = &rule->query.params[i];

		if (p->name[0] == '!'
			? query_count(&rq->query, p->name + 1) > 0
			: !has_value(&rq->query, p->name, p->value))
			return false;
	}
	return true;
}

/* Whether the rule acts on the request it has just counted. */
static bool
applies(const struct rule *rule)
{
	if (rule->first > 0 && rule->matched < rule->first)
		return false;
	if (rule->last > 0 && rule->matched > rule->last)
		return false;
	if (rule->every > 0 && rule->matched % rule->every != 0)
		return false;
	return rule->times == 0 || rule->applied < rule->times;
}

struct rule *
rules_match(struct rules *rules, const struct request *rq)
{
	struct rule *found = NULL;

	(void)pthread_mutex_lock(&rules->lock);
	for (size_t i = 0; i < rules->count; i++) {
		struct rule *rule = rules->items[i];

		if (!matches(rule, rq))
			continue;
		rule->matched++;
		if (found || !applies(rule))
			continue;
		rule->applied++;
		rule->references++;
		found = rule;
	}
	(void)pthread_mutex_unlock(&rules->lock);
	return found;
}

void
rules_release(struct rules *rules, struct rule *rule)
{
	if (!rule)
		return;
	(void)pthread_mutex_lock(&rules->lock);
	release(rule);
	(void)pthread_mutex_unlock(&rules->lock);
}

void
rules_print(struct rules *rules, struct buf *out)
{
	(void)pthread_mutex_lock(&rules->lock);
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = rules->items[i];

		buf_addf(out, "%s # matched %llu, applied %llu\n", rule->line,
		    (unsigned long long)rule->matched,
		    (unsigned long long)rule->applied);
	}
	(void)pthread_mutex_unlock(&rules->lock);
}
