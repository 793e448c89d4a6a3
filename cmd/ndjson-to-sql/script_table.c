/* SPDX-License-Identifier: ISC */
/*
 * What a table is called in a script, and how its columns are declared.
 */
#include "script_table.h"

#include "dialect.h"
#include "mem.h"
#include "schema.h"
#include "script.h"
#include "shape.h"
#include "stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct table *
find_table(const struct stage *s, const char *name)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i].table &&
		    strcmp(s->tables[i].table->name, name) == 0)
			return s->tables[i].table;
	return NULL;
}

static const struct column *
find_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (strcmp(t->columns[i]->name, name) == 0)
			return t->columns[i];
	return NULL;
}

static const struct sql_table *
find_parent(const struct script *s, const struct table *t)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->tables[i].sql.table == t->parent)
			return &s->tables[i].sql;
	return NULL;
}

/* Names the table's stage, and what else is its own for a while. */
static void
name_stage(const struct script *s, struct script_table *t)
{
	if (!s->dialect->has_shared_stages) {
		(void)snprintf(t->stage, sizeof(t->stage), "_stage_%zu_",
		    s->count);
		return;
	}
	(void)snprintf(t->stage, sizeof(t->stage), "_stage_%" PRId64 "_%zu_",
	    s->stage->base.load_id, s->count);
	(void)snprintf(t->copy, sizeof(t->copy), "_copy_%" PRId64 "_%zu_",
	    s->stage->base.load_id, s->count);
}

/* Whether the rows that did not come are those of the parents that did, of
 * which the stage tells in the same statement. */
static bool
needs_parents(const struct script *s, const struct sql_table *t)
{
	return s->dialect->opens_stages_once && !t->parent &&
	    t->table->parent_key_count > 0 && !t->table->is_covered;
}

/* Declares the columns of the table's key as the dialect has them there. */
static void
declare_key(const struct script *s, struct script_table *t)
{
	const struct dialect *d = s->dialect;
	size_t texts = 0;

	for (size_t i = 0; i < t->sql.column_count; i++) {
		struct sql_column *c = &t->sql.columns[i];

		if (!sql_table_is_key_column(t->sql.table, c->column))
			continue;
		c->declared = d->key_types[c->type];
		if (d->max_key_chars == 0 ||
		    strcmp(c->declared, d->key_types[TYPE_TEXT]) != 0)
			continue;
		c->declared = t->key_type;
		texts++;
	}
	if (texts > 0)
		(void)snprintf(t->key_type, sizeof(t->key_type), "%s(%zu)",
		    d->key_types[TYPE_TEXT], d->max_key_chars / texts);
}

void
script_table_add(struct script *s, const struct shape *shape)
{
	struct script_table *t = &s->tables[s->count];
	const struct table *table = find_table(s->stage, shape->table);
	size_t count = 0;

	if (!table)
		return;
	name_stage(s, t);
	t->place = s->count;
	t->shape = shape;
	t->sql = (struct sql_table){.dialect = s->dialect,
	    .table = table,
	    .parent = table->parent ? find_parent(s, table) : NULL,
	    .columns = mem_alloc(shape->count, sizeof(*t->sql.columns)),
	    .stage = t->stage,
	    .is_plain = true};
	for (size_t i = 0; i < shape->count; i++)
		t->sql.columns[count++] =
		    (struct sql_column){.column = find_column(table,
					    shape->columns[i].name),
			.type = shape->columns[i].type};
	t->sql.column_count = count;
	if (needs_parents(s, &t->sql)) {
		(void)snprintf(t->parents, sizeof(t->parents), "_parents_%zu_",
		    s->count);
		t->sql.parents = t->parents;
	}
	if (s->dialect->key_types[TYPE_TEXT])
		declare_key(s, t);
	s->count++;
}
