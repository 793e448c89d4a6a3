/* SPDX-License-Identifier: ISC */
/*
 * Tables, keys and references in statements.
 */
#include "sql_part.h"

#include "dialect.h"

#include <inttypes.h>
#include <string.h>

void
sql_part_add_stage(const struct sql_table *t, const char *alias,
    struct buf *sql)
{
	dialect_quote(t->dialect, sql, t->stage);
	buf_addf(sql, " AS %s", alias);
}

void
sql_part_add_target(const struct sql_table *t, const char *verb,
    struct buf *sql)
{
	buf_add(sql, verb);
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_");
}

void
sql_part_add_range(const struct sql_range *range, const char *alias,
    const char *word, struct buf *sql)
{
	if (range)
		buf_addf(sql, "%s%s.%s BETWEEN %" PRIu64 " AND %" PRIu64, word,
		    alias, SQL_SEQUENCE, range->first, range->last);
}

void
sql_part_add_equal(const struct sql_table *t,
    const struct column *const *columns, size_t count, const char *a,
    const char *b, struct buf *sql)
{
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "" : " AND ");
		sql_table_add_column_name(t, a, columns[i], sql);
		buf_add(sql, " = ");
		sql_table_add_column_name(t, b, columns[i], sql);
	}
}

void
sql_part_add_key_equal(const struct sql_table *t, const char *a, const char *b,
    struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key);

	sql_part_add_equal(t, key, count, a, b, sql);
}

void
sql_part_add_came(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	buf_add(sql, "EXISTS (SELECT 1 FROM ");
	sql_part_add_stage(t, "s_", sql);
	buf_add(sql, " WHERE ");
	sql_part_add_key_equal(t, "s_", "t_", sql);
	sql_part_add_range(range, "s_", " AND ", sql);
	buf_add_char(sql, ')');
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
	    (t->dialect->cast ? sql_table_logical_type(t, c) !=
			sql_table_logical_type(below, below->table->parent_id)
			      : strcmp(from, to) != 0);

	buf_add(sql, is_cast ? "CAST(" : "");
	sql_table_add_column_name(t, alias, c, sql);
	if (is_cast)
		buf_addf(sql, " AS %s)",
		    t->dialect->cast ? t->dialect->cast : to);
}

void
sql_part_add_reference(const struct sql_table *t, const struct sql_table *below,
    const char *alias, struct buf *sql)
{
	const struct table *table = t->table;
	const char *text =
	    t->dialect->cast ? t->dialect->cast : t->dialect->types[TYPE_TEXT];

	if (!sql_table_has_reference(table)) {
		add_referred(t, below, alias, sql);
		return;
	}
	/* As key.c joins a key: ["a",1] */
	buf_add(sql, "'['");
	for (size_t i = 0; i < table->key_count; i++) {
		bool is_text =
		    sql_table_logical_type(t, table->key[i]) >= TYPE_DECIMAL;

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

void
sql_part_add_stage_reference(const struct sql_table *t,
    const struct sql_table *below, const char *alias, struct buf *sql)
{
	if (t->is_plain || !sql_table_has_reference(t->table))
		sql_part_add_reference(t, below, alias, sql);
	else
		buf_addf(sql, "%s.%s", alias, SQL_REFERENCE);
}
