/* SPDX-License-Identifier: ISC */
/*
 * The order of a script.
 */
#include "script.h"

#include "dialect.h"
#include "mem.h"
#include "msg.h"
#include "naming.h"
#include "postgres_row.h"
#include "schema.h"
#include "script_guard.h"
#include "script_merge.h"
#include "script_rows.h"
#include "script_table.h"
#include "sql_absent.h"
#include "sql_missing.h"
#include "stage.h"

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
		sql_absent_add_parents(&t->sql, &s->text);
	return script_end(s, why);
}

/* --- the whole ---------------------------------------------------------- */

/* Whether any table is merged into, or emptied. */
static bool
has_merges(const struct script *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct sql_table *t = &s->tables[i].sql;
		enum mode mode = script_merge_mode(s, t);

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
		    : t->table->is_own ? script_merge_put_ledger(s, t, why)
				       : script_merge_put(s, t, why);

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
	for (size_t i = 0; i < s->count; i++)
		if (drop(s, s->tables[i].copy, why) != 0)
			return -1;
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
		script_table_add(s, &shapes.items[i]);
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
