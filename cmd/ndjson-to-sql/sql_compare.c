/* SPDX-License-Identifier: ISC */
/*
 * Values of a row t_ and a row s_, as conditions.
 */
#include "sql_compare.h"

#include "dialect.h"

#include <string.h>

enum { CHAIN_MAX = 32 };

void
sql_compare_add_word(size_t n, const char *word, struct buf *sql)
{
	const char *bracket = n % CHAIN_MAX == 0 ? ")" : "";

	if (n > 0)
		buf_addf(sql, "%s %s %s", bracket, word, *bracket ? "(" : "");
}

void
sql_compare_add_staged(const struct sql_table *t, const struct column *c,
    struct buf *sql)
{
	bool is_spelled =
	    t->dialect->parse_open && sql_table_logical_type(t, c) == TYPE_JSON;

	buf_add(sql, is_spelled ? t->dialect->parse_open : "");
	sql_table_add_column_name(t, "s_", c, sql);
	buf_add(sql, is_spelled ? t->dialect->parse_close : "");
}

/* Whether the column has a type that the database cannot compare, or where it
 * does not see capitals. Of ours only JSON may be one; these are PostgreSQL's
 * others, of somebody else's table. */
static bool
is_blind(const struct sql_table *t, const struct column *c)
{
	static const char *const types[] = {"json", "xml", "point", "line",
	    "lseg", "box", "path", "polygon", "circle", "citext"};
	const char *declared = sql_table_type(t, c);

	for (size_t i = 0; declared && i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(declared, types[i]) == 0)
			return true;
	return false;
}

/* What makes texts be compared by their bytes where the column may have a
 * collation that takes others for the same, such as PostgreSQL's that are not
 * deterministic, and NOCASE of somebody's table in DuckDB; or "". */
static const char *
collation(const struct sql_table *t, const struct column *c)
{
	const char *declared = sql_table_type(t, c);

	if (t->dialect == &dialect_postgres && declared &&
	    (strcmp(declared, "text") == 0 ||
		strncmp(declared, "character", 9) == 0))
		return " COLLATE \"C\"";
	if (t->dialect == &dialect_duckdb && declared && c->is_theirs &&
	    strcmp(declared, "VARCHAR") == 0)
		return " COLLATE \"binary\"";
	return "";
}

/* How the two values of a column are compared. */
struct pair {
	const struct sql_table *table;
	const struct column *column;
	bool is_raw; /* s_ is the stage, not a query of what is in it */
};

/* Appends a value of it that can be compared. */
static void
add_half(const struct pair *p, const char *alias, struct buf *sql)
{
	const struct dialect *d = p->table->dialect;
	const char *open = "", *close = "";

	if (d->compare_open &&
	    sql_table_logical_type(p->table, p->column) == TYPE_JSON) {
		open = d->compare_open;
		close = d->compare_close;
	} else if (d == &dialect_postgres && is_blind(p->table, p->column)) {
		open = "CAST(";
		close = " AS text)";
	} else if (*alias == 't') {
		close = collation(p->table, p->column);
	}
	buf_add(sql, open);
	if (p->is_raw && *alias == 's')
		sql_compare_add_staged(p->table, p->column, sql);
	else
		sql_table_add_column_name(p->table, alias, p->column, sql);
	buf_add(sql, close);
}

static void
add_halves(const struct pair *p, const char *operator, struct buf * sql)
{
	add_half(p, "t_", sql);
	buf_add(sql, operator);
	add_half(p, "s_", sql);
}

void
sql_compare_add_same(const struct sql_table *t, const struct column *c,
    struct buf *sql)
{
	const struct pair pair = {.table = t, .column = c, .is_raw = true};

	if (t->dialect->same) {
		add_halves(&pair, t->dialect->same, sql);
		return;
	}
	buf_add_char(sql, '(');
	add_halves(&pair, " = ", sql);
	buf_add(sql, " OR ");
	sql_table_add_column_name(t, "t_", c, sql);
	buf_add(sql, " IS NULL AND ");
	sql_table_add_column_name(t, "s_", c, sql);
	buf_add(sql, " IS NULL)");
}

/* Appends that they are not. This is never null, which NOT of the above may
 * be. */
static void
add_other_value(const struct pair *p, struct buf *sql)
{
	if (p->table->dialect->same) {
		buf_add(sql, "NOT (");
		add_halves(p, p->table->dialect->same, sql);
		buf_add_char(sql, ')');
		return;
	}
	add_halves(p, " <> ", sql);
	for (int i = 0; i < 2; i++) {
		buf_add(sql, " OR ");
		sql_table_add_column_name(p->table, i == 0 ? "t_" : "s_",
		    p->column, sql);
		buf_add(sql, " IS NULL AND ");
		sql_table_add_column_name(p->table, i == 0 ? "s_" : "t_",
		    p->column, sql);
		buf_add(sql, " IS NOT NULL");
	}
}

bool
sql_compare_counts(const struct sql_table *t, const struct column *c)
{
	return c != t->table->load_id && !sql_table_is_key_column(t->table, c);
}

bool
sql_compare_add_differs(const struct sql_table *t, bool is_raw,
    const char *word, struct buf *sql)
{
	size_t count = 0;

	for (size_t i = 0; i < t->column_count; i++) {
		const struct pair pair = {.table = t,
		    .column = t->columns[i].column,
		    .is_raw = is_raw};

		if (!sql_compare_counts(t, pair.column))
			continue;
		if (count == 0)
			buf_addf(sql, "%s((", word);
		sql_compare_add_word(count++, "OR", sql);
		add_other_value(&pair, sql);
	}
	if (count > 0)
		buf_add(sql, "))");
	return count > 0;
}
