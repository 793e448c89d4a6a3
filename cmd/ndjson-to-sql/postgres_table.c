/* SPDX-License-Identifier: ISC */
/*
 * Tables: what is known of them, and their DDL.
 */
#include "postgres_table.h"

#include "dialect.h"
#include "mem.h"
#include "postgres.h"
#include "postgres_name.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- starting ----------------------------------------------------------- */

static struct postgres_table *
add_table(struct postgres *s, struct table *table)
{
	struct postgres_table *t = mem_alloc(1, sizeof(*t)), *parent = NULL;
	size_t id = table->id;

	if (id >= s->table_count) {
		s->tables = mem_grow(s->tables, &s->table_capacity, id + 1,
		    sizeof(struct postgres_table *));
		memset(s->tables + s->table_count, 0,
		    (id + 1 - s->table_count) *
			sizeof(struct postgres_table *));
		s->table_count = id + 1;
	}
	s->tables[id] = t;
	if (table->parent)
		parent = s->tables[table->parent->id];
	(void)snprintf(t->stage, sizeof(t->stage), "_stage_%zu_", id);
	t->table = table;
	t->sql = (struct sql_table){.dialect = &dialect_postgres,
	    .schema = s->schema,
	    .table = table,
	    .parent = parent ? &parent->sql : NULL,
	    .stage = t->stage};
	postgres_lane_init(&t->direct, &t->sql, false);
	postgres_lane_init(&t->staged, &t->sql, true);
	return t;
}

struct postgres_table *
postgres_table_member(const struct postgres *s,
    const struct postgres_table *root, size_t id)
{
	struct postgres_table *t = s->tables[id];

	return t && t->table->root == root->table ? t : NULL;
}

static int
is_empty(struct postgres *s, const struct postgres_table *t, bool *answer,
    struct fail *why)
{
	struct buf sql;
	int64_t found;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT 1 FROM ");
	sql_table_add_name(&t->sql, &sql);
	buf_add(&sql, " LIMIT 1");
	result = postgres_db_number(&s->db, sql.data, 0, &found, why);
	buf_free(&sql);
	*answer = found == 0;
	return result;
}

/* Whether policies say which rows the role may write: COPY does not ask them,
 * and refuses. */
static int
has_policy(struct postgres *s, const struct postgres_table *t, bool *answer,
    struct fail *why)
{
	struct buf name, sql;
	int64_t found;
	int result;

	buf_init(&name, SQL_BYTES_MAX);
	buf_init(&sql, SQL_BYTES_MAX);
	sql_table_add_name(&t->sql, &name);
	buf_add(&sql, "SELECT row_security_active(");
	(void)dialect_add_text(&dialect_postgres, &sql, name.data, name.len);
	buf_add(&sql, "::regclass)");
	result = postgres_db_number(&s->db, sql.data, 0, &found, why);
	buf_free(&sql);
	buf_free(&name);
	*answer = found != 0;
	return result;
}

/* Not TRUNCATE, which would lock readers out. */
static int
clear(struct postgres *s, struct postgres_table *t, struct fail *why)
{
	struct buf sql;
	uint64_t count = 0;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "DELETE FROM ");
	sql_table_add_name(&t->sql, &sql);
	if (s->options.ddl)
		return postgres_define(s, &sql, why);
	if (postgres_run(s, &sql, &count, why) != 0)
		return -1;
	t->counts.deleted += count;
	return 0;
}

/* Of two records with the same key, one in the stage, the other not, nobody
 * could tell which rows below are whose. */
static void
leave_direct(struct postgres *s, const struct table *root)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i] && s->tables[i]->table->root == root)
			s->tables[i]->is_direct = false;
}

bool
postgres_table_has_plain_key(const struct postgres_table *t)
{
	if (t->is_checked)
		return false;
	for (size_t i = 0; i < t->sql.column_count; i++) {
		const struct sql_column *c = &t->sql.columns[i];

		if (sql_table_is_key_column(t->table, c->column) &&
		    c->type != TYPE_TEXT && c->type != TYPE_BIGINT)
			return false;
	}
	return true;
}

int
postgres_table_start(struct postgres *s, const struct change *c,
    struct fail *why)
{
	struct postgres_table *t;
	enum mode mode = c->table->is_own ? MODE_DEFAULT : s->options.mode;
	bool is_blank = true, is_policed = false;

	if (postgres_lane_stop(s, why) != 0 ||
	    (!c->is_stored && postgres_name_check(s, c->table->name, why) != 0))
		return -1;
	t = add_table(s, c->table);
	t->is_made = c->is_stored;
	t->is_new = !c->is_stored;
	t->is_history = mode == MODE_HISTORY;
	t->is_merged = mode != MODE_APPEND && !t->is_history;
	t->is_uncleared = c->is_stored && mode == MODE_REPLACE;
	if (c->is_stored && !t->is_uncleared && !s->options.ddl &&
	    is_empty(s, t, &is_blank, why) != 0)
		return -1;
	t->is_checked = c->table->root->is_foreign ||
	    (s->options.reject && mode == MODE_APPEND && c->is_stored);
	t->is_direct = is_blank && !t->is_checked && !t->is_history &&
	    !s->options.reject && !s->has_rested;
	if (t->is_direct && c->is_stored &&
	    has_policy(s, t, &is_policed, why) != 0)
		return -1;
	t->is_direct = t->is_direct && !is_policed;
	if (t->is_direct && c->table->parent)
		t->is_direct = s->tables[c->table->root->id]->is_direct;
	else if (c->table->parent && !t->is_direct)
		leave_direct(s, c->table->root);
	return 0;
}

/* A trigger may have kept rows. */
static int
clear_table(struct postgres *s, struct postgres_table *t, struct fail *why)
{
	bool is_blank = true;

	if (clear(s, t, why) != 0 ||
	    (!s->options.ddl && is_empty(s, t, &is_blank, why) != 0))
		return -1;
	t->is_uncleared = false;
	t->is_direct = t->is_direct && is_blank;
	if (t->table->parent && !t->is_direct)
		leave_direct(s, t->table->root);
	return 0;
}

int
postgres_table_clear(struct postgres *s, struct fail *why)
{
	for (size_t i = s->table_count; i-- > 0;) {
		struct postgres_table *t = s->tables[i];

		if (!t || !t->is_uncleared)
			continue;
		if (postgres_lane_stop(s, why) != 0 ||
		    clear_table(s, t, why) != 0)
			return -1;
	}
	/* A list's turn came before its root's. */
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i] && s->tables[i]->is_direct)
			s->tables[i]->is_direct =
			    s->tables[s->tables[i]->table->root->id]->is_direct;
	return 0;
}

/* --- definition --------------------------------------------------------- */

static const char *
declared_type(const struct postgres *s, const struct column *c)
{
	for (size_t i = 0; i < s->declared_count; i++)
		if (strcmp(s->declared[i].column, c->name) == 0 &&
		    strcmp(s->declared[i].table, c->table->name) == 0)
			return s->declared[i].type;
	return NULL;
}

int
postgres_table_end_lanes(struct postgres *s, struct postgres_table *t,
    struct fail *why)
{
	if (postgres_lane_end(s, &t->direct, why) != 0 ||
	    postgres_lane_end(s, &t->staged, why) != 0)
		return -1;
	return postgres_lane_stop(s, why);
}

int
postgres_table_make_stage(struct postgres *s, struct postgres_table *t,
    struct fail *why)
{
	struct buf sql;

	if (t->has_stage)
		return 0;
	if (postgres_lane_stop(s, why) != 0)
		return -1;
	t->has_stage = true;
	buf_init(&sql, SQL_BYTES_MAX);
	sql_table_add_stage(&t->sql, &sql);
	return postgres_run(s, &sql, NULL, why);
}

/* What is made already changes at once, the stage and a table that nobody
 * reads yet; the table of readers in the end. */
static int
alter_now(struct postgres *s, struct postgres_table *t,
    const struct sql_column *c, bool is_retyped, struct fail *why)
{
	struct buf sql;

	if (t->has_stage) {
		buf_init(&sql, SQL_BYTES_MAX);
		if (is_retyped)
			sql_table_add_stage_retype(&t->sql, c, &sql);
		else
			sql_table_add_stage_column(&t->sql, c, &sql);
		if (postgres_run(s, &sql, NULL, why) != 0)
			return -1;
	}
	return t->is_direct && t->is_made && !t->is_uncleared
	    ? postgres_table_define(s, t, why)
	    : 0;
}

/* No name of ours ends in _. */
static int
check_name(const struct column *c, struct fail *why)
{
	if (strcmp(c->name, SQL_SEQUENCE) != 0 &&
	    strcmp(c->name, SQL_REFERENCE) != 0)
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "'%s' of '%s' is called as a column that the load needs for "
	    "itself; rename it there, or leave the member out",
	    c->name, c->table->name);
}

int
postgres_table_add_column(struct postgres *s, struct postgres_table *t,
    const struct change *c, struct fail *why)
{
	struct sql_column *column;

	if (check_name(c->column, why) != 0 ||
	    postgres_table_end_lanes(s, t, why) != 0)
		return -1;
	t->sql.columns = mem_grow(t->sql.columns, &t->capacity,
	    t->sql.column_count + 1, sizeof(*t->sql.columns));
	t->states = mem_grow(t->states, &t->state_capacity,
	    t->sql.column_count + 1, sizeof(*t->states));
	t->states[t->sql.column_count] =
	    (struct postgres_column){.is_made = c->is_stored};
	column = &t->sql.columns[t->sql.column_count++];
	*column = (struct sql_column){.column = c->column,
	    .type = c->type,
	    .declared = c->is_stored ? declared_type(s, c->column) : NULL};
	t->states[t->sql.column_count - 1].fit =
	    postgres_fit_of(column->declared);
	t->is_narrow |= t->states[t->sql.column_count - 1].fit.kind != FIT_ALL;
	if (t->is_direct && t->is_merged && !t->table->parent &&
	    !postgres_table_has_plain_key(t))
		leave_direct(s, t->table->root);
	return alter_now(s, t, column, false, why);
}

int
postgres_table_change_type(struct postgres *s, struct postgres_table *t,
    const struct change *c, struct fail *why)
{
	if (postgres_table_end_lanes(s, t, why) != 0)
		return -1;
	for (size_t i = 0; i < t->sql.column_count; i++) {
		struct sql_column *column = &t->sql.columns[i];

		if (column->column != c->column)
			continue;
		if (!t->states[i].is_retyped)
			t->states[i].is_whole = column->type == TYPE_BIGINT;
		column->type = c->type;
		column->declared = NULL;
		t->states[i].fit = (struct postgres_fit){FIT_ALL, 0, 0};
		t->states[i].is_retyped = t->states[i].is_made;
		return alter_now(s, t, column, true, why);
	}
	return 0;
}

/* The server says what is in the way, but no next step. */
static int
fail_retype(const struct postgres_table *t, const struct sql_column *c,
    struct fail *why)
{
	struct fail reason = *why;

	return fail_set(why, STATUS_USAGE,
	    "cannot give '%s.%s' the type %s: %s; drop what uses the column, "
	    "load, and make it again",
	    t->table->name, c->column->name, type_name(c->type), reason.text);
}

/* Of our whole numbers it is known that doubles hold them; somebody else may
 * have put others there. */
static int
check_rounded(struct postgres *s, const struct postgres_table *t,
    const struct sql_column *c, struct fail *why)
{
	struct buf name, sql;
	int64_t lost;
	int result;

	if (s->options.ddl || c->type != TYPE_DOUBLE)
		return 0;
	buf_init(&name, BOUND_LINE_BYTES);
	buf_init(&sql, SQL_BYTES_MAX);
	sql_table_add_column_name(&t->sql, "", c->column, &name);
	buf_addf(&sql, "SELECT %s FROM ", name.data);
	sql_table_add_name(&t->sql, &sql);
	/* Beyond the last double before 2^63 a cast back would overflow. */
	buf_addf(&sql,
	    " WHERE CASE WHEN %s > 9223372036854774784 THEN true"
	    " ELSE CAST(CAST(%s AS double precision) AS bigint) <> %s END"
	    " LIMIT 1",
	    name.data, name.data, name.data);
	result = postgres_db_number(&s->db, sql.data, 0, &lost, why);
	buf_free(&sql);
	buf_free(&name);
	if (result != 0 || lost == 0)
		return result;
	return fail_set(why, STATUS_DATA,
	    "'%s' of '%s' is to become double, which would round the %lld "
	    "that somebody else has put there; give the column a wider type",
	    c->column->name, t->table->name, (long long)lost);
}

static int
define_column(struct postgres *s, struct postgres_table *t, size_t at,
    struct fail *why)
{
	struct postgres_column *state = &t->states[at];
	bool is_retyped;
	struct buf sql;

	if (state->is_made && !state->is_retyped)
		return 0;
	if (state->is_whole &&
	    check_rounded(s, t, &t->sql.columns[at], why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	if (!state->is_made)
		sql_table_add_column(&t->sql, &t->sql.columns[at], &sql);
	else
		sql_table_add_retype(&t->sql, &t->sql.columns[at], &sql);
	is_retyped = state->is_made;
	*state = (struct postgres_column){.is_made = true};
	if (postgres_define(s, &sql, why) == 0)
		return 0;
	if (!is_retyped || why->status != STATUS_USAGE)
		return -1;
	return fail_retype(t, &t->sql.columns[at], why);
}

static bool
is_defined(const struct postgres_table *t)
{
	for (size_t i = 0; i < t->sql.column_count; i++)
		if (!t->states[i].is_made || t->states[i].is_retyped)
			return false;
	return t->is_made;
}

int
postgres_table_define(struct postgres *s, struct postgres_table *t,
    struct fail *why)
{
	struct buf sql;

	if (is_defined(t))
		return 0;
	if (postgres_lane_stop(s, why) != 0)
		return -1;
	if (!t->is_made) {
		t->is_made = true;
		for (size_t i = 0; i < t->sql.column_count; i++)
			t->states[i].is_made = true;
		buf_init(&sql, SQL_BYTES_MAX);
		sql_table_add_create(&t->sql, &sql);
		return postgres_define(s, &sql, why);
	}
	for (size_t i = 0; i < t->sql.column_count; i++)
		if (define_column(s, t, i, why) != 0)
			return -1;
	return 0;
}

/* --- the key ------------------------------------------------------------ */

/* Whether a unique index over just these columns is there. */
static int
has_fitting_key(struct postgres *s, const struct postgres_table *t,
    bool *answer, struct fail *why)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key);
	struct buf sql, name;
	int64_t found = 0;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_init(&name, SQL_BYTES_MAX);
	sql_table_add_name(&t->sql, &name);
	buf_add(&sql, "SELECT count(*) FROM pg_index AS i WHERE i.indrelid = ");
	(void)dialect_add_text(&dialect_postgres, &sql, name.data, name.len);
	buf_addf(&sql,
	    "::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate"
	    " AND i.indpred IS NULL AND i.indexprs IS NULL"
	    " AND i.indnkeyatts = %zu AND %zu = (SELECT count(*)"
	    " FROM pg_attribute AS a WHERE a.attrelid = i.indrelid"
	    " AND a.attnum = ANY ((i.indkey::int2[])[0:%zu])"
	    " AND a.attname IN (",
	    count, count, count - 1);
	for (size_t i = 0; i < count; i++) {
		buf_add(&sql, i == 0 ? "" : ",");
		(void)dialect_add_text(&dialect_postgres, &sql, key[i]->name,
		    strlen(key[i]->name));
	}
	buf_add(&sql, "))");
	result = postgres_db_number(&s->db, sql.data, 0, &found, why);
	buf_free(&sql);
	buf_free(&name);
	*answer = found > 0;
	return result;
}

int
postgres_table_make_key(struct postgres *s, struct postgres_table *t,
    struct fail *why)
{
	bool is_there = false;
	struct buf sql;

	if (t->has_key || (!t->table->parent && t->table->key_count == 0))
		return 0;
	t->has_key = true;
	/* A dry run leaves open whether an index has to be made for a table
	 * that is there. */
	if (!t->is_new && s->options.ddl)
		return 0;
	if (!t->is_new && !t->table->valid_to &&
	    has_fitting_key(s, t, &is_there, why) != 0)
		return -1;
	if (is_there)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	sql_table_add_key(&t->sql, &sql);
	if (postgres_define(s, &sql, why) == 0)
		return 0;
	if (why->status != STATUS_DATA)
		return -1;
	if (s->db.is_too_large)
		return fail_prefix(why,
		    "a key of '%s' is too long for an index; leave its record "
		    "out with --rejects, or use another --key",
		    t->table->name);
	if (t->is_new)
		return fail_prefix(why, "records of '%s' share their key",
		    t->table->name);
	return fail_prefix(why,
	    "rows of '%s' share their key already; use --append, or another "
	    "--key",
	    t->table->name);
}

/* --- the end ------------------------------------------------------------ */

void
postgres_table_settle(struct postgres_table *t)
{
	postgres_keys_free(&t->keys);
	t->is_doubled = false;
	t->is_direct = false;
	t->is_new = false;
	t->has_stage = false;
	t->staged_count = 0;
}

void
postgres_table_free(struct postgres_table *t)
{
	postgres_keys_free(&t->keys);
	postgres_lane_free(&t->direct);
	postgres_lane_free(&t->staged);
	free(t->sql.columns);
	free(t->states);
	free(t);
}
