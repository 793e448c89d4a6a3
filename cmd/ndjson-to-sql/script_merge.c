/* SPDX-License-Identifier: ISC */
/*
 * The statements of sql_merge.h in their order, for each mode.
 */
#include "script_merge.h"

#include "dialect.h"
#include "instant.h"
#include "schema.h"
#include "script.h"
#include "script_guard.h"
#include "sql_merge.h"
#include "sql_upsert.h"
#include "stage.h"

#include <stdio.h>

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
	return put_into(s, root, sql_upsert_add_insert, why);
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
	    put_into(s, root, sql_upsert_add_merge, why) != 0)
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
	return put_into(s, root, sql_upsert_add_insert, why);
}

enum mode
script_merge_mode(const struct script *s, const struct sql_table *root)
{
	if (s->stage->options.mode != MODE_DEFAULT)
		return s->stage->options.mode;
	return sql_table_is_keyed(root->table) ? MODE_MERGE : MODE_APPEND;
}

int
script_merge_put(struct script *s, const struct sql_table *root,
    struct fail *why)
{
	switch (script_merge_mode(s, root)) {
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
	return put_into(s, root, sql_upsert_add_insert, why);
}

int
script_merge_put_ledger(struct script *s, const struct sql_table *t,
    struct fail *why)
{
	if (script_guard_keep(s, t, why) != 0)
		return -1;
	return put(s, t, sql_upsert_add_merge, why);
}
