/* SPDX-License-Identifier: ISC */
/*
 * Choosing types.
 */
#include "duckdb_agree.h"

#include "duckdb.h"
#include "duckdb_widen.h"
#include "mem.h"
#include "schema.h"

#include <stdlib.h>
#include <string.h>

static int
visit_digits(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct duckdb_digits *digits = context;

	(void)count;
	(void)why;
	digits->count += cells[0].integer;
	digits->other += cells[1].integer;
	if (cells[2].integer > digits->integer)
		digits->integer = cells[2].integer;
	if (cells[3].integer > digits->fraction)
		digits->fraction = cells[3].integer;
	return 0;
}

static int
count_digits(struct duckdb *d, const char *table, const char *column,
    struct duckdb_digits *digits, struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	duckdb_widen_add_digits(&sql, table, column);
	result =
	    duckdb_db_visit(&d->db, sql.data, 4, visit_digits, digits, why);
	buf_free(&sql);
	return result;
}

/* What decimals of the filled table, and of the table, are to be. The caller
 * frees `*want`. */
static int
choose_decimal(struct duckdb *d, struct duckdb_table *t, size_t at, char **want,
    struct fail *why)
{
	const struct duckdb_column *c = &t->columns[at];
	const char *name = t->sql.columns[at].column->name;
	bool is_new = t->is_fresh || !c->stored || c->is_blank;
	struct duckdb_digits digits = {0};

	if (count_digits(d, t->filled, name, &digits, why) != 0)
		return -1;
	if (!is_new && digits.count == 0) {
		*want = mem_string(c->stored);
		return 0;
	}
	*want = duckdb_widen_decimal(&digits);
	if (is_new || strcmp(*want, c->stored) == 0)
		return 0;
	free(*want);
	*want = NULL;
	if (count_digits(d, t->sql.table->name, name, &digits, why) != 0)
		return -1;
	*want = duckdb_widen_decimal(&digits);
	return 0;
}

struct alteration {
	const char *table, *column, *type;
};

static int
visit_altered(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	const struct alteration *a = context;

	(void)count;
	return fail_set(why, STATUS_DATA,
	    "'%s' of '%s' is %s, which would make '%.*s' of '%.*s'; give the "
	    "column a wider type",
	    a->column, a->table, a->type, (int)cells[1].len, cells[1].text,
	    (int)cells[0].len, cells[0].text);
}

/* Fails where the type that somebody else gave the column would round. */
static int
check_kept(struct duckdb *d, const struct duckdb_table *t, size_t at,
    struct fail *why)
{
	const struct duckdb_column *c = &t->columns[at];
	struct alteration a = {.table = t->sql.table->name,
	    .column = t->sql.columns[at].column->name,
	    .type = c->stored};
	struct buf sql;
	int result = 0;

	buf_init(&sql, BOUND_LINE_BYTES);
	if (duckdb_widen_add_altered(&sql, t->filled, a.column,
		duckdb_fill_type(c->fill), c->stored))
		result = duckdb_db_visit(&d->db, sql.data, 2, visit_altered, &a,
		    why);
	buf_free(&sql);
	return result;
}

/* Whether somebody else declared it: then it stays so, and values are cast
 * on their way. */
static bool
is_theirs(const struct duckdb_table *t, size_t at)
{
	return t->columns[at].stored && !t->is_fresh &&
	    t->sql.columns[at].column->is_theirs;
}

/* What times of the filled table, and of the table, are to be. */
static int
choose_time(struct duckdb *d, struct duckdb_table *t, size_t at, char **want,
    struct fail *why)
{
	const struct duckdb_column *c = &t->columns[at];
	const char *name = t->sql.columns[at].column->name;
	const char *filled = duckdb_fill_type(c->fill);
	const char *wide = duckdb_widen(c->stored, filled);
	bool fits = true;

	/* One of the two counts nanoseconds; what of the other one's years? */
	if (strcmp(wide, duckdb_fill_type(FILL_TIMESTAMP_NS)) == 0 &&
	    strcmp(c->stored, filled) != 0 &&
	    duckdb_table_fits_ns(d,
		c->fill == FILL_TIMESTAMP ? t->filled : t->sql.table->name,
		name, &fits, why) != 0)
		return -1;
	*want = mem_string(fits ? wide : duckdb_fill_type(FILL_TEXT));
	return 0;
}

/* The type that the column is to have on both sides. */
static int
choose_type(struct duckdb *d, struct duckdb_table *t, size_t at, char **want,
    struct fail *why)
{
	const struct duckdb_column *c = &t->columns[at];
	enum type type = t->sql.columns[at].type;
	const char *filled = duckdb_fill_type(c->fill);

	if (is_theirs(t, at))
		filled = c->stored;
	else if (type == TYPE_DECIMAL)
		return choose_decimal(d, t, at, want, why);
	else if (c->stored && !c->is_blank &&
	    (type == TYPE_TIMESTAMP || type == TYPE_DATE || type == TYPE_TIME))
		return choose_time(d, t, at, want, why);
	*want = mem_string(filled);
	return 0;
}

/* Fails where a column of whole numbers becomes one of doubles, and somebody
 * else has put a number there that these do not hold: of ours it is known
 * that they are none such. */
static int
check_rounded(struct duckdb *d, const struct duckdb_table *t, size_t at,
    const char *want, struct fail *why)
{
	struct alteration a = {.table = t->sql.table->name,
	    .column = t->sql.columns[at].column->name,
	    .type = "to become DOUBLE"};
	struct buf sql;
	int result;

	if (t->is_fresh || !t->columns[at].stored || t->columns[at].is_blank ||
	    strcmp(t->columns[at].stored, duckdb_fill_type(FILL_BIGINT)) != 0 ||
	    strcmp(want, duckdb_fill_type(FILL_DOUBLE)) != 0)
		return 0;
	buf_init(&sql, BOUND_LINE_BYTES);
	duckdb_widen_add_rounded(&sql, a.table, a.column);
	result = duckdb_db_visit(&d->db, sql.data, 2, visit_altered, &a, why);
	buf_free(&sql);
	return result;
}

/* Gives the column the type in the table, which may not have it yet. */
static int
store(struct duckdb *d, struct duckdb_table *t, size_t at, const char *want,
    struct fail *why)
{
	struct duckdb_column *c = &t->columns[at];
	struct sql_column *column = &t->sql.columns[at];
	struct buf sql;

	if (c->stored)
		return duckdb_table_retype(d, t->sql.table->name,
		    column->column->name, c->stored, want,
		    c->is_blank && !t->is_fresh ? RETYPE_BLANK : RETYPE_STORED,
		    why);
	column->declared = want;
	buf_init(&sql, BOUND_LINE_BYTES);
	sql_table_add_column(&t->sql, column, &sql);
	column->declared = NULL;
	return duckdb_table_define(d, &sql, why);
}

static int
agree(struct duckdb *d, struct duckdb_table *t, size_t at, struct fail *why)
{
	struct duckdb_column *c = &t->columns[at];
	char *want = NULL;
	int result = choose_type(d, t, at, &want, why);

	if (result == 0)
		result = is_theirs(t, at) ? check_kept(d, t, at, why)
					  : check_rounded(d, t, at, want, why);
	if (result == 0 && !t->is_fresh)
		result = duckdb_table_retype(d, t->filled,
		    t->sql.columns[at].column->name, duckdb_fill_type(c->fill),
		    want, RETYPE_FILLED, why);
	if (result == 0)
		result = store(d, t, at, want, why);
	if (result == 0) {
		duckdb_table_set_stored(c, want);
		c->is_blank = false;
		if (is_theirs(t, at)) /* rows below refer to it by its text */
			t->sql.columns[at].declared = c->stored;
	}
	free(want);
	return result;
}

int
duckdb_agree(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	for (size_t i = 0; i < t->sql.column_count; i++)
		if (agree(d, t, i, why) != 0)
			return -1;
	return 0;
}
