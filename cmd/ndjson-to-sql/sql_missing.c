/* SPDX-License-Identifier: ISC */
/*
 * The ways of the dialects to add a column that may be there.
 */
#include "sql_missing.h"

#include "dialect.h"
#include "sql_table.h"

#include <string.h>

static void
add_text(const struct sql_table *t, const char *text, struct buf *sql)
{
	(void)dialect_add_text(t->dialect, sql, text, strlen(text));
}

/* What adds a column: a statement, or its part behind the table's name. */
typedef void addition(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql);

/* Appends the column's name and its addition, as texts. */
static void
add_pair(const struct sql_table *t, size_t i, const char *separator,
    addition *add, struct buf *sql)
{
	struct buf one;

	buf_init(&one, BOUND_LINE_BYTES);
	add(t, &t->columns[i], &one);
	add_text(t, t->columns[i].column->name, sql);
	buf_add(sql, separator);
	add_text(t, one.data, sql);
	buf_free(&one);
}

/* Appends a query of the columns' names and their additions, as m. */
static void
add_pairs(const struct sql_table *t, addition *add, struct buf *sql)
{
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, i == 0 ? "(SELECT " : " UNION ALL SELECT ");
		add_pair(t, i, i == 0 ? " AS name, " : ", ", add, sql);
		buf_add(sql, i == 0 ? " AS statement" : "");
	}
	buf_add(sql, ") AS m");
}

/* One query for all: each would go to the server and back. */
static void
add_by_catalogue(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "SELECT m.statement FROM ");
	add_pairs(t, sql_table_add_column, sql);
	buf_add(sql,
	    " WHERE lower(m.name) NOT IN (SELECT lower(column_name)"
	    " FROM information_schema.columns"
	    " WHERE table_schema = current_schema() AND lower(table_name) = "
	    "lower(");
	add_text(t, t->table->name, sql);
	buf_add(sql, "))\n\\gexec\n");
}

/* MySQL has no other way; MariaDB takes it as well. */
static void
add_by_statement(const struct sql_table *t, struct buf *sql)
{
	struct buf verb;

	buf_init(&verb, BOUND_LINE_BYTES);
	buf_add(&verb, "ALTER TABLE ");
	sql_table_add_name(t, &verb);
	buf_add(sql, "SET @ddl = (SELECT concat(");
	add_text(t, verb.data, sql);
	buf_free(&verb);
	buf_add(sql, ", group_concat(m.statement SEPARATOR ',')) FROM ");
	add_pairs(t, sql_table_add_addition, sql);
	buf_add(sql,
	    " WHERE m.name NOT IN (SELECT column_name"
	    " FROM information_schema.columns"
	    " WHERE table_schema = database() AND table_name = ");
	add_text(t, t->table->name, sql);
	buf_add(sql,
	    "));\nSET @ddl = coalesce(@ddl, 'DO 0');\n"
	    "PREPARE ddl FROM @ddl;\nEXECUTE ddl;\n"
	    "DEALLOCATE PREPARE ddl;\n");
}

/* Nothing comes in, but the columns. */
static void
add_by_evolution(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "MERGE WITH SCHEMA EVOLUTION INTO ");
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_ USING (SELECT * FROM (SELECT ");
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		buf_addf(sql, "%sCAST(NULL AS %s) AS ", i == 0 ? "" : ", ",
		    sql_table_type(t, c));
		sql_table_add_column_name(t, "", c, sql);
	}
	buf_add(sql,
	    ") WHERE false) AS s_ ON false WHEN NOT MATCHED THEN INSERT *;\n");
}

/* A SELECT has 500 parts at most, a VALUES any number. */
static void
add_told(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "INSERT INTO _missing_ SELECT m.column2 FROM (VALUES ");
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, i == 0 ? "(" : "), (");
		add_pair(t, i, ", ", sql_table_add_column, sql);
	}
	buf_add(sql,
	    ")) AS m WHERE m.column1 COLLATE NOCASE NOT IN"
	    " (SELECT name FROM pragma_table_info(");
	add_text(t, t->table->name, sql);
	buf_add(sql, "));\n");
}

static void
add_one_by_one(const struct sql_table *t, struct buf *sql)
{
	for (size_t i = 0; i < t->column_count; i++) {
		sql_table_add_column(t, &t->columns[i], sql);
		buf_add(sql, ";\n");
	}
}

static void
add_list(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "ALTER TABLE ");
	sql_table_add_name(t, sql);
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		sql_table_add_addition(t, &t->columns[i], sql);
	}
	buf_add(sql, ";\n");
}

void
sql_missing_add(const struct sql_table *t, struct buf *sql)
{
	static void (*const ways[])(const struct sql_table *, struct buf *) = {
	    [ADD_TOLD] = add_told,
	    [ADD_WORDS] = add_one_by_one,
	    [ADD_LIST] = add_list,
	    [ADD_GEXEC] = add_by_catalogue,
	    [ADD_EVOLVE] = add_by_evolution,
	    [ADD_PREPARE] = add_by_statement,
	};

	ways[t->dialect->add](t, sql);
}

void
sql_missing_begin(const struct dialect *d, struct buf *sql)
{
	if (d->add == ADD_TOLD)
		buf_addf(sql, "%s_missing_ (statement);\n", d->stage);
}

void
sql_missing_end(const struct dialect *d, struct buf *sql)
{
	if (d->add != ADD_TOLD)
		return;
	buf_addf(sql,
	    "SELECT statement || ';' FROM _missing_;\n"
	    "%s_guard_ (n %s, CONSTRAINT"
	    " \"columns are missing; run what is printed, then this again\""
	    " CHECK (n = 0));\n"
	    "INSERT INTO _guard_ SELECT count(*) FROM _missing_;\n"
	    "DROP TABLE _guard_;\nDROP TABLE _missing_;\n",
	    d->stage, d->types[TYPE_BIGINT]);
}
