/* SPDX-License-Identifier: ISC */
/*
 * Merging. The counts of a direct table are those of a new one: what comes
 * again through its stage is no update, but a record that was there twice.
 */
#include "postgres_merge.h"

#include "instant.h"
#include "postgres.h"
#include "postgres_batch.h"
#include "postgres_spell.h"
#include "postgres_table.h"
#include "schema.h"
#include "sql_merge.h"
#include "sql_upsert.h"

#include <inttypes.h>
#include <string.h>

/* A statement of sql_merge.h over a table; the rows that it changed. */
typedef void statement(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql);

static int
run(struct postgres *s, const struct postgres_table *t, statement *add,
    const struct sql_range *range, uint64_t *count, struct fail *why)
{
	struct buf sql;

	*count = 0;
	buf_init(&sql, SQL_BYTES_MAX);
	add(&t->sql, range, &sql);
	return postgres_run(s, &sql, count, why);
}

/* --- rows of stages ----------------------------------------------------- */

static int
count_rows(struct postgres *s, const struct postgres_table *t,
    const struct sql_range *range, uint64_t *count, struct fail *why)
{
	struct buf sql;
	int64_t number;
	int result;

	*count = t->staged_count;
	if (!range)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_addf(&sql,
	    "SELECT count(*) FROM %s WHERE %s BETWEEN %" PRIu64 " AND %" PRIu64,
	    t->stage, SQL_SEQUENCE, range->first, range->last);
	result = postgres_db_number(&s->db, sql.data, 0, &number, why);
	buf_free(&sql);
	*count = (uint64_t)number;
	return result;
}

/* Rows of records that were taken out of the root's stage. */
static int
drop_orphans(struct postgres *s, const struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);
		uint64_t count;

		if (!t || t == root || t->staged_count == 0)
			continue;
		if (run(s, t, sql_merge_add_orphans, range, &count, why) != 0)
			return -1;
		t->staged_count -= count;
	}
	return 0;
}

static int
drop_doubled(struct postgres *s, struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	uint64_t count;

	if (root->staged_count == 0 ||
	    (!root->is_doubled && postgres_table_has_plain_key(root)))
		return 0;
	if (run(s, root, sql_merge_add_doubled, range, &count, why) != 0)
		return -1;
	root->staged_count -= count;
	root->counts.doubled += count;
	return count > 0 ? drop_orphans(s, root, range, why) : 0;
}

/* --- merging ------------------------------------------------------------ */

static int
visit_found(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct postgres_table *t = context;

	(void)count;
	(void)why;
	t->known_count = (uint64_t)cells[0].integer;
	t->same_count = (uint64_t)cells[1].integer;
	return 0;
}

/* Which rows of the stage the table has already. */
static int
find_known(struct postgres *s, struct postgres_table *t,
    const struct sql_range *range, struct fail *why)
{
	struct buf sql;
	int result;

	t->known_count = t->same_count = 0;
	if (t->staged_count == 0)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	sql_merge_add_found(&t->sql, range, &sql);
	result = postgres_db_query(&s->db, sql.data, 2, visit_found, t, why);
	buf_free(&sql);
	return result;
}

/* Whether the table may have rows that the stage lacks: more than it has of
 * those in the stage. A table that is much larger is not counted to its
 * end. */
static int
has_others(struct postgres *s, const struct postgres_table *t, bool *answer,
    struct fail *why)
{
	struct buf sql;
	int64_t number;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT count(*) FROM (SELECT 1 FROM ");
	sql_table_add_name(&t->sql, &sql);
	buf_addf(&sql, " LIMIT %" PRIu64 ") AS x", t->known_count + 1);
	result = postgres_db_number(&s->db, sql.data, 0, &number, why);
	buf_free(&sql);
	*answer = (uint64_t)number > t->known_count;
	return result;
}

static int
cut_table(struct postgres *s, struct postgres_table *t,
    const struct sql_range *range, struct fail *why)
{
	bool is_needed;
	uint64_t count;

	if (has_others(s, t, &is_needed, why) != 0)
		return -1;
	if (!is_needed)
		return 0;
	if (run(s, t, sql_merge_add_cut, range, &count, why) != 0)
		return -1;
	if (t->is_direct)
		t->counts.inserted -= count;
	else
		t->counts.deleted += count;
	return 0;
}

static int
cut(struct postgres *s, const struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	/* All that a direct table has is of this load. */
	if (root->is_direct && root->known_count == 0)
		return 0;
	/* The deepest first: tables come behind those they hang on. */
	for (size_t i = s->table_count; i-- > 0;) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (t && t != root && (!t->is_new || t->is_direct) &&
		    cut_table(s, t, range, why) != 0)
			return -1;
	}
	return 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int
merge_table(struct postgres *s, struct postgres_table *t,
    const struct sql_range *range, struct fail *why)
{
	uint64_t total, written = 0, known, added;

	if (count_rows(s, t, range, &total, why) != 0)
		return -1;
	if (t->same_count < total &&
	    run(s, t, sql_upsert_add_merge, range, &written, why) != 0)
		return -1;
	/* A trigger may pass over rows, and one of a table that others inherit
	 * from be found twice. */
	known = least(t->known_count, total);
	added = least(total - known, known < total ? written : 0);
	t->counts.inserted += added;
	if (t->is_direct) {
		t->counts.doubled += t->table->parent ? 0 : known;
	} else {
		t->counts.updated += written - added;
		t->counts.unchanged +=
		    least(t->same_count, total - least(written, total));
	}
	return 0;
}

/* Of rows with keys, the last of each: into the tables. */
static int
merge_keyed(struct postgres *s, struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	if (drop_doubled(s, root, range, why) != 0 ||
	    (root->staged_count > 0 &&
		postgres_spell(s, root, range, why) != 0))
		return -1;
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (t && find_known(s, t, range, why) != 0)
			return -1;
	}
	if (root->staged_count > 0 && cut(s, root, range, why) != 0)
		return -1;
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (t && merge_table(s, t, range, why) != 0)
			return -1;
	}
	return 0;
}

/* --append meets a key that is there, in the index that we made for it. */
static int
fail_insert(const struct postgres *s, const struct postgres_table *t,
    struct fail *why)
{
	struct fail reason = *why;

	if (s->options.mode == MODE_APPEND && why->status == STATUS_DATA &&
	    t->table->key_count > 0 && strstr(why->text, ".key\""))
		(void)fail_set(why, reason.status,
		    "%s; --merge updates the row that has the key",
		    reason.text);
	return -1;
}

static int
insert_table(struct postgres *s, struct postgres_table *t,
    const struct sql_range *range, struct fail *why)
{
	uint64_t count;

	if (t->staged_count == 0)
		return 0;
	if (run(s, t, sql_upsert_add_insert, range, &count, why) != 0)
		return fail_insert(s, t, why);
	t->counts.inserted += count;
	return 0;
}

int
postgres_merge_rows(struct postgres *s, struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	if (root->table->key_count > 0 && root->is_merged)
		return merge_keyed(s, root, range, why);
	if (root->staged_count > 0 && postgres_spell(s, root, range, why) != 0)
		return -1;
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (t && insert_table(s, t, range, why) != 0)
			return -1;
	}
	return 0;
}

/* --- histories ---------------------------------------------------------- */

static int
end_absent(struct postgres *s, struct postgres_table *root, const char *now,
    struct fail *why)
{
	uint64_t count = 0;
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	if (!sql_merge_add_close_absent(&root->sql, now, &sql)) {
		buf_free(&sql);
		return fail_set(why, STATUS_DATA,
		    "a parent's name holds U+0000, which PostgreSQL cannot "
		    "keep");
	}
	if (postgres_run(s, &sql, &count, why) != 0)
		return -1;
	root->counts.deleted += count;
	return 0;
}

static int
close_versions(struct postgres *s, struct postgres_table *root, const char *now,
    struct fail *why)
{
	uint64_t count = 0;
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	sql_merge_add_close(&root->sql, now, NULL, &sql);
	if (postgres_run(s, &sql, &count, why) != 0)
		return -1;
	root->counts.updated += count;
	return 0;
}

static int
merge_history(struct postgres *s, struct postgres_table *root, struct fail *why)
{
	char now[INSTANT_TEXT_BYTES] = "";
	struct instant at;
	uint64_t count;

	if (instant_from_ms(s->base.now_ms, &at) == 0)
		(void)instant_format(&at, now);
	if (drop_doubled(s, root, NULL, why) != 0 ||
	    (s->options.closes_absent && !root->is_settled &&
		!root->table->is_incomplete &&
		end_absent(s, root, now, why) != 0) ||
	    run(s, root, sql_merge_add_same, NULL, &count, why) != 0)
		return -1;
	root->staged_count -= count;
	root->counts.unchanged += count;
	if ((count > 0 && drop_orphans(s, root, NULL, why) != 0) ||
	    close_versions(s, root, now, why) != 0)
		return -1;
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (t && insert_table(s, t, NULL, why) != 0)
			return -1;
	}
	return 0;
}

/* --- what did not come -------------------------------------------------- */

static int
delete_absent(struct postgres *s, const struct postgres_table *root,
    struct fail *why)
{
	for (size_t i = s->table_count; i-- > 0;) {
		struct postgres_table *t = postgres_table_member(s, root, i);
		uint64_t count = 0;
		struct buf sql;

		if (!t || t->is_new)
			continue;
		buf_init(&sql, SQL_BYTES_MAX);
		if (!sql_merge_add_absent(&t->sql, &sql)) {
			buf_free(&sql);
			return fail_set(why, STATUS_DATA,
			    "a parent's name holds U+0000, which PostgreSQL "
			    "cannot keep");
		}
		if (postgres_run(s, &sql, &count, why) != 0)
			return -1;
		t->counts.deleted += count;
	}
	return 0;
}

/* --- trees -------------------------------------------------------------- */

int
postgres_merge_prepare(struct postgres *s, struct postgres_table *root,
    struct fail *why)
{
	bool is_staged = !root->is_direct;

	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (t && postgres_table_end_lanes(s, t, why) != 0)
			return -1;
		is_staged |= t && t->has_stage;
	}
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (!t)
			continue;
		if (postgres_table_define(s, t, why) != 0 ||
		    (is_staged && !s->options.ddl &&
			postgres_table_make_stage(s, t, why) != 0))
			return -1;
		if ((t->is_new || t->is_merged || t->is_history) &&
		    postgres_table_make_key(s, t, why) != 0)
			return -1;
	}
	return 0;
}

bool
postgres_merge_is_due(const struct postgres *s,
    const struct postgres_table *root)
{
	for (size_t i = 0; i < s->table_count; i++) {
		const struct postgres_table *t =
		    postgres_table_member(s, root, i);

		if (t && t->staged_count > 0)
			return true;
	}
	return false;
}

/* Rows go when the others have come, so that a reference which moves from one
 * that goes to one that comes always holds. A row that takes over a unique
 * value from one that goes needs it the other way round. */
static int
merge_synced(struct postgres *s, struct postgres_table *root, struct fail *why)
{
	int result = 0;

	if (postgres_merge_is_due(s, root))
		result = postgres_batch_try(s, root, NULL, why);
	if (result < 0 || delete_absent(s, root, why) != 0)
		return -1;
	return result == 1 ? postgres_merge_rows(s, root, NULL, why) : 0;
}

static int
finish_tree(struct postgres *s, struct postgres_table *root, struct fail *why)
{
	bool is_synced = s->options.mode == MODE_SYNC && !root->table->is_own &&
	    !root->table->is_incomplete && !root->is_direct &&
	    !root->is_settled;
	int result = 0;

	if (postgres_merge_prepare(s, root, why) != 0)
		return -1;
	if (s->options.ddl)
		return 0;
	if (root->is_history)
		result = merge_history(s, root, why);
	else if (is_synced)
		result = merge_synced(s, root, why);
	else if (postgres_merge_is_due(s, root))
		result = postgres_merge_rows(s, root, NULL, why);
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (!t)
			continue;
		t->staged_count = 0;
		t->is_settled = true;
	}
	return result;
}

int
postgres_merge_finish(struct postgres *s, struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i] && !s->tables[i]->table->parent &&
		    !s->tables[i]->is_settled &&
		    finish_tree(s, s->tables[i], why) != 0)
			return fail_prefix(why, "%s",
			    s->tables[i]->table->name);
	return 0;
}
