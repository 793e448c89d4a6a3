/* SPDX-License-Identifier: ISC */
/*
 * Statements over a table, called t_ in them, and its stage, s_. No column has
 * such a name: ident.h makes none that ends in _.
 */
#include "sql_merge.h"

#include "dialect.h"
#include "sql_choice.h"
#include "sql_compare.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* --- parts -------------------------------------------------------------- */

static void
add_stage(const struct sql_table *t, const char *alias, struct buf *sql)
{
	dialect_quote(t->dialect, sql, t->stage);
	buf_addf(sql, " AS %s", alias);
}

/* Appends the verb and the table as t_. */
static void
add_target(const struct sql_table *t, const char *verb, struct buf *sql)
{
	buf_add(sql, verb);
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_");
}

static void
add_range(const struct sql_range *range, const char *alias, const char *word,
    struct buf *sql)
{
	if (range)
		buf_addf(sql, "%s%s.%s BETWEEN %" PRIu64 " AND %" PRIu64, word,
		    alias, SQL_SEQUENCE, range->first, range->last);
}

/* Appends a.x = b.x for the columns, joined by AND. */
static void
add_equal(const struct sql_table *t, const struct column *const *columns,
    size_t count, const char *a, const char *b, struct buf *sql)
{
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "" : " AND ");
		sql_table_add_column_name(t, a, columns[i], sql);
		buf_add(sql, " = ");
		sql_table_add_column_name(t, b, columns[i], sql);
	}
}

static void
add_key_equal(const struct sql_table *t, const char *a, const char *b,
    struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key);

	add_equal(t, key, count, a, b, sql);
}

/* Appends that the stage has a row of the key of t_. */
static void
add_came(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	buf_add(sql, "EXISTS (SELECT 1 FROM ");
	add_stage(t, "s_", sql);
	buf_add(sql, " WHERE ");
	add_key_equal(t, "s_", "t_", sql);
	add_range(range, "s_", " AND ", sql);
	buf_add_char(sql, ')');
}

static enum type
logical_type(const struct sql_table *t, const struct column *c)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (t->columns[i].column == c)
			return t->columns[i].type;
	return TYPE_UNKNOWN;
}

/* Appends the column that rows of the table below refer to. A key that
 * somebody else declared may have a type, such as uuid, that compares with no
 * text. */
static void
add_referred(const struct sql_table *t, const struct sql_table *below,
    const char *alias, struct buf *sql)
{
	const struct column *c =
	    t->table->id_column ? t->table->id_column : t->table->key[0];
	const char *from = sql_table_type(t, c);
	const char *to = sql_table_type(below, below->table->parent_id);
	bool is_cast = from && to &&
	    (t->dialect->cast ? logical_type(t, c) !=
			logical_type(below, below->table->parent_id)
			      : strcmp(from, to) != 0);

	buf_add(sql, is_cast ? "CAST(" : "");
	sql_table_add_column_name(t, alias, c, sql);
	if (is_cast)
		buf_addf(sql, " AS %s)",
		    t->dialect->cast ? t->dialect->cast : to);
}

/* Appends what rows below refer to in a row of the table, or of a stage that
 * has its columns only. */
static void
add_reference(const struct sql_table *t, const struct sql_table *below,
    const char *alias, struct buf *sql)
{
	const struct table *table = t->table;
	const char *text =
	    t->dialect->cast ? t->dialect->cast : t->dialect->types[TYPE_TEXT];

	if (!sql_table_has_reference(table)) {
		add_referred(t, below, alias, sql);
		return;
	}
	/* As record.c joins a key: ["a",1] */
	buf_add(sql, "'['");
	for (size_t i = 0; i < table->key_count; i++) {
		bool is_text = false;

		for (size_t n = 0; n < t->column_count; n++)
			if (t->columns[n].column == table->key[i])
				is_text = t->columns[n].type >= TYPE_DECIMAL;
		buf_addf(sql, " || %s", i == 0 ? "" : "',' || ");
		buf_add(sql, is_text ? t->dialect->json_open : "CAST(");
		sql_table_add_column_name(t, alias, table->key[i], sql);
		if (is_text)
			buf_add(sql, t->dialect->json_close);
		else
			buf_addf(sql, " AS %s)", text);
	}
	buf_add(sql, " || ']'");
}

/* Appends what rows below refer to in a row of the table's stage. */
static void
add_stage_reference(const struct sql_table *t, const struct sql_table *below,
    const char *alias, struct buf *sql)
{
	if (t->is_plain || !sql_table_has_reference(t->table))
		add_reference(t, below, alias, sql);
	else
		buf_addf(sql, "%s.%s", alias, SQL_REFERENCE);
}

/* --- stages ------------------------------------------------------------- */

void
sql_merge_add_doubled(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key);

	/* One pass and one sort or hash; a comparison of the stage with
	 * itself would look at every row for every other of its key. */
	buf_add(sql, "DELETE FROM ");
	dialect_quote(t->dialect, sql, t->stage);
	buf_addf(sql,
	    " WHERE %s IN (SELECT %s FROM (SELECT %s,"
	    " row_number() OVER (PARTITION BY ",
	    SQL_SEQUENCE, SQL_SEQUENCE, SQL_SEQUENCE);
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		sql_table_add_column_name(t, "", key[i], sql);
	}
	buf_addf(sql, " ORDER BY %s DESC) AS n_ FROM ", SQL_SEQUENCE);
	add_stage(t, "s_", sql);
	add_range(range, "s_", " WHERE ", sql);
	buf_add(sql, ") AS d_ WHERE n_ > 1)");
}

void
sql_merge_add_orphans(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct sql_table *root = t;

	while (root->parent)
		root = root->parent;
	buf_add(sql, "DELETE FROM ");
	add_stage(t, "s_", sql);
	buf_add(sql, " WHERE NOT EXISTS (SELECT 1 FROM ");
	add_stage(root, "r_", sql);
	buf_addf(sql, " WHERE r_.%s = s_.%s)", SQL_SEQUENCE, SQL_SEQUENCE);
	add_range(range, "s_", " AND ", sql);
}

void
sql_merge_add_unowned(const struct sql_table *t, struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, true);
	sql_choice_begin_delete(&choice, sql);
	buf_add(sql, "NOT EXISTS (SELECT 1 FROM ");
	add_stage(t->parent, "p_", sql);
	buf_add(sql, " WHERE ");
	add_stage_reference(t->parent, t, "p_", sql);
	buf_add(sql, " = ");
	sql_table_add_column_name(t, "s_", t->table->parent_id, sql);
	buf_add_char(sql, ')');
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_unstage(const struct sql_table *t, const char *condition,
    struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, true);
	sql_choice_begin_delete(&choice, sql);
	buf_add(sql, condition);
	sql_choice_end_delete(&choice, sql);
}

/* --- into the table ----------------------------------------------------- */

void
sql_merge_add_cut(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct sql_table *at = t;
	struct sql_choice choice;
	size_t open = 0;

	assert(t->parent);
	sql_choice_init(&choice, t, false);
	sql_choice_begin_delete(&choice, sql);
	/* Down the tables from the root, whose stage tells what came: their
	 * rows that are beyond the end are not in their stages. */
	for (; at->parent->parent; at = at->parent, open++) {
		sql_table_add_column_name(at, open == 0 ? "t_" : "",
		    at->table->parent_id, sql);
		buf_add(sql, " IN (SELECT ");
		sql_table_add_column_name(at->parent, "",
		    at->parent->table->id_column, sql);
		buf_add(sql, " FROM ");
		sql_table_add_name(at->parent, sql);
		buf_add(sql, " WHERE ");
	}
	sql_table_add_column_name(at, open == 0 ? "t_" : "",
	    at->table->parent_id, sql);
	buf_add(sql, " IN (SELECT ");
	add_stage_reference(at->parent, at, "s_", sql);
	buf_add(sql, " FROM ");
	add_stage(at->parent, "s_", sql);
	add_range(range, "s_", " WHERE ", sql);
	while (open-- > 0)
		buf_add_char(sql, ')');
	buf_add(sql, ") AND NOT ");
	add_came(t, range, sql);
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_forget(const struct sql_table *t, const char *condition,
    struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_delete(&choice, sql);
	add_came(t, NULL, sql);
	buf_add(sql, condition);
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_known(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	buf_add(sql, "SELECT count(*) FROM ");
	add_stage(t, "s_", sql);
	buf_add(sql, " WHERE EXISTS (SELECT 1 FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ WHERE ");
	add_key_equal(t, "t_", "s_", sql);
	buf_add_char(sql, ')');
	add_range(range, "s_", " AND ", sql);
}

/* Appends s_.a,s_.b,s_.c from the stage. */
static void
add_source(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "SELECT ");
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		buf_add(sql, i == 0 ? "" : ",");
		sql_compare_add_staged(t, c, sql);
		if (t->columns[i].type != TYPE_JSON || !t->dialect->parse_open)
			continue;
		buf_add(sql, " AS ");
		sql_table_add_column_name(t, "", c, sql);
	}
	buf_add(sql, " FROM ");
	add_stage(t, "s_", sql);
}

/* Appends, in brackets, that t and s have a key and are the same. */
static void
add_same_row(const struct sql_table *t, struct buf *sql)
{
	size_t count = 0;

	buf_add(sql, "((");
	add_key_equal(t, "t_", "s_", sql);
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		if (!sql_compare_counts(t, c))
			continue;
		sql_compare_add_word(++count, "AND", sql);
		sql_compare_add_same(t, c, sql);
	}
	buf_add(sql, "))");
}

void
sql_merge_add_found(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	buf_add(sql, "SELECT count(*), count(CASE WHEN ");
	add_same_row(t, sql);
	buf_add(sql, " THEN 1 END) FROM ");
	add_stage(t, "s_", sql);
	buf_add(sql, " JOIN ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ ON ");
	add_key_equal(t, "t_", "s_", sql);
	add_range(range, "s_", " WHERE ", sql);
}

/* Leaves out what the table has already as it is. A merge of an equal row
 * would write it anew, and ON CONFLICT would at least lock it, which for
 * PostgreSQL is a write as well. */
static void
add_changed(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	/* DuckDB makes the plan of a NOT EXISTS with bounds a slow one. */
	bool is_bounded = range && range->within;

	buf_add(sql,
	    is_bounded ? " ANTI JOIN " : " WHERE NOT EXISTS (SELECT 1 FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, is_bounded ? " AS t_ ON " : " AS t_ WHERE ");
	add_same_row(t, sql);
	buf_add(sql, is_bounded ? range->within : ")");
	add_range(range, "s_", is_bounded ? " WHERE " : " AND ", sql);
}

/* Appends a=NEW(a), ... for what is not of the key; "" where all is. */
static void
add_assignments(const struct sql_table *t, const char *verb, const char *open,
    const char *close, struct buf *sql)
{
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		if (sql_table_is_key_column(t->table, c))
			continue;
		buf_add(sql, verb);
		sql_table_add_column_name(t, "", c, sql);
		buf_addf(sql, " = %s", open);
		sql_table_add_column_name(t, "", c, sql);
		buf_add(sql, close);
		verb = ", ";
	}
}

static void
add_insert(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "INSERT INTO ");
	sql_table_add_name(t, sql);
	buf_add_char(sql, ' ');
	sql_table_add_columns(t, false, sql);
	buf_add_char(sql, ' ');
	add_source(t, sql);
}

static void
add_on_conflict(const struct sql_table *t, struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key), len;

	buf_add(sql, " ON CONFLICT (");
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		sql_table_add_column_name(t, "", key[i], sql);
	}
	buf_add_char(sql, ')');
	len = sql->len;
	add_assignments(t, " DO UPDATE SET ", "excluded.", "", sql);
	if (sql->len == len)
		buf_add(sql, " DO NOTHING");
}

static void
add_merge_statement(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const char *within = range ? range->within : NULL;

	add_target(t, "MERGE INTO ", sql);
	buf_add(sql, " USING (");
	add_source(t, sql);
	if (t->dialect->merge == MERGE_STATEMENT)
		add_changed(t, range, sql);
	else
		add_range(range, "s_", " WHERE ", sql);
	buf_add(sql, ") AS s_ ON ");
	add_key_equal(t, "t_", "s_", sql);
	buf_add(sql, within ? within : "");
	if (t->dialect->merge == MERGE_STATEMENT) {
		add_assignments(t, " WHEN MATCHED THEN UPDATE SET ", "s_.", "",
		    sql);
	} else if (sql_compare_add_differs(t, false, " WHEN MATCHED AND ",
		       sql)) {
		add_assignments(t, " THEN UPDATE SET ", "s_.", "", sql);
	}
	buf_add(sql, " WHEN NOT MATCHED THEN INSERT ");
	sql_table_add_columns(t, false, sql);
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, i == 0 ? " VALUES (" : ",");
		sql_table_add_column_name(t, "s_", t->columns[i].column, sql);
	}
	buf_add_char(sql, ')');
}

/* Rows come in whose key is not there. */
static void
add_missing(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];

	(void)sql_table_key(t->table, key);
	add_insert(t, sql);
	buf_add(sql, " LEFT JOIN ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ ON ");
	add_key_equal(t, "t_", "s_", sql);
	buf_add(sql, " WHERE ");
	sql_table_add_column_name(t, "t_", key[0], sql);
	buf_add(sql, " IS NULL");
	add_range(range, "s_", " AND ", sql);
}

/* Rows that differ change, then those come in that are not there. No index
 * has to tell which these are: a table of somebody else may have none. */
static void
add_update(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	size_t start = sql->len;
	const char *verb = " SET ";

	add_target(t, "UPDATE ", sql);
	buf_add(sql, " JOIN ");
	add_stage(t, "s_", sql);
	buf_add(sql, " ON ");
	add_key_equal(t, "t_", "s_", sql);
	add_range(range, "s_", " AND ", sql);
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		if (sql_table_is_key_column(t->table, c))
			continue;
		buf_add(sql, verb);
		sql_table_add_column_name(t, "t_", c, sql);
		buf_add(sql, " = ");
		sql_table_add_column_name(t, "s_", c, sql);
		verb = ", ";
	}
	if (sql_compare_add_differs(t, true, " WHERE ", sql))
		buf_add(sql, ";\n");
	else
		sql->data[sql->len = start] = '\0';
	add_missing(t, range, sql);
}

/* The rows that differ go, then those come in that are not there. */
static void
add_replacement(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	struct sql_choice choice;
	size_t start = sql->len;

	sql_choice_init(&choice, t, false);
	buf_add(sql, "DELETE FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, " WHERE (");
	sql_choice_add_columns(&choice, "", sql);
	buf_add(sql, ") IN (SELECT ");
	sql_choice_add_columns(&choice, "t_", sql);
	add_target(t, " FROM ", sql);
	buf_add(sql, " JOIN ");
	add_stage(t, "s_", sql);
	buf_add(sql, " ON ");
	add_key_equal(t, "t_", "s_", sql);
	add_range(range, "s_", " AND ", sql);
	if (sql_compare_add_differs(t, true, " WHERE ", sql))
		buf_add(sql, ");\n");
	else
		sql->data[sql->len = start] = '\0';
	add_missing(t, range, sql);
}

void
sql_merge_add_merge(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	switch (t->dialect->merge) {
	case MERGE_STATEMENT:
	case MERGE_WHEN:
		add_merge_statement(t, range, sql);
		return;
	case MERGE_REPLACE:
		add_replacement(t, range, sql);
		return;
	case MERGE_UPDATE:
		add_update(t, range, sql);
		return;
	case MERGE_CONFLICT:
		break;
	}
	add_insert(t, sql);
	add_changed(t, range, sql);
	add_on_conflict(t, sql);
}

void
sql_merge_add_insert(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	add_insert(t, sql);
	add_range(range, "s_", " WHERE ", sql);
}

void
sql_merge_add_clear(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "DELETE FROM ");
	sql_table_add_name(t, sql);
	/* BigQuery wants to be told. */
	buf_add(sql, t->dialect->choice == CHOICE_ALIAS ? "" : " WHERE true");
}

/* --- what did not come -------------------------------------------------- */

static bool
add_value(const struct sql_table *t, const struct cell *c, struct buf *sql)
{
	switch ((enum cell_kind)c->kind) {
	case CELL_NULL:
		buf_add(sql, "NULL");
		return true;
	case CELL_BOOL:
		buf_add(sql, c->integer ? "TRUE" : "FALSE");
		return true;
	case CELL_INTEGER:
		buf_addf(sql, "%" PRId64, c->integer);
		return true;
	case CELL_NUMBER:
		buf_addf(sql, "%.17g", c->number);
		return true;
	case CELL_TEXT:
		break;
	}
	return dialect_add_text(t->dialect, sql, c->text, c->len);
}

/* Appends that the row's parent is one of those that the stream says have no
 * rows. Most resources hang on one parent: a list is what databases are
 * good at. */
static bool
add_covered(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;
	size_t parts = root->parent_key_count;
	bool is_list = parts == 1;

	for (size_t i = 0; i < root->covered_count; i++) {
		buf_add(sql, is_list && i > 0 ? "," : " OR ");
		for (size_t n = 0; n < parts; n++) {
			if (i == 0 || !is_list) {
				buf_add(sql, n == 0 ? "" : " AND ");
				sql_table_add_column_name(t, "t_", root->key[n],
				    sql);
				buf_add(sql, is_list ? " IN (" : " = ");
			}
			if (!add_value(t, &root->covered[i * parts + n], sql))
				return false;
		}
	}
	if (is_list && root->covered_count > 0)
		buf_add_char(sql, ')');
	return true;
}

void
sql_merge_add_parents(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;

	buf_add(sql, t->dialect->stage);
	dialect_quote(t->dialect, sql, t->parents);
	for (size_t i = 0; i < root->parent_key_count; i++) {
		buf_add(sql, i == 0 ? " AS SELECT DISTINCT " : ",");
		sql_table_add_column_name(t, "s_", root->key[i], sql);
	}
	buf_add(sql, " FROM ");
	add_stage(t, "s_", sql);
}

/* Appends that rows of the parent of the row t_ are in the stage. A query that
 * looks at no row outside runs everywhere beside an OR. */
static void
add_stage_has_parent(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;
	bool is_list = root->parent_key_count == 1;

	if (is_list) {
		sql_table_add_column_name(t, "t_", root->key[0], sql);
		buf_add(sql, " IN (SELECT ");
		sql_table_add_column_name(t, "s_", root->key[0], sql);
	} else {
		buf_add(sql, "EXISTS (SELECT 1");
	}
	buf_add(sql, " FROM ");
	dialect_quote(t->dialect, sql, t->parents ? t->parents : t->stage);
	buf_add(sql, " AS s_");
	if (!is_list) {
		buf_add(sql, " WHERE ");
		add_equal(t, (const struct column *const *)root->key,
		    root->parent_key_count, "s_", "t_", sql);
	}
	buf_add_char(sql, ')');
}

/* Appends that the root's row t_ did not come, but would have. */
static bool
add_absent(const struct sql_table *t, struct buf *sql)
{
	const struct table *root = t->table;

	buf_add(sql, "NOT ");
	add_came(t, NULL, sql);
	if (root->parent_key_count == 0 || root->is_covered)
		return true;
	buf_add(sql, " AND (");
	add_stage_has_parent(t, sql);
	if (!add_covered(t, sql))
		return false;
	buf_add_char(sql, ')');
	return true;
}

bool
sql_merge_add_absent(const struct sql_table *t, struct buf *sql)
{
	size_t start = sql->len, open = 0;
	struct sql_choice choice;
	bool is_safe;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_delete(&choice, sql);
	/* Each query has a t_ of its own, which hides that outside. */
	for (; t->parent; t = t->parent, open++) {
		sql_table_add_column_name(t, "t_", t->table->parent_id, sql);
		buf_add(sql, " IN (SELECT ");
		add_reference(t->parent, t, "t_", sql);
		add_target(t->parent, " FROM ", sql);
		buf_add(sql, " WHERE ");
	}
	is_safe = add_absent(t, sql);
	while (open-- > 0)
		buf_add_char(sql, ')');
	sql_choice_end_delete(&choice, sql);
	if (!is_safe)
		sql->data[sql->len = start] = '\0';
	return is_safe;
}

/* --- histories ---------------------------------------------------------- */

bool
sql_merge_add_close_absent(const struct sql_table *t, const char *now,
    struct buf *sql)
{
	size_t start = sql->len;
	struct sql_choice choice;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_end(&choice, now, sql);
	if (add_absent(t, sql)) {
		sql_choice_end_end(&choice, now, sql);
		return true;
	}
	sql->data[sql->len = start] = '\0';
	return false;
}

void
sql_merge_add_same(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, true);
	/* The stage may have several versions of a key. */
	choice.columns[choice.count++] = t->table->hash;
	sql_choice_begin_delete(&choice, sql);
	buf_add(sql, "EXISTS (SELECT 1 FROM ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ WHERE ");
	add_key_equal(t, "t_", "s_", sql);
	buf_add(sql, " AND ");
	sql_choice_add_in_force(t, "t_", sql);
	buf_add(sql, " AND ");
	sql_compare_add_same(t, t->table->hash, sql);
	buf_add_char(sql, ')');
	add_range(range, "s_", " AND ", sql);
	sql_choice_end_delete(&choice, sql);
}

void
sql_merge_add_close(const struct sql_table *t, const char *now,
    const struct sql_range *range, struct buf *sql)
{
	struct sql_choice choice;

	sql_choice_init(&choice, t, false);
	sql_choice_begin_end(&choice, now, sql);
	add_came(t, range, sql);
	sql_choice_end_end(&choice, now, sql);
}
