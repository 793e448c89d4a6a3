/* SPDX-License-Identifier: ISC */
/*
 * Conditions, one for each type and constraint, over the rows s_ as the table
 * would have them: a value that its type does not hold is null there, and so
 * is a column that did not come.
 *
 *      SELECT n, why FROM (SELECT n, coalesce(cast_, CASE WHEN ... END) AS why
 *        FROM (SELECT n, CASE WHEN ... END AS cast_, "a", "b" FROM stage)
 *        AS s_) WHERE why IS NOT NULL
 */
#include "duckdb_check.h"

#include "duckdb.h"
#include "duckdb_widen.h"
#include "mem.h"
#include "schema.h"
#include "sql_part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct checks {
	struct duckdb *d;
	const struct duckdb_table *t;
	struct buf cases; /* WHEN ... THEN ... */
	struct buf casts; /* the same, before the types are the table's */
};

static void
add_literal(struct buf *sql, const char *text)
{
	buf_add_char(sql, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_char(sql, '\'');
		buf_add_char(sql, *text);
	}
	buf_add_char(sql, '\'');
}

/* The column of the stage; NULL: none has the name. */
static const struct sql_column *
staged(const struct duckdb_table *t, const char *name)
{
	for (size_t i = 0; i < t->sql.column_count; i++)
		if (strcasecmp(t->sql.columns[i].column->name, name) == 0)
			return &t->sql.columns[i];
	return NULL;
}

/* Whether values are converted on their way into the table. */
static bool
is_cast(const struct duckdb_table *t, size_t at)
{
	const struct duckdb_column *c = &t->columns[at];

	return c->stored && t->sql.columns[at].column->is_theirs &&
	    strcmp(c->stored, duckdb_fill_type(c->fill)) != 0;
}

/* Appends the column's value as the table would have it. */
static void
add_value(const struct duckdb_table *t, size_t at, struct buf *sql)
{
	const struct duckdb_column *c = &t->columns[at];
	const char *name = t->sql.columns[at].column->name;

	if (!is_cast(t, at)) {
		duckdb_db_quote(sql, name);
		return;
	}
	buf_add(sql, "TRY(");
	duckdb_widen_add_cast(sql, name, duckdb_fill_type(c->fill), c->stored,
	    false);
	buf_add_char(sql, ')');
}

/* Appends that the key of t_ is that of s_. */
static void
add_same_key(const struct duckdb_table *t, struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];

	if (sql_table_key(t->sql.table, key) == 0)
		buf_add(sql, "false");
	else
		sql_part_add_key_equal(&t->sql, "t_", "s_", sql);
}

/* --- types -------------------------------------------------------------- */

/* Values of the column that its type does not hold, or would round. */
static void
check_type(struct checks *k, size_t at)
{
	const struct duckdb_column *c = &k->t->columns[at];
	const char *name = k->t->sql.columns[at].column->name;
	struct buf pair, reason;

	if (!is_cast(k->t, at))
		return;
	buf_add(&k->casts, " WHEN (");
	duckdb_db_quote(&k->casts, name);
	buf_add(&k->casts, " IS NOT NULL AND ");
	add_value(k->t, at, &k->casts);
	buf_add(&k->casts, " IS NULL)");
	buf_init(&pair, BOUND_LINE_BYTES);
	if (duckdb_widen_add_pair(&pair, name, duckdb_fill_type(c->fill),
		c->stored, " <> "))
		buf_addf(&k->casts, " OR TRY(%s)", pair.data);
	buf_free(&pair);
	buf_init(&reason, BOUND_LINE_BYTES);
	buf_addf(&reason, "'%s' of '%s' is %s, which does not hold '", name,
	    k->t->sql.table->name, c->stored);
	buf_add(&k->casts, " THEN ");
	add_literal(&k->casts, reason.data);
	buf_free(&reason);
	buf_add(&k->casts, " || left(CAST(");
	duckdb_db_quote(&k->casts, name);
	buf_add(&k->casts, " AS VARCHAR), 200) || ''''");
}

/* --- constraints -------------------------------------------------------- */

enum { KIND, TEXT, CONDITION, COLUMN, HAS_DEFAULT, OTHER, CELLS };

static void
add_name(const struct duckdb_table *t, const char *alias, struct buf *sql)
{
	sql_table_add_name(&t->sql, sql);
	buf_addf(sql, " AS %s", alias);
}

/* A column that did not come is null in a new row, and as it was in others. */
static void
add_not_null(struct checks *k, const char *column, bool has_default)
{
	if (!staged(k->t, column) && has_default) {
		buf_add(&k->cases, "false");
		return;
	}
	buf_add(&k->cases, "s_.");
	duckdb_db_quote(&k->cases, column);
	buf_add(&k->cases, " IS NULL");
	if (staged(k->t, column))
		return;
	buf_add(&k->cases, " AND NOT EXISTS (SELECT 1 FROM ");
	add_name(k->t, "t_", &k->cases);
	buf_add(&k->cases, " WHERE ");
	add_same_key(k->t, &k->cases);
	buf_add_char(&k->cases, ')');
}

/* Appends the rows of the stage, as the table would have them. */
static void
add_rows(struct checks *k, const char *casts, uint64_t first, uint64_t last,
    struct buf *sql)
{
	const struct duckdb_table *t = k->t;

	buf_add(sql, "(SELECT " SQL_SEQUENCE);
	if (casts)
		buf_addf(sql, ", CASE%s END AS cast_", casts);
	for (size_t i = 0; i < t->sql.column_count; i++) {
		buf_add_char(sql, ',');
		add_value(t, i, sql);
		buf_add(sql, " AS ");
		duckdb_db_quote(sql, t->sql.columns[i].column->name);
	}
	for (size_t i = 0; i < k->d->existing_count; i++) {
		const struct duckdb_existing *e = &k->d->existing[i];

		if (strcasecmp(e->table, t->sql.table->name) != 0 ||
		    staged(t, e->column))
			continue;
		buf_addf(sql, ",CAST(NULL AS %s) AS ", e->type);
		duckdb_db_quote(sql, e->column);
	}
	buf_add(sql, " FROM ");
	duckdb_db_quote(sql, t->sql.stage);
	buf_addf(sql,
	    " WHERE " SQL_SEQUENCE " BETWEEN %" PRIu64 " AND %" PRIu64, first,
	    last);
	buf_add_char(sql, ')');
}

/* Another row has these values: of the table, unless it goes, or one that came
 * before. */
static void
add_unique(struct checks *k, const char *same)
{
	if (k->d->options.mode != MODE_REPLACE) {
		buf_add(&k->cases, "EXISTS (SELECT 1 FROM ");
		add_name(k->t, "t_", &k->cases);
		buf_addf(&k->cases, " WHERE %s AND NOT (", same);
		add_same_key(k->t, &k->cases);
		buf_add(&k->cases, ")) OR ");
	}
	buf_add(&k->cases, "EXISTS (SELECT 1 FROM ");
	add_rows(k, NULL, 0, INT64_MAX, &k->cases);
	buf_addf(&k->cases,
	    " AS t_ WHERE %s AND t_." SQL_SEQUENCE " < s_." SQL_SEQUENCE
	    " AND NOT (",
	    same);
	add_same_key(k->t, &k->cases);
	buf_add(&k->cases, "))");
}

static int
visit_constraint(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct checks *k = context;
	char *texts[CELLS];
	struct buf reason;

	(void)count;
	(void)why;
	for (size_t i = 0; i < CELLS; i++)
		texts[i] = cells[i].kind == CELL_TEXT
		    ? mem_copy(cells[i].text, cells[i].len)
		    : mem_string("");
	buf_add(&k->cases, " WHEN ");
	if (strcmp(texts[KIND], "NOT NULL") == 0)
		add_not_null(k, texts[COLUMN], *texts[HAS_DEFAULT] != '\0');
	else if (strcmp(texts[KIND], "CHECK") == 0)
		buf_addf(&k->cases, "NOT TRY(%s)", texts[CONDITION]);
	else if (strcmp(texts[KIND], "FOREIGN KEY") == 0)
		buf_add(&k->cases, texts[OTHER]);
	else
		add_unique(k, texts[CONDITION]);
	buf_init(&reason, BOUND_LINE_BYTES);
	buf_addf(&reason, "'%s' does not take the row: %s",
	    k->t->sql.table->name, texts[TEXT]);
	buf_add(&k->cases, " THEN ");
	add_literal(&k->cases, reason.data);
	buf_free(&reason);
	for (size_t i = 0; i < CELLS; i++)
		free(texts[i]);
	return 0;
}

/* Appends [a, b]: the names of the key, in small letters. */
static void
add_key_names(const struct duckdb_table *t, struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->sql.table, key);

	buf_add_char(sql, '[');
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "lower(" : ",lower(");
		add_literal(sql, key[i]->name);
		buf_add_char(sql, ')');
	}
	buf_add_char(sql, ']');
}

/* Of a table; the condition that a row meets another one's values, or, of a
 * CHECK, that it is right; and that nothing is there that it refers to. Names
 * are put in quotes first. */
static const char CONSTRAINTS[] =
    "SELECT k_.constraint_type,"
    " if(k_.constraint_type = 'NOT NULL', c_.column_name || ' NOT NULL',"
    "  k_.constraint_text),"
    " if(k_.constraint_type = 'CHECK', k_.expression, array_to_string("
    "  ['t_.' || n || ' = s_.' || n FOR n IN own_], ' AND ')),"
    " c_.column_name, c_.column_default,"
    " array_to_string(['s_.' || n || ' IS NOT NULL' FOR n IN own_], ' AND ')"
    " || ' AND NOT EXISTS (SELECT 1 FROM \"' ||"
    " replace(k_.referenced_table, '\"', '\"\"') || '\" AS t_ WHERE (' ||"
    " array_to_string(['t_.' || n FOR n IN others_], ',') || ') = (' ||"
    " array_to_string(['s_.' || n FOR n IN own_], ',') || '))'"
    " FROM (SELECT *,"
    "  ['\"' || replace(n, '\"', '\"\"') || '\"'"
    "   FOR n IN constraint_column_names] AS own_,"
    "  ['\"' || replace(n, '\"', '\"\"') || '\"'"
    "   FOR n IN referenced_column_names] AS others_"
    "  FROM duckdb_constraints()) AS k_ LEFT JOIN duckdb_columns() AS c_"
    " ON k_.table_oid = c_.table_oid AND k_.database_oid = c_.database_oid"
    " AND k_.constraint_column_names[1] = c_.column_name"
    " WHERE k_.database_name = current_database()"
    " AND k_.schema_name = current_schema()"
    " AND lower(k_.table_name) = lower(";

/* That the key is unique is no matter of constraints: its rows are merged. */
static const char KEYS[] =
    ") AND NOT (k_.constraint_type IN ('PRIMARY KEY', 'UNIQUE') AND"
    " list_sort([lower(n) FOR n IN k_.constraint_column_names]) = list_sort(";

static int
find_constraints(struct checks *k, struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, CONSTRAINTS);
	add_literal(&sql, k->t->sql.table->name);
	buf_add(&sql, KEYS);
	add_key_names(k->t, &sql);
	buf_add(&sql, ")) ORDER BY k_.constraint_index");
	result = duckdb_db_visit(&k->d->db, sql.data, CELLS, visit_constraint,
	    k, why);
	buf_free(&sql);
	return result;
}

/* --- the query ---------------------------------------------------------- */

int
duckdb_check_add(struct duckdb *d, struct duckdb_table *t, uint64_t first,
    uint64_t last, struct buf *sql, struct fail *why)
{
	struct checks k = {.d = d, .t = t};
	int result;

	buf_init(&k.cases, BOUND_LINE_BYTES);
	buf_init(&k.casts, BOUND_LINE_BYTES);
	for (size_t i = 0; i < t->sql.column_count; i++)
		check_type(&k, i);
	result = t->is_unconstrained ? 0 : find_constraints(&k, why);
	t->is_unconstrained = k.cases.len == 0;
	if (result == 0 && k.cases.len + k.casts.len > 0) {
		buf_addf(sql,
		    "SELECT " SQL_SEQUENCE ", why_ FROM (SELECT " SQL_SEQUENCE
		    ", coalesce(cast_, CASE%s ELSE NULL END) AS why_ FROM ",
		    k.cases.len > 0 ? k.cases.data : " WHEN false THEN ''");
		add_rows(&k,
		    k.casts.len > 0 ? k.casts.data : " WHEN false THEN ''",
		    first, last, sql);
		buf_add(sql, " AS s_) WHERE why_ IS NOT NULL ORDER BY 1");
	}
	buf_free(&k.cases);
	buf_free(&k.casts);
	return result;
}
