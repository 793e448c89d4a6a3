/* SPDX-License-Identifier: ISC */
/*
 * Definitions of tables and of their stages.
 */
#include "sql_table.h"

#include "dialect.h"
#include "ident.h"

#include <string.h>

/* --- keys --------------------------------------------------------------- */

bool
sql_table_is_keyed(const struct table *t)
{
	return t->parent || t->key_count > 0;
}

size_t
sql_table_key(const struct table *t, const struct column *key[SCHEMA_KEY_MAX])
{
	if (t->parent) {
		key[0] = t->parent_id;
		key[1] = t->idx;
		return 2;
	}
	for (size_t i = 0; i < t->key_count; i++)
		key[i] = t->key[i];
	return t->key_count;
}

bool
sql_table_is_key_column(const struct table *t, const struct column *c)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t, key);

	for (size_t i = 0; i < count; i++)
		if (key[i] == c)
			return true;
	return false;
}

bool
sql_table_has_reference(const struct table *t)
{
	return !t->id_column && t->key_count > 1;
}

/* --- names -------------------------------------------------------------- */

void
sql_table_add_name(const struct sql_table *t, struct buf *sql)
{
	if (t->schema) {
		dialect_quote(t->dialect, sql, t->schema);
		buf_add_char(sql, '.');
	}
	dialect_quote(t->dialect, sql, t->copy ? t->copy : t->table->name);
}

void
sql_table_add_column_name(const struct sql_table *t, const char *alias,
    const struct column *c, struct buf *sql)
{
	buf_addf(sql, "%s%s", alias, *alias ? "." : "");
	dialect_quote(t->dialect, sql, c->name);
}

void
sql_table_add_columns(const struct sql_table *t, bool is_stage, struct buf *sql)
{
	const char *separator = "(";

	if (is_stage && !t->is_plain) {
		buf_addf(sql, "(%s", SQL_SEQUENCE);
		if (sql_table_has_reference(t->table))
			buf_addf(sql, ",%s", SQL_REFERENCE);
		separator = ",";
	}
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, separator);
		sql_table_add_column_name(t, "", t->columns[i].column, sql);
		separator = ",";
	}
	buf_add_char(sql, ')');
}

/* No table or column of ours has a dot in its name, so that the index
 * meets none. */
void
sql_table_add_key_name(const struct sql_table *t, struct buf *sql)
{
	struct buf name;

	buf_init(&name, BOUND_LINE_BYTES);
	buf_addf(&name, "%s.key", t->table->name);
	if (t->dialect->max_name_bytes > 0)
		ident_shorten(&name, t->dialect->max_name_bytes);
	dialect_quote(t->dialect, sql, name.data);
	buf_free(&name);
}

/* --- definitions -------------------------------------------------------- */

static const char *
type_of(const struct sql_table *t, const struct sql_column *c)
{
	return c->declared ? c->declared : t->dialect->types[c->type];
}

const char *
sql_table_type(const struct sql_table *t, const struct column *c)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (t->columns[i].column == c)
			return type_of(t, &t->columns[i]);
	return NULL;
}

enum type
sql_table_logical_type(const struct sql_table *t, const struct column *c)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (t->columns[i].column == c)
			return t->columns[i].type;
	return TYPE_UNKNOWN;
}

static void
add_definition(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql)
{
	const char *type = type_of(t, c);

	sql_table_add_column_name(t, "", c->column, sql);
	buf_addf(sql, "%s%s", *type ? " " : "", type);
}

static void
add_definitions(const struct sql_table *t, const char *separator,
    struct buf *sql)
{
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, separator);
		add_definition(t, &t->columns[i], sql);
		separator = ", ";
	}
}

void
sql_table_add_stage_definition(const struct sql_table *t,
    const struct sql_column *c, struct buf *sql)
{
	struct sql_column text = *c;

	if (c->type == TYPE_JSON && t->dialect->parse_open)
		text.declared = t->dialect->types[TYPE_TEXT];
	add_definition(t, &text, sql);
}

void
sql_table_add_key_columns(const struct sql_table *t, struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key);

	buf_add_char(sql, '(');
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		sql_table_add_column_name(t, "", key[i], sql);
	}
	buf_add_char(sql, ')');
}

/* Appends what ends the columns, with the key where it is said there. Of a
 * history it is not unique. */
static void
add_end(const struct sql_table *t, struct buf *sql)
{
	const struct dialect *d = t->dialect;
	bool is_keyed = sql_table_is_keyed(t->table);

	if (d->key == KEY_WITHIN && is_keyed) {
		buf_addf(sql, ", %s ",
		    t->table->valid_to ? "KEY" : "PRIMARY KEY");
		sql_table_add_key_columns(t, sql);
	}
	buf_addf(sql, ")%s", d->table_end ? d->table_end : "");
	if (d->key == KEY_ORDER) {
		buf_add(sql, " ORDER BY ");
		if (is_keyed)
			sql_table_add_key_columns(t, sql);
		else
			buf_add(sql, "tuple()");
	}
}

void
sql_table_add_create(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, "CREATE TABLE IF NOT EXISTS ");
	sql_table_add_name(t, sql);
	add_definitions(t, " (", sql);
	add_end(t, sql);
}

void
sql_table_add_stage(const struct sql_table *t, struct buf *sql)
{
	buf_add(sql, t->dialect->stage);
	dialect_quote(t->dialect, sql, t->stage);
	if (!t->is_plain)
		buf_addf(sql, " (%s %s", SQL_SEQUENCE,
		    t->dialect->types[TYPE_BIGINT]);
	if (!t->is_plain && sql_table_has_reference(t->table))
		buf_addf(sql, ", %s %s", SQL_REFERENCE,
		    t->dialect->types[TYPE_TEXT]);
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(sql, t->is_plain && i == 0 ? " (" : ", ");
		sql_table_add_stage_definition(t, &t->columns[i], sql);
	}
	add_end(t, sql);
	buf_add(sql, t->dialect->stage_end);
}

void
sql_table_add_addition(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql)
{
	bool is_careful =
	    t->dialect->add == ADD_WORDS || t->dialect->add == ADD_LIST;

	buf_addf(sql, " ADD COLUMN %s", is_careful ? "IF NOT EXISTS " : "");
	add_definition(t, c, sql);
}

void
sql_table_add_column(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql)
{
	buf_add(sql, "ALTER TABLE ");
	sql_table_add_name(t, sql);
	sql_table_add_addition(t, c, sql);
}

void
sql_table_add_stage_column(const struct sql_table *t,
    const struct sql_column *c, struct buf *sql)
{
	buf_add(sql, "ALTER TABLE ");
	dialect_quote(t->dialect, sql, t->stage);
	buf_add(sql, " ADD COLUMN ");
	add_definition(t, c, sql);
}

/* By way of a text: a double cast to PostgreSQL's numeric directly is
 * rounded to 15 digits, and its text has all that tell it from others. */
static void
add_alter_column(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql)
{
	const char *type = type_of(t, c);

	buf_add(sql, " ALTER COLUMN ");
	sql_table_add_column_name(t, "", c->column, sql);
	buf_addf(sql, " %s %s", t->dialect->retype, type);
	if (!t->dialect->has_using)
		return;
	buf_add(sql, " USING CAST(CAST(");
	sql_table_add_column_name(t, "", c->column, sql);
	buf_addf(sql, " AS %s) AS %s)", t->dialect->types[TYPE_TEXT], type);
}

void
sql_table_add_retype(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql)
{
	if (!t->dialect->retype)
		return;
	buf_add(sql, "ALTER TABLE ");
	sql_table_add_name(t, sql);
	add_alter_column(t, c, sql);
}

void
sql_table_add_stage_retype(const struct sql_table *t,
    const struct sql_column *c, struct buf *sql)
{
	if (!t->dialect->retype)
		return;
	buf_add(sql, "ALTER TABLE ");
	dialect_quote(t->dialect, sql, t->stage);
	add_alter_column(t, c, sql);
}

void
sql_table_add_key(const struct sql_table *t, struct buf *sql)
{
	if (!sql_table_is_keyed(t->table) || !t->dialect->has_indexes ||
	    (t->table->valid_to && !t->dialect->has_partial_indexes))
		return;
	buf_add(sql, "CREATE UNIQUE INDEX IF NOT EXISTS ");
	sql_table_add_key_name(t, sql);
	buf_add(sql, " ON ");
	sql_table_add_name(t, sql);
	sql_table_add_key_columns(t, sql);
	if (!t->table->valid_to)
		return;
	buf_add(sql, " WHERE ");
	sql_table_add_column_name(t, "", t->table->valid_to, sql);
	buf_add(sql, " IS NULL");
}
