/* SPDX-License-Identifier: ISC */
/*
 * Looking for U+0000.
 */
#include "script_check.h"

#include "dialect.h"
#include "schema.h"
#include "stage.h"

#include <stdbool.h>
#include <string.h>

/* Whether the JSON text has an escape for U+0000. */
static bool
has_nul_escape(const char *text, size_t len)
{
	static const char escape[] = "\\u0000";
	const char *end = text + len, *at = text;

	while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
		if ((size_t)(end - at) >= sizeof(escape) - 1 &&
		    memcmp(at, escape, sizeof(escape) - 1) == 0)
			return true;
		at += end - at >= 2 ? 2 : 1;
	}
	return false;
}

static const struct column *
find_nul(const struct table *t, const struct row *row)
{
	for (uint32_t i = 0; i < row->count; i++) {
		const struct cell *c = &row->cells[i];

		if (c->kind == CELL_TEXT &&
		    (memchr(c->text, '\0', c->len) ||
			((*c->text == '{' || *c->text == '[') &&
			    has_nul_escape(c->text, c->len))))
			return t->columns[i];
	}
	return NULL;
}

static int
check_row(struct stage *s, struct batch *b, const struct table *t,
    const struct row *row, struct fail *why)
{
	struct origin *o = &b->origins[row->sequence - b->first_sequence];
	const struct column *column = o->is_dropped ? NULL : find_nul(t, row);
	struct fail reason;

	if (!column)
		return 0;
	(void)fail_set(&reason, STATUS_DATA,
	    "'%s' holds U+0000, which %s cannot keep", column->name,
	    s->options.target);
	if (!s->options.reject) {
		*why = reason;
		return fail_prefix(why, "%s: line %llu", o->name,
		    (unsigned long long)o->line);
	}
	o->is_dropped = true;
	return s->options.reject(s->options.context, o, &reason, why);
}

int
script_check(struct stage *s, struct batch *b, struct fail *why)
{
	const struct dialect *d = dialect_find(s->options.target);

	if (d->chr || d->text == TEXT_BACKSLASH)
		return 0;
	for (size_t i = 0; i < b->table_count; i++) {
		const struct batch_table *t = &b->tables[i];

		for (size_t n = 0; t->table && n < t->count; n++)
			if (check_row(s, b, t->table, &t->rows[n], why) != 0)
				return -1;
	}
	return 0;
}
