/* SPDX-License-Identifier: ISC */
/*
 * What a script compares before it merges, by what _columns says.
 */
#include "script_guard.h"

#include "dialect.h"
#include "mem.h"
#include "schema.h"
#include "script.h"
#include "sql_merge.h"
#include "stage.h"
#include "type.h"

#include <stdlib.h>
#include <string.h>

/* Appends the name as alias."name". */
static void
add_name(struct script *s, const char *alias, const char *name)
{
	buf_addf(&s->text, "%s.", alias);
	dialect_quote(s->dialect, &s->text, name);
}

/* Appends t_."name" OPERATOR s_."name". */
static void
add_both(struct script *s, const char *name, const char *operator)
{
	add_name(s, "t_", name);
	buf_addf(&s->text, " %s ", operator);
	add_name(s, "s_", name);
}

/* Appends that the rows a and b of _columns are about the same column. */
static void
add_same_column(struct script *s, const char *a, const char *b)
{
	static const char *const names[] = {"table_name", "column_name"};

	for (size_t i = 0; i < 2; i++) {
		buf_add(&s->text, i == 0 ? "" : " AND ");
		add_name(s, a, names[i]);
		buf_add(&s->text, " = ");
		add_name(s, b, names[i]);
	}
}

/* Appends that the names of t_ and s_ are one to the database. */
static void
add_alike(struct script *s, const char *name)
{
	const struct dialect *d = s->dialect;

	for (int i = 0; i < 2; i++) {
		buf_add(&s->text, i == 0 ? "" : " = ");
		buf_add(&s->text, d->fold_open ? d->fold_open : "translate(");
		add_name(s, i == 0 ? "t_" : "s_", name);
		buf_add(&s->text,
		    d->fold_open ? d->fold_close
				 : ", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',"
				   " 'abcdefghijklmnopqrstuvwxyz')");
	}
}

/* Appends the declared type for the logical one that _columns has: types
 * that are stored alike are none the worse for each other. */
static void
add_declared(struct script *s, const char *alias)
{
	buf_add(&s->text, "CASE ");
	add_name(s, alias, "type");
	for (int i = 0; i < TYPE_COUNT; i++) {
		enum type type = (enum type)i;
		const char *declared = s->dialect->types[type];

		buf_addf(&s->text, " WHEN '%s' THEN ", type_name(type));
		(void)dialect_add_text(s->dialect, &s->text, declared,
		    strlen(declared));
	}
	buf_add(&s->text, " ELSE '' END");
}

/* Appends that a row s_ of the stage does not fit the row t_ that is there. Of
 * a column that was only null here nothing is wrong. */
static void
add_misfit(struct script *s)
{
	buf_add(&s->text, "(");
	add_both(s, "path", "<>");
	buf_add(&s->text, " OR ");
	add_both(s, "form", "<>");
	buf_add(&s->text, " OR ");
	add_name(s, "s_", "type");
	buf_addf(&s->text, " <> '%s' AND ", type_name(TYPE_UNKNOWN));
	add_declared(s, "t_");
	buf_add(&s->text, " <> ");
	add_declared(s, "s_");
	if (!*s->dialect->types[TYPE_UNKNOWN]) {
		buf_add(&s->text, " AND ");
		add_name(s, "t_", "type");
		buf_addf(&s->text, " <> '%s'", type_name(TYPE_UNKNOWN));
	}
	buf_add(&s->text, ")");
}

/* Appends the stage of _columns, as an alias. */
static void
add_stage(struct script *s, const struct script_table *columns,
    const char *alias)
{
	dialect_quote(s->dialect, &s->text, columns->stage);
	buf_addf(&s->text, " AS %s", alias);
}

static void
add_table(struct script *s, const struct script_table *columns,
    const char *alias)
{
	sql_table_add_name(&columns->sql, &s->text);
	buf_addf(&s->text, " AS %s", alias);
}

/* Appends the columns that are there, t_, beside those of this load, s_; what
 * makes a pair follows. */
static void
add_pairs(struct script *s, const struct script_table *columns)
{
	add_table(s, columns, "t_");
	buf_add(&s->text, " JOIN ");
	add_stage(s, columns, "s_");
	buf_add(&s->text, " ON ");
}

static void
add_misfits(struct script *s, const struct script_table *columns)
{
	add_pairs(s, columns);
	add_same_column(s, "t_", "s_");
	buf_add(&s->text, " WHERE ");
	add_misfit(s);
}

/* Appends that side a of a pair tells rows apart, by its place in the key or
 * by being the end of a version. */
static void
add_is_telling(struct script *s, const char *a)
{
	add_name(s, a, "key_position");
	buf_add(&s->text, " IS NOT NULL OR (");
	add_name(s, a, "kind");
	buf_add(&s->text, " = 'own' AND ");
	add_name(s, a, "column_name");
	buf_add(&s->text, " = '_valid_to')");
}

/* Appends the columns of the side a, of tables that both sides have, that
 * tell rows apart there and not, or at another place, on the other side. */
static void
add_odd_keys(struct script *s, const struct script_table *columns,
    const char *a)
{
	buf_add(&s->text, "(SELECT ");
	add_name(s, a, "column_name");
	buf_add(&s->text, " FROM ");
	add_pairs(s, columns);
	add_both(s, "table_name", "=");
	buf_add(&s->text, " WHERE ");
	add_is_telling(s, a);
	buf_add(&s->text, " GROUP BY ");
	add_name(s, a, "table_name");
	buf_add(&s->text, ", ");
	add_name(s, a, "column_name");
	buf_add(&s->text, " HAVING max(CASE WHEN ");
	add_both(s, "column_name", "=");
	buf_add(&s->text, " AND coalesce(");
	add_name(s, "t_", "key_position");
	buf_add(&s->text, ", 0) = coalesce(");
	add_name(s, "s_", "key_position");
	buf_add(&s->text, ", 0) THEN 1 ELSE 0 END) = 0) AS k_");
}

static void
add_keys_there(struct script *s, const struct script_table *columns)
{
	add_odd_keys(s, columns, "t_");
}

static void
add_keys_here(struct script *s, const struct script_table *columns)
{
	add_odd_keys(s, columns, "s_");
}

/* Appends the columns here whose name, or whose table's, is there, but only
 * as the database finds it, and not as it is spelled. */
static void
add_other_spellings(struct script *s, const struct script_table *columns)
{
	buf_add(&s->text, "(SELECT ");
	add_name(s, "s_", "column_name");
	buf_add(&s->text, " FROM ");
	add_pairs(s, columns);
	add_alike(s, "table_name");
	buf_add(&s->text, " AND ");
	add_alike(s, "column_name");
	buf_add(&s->text, " GROUP BY ");
	add_name(s, "s_", "table_name");
	buf_add(&s->text, ", ");
	add_name(s, "s_", "column_name");
	buf_add(&s->text, " HAVING max(CASE WHEN ");
	add_same_column(s, "t_", "s_");
	buf_add(&s->text, " THEN 1 ELSE 0 END) = 0) AS k_");
}

/* Appends the columns of tables that are below another root there. */
static void
add_strangers(struct script *s, const struct script_table *columns)
{
	add_pairs(s, columns);
	add_both(s, "table_name", "=");
	buf_add(&s->text, " WHERE ");
	add_both(s, "root_table", "<>");
}

/* --- what is to go ------------------------------------------------------- */

/* Whether the stream says that there is nothing of the root, or of some
 * parents in it, which changes the table. */
static bool
is_emptied(const struct script *s, const struct table *t)
{
	const struct sink_options *o = &s->stage->options;

	if (!t->is_emptied || t->has_records)
		return false;
	return o->mode == MODE_REPLACE ||
	    ((o->mode == MODE_SYNC || o->closes_absent) && !t->is_incomplete);
}

/* Whether no row stays in tables below the root that this load does not name,
 * nor in the root's own if it does not name that: then nobody has to know the
 * key, or what refers to what. */
static bool
is_whole(const struct script *s, const struct table *t)
{
	enum mode mode = s->stage->options.mode;

	if (t->parent || t->is_own || !(t->has_records || is_emptied(s, t)))
		return false;
	return mode == MODE_REPLACE ||
	    (mode == MODE_SYNC && !t->is_incomplete &&
		(t->is_covered ||
		    (t->has_records && t->parent_key_count == 0)));
}

/* Such, and the script can delete from tables that it does not know. */
static bool
is_cleared(const struct script *s, const struct table *t)
{
	return s->dialect->where_there && is_whole(s, t);
}

static bool
is_stuck(const struct script *s, const struct table *t)
{
	return is_emptied(s, t) && !is_cleared(s, t);
}

typedef bool kind_of_table(const struct script *s, const struct table *t);

static bool
has_any(const struct script *s, kind_of_table *is_one)
{
	for (size_t i = 0; i < schema_table_count(s->stage->schema); i++)
		if (is_one(s, schema_table(s->stage->schema, i)))
			return true;
	return false;
}

/* Appends that a column is of a root of that kind, or not. */
static void
add_is_below(struct script *s, const char *operator, kind_of_table * is_one)
{
	add_name(s, "t_", "root_table");
	buf_addf(&s->text, " %s (''", operator);
	for (size_t i = 0; i < schema_table_count(s->stage->schema); i++) {
		const struct table *t = schema_table(s->stage->schema, i);

		if (!is_one(s, t))
			continue;
		buf_add_char(&s->text, ',');
		(void)dialect_add_text(s->dialect, &s->text, t->name,
		    strlen(t->name));
	}
	buf_add_char(&s->text, ')');
}

/* Appends the columns of tables that would have to be emptied, which a script
 * cannot: it does not know whether they are there, nor what is below. */
static void
add_stuck(struct script *s, const struct script_table *columns)
{
	add_table(s, columns, "t_");
	buf_add(&s->text, " WHERE ");
	add_is_below(s, "IN", is_stuck);
}

/* Appends the tables below ours that this load does not have. MySQL opens a
 * temporary table once in a statement only. */
static void
add_unnamed_lists(struct script *s, const struct script_table *columns)
{
	buf_add(&s->text, "(SELECT ");
	add_name(s, "t_", "table_name");
	buf_add(&s->text, " FROM ");
	add_pairs(s, columns);
	add_both(s, "root_table", "=");
	if (has_any(s, is_cleared)) {
		buf_add(&s->text, " WHERE ");
		add_is_below(s, "NOT IN", is_cleared);
	}
	buf_add(&s->text, " GROUP BY ");
	add_name(s, "t_", "table_name");
	buf_add(&s->text, " HAVING max(CASE WHEN ");
	add_both(s, "table_name", "=");
	buf_add(&s->text, " THEN 1 ELSE 0 END) = 0) AS u_");
}

/* Writes what fails where there is any of those rows; `says` is what the
 * database's message will have in it. */
static int
put_constraint(struct script *s, const struct script_table *columns,
    const char *says,
    void (*add_rows)(struct script *, const struct script_table *),
    struct fail *why)
{
	static const char name[] = "_guard_";

	if (s->dialect->fail_open) {
		buf_add(&s->text, s->dialect->fail_open);
		(void)dialect_add_text(s->dialect, &s->text, says,
		    strlen(says));
		buf_add(&s->text, s->dialect->fail_close);
		add_rows(s, columns);
		return script_end(s, why);
	}
	buf_addf(&s->text, "%s%s (n %s, CONSTRAINT ", s->dialect->stage, name,
	    s->dialect->types[TYPE_BIGINT]);
	dialect_quote(s->dialect, &s->text, says);
	buf_addf(&s->text, " CHECK (n = 0))%s", s->dialect->stage_end);
	if (script_end(s, why) != 0)
		return -1;
	buf_addf(&s->text, "INSERT INTO %s SELECT count(*) FROM ", name);
	add_rows(s, columns);
	if (script_end(s, why) != 0)
		return -1;
	buf_addf(&s->text, "DROP TABLE %s", name);
	return script_end(s, why);
}

static const struct script_table *
find_columns(const struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->tables[i].sql.table->name, "_columns") == 0)
			return &s->tables[i];
	return NULL;
}

/* What must not be found; the texts are names of constraints as well, for
 * which MySQL has 64 characters. */
static const struct guard {
	const char *says;
	void (*add_rows)(struct script *, const struct script_table *);
	bool is_of_merges;
} guards[] = {
    {"a name is there in another spelling, see _columns", add_other_spellings,
	false},
    {"a table is there below another one, see _columns", add_strangers, false},
    {"a table is there with another key or history, see _columns",
	add_keys_there, false},
    {"a table is there with another key or history, see _columns",
	add_keys_here, false},
    {"a column is there with another type or path, see _columns", add_misfits,
	false},
    {"a list has rows that this load does not name, see _columns",
	add_unnamed_lists, true},
};

/* Writes what deletes all rows of tables that no row stays in. */
static int
put_clearing(struct script *s, const struct script_table *columns,
    struct fail *why)
{
	buf_add(&s->text,
	    "SELECT 'DELETE FROM ' || e_.name FROM (SELECT DISTINCT '\"' || "
	    "replace(");
	add_name(s, "t_", "table_name");
	buf_add(&s->text, ", '\"', '\"\"') || '\"' AS name FROM ");
	add_table(s, columns, "t_");
	buf_add(&s->text, " WHERE ");
	add_is_below(s, "IN", is_cleared);
	buf_add(&s->text, " AND ");
	add_name(s, "t_", "table_name");
	buf_add(&s->text, " NOT IN (SELECT ");
	add_name(s, "s_", "table_name");
	buf_add(&s->text, " FROM ");
	add_stage(s, columns, "s_");
	buf_addf(&s->text, ")) AS e_%s\n\\gexec\n", s->dialect->where_there);
	return script_flush(s, why);
}

int
script_guard_put(struct script *s, bool is_merge, struct fail *why)
{
	const struct script_table *columns = find_columns(s);

	for (size_t i = 0; columns && i < sizeof(guards) / sizeof(*guards); i++)
		if ((is_merge || !guards[i].is_of_merges) &&
		    put_constraint(s, columns, guards[i].says,
			guards[i].add_rows, why) != 0)
			return -1;
	if (columns && has_any(s, is_stuck) &&
	    put_constraint(s, columns,
		"a table is there whose list is empty now, see _columns",
		add_stuck, why) != 0)
		return -1;
	return columns && has_any(s, is_cleared) ? put_clearing(s, columns, why)
						 : 0;
}

/* Moves what was appended behind `start` into a text of its own, which the
 * caller frees: a condition, for a statement that goes around it. */
static char *
take_condition(struct script *s, size_t start)
{
	char *condition = mem_copy(s->text.data + start, s->text.len - start);

	s->text.data[s->text.len = start] = '\0';
	return condition;
}

int
script_guard_forget(struct script *s, const struct sql_table *t,
    struct fail *why)
{
	const struct script_table *columns = find_columns(s);
	const char *name = t->table->name;
	size_t start = s->text.len;
	char *condition;

	if (!columns)
		return 0;
	buf_add(&s->text, " AND EXISTS (SELECT 1 FROM ");
	add_table(s, columns, "c_");
	buf_add(&s->text, " WHERE ");
	add_name(s, "c_", "table_name");
	buf_add(&s->text, " = ");
	(void)dialect_add_text(s->dialect, &s->text, name, strlen(name));
	buf_add(&s->text, " AND NOT EXISTS (SELECT 1 FROM ");
	add_stage(s, columns, "n_");
	buf_add(&s->text, " WHERE ");
	add_same_column(s, "c_", "n_");
	buf_add(&s->text, "))");
	condition = take_condition(s, start);
	sql_merge_add_forget(t, condition, &s->text);
	free(condition);
	return script_end(s, why);
}

int
script_guard_keep(struct script *s, const struct sql_table *t, struct fail *why)
{
	const struct script_table *columns = find_columns(s);
	size_t start = s->text.len;
	char *condition;

	if (!columns || &columns->sql != t)
		return 0;
	buf_add(&s->text, "EXISTS (SELECT 1 FROM ");
	sql_table_add_name(&columns->sql, &s->text);
	buf_add(&s->text, " AS t_ WHERE ");
	add_same_column(s, "t_", "s_");
	buf_add(&s->text, " AND (");
	add_name(s, "t_", "type");
	buf_addf(&s->text, " <> '%s' OR ", type_name(TYPE_UNKNOWN));
	add_name(s, "s_", "type");
	buf_addf(&s->text, " = '%s') AND (NOT ", type_name(TYPE_UNKNOWN));
	add_name(s, "s_", "is_wide");
	buf_add(&s->text, " OR ");
	add_name(s, "t_", "is_wide");
	buf_add(&s->text, "))");
	condition = take_condition(s, start);
	sql_merge_add_unstage(t, condition, &s->text);
	free(condition);
	return script_end(s, why);
}
