/* SPDX-License-Identifier: ISC */
/*
 * The order of a script, and its merges.
 */
#include "script.h"

#include "dialect.h"
#include "instant.h"
#include "mem.h"
#include "msg.h"
#include "naming.h"
#include "postgres_row.h"
#include "schema.h"
#include "script_guard.h"
#include "script_rows.h"
#include "sql_merge.h"
#include "sql_missing.h"
#include "stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENT_MAX = 1 << 30 };

/* --- writing ------------------------------------------------------------ */

int
script_flush(struct script *s, struct fail *why)
{
	int result = buf_check(&s->text, "a statement", why);

	if (result == 0)
		result = out_write(&s->out, s->text.data, s->text.len, why);
	buf_clear(&s->text);
	return result;
}

int
script_end(struct script *s, struct fail *why)
{
	if (s->text.len > 0)
		buf_add(&s->text, ";\n");
	return script_flush(s, why);
}

static int
put_words(struct script *s, const char *words, struct fail *why)
{
	buf_add(&s->text, words);
	return script_end(s, why);
}

/* --- tables ------------------------------------------------------------- */

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

static void
add_table(struct script *s, const struct shape *shape)
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

/* --- definitions -------------------------------------------------------- */

/* From here on it is the copy that is written. */
static int
copy_table(struct script *s, struct script_table *t, struct fail *why)
{
	buf_add(&s->text, "CREATE OR REPLACE TABLE ");
	dialect_quote(s->dialect, &s->text, t->copy);
	buf_add(&s->text, " CLONE AS ");
	sql_table_add_name(&t->sql, &s->text);
	t->sql.copy = t->copy;
	return script_end(s, why);
}

static int
define_table(struct script *s, struct script_table *t, struct fail *why)
{
	sql_table_add_create(&t->sql, &s->text);
	if (script_end(s, why) != 0)
		return -1;
	if (s->dialect->has_copies && copy_table(s, t, why) != 0)
		return -1;
	sql_missing_add(&t->sql, &s->text);
	if (script_flush(s, why) != 0)
		return -1;
	sql_table_add_key(&t->sql, &s->text);
	if (script_end(s, why) != 0 || s->put_rows(s, t, why) != 0)
		return -1;
	if (t->sql.parents)
		sql_merge_add_parents(&t->sql, &s->text);
	return script_end(s, why);
}

/* --- merges ------------------------------------------------------------- */

typedef void statement_range(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);
typedef bool statement_absent(const struct sql_table *t, struct buf *sql);

/* The table below `root` at the place, or NULL. */
static const struct sql_table *
below(const struct script *s, const struct sql_table *root, size_t place)
{
	const struct sql_table *t = &s->tables[place].sql;

	return t->table->root == root->table && t != root ? t : NULL;
}

static int
put(struct script *s, const struct sql_table *t, statement_range *add,
    struct fail *why)
{
	add(t, NULL, &s->text);
	return script_end(s, why);
}

/* For all below the root, the deepest first. */
static int
put_below(struct script *s, const struct sql_table *root, statement_range *add,
    struct fail *why)
{
	for (size_t i = s->count; i-- > 0;) {
		const struct sql_table *t = below(s, root, i);

		if (t && put(s, t, add, why) != 0)
			return -1;
	}
	return 0;
}

/* The root, then all below it. */
static int
put_into(struct script *s, const struct sql_table *root, statement_range *add,
    struct fail *why)
{
	if (put(s, root, add, why) != 0)
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		const struct sql_table *t = below(s, root, i);

		if (t && put(s, t, add, why) != 0)
			return -1;
	}
	return 0;
}

static int
put_absent(struct script *s, const struct sql_table *t, struct fail *why)
{
	if (sql_merge_add_absent(t, &s->text))
		return script_end(s, why);
	return fail_set(why, STATUS_DATA,
	    "a parent's name holds U+0000, which %s cannot keep",
	    s->dialect->name);
}

static void
add_clear(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql)
{
	(void)range;
	sql_merge_add_clear(t, sql);
}

static int
replace(struct script *s, const struct sql_table *root, struct fail *why)
{
	if (put_below(s, root, add_clear, why) != 0 ||
	    put(s, root, add_clear, why) != 0)
		return -1;
	return put_into(s, root, sql_merge_add_insert, why);
}

static int
merge(struct script *s, const struct sql_table *root, bool is_sync,
    struct fail *why)
{
	for (size_t i = s->count; i-- > 0;)
		if (s->tables[i].sql.table->root == root->table &&
		    script_guard_forget(s, &s->tables[i].sql, why) != 0)
			return -1;
	if (put_below(s, root, sql_merge_add_cut, why) != 0 ||
	    put_into(s, root, sql_merge_add_merge, why) != 0)
		return -1;
	for (size_t i = s->count; is_sync && i-- > 0;) {
		const struct sql_table *t = below(s, root, i);

		if (t && put_absent(s, t, why) != 0)
			return -1;
	}
	return is_sync ? put_absent(s, root, why) : 0;
}

static int
keep_history(struct script *s, const struct sql_table *root, struct fail *why)
{
	char time[INSTANT_TEXT_BYTES] = "", now[INSTANT_TEXT_BYTES + 8];
	struct instant at;

	if (instant_from_ms(s->stage->base.load_id, &at) == 0)
		(void)instant_format(&at, time);
	(void)snprintf(now, sizeof(now), "%s%s", time, s->dialect->zone);
	if (s->stage->options.closes_absent && !root->table->is_incomplete &&
	    !sql_merge_add_close_absent(root, now, &s->text))
		return fail_set(why, STATUS_DATA,
		    "a parent's name holds U+0000, which %s cannot keep",
		    s->dialect->name);
	if (script_end(s, why) != 0 ||
	    put(s, root, sql_merge_add_same, why) != 0)
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		const struct sql_table *t = below(s, root, i);

		if (!t)
			continue;
		sql_merge_add_unowned(t, &s->text);
		if (script_end(s, why) != 0)
			return -1;
	}
	sql_merge_add_close(root, now, NULL, &s->text);
	if (script_end(s, why) != 0)
		return -1;
	return put_into(s, root, sql_merge_add_insert, why);
}

static enum mode
mode_of(const struct script *s, const struct sql_table *root)
{
	if (s->stage->options.mode != MODE_DEFAULT)
		return s->stage->options.mode;
	return sql_table_is_keyed(root->table) ? MODE_MERGE : MODE_APPEND;
}

static int
put_merge(struct script *s, const struct sql_table *root, struct fail *why)
{
	switch (mode_of(s, root)) {
	case MODE_REPLACE:
		return replace(s, root, why);
	case MODE_HISTORY:
		return keep_history(s, root, why);
	case MODE_SYNC:
		return merge(s, root, !root->table->is_incomplete, why);
	case MODE_MERGE:
		return merge(s, root, false, why);
	case MODE_DEFAULT:
	case MODE_APPEND:
		break;
	}
	return put_into(s, root, sql_merge_add_insert, why);
}

/* The ledger's own tables. */
static int
put_ledger(struct script *s, const struct sql_table *t, struct fail *why)
{
	if (script_guard_keep(s, t, why) != 0)
		return -1;
	return put(s, t, sql_merge_add_merge, why);
}

/* --- the whole ---------------------------------------------------------- */

/* Whether any table is merged into, or emptied. */
static bool
has_merges(const struct script *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct sql_table *t = &s->tables[i].sql;
		enum mode mode = mode_of(s, t);

		if (!t->parent && !t->table->is_own && mode != MODE_APPEND &&
		    mode != MODE_HISTORY)
			return true;
	}
	return false;
}

/* Whether it is _columns, which the guard compares. */
static bool
is_memory(const struct script_table *t)
{
	return strcmp(t->sql.table->name, "_columns") == 0;
}

/* Defines _columns, or the other tables. */
static int
define_tables(struct script *s, bool is_memory_turn, struct fail *why)
{
	sql_missing_begin(s->dialect, &s->text);
	if (script_flush(s, why) != 0)
		return -1;
	for (size_t i = 0; i < s->count; i++)
		if (is_memory(&s->tables[i]) == is_memory_turn &&
		    define_table(s, &s->tables[i], why) != 0)
			return -1;
	sql_missing_end(s->dialect, &s->text);
	return script_flush(s, why);
}

/* The guard comes first: what does not fit would make a definition fail, and
 * the database say why in words of its own. */
static int
put_definitions(struct script *s, struct fail *why)
{
	if (define_tables(s, true, why) != 0 ||
	    script_guard_put(s, has_merges(s), why) != 0)
		return -1;
	return define_tables(s, false, why);
}

static int
put_merges(struct script *s, struct fail *why)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct sql_table *t = &s->tables[i].sql;
		int result = t->parent ? 0
		    : t->table->is_own ? put_ledger(s, t, why)
				       : put_merge(s, t, why);

		if (result != 0)
			return -1;
	}
	return 0;
}

static int
drop(struct script *s, const char *name, struct fail *why)
{
	buf_add(&s->text, "DROP TABLE ");
	dialect_quote(s->dialect, &s->text, name);
	return script_end(s, why);
}

/* A temporary table lives as long as the session. */
static int
drop_stages(struct script *s, struct fail *why)
{
	for (size_t i = s->count; !*s->dialect->stage_end && i-- > 0;) {
		const struct sql_table *t = &s->tables[i].sql;

		if (drop(s, t->stage, why) != 0 ||
		    (t->parents && drop(s, t->parents, why) != 0))
			return -1;
	}
	return 0;
}

static int
put_begin(struct script *s, struct fail *why)
{
	return s->dialect->begin ? put_words(s, s->dialect->begin, why) : 0;
}

/* Drops what was the table before. */
static int
put_copies(struct script *s, struct fail *why)
{
	for (size_t i = 0; i < s->count; i++) {
		buf_add(&s->text, "EXCHANGE TABLES ");
		dialect_quote(s->dialect, &s->text, s->tables[i].copy);
		buf_add(&s->text, " AND ");
		dialect_quote(s->dialect, &s->text,
		    s->tables[i].sql.table->name);
		if (script_end(s, why) != 0)
			return -1;
	}
	for (size_t i = 0; i < s->count; i++) {
		buf_add(&s->text, "DROP TABLE ");
		dialect_quote(s->dialect, &s->text, s->tables[i].copy);
		if (script_end(s, why) != 0)
			return -1;
	}
	return 0;
}

static int
put_commit(struct script *s, struct fail *why)
{
	if (s->dialect->has_copies)
		return put_copies(s, why);
	return s->dialect->commit ? put_words(s, s->dialect->commit, why) : 0;
}

static int
put_early(struct script *s, struct fail *why)
{
	if (put_definitions(s, why) != 0 || put_begin(s, why) != 0 ||
	    put_merges(s, why) != 0 || put_commit(s, why) != 0)
		return -1;
	return drop_stages(s, why);
}

static int
put_one_transaction(struct script *s, struct fail *why)
{
	if (put_begin(s, why) != 0 || put_definitions(s, why) != 0 ||
	    put_merges(s, why) != 0 || drop_stages(s, why) != 0)
		return -1;
	return put_commit(s, why);
}

static int
check_names(const struct script *s, struct fail *why)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct sql_table *t = &s->tables[i].sql;

		if (naming_check(s->dialect, t->table->name, why) != 0)
			return -1;
		for (size_t n = 0; n < t->column_count; n++)
			if (naming_check(s->dialect, t->columns[n].column->name,
				why) != 0)
				return -1;
	}
	return 0;
}

int
script_write(struct script *s, const char *head, struct fail *why)
{
	struct shape_list shapes = {0};
	int result = stage_list(s->stage, &shapes, why);

	s->dialect = script_dialect(s->stage);
	buf_init(&s->text, STATEMENT_MAX);
	s->tables = mem_alloc(shapes.count, sizeof(*s->tables));
	for (size_t i = 0; i < shapes.count; i++)
		add_table(s, &shapes.items[i]);
	buf_addf(&s->text, "-- ndjson-to-sql " PROGRAM_VERSION ", for %s\n%s%s",
	    s->dialect->name, s->dialect->head, head);
	if (result == 0)
		result = check_names(s, why);
	if (result == 0)
		result = script_flush(s, why);
	if (result == 0)
		result = s->dialect->has_early_tables
		    ? put_early(s, why)
		    : put_one_transaction(s, why);
	if (result == 0)
		result = out_commit(&s->out, why);
	if (result == 0 && s->is_cut)
		msg_warning("%s", postgres_row_is_cut);
	buf_free(&s->text);
	for (size_t i = 0; i < s->count; i++)
		free(s->tables[i].sql.columns);
	free(s->tables);
	shape_list_free(&shapes);
	return result;
}

const struct dialect *
script_dialect(const struct stage *stage)
{
	return dialect_find(stage->kind->dialect ? stage->kind->dialect
						 : stage->options.target);
}

int
script_export(struct stage *stage, struct fail *why)
{
	struct script s = {.stage = stage,
	    .out = {.fd = -1},
	    .put_rows = script_rows_put};
	int result = out_open_stdout(&s.out, why);

	if (result == 0)
		result = script_write(&s, "", why);
	out_free(&s.out);
	return result;
}
