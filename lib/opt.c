/* SPDX-License-Identifier: ISC */
/*
 * The option parser. Keeps no state; everything is in the table, in argv and
 * in the caller's struct.
 */
#include "opt.h"

#include "mem.h"
#include "num.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Where the parser stands in argv. */
struct cursor {
	int argc;
	char **argv;
	int index; /* of the argument that is being read */
};

static void
add_item(struct opt_list *list, const char *item)
{
	list->items = mem_grow(list->items, &list->capacity, list->count + 1,
	    sizeof(*list->items));
	list->items[list->count++] = item;
}

void
opt_list_free(struct opt_list *list)
{
	free(list->items);
	*list = (struct opt_list){0};
}

static bool
takes_value(const struct opt *o)
{
	return o->arg && o->kind != OPT_MAYBE;
}

/* The number of single-byte edits between two short words (Levenshtein). */
static unsigned
edit_distance(const char *a, size_t a_len, const char *b)
{
	enum { LONGEST = 40 };
	unsigned row[LONGEST + 1];
	size_t b_len = strlen(b);

	if (b_len > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[b_len];
}

/* What other programs' names for an option are here; NULL if nothing. */
static const char *
usual_name(const char *name, size_t len)
{
	static const struct {
		const char *elsewhere, *here;
	} names[] = {{"timeout", "max-time"}, {"retries", "retry"},
	    {"max-retries", "retry"}, {"parallel", "jobs"}, {"silent", "quiet"},
	    {"insecure", "insecure-http"}, {"primary-key", "key"},
	    {"pk", "key"}, {"upsert", "merge"}, {"overwrite", "replace"},
	    {"filter", "jq"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].elsewhere) == len &&
		    strncmp(names[i].elsewhere, name, len) == 0)
			return names[i].here;
	return NULL;
}

/* Secrets have no option: any user of the machine can read command lines. */
static bool
is_secret_name(const char *name, size_t len)
{
	static const char *const names[] = {"secret", "app-secret",
	    "client-secret", "password", "token", "access-token"};
	bool is_found = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		is_found |= strlen(names[i]) == len &&
		    strncmp(names[i], name, len) == 0;
	return is_found;
}

static enum opt_result
bad_unknown(const struct opt_program *program, const char *name, size_t len,
    struct fail *why)
{
	const struct opt *nearest = NULL;
	unsigned best = 3; /* further away it would be a guess */
	const char *common = usual_name(name, len);
	int shown = len > 100 ? 100 : (int)len;

	for (size_t i = 0; i < program->count && len <= 40; i++) {
		const struct opt *o = &program->table[i];
		unsigned distance = edit_distance(name, len, o->name);

		/* An abbreviation is refused, but it is a clear hint. */
		if (len >= 3 && strncmp(o->name, name, len) == 0)
			distance = 1;
		if (common && strcmp(o->name, common) == 0)
			distance = 0;
		if (distance < best) {
			best = distance;
			nearest = o;
		}
	}
	if (program->secret_hint && is_secret_name(name, len))
		(void)fail_set(why, STATUS_USAGE,
		    "unknown option '--%.*s': no secret is given on the "
		    "command "
		    "line, where others can read it; %s",
		    shown, name, program->secret_hint);
	else if (nearest)
		(void)fail_set(why, STATUS_USAGE,
		    "unknown option '--%.*s'; did you mean '--%s'?", shown,
		    name, nearest->name);
	else
		(void)fail_set(why, STATUS_USAGE, "unknown option '--%.*s'",
		    shown, name);
	return OPT_BAD;
}

static enum opt_result
set_u64(const struct opt *o, const char *value, uint64_t *to, struct fail *why)
{
	uint64_t number;
	uint64_t max = o->max ? o->max : UINT64_MAX;

	assert(value);
	if (num_u64(value, strlen(value), &number) == 0 && number >= o->min &&
	    number <= max) {
		*to = number;
		return OPT_RUN;
	}
	if (max == UINT64_MAX)
		(void)fail_set(why, STATUS_USAGE,
		    "--%s takes a whole number from %llu, not '%.100s'",
		    o->name, (unsigned long long)o->min, value);
	else
		(void)fail_set(why, STATUS_USAGE,
		    "--%s takes a whole number from %llu to %llu, not '%.100s'",
		    o->name, (unsigned long long)o->min,
		    (unsigned long long)max, value);
	return OPT_BAD;
}

static enum opt_result
set_duration(const struct opt *o, const char *value, int64_t *to,
    struct fail *why)
{
	if (num_duration_ms(value, to) == 0)
		return OPT_RUN;
	(void)fail_set(why, STATUS_USAGE,
	    "--%s takes a time such as 500ms, 30s, 15m, 6h or 7d, not '%.100s'",
	    o->name, value);
	return OPT_BAD;
}

static enum opt_result
set_choice(const struct opt *o, const char *value, unsigned *to,
    struct fail *why)
{
	const char *word = o->choices;
	unsigned index = 0;

	assert(value && word);
	while (*word) {
		size_t len = strcspn(word, " ");

		if (strlen(value) == len && strncmp(word, value, len) == 0) {
			*to = index;
			return OPT_RUN;
		}
		word += len + strspn(word + len, " ");
		index++;
	}
	(void)fail_set(why, STATUS_USAGE, "--%s takes one of: %s; not '%.100s'",
	    o->name, o->choices, value);
	return OPT_BAD;
}

/* Whether the help has reached its reader. */
static enum opt_result
flush_help(struct fail *why)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return OPT_DONE;
	(void)fail_errno(why, "cannot write to standard output");
	return OPT_BAD;
}

/* Carries out one option; `value` is NULL for those that take none. */
static enum opt_result
apply(const struct opt_program *program, const struct opt *o, const char *value,
    void *into, struct fail *why)
{
	/* The table says what type stands at the offset. */
	void *member = (char *)into + o->offset;
	unsigned shell;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)member = true;
		return OPT_RUN;
	case OPT_COUNT:
		++*(unsigned *)member;
		return OPT_RUN;
	case OPT_STRING:
		*(const char **)member = value;
		return OPT_RUN;
	case OPT_MAYBE:
		*(const char **)member = value ? value : "";
		return OPT_RUN;
	case OPT_U64:
		return set_u64(o, value, member, why);
	case OPT_DURATION:
		return set_duration(o, value, member, why);
	case OPT_LIST:
		add_item(member, value);
		return OPT_RUN;
	case OPT_CHOICE:
		return set_choice(o, value, member, why);
	case OPT_HELP:
		opt_print_help(program, stdout);
		return flush_help(why);
	case OPT_VERSION:
		(void)printf("%s %s\n", program->name, PROGRAM_VERSION);
		if (program->print_version)
			program->print_version(stdout);
		return flush_help(why);
	case OPT_COMPLETION:
		if (set_choice(o, value, &shell, why) == OPT_BAD)
			return OPT_BAD;
		program->print_completion(program, shell, stdout);
		return flush_help(why);
	}
	return OPT_RUN;
}

/* Reads --name, --name=value or --name value at the cursor. */
static enum opt_result
parse_long(const struct opt_program *program, struct cursor *at, void *into,
    struct fail *why)
{
	const char *name = at->argv[at->index] + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] == '=' ? name + len + 1 : NULL;
	const struct opt *o = NULL;

	for (size_t i = 0; i < program->count && !o; i++)
		if (strlen(program->table[i].name) == len &&
		    strncmp(program->table[i].name, name, len) == 0)
			o = &program->table[i];
	if (!o)
		return bad_unknown(program, name, len, why);
	if (value && !o->arg) {
		(void)fail_set(why, STATUS_USAGE, "--%s takes no value",
		    o->name);
		return OPT_BAD;
	}
	/* As of --all=$NAMES, where that is empty: not what --all is. */
	if (o->kind == OPT_MAYBE && value && !*value) {
		(void)fail_set(why, STATUS_USAGE,
		    "--%s= was given no value; it may go without, but then "
		    "without the '=' too",
		    o->name);
		return OPT_BAD;
	}
	if (!value && takes_value(o)) {
		if (at->index + 1 >= at->argc) {
			(void)fail_set(why, STATUS_USAGE,
			    "--%s needs a value: %s", o->name, o->arg);
			return OPT_BAD;
		}
		value = at->argv[++at->index];
	}
	return apply(program, o, value, into, why);
}

/* Reads -abc, -xv or -x v at the cursor. */
static enum opt_result
parse_letters(const struct opt_program *program, struct cursor *at, void *into,
    struct fail *why)
{
	for (const char *c = at->argv[at->index] + 1; *c; c++) {
		const struct opt *o = NULL;
		const char *value = NULL;
		enum opt_result result;

		for (size_t i = 0; i < program->count && !o; i++)
			if (program->table[i].letter == *c)
				o = &program->table[i];
		if (!o) {
			(void)fail_set(why, STATUS_USAGE,
			    "unknown option '-%c'", *c);
			return OPT_BAD;
		}
		if (takes_value(o) && c[1])
			value = c + 1;
		else if (takes_value(o) && at->index + 1 < at->argc)
			value = at->argv[++at->index];
		if (takes_value(o) && !value) {
			(void)fail_set(why, STATUS_USAGE,
			    "-%c needs a value: %s", o->letter, o->arg);
			return OPT_BAD;
		}
		result = apply(program, o, value, into, why);
		if (result != OPT_RUN || takes_value(o))
			return result;
	}
	return OPT_RUN;
}

enum opt_result
opt_parse(const struct opt_program *program, int argc, char **argv, void *into,
    struct opt_list *operands, struct fail *why)
{
	struct cursor at = {.argc = argc, .argv = argv, .index = 1};
	enum opt_result result = OPT_RUN;

	for (; at.index < argc && result == OPT_RUN; at.index++) {
		const char *word = argv[at.index];

		if (strcmp(word, "--") == 0) {
			while (++at.index < argc)
				add_item(operands, argv[at.index]);
		} else if (word[0] == '-' && word[1] == '-') {
			result = parse_long(program, &at, into, why);
		} else if (word[0] == '-' && word[1]) {
			result = parse_letters(program, &at, into, why);
		} else {
			add_item(operands, word);
		}
	}
	return result;
}

/* "-x, --name=ARG" into `text`. */
static void
format_option(const struct opt *o, char *text, size_t size)
{
	bool is_optional = o->kind == OPT_MAYBE;
	char letter[5] = "    ";

	if (o->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	(void)snprintf(text, size, "%s--%s%s%s%s%s", letter, o->name,
	    is_optional ? "[" : "", o->arg ? "=" : "", o->arg ? o->arg : "",
	    is_optional ? "]" : "");
}

void
opt_print_help(const struct opt_program *program, FILE *to)
{
	enum { PHRASE_COLUMN = 29, LINE = 78 };
	char text[80];
	size_t column = 0;

	(void)fprintf(to, "usage: %s\ne.g.   %s\n", program->usage,
	    program->example);
	for (size_t i = 0; i < program->count; i++) {
		const struct opt *o = &program->table[i];

		if (!o->help)
			continue;
		format_option(o, text, sizeof(text));
		(void)fprintf(to, "  %-*s %s\n", PHRASE_COLUMN - 3, text,
		    o->help);
	}
	for (size_t i = 0; i < program->count; i++) {
		const struct opt *o = &program->table[i];
		size_t len;

		if (o->help)
			continue;
		format_option(o, text, sizeof(text));
		len = strlen(text + (o->letter ? 0 : 4));
		if (column == 0 || column + 1 + len > LINE)
			column = (size_t)fprintf(to, "%s",
				     column == 0 ? "also:" : "\n     ") -
			    (column != 0);
		column +=
		    (size_t)fprintf(to, " %s", text + (o->letter ? 0 : 4));
	}
	if (column)
		(void)fputc('\n', to);
	(void)fprintf(to, "manual: man %s\n", program->name);
}
