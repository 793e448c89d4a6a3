/* SPDX-License-Identifier: ISC */
/*
 * Looking for U+0000, for what is too long, and for times with too many
 * digits.
 */
#include "script_check.h"

#include "dialect.h"
#include "nul.h"
#include "schema.h"
#include "script.h"
#include "stage.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { REASON_BYTES = 100 };

static bool
has_nul(const struct cell *c, enum type type)
{
	return memchr(c->text, '\0', c->len) ||
	    (type == TYPE_JSON && nul_is_in_json(c->text, c->len));
}

/* The digits behind the point of a time. */
static size_t
count_digits(const struct cell *c)
{
	const char *point = memchr(c->text, '.', c->len);
	const char *end = c->text + c->len, *at = point ? point + 1 : end;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return point ? (size_t)(at - point) - 1 : 0;
}

/* What is wrong with the value, in `reason`; "" if nothing is. */
static void
look(const struct dialect *d, const struct cell *c, enum type type,
    char reason[REASON_BYTES])
{
	*reason = '\0';
	if (c->kind != CELL_TEXT || c->len == 0)
		return;
	if (d->has_no_nul && has_nul(c, type))
		(void)snprintf(reason, REASON_BYTES, "U+0000");
	else if (d->max_text_bytes > 0 && c->len > d->max_text_bytes)
		(void)snprintf(reason, REASON_BYTES, "more than %zu bytes",
		    d->max_text_bytes);
	else if (d->second_digits > 0 &&
	    (type == TYPE_TIMESTAMP ||
		(type == TYPE_TIME &&
		    d->types[TYPE_TIME] != d->types[TYPE_TEXT])) &&
	    count_digits(c) > d->second_digits)
		(void)snprintf(reason, REASON_BYTES,
		    "more than %u digits of a second", d->second_digits);
	else if (d->first_day &&
	    (type == TYPE_TIMESTAMP || type == TYPE_DATE) &&
	    (strncmp(c->text, d->first_day, strlen(d->first_day)) < 0 ||
		(d->end_day &&
		    strncmp(c->text, d->end_day, strlen(d->end_day)) >= 0)))
		(void)snprintf(reason, REASON_BYTES, "a day before %s%s%s",
		    d->first_day, d->end_day ? " or after " : "",
		    d->end_day ? d->end_day : "");
}

static int
check_row(struct stage *s, struct batch *b, const struct table *t,
    const struct row *row, struct fail *why)
{
	const struct dialect *d = script_dialect(s);
	struct origin *o = &b->origins[row->sequence - b->first_sequence];
	char reason[REASON_BYTES] = "";
	struct fail refusal;
	uint32_t i = 0;

	for (; !o->is_dropped && i < row->count; i++) {
		look(d, &row->cells[i], stage_type(s, t, i), reason);
		if (*reason)
			break;
	}
	if (!*reason)
		return 0;
	(void)fail_set(&refusal, STATUS_DATA,
	    "'%s' holds %s, which %s cannot keep%s", t->columns[i]->name,
	    reason, d->name,
	    strstr(reason, "digits") || strstr(reason, "a day")
		? "; --type COLUMN=text can"
		: "");
	if (!s->options.reject) {
		*why = refusal;
		return fail_prefix(why, "%s: line %llu", o->name,
		    (unsigned long long)o->line);
	}
	o->is_dropped = true;
	return s->options.reject(s->options.context, o, &refusal, why);
}

int
script_check(struct stage *s, struct batch *b, struct fail *why)
{
	const struct dialect *d = script_dialect(s);

	if (!d->has_no_nul && d->max_text_bytes == 0 && d->second_digits == 0 &&
	    !d->first_day)
		return 0;
	for (size_t i = 0; i < b->table_count; i++) {
		const struct batch_table *t = &b->tables[i];

		for (size_t n = 0; t->table && n < t->count; n++)
			if (check_row(s, b, t->table, &t->rows[n], why) != 0)
				return -1;
	}
	return 0;
}
