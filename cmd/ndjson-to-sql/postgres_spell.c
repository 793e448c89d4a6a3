/* SPDX-License-Identifier: ISC */
/*
 * Spelling keys.
 */
#include "postgres_spell.h"

#include "dialect.h"
#include "postgres.h"
#include "postgres_table.h"
#include "schema.h"
#include "sql_part.h"
#include "sql_table.h"

#include <string.h>

/* Whether the database may take two texts for the same key. Numbers and times
 * are compared as such in the tables below as well; and of ours only texts are
 * texts. */
static bool
has_spellings(const struct postgres_table *root)
{
	const struct table *t = root->table;

	for (size_t i = 0; !t->id_column && i < t->key_count; i++) {
		const char *declared = sql_table_type(&root->sql, t->key[i]);

		if (sql_table_logical_type(&root->sql, t->key[i]) ==
			TYPE_TEXT &&
		    (t->is_foreign || strcmp(declared, "text") != 0))
			return true;
	}
	return false;
}

static void
add_text(const struct postgres_table *t, const char *alias,
    const struct column *c, struct buf *sql)
{
	buf_add(sql, "CAST(");
	sql_table_add_column_name(&t->sql, alias, c, sql);
	buf_add(sql, " AS text) COLLATE \"C\"");
}

/* The keys of rows that the table has. */
static int
spell_known(struct postgres *s, const struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	const struct table *t = root->table;
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "UPDATE ");
	sql_part_add_stage(&root->sql, "s_", &sql);
	for (size_t i = 0; i < t->key_count; i++) {
		buf_add(&sql, i == 0 ? " SET " : ",");
		sql_table_add_column_name(&root->sql, "", t->key[i], &sql);
		buf_add(&sql, " = ");
		sql_table_add_column_name(&root->sql, "t_", t->key[i], &sql);
	}
	sql_part_add_target(&root->sql, " FROM ", &sql);
	buf_add(&sql, " WHERE ");
	sql_part_add_key_equal(&root->sql, "t_", "s_", &sql);
	sql_part_add_range(range, "s_", " AND ", &sql);
	for (size_t i = 0; i < t->key_count; i++) {
		buf_add(&sql, i == 0 ? " AND (" : " OR ");
		add_text(root, "s_", t->key[i], &sql);
		buf_add(&sql, " <> ");
		add_text(root, "t_", t->key[i], &sql);
	}
	buf_add_char(&sql, ')');
	return postgres_run(s, &sql, NULL, why);
}

static int
spell_reference(struct postgres *s, const struct postgres_table *root,
    const struct postgres_table *below, const struct sql_range *range,
    struct fail *why)
{
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "UPDATE ");
	sql_part_add_stage(&root->sql, "s_", &sql);
	buf_add(&sql, " SET " SQL_REFERENCE " = ");
	sql_part_add_reference(&root->sql, &below->sql, "s_", &sql);
	sql_part_add_range(range, "s_", " WHERE ", &sql);
	return postgres_run(s, &sql, NULL, why);
}

/* Appends the row's reference to its root, and the last `places` of the places
 * in lists that the column has behind it: KEY.0.1 */
static void
add_place(const struct postgres_table *root, const struct postgres_table *t,
    const struct column *c, unsigned places, struct buf *sql)
{
	sql_part_add_stage_reference(&root->sql, &t->sql, "r_", sql);
	if (places == 0)
		return;
	buf_add(sql, " || substring(");
	sql_table_add_column_name(&t->sql, "s_", c, sql);
	buf_addf(sql, " from '(?:\\.[0-9]+){%u}$')", places);
}

static int
spell_below(struct postgres *s, const struct postgres_table *root,
    const struct postgres_table *t, const struct sql_range *range,
    struct fail *why)
{
	const struct table *table = t->table;
	unsigned depth = 0;
	struct buf sql;

	for (const struct table *at = table; at->parent; at = at->parent)
		depth++;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "UPDATE ");
	sql_part_add_stage(&t->sql, "s_", &sql);
	buf_add(&sql, " SET ");
	sql_table_add_column_name(&t->sql, "", table->parent_id, &sql);
	buf_add(&sql, " = ");
	add_place(root, t, table->parent_id, depth - 1, &sql);
	buf_add_char(&sql, ',');
	sql_table_add_column_name(&t->sql, "", table->id_column, &sql);
	buf_add(&sql, " = ");
	add_place(root, t, table->id_column, depth, &sql);
	buf_add(&sql, " FROM ");
	sql_part_add_stage(&root->sql, "r_", &sql);
	buf_add(&sql, " WHERE r_." SQL_SEQUENCE " = s_." SQL_SEQUENCE);
	sql_part_add_range(range, "s_", " AND ", &sql);
	return postgres_run(s, &sql, NULL, why);
}

int
postgres_spell(struct postgres *s, const struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	bool is_spelled = false;

	if (!has_spellings(root))
		return 0;
	for (size_t i = 0; i < s->table_count; i++) {
		const struct postgres_table *t =
		    postgres_table_member(s, root, i);

		if (!t || t == root || t->table->parent_id->type != TYPE_TEXT)
			continue;
		if (!is_spelled &&
		    (spell_known(s, root, range, why) != 0 ||
			(sql_table_has_reference(root->table) &&
			    spell_reference(s, root, t, range, why) != 0)))
			return -1;
		is_spelled = true;
		if (t->staged_count > 0 &&
		    spell_below(s, root, t, range, why) != 0)
			return -1;
	}
	return 0;
}
