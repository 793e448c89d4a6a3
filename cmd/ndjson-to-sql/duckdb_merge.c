/* SPDX-License-Identifier: ISC */
/*
 * The order of the statements, and what their counts mean.
 */
#include "duckdb_merge.h"

#include "duckdb.h"
#include "duckdb_agree.h"
#include "duckdb_limit.h"
#include "duckdb_slice.h"
#include "instant.h"
#include "schema.h"
#include "sql_merge.h"
#include "sql_upsert.h"

/* A root table and those below it, in the order of their ids: each comes
 * behind the one that it hangs on. */
struct family {
	struct duckdb *d;
	struct duckdb_table *root;
	enum mode mode;
	char now[INSTANT_TEXT_BYTES]; /* of the load, for histories */
};

typedef void add_statement(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* Runs one statement; how many rows it changed. */
static int
change(struct duckdb *d, const struct duckdb_table *t, add_statement *add,
    uint64_t *changed, struct fail *why)
{
	struct buf sql;

	buf_init(&sql, BOUND_LINE_BYTES);
	add(&t->sql, NULL, &sql);
	return duckdb_db_run_buf(&d->db, &sql, changed, why);
}

static bool
is_member(const struct family *f, const struct duckdb_table *t)
{
	return t && t->sql.table->root == f->root->sql.table;
}

/* The member behind `t`, which is one, or NULL. */
static struct duckdb_table *
next(const struct family *f, const struct duckdb_table *t)
{
	for (size_t id = t->sql.table->id + 1; id < f->d->table_count; id++)
		if (is_member(f, f->d->tables[id]))
			return f->d->tables[id];
	return NULL;
}

/* The member before `t`, or the last one if that is NULL. */
static struct duckdb_table *
previous(const struct family *f, const struct duckdb_table *t)
{
	size_t id = t ? t->sql.table->id : f->d->table_count;

	while (id-- > 0)
		if (is_member(f, f->d->tables[id]))
			return f->d->tables[id];
	return NULL;
}

/* --- doubled records ---------------------------------------------------- */

/* Takes out the child rows whose record has gone. */
static int
drop_orphans(struct family *f, struct fail *why)
{
	for (struct duckdb_table *t = next(f, f->root); t; t = next(f, t)) {
		uint64_t gone = 0;

		if (t->row_count == 0)
			continue;
		if (change(f->d, t, sql_merge_add_orphans, &gone, why) != 0)
			return -1;
		t->row_count -= gone;
	}
	return 0;
}

/* Takes the rows out of the root that the statement names. */
static int
drop_rows(struct family *f, add_statement *add, uint64_t *count,
    struct fail *why)
{
	uint64_t gone = 0;

	if (f->root->row_count == 0)
		return 0;
	if (change(f->d, f->root, add, &gone, why) != 0)
		return -1;
	f->root->row_count -= gone;
	*count += gone;
	return gone > 0 ? drop_orphans(f, why) : 0;
}

/* How many rows have a key that another one has. That is one pass over the
 * key; to say which ones takes a sort. */
static int
count_doubled(struct family *f, int64_t *count, struct fail *why)
{
	const struct duckdb_table *t = f->root;
	const struct column *key[SCHEMA_KEY_MAX];
	size_t parts = sql_table_key(t->sql.table, key);
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql,
	    "SELECT coalesce(sum(n - 1), 0)::BIGINT FROM "
	    "(SELECT count(*) AS n FROM ");
	duckdb_db_quote(&sql, t->filled);
	for (size_t i = 0; i < parts; i++) {
		buf_add(&sql, i == 0 ? " GROUP BY " : ",");
		duckdb_db_quote(&sql, key[i]->name);
	}
	buf_add(&sql, " HAVING count(*) > 1)");
	result = duckdb_db_number(&f->d->db, sql.data, count, why);
	buf_free(&sql);
	return result;
}

/* Of records with the same key the last one stays. */
static int
drop_doubled(struct family *f, struct fail *why)
{
	struct duckdb_table *root = f->root;
	int64_t doubled = 0;

	if (root->sql.table->key_count == 0 || root->sql.table->is_own ||
	    root->row_count == 0)
		return 0;
	if (count_doubled(f, &doubled, why) != 0)
		return -1;
	if (doubled == 0)
		return 0;
	return drop_rows(f, sql_merge_add_doubled, &root->counts.doubled, why);
}

/* --- merging ------------------------------------------------------------ */

static int
insert_rows(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	uint64_t changed = t->row_count;

	if (!t->is_fresh && t->row_count > 0 &&
	    change(d, t, sql_upsert_add_insert, &changed, why) != 0)
		return -1;
	t->counts.inserted += changed;
	return 0;
}

static int
count_known(struct duckdb *d, const struct duckdb_table *t, uint64_t *known,
    struct fail *why)
{
	struct buf sql;
	int64_t number;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	sql_merge_add_known(&t->sql, NULL, &sql);
	result = duckdb_db_number(&d->db, sql.data, &number, why);
	buf_free(&sql);
	*known = (uint64_t)number;
	return result;
}

static int
count_rows(struct duckdb *d, const struct duckdb_table *t, int64_t *count,
    struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, "SELECT count(*) FROM ");
	sql_table_add_name(&t->sql, &sql);
	result = duckdb_db_number(&d->db, sql.data, count, why);
	buf_free(&sql);
	return result;
}

static int
merge_rows(struct duckdb *d, struct duckdb_table *t, struct fail *why)
{
	struct duckdb_slices slices;
	uint64_t changed, inserted;
	int64_t before, after;
	int result;

	if (t->is_fresh || t->row_count == 0 ||
	    !sql_table_is_keyed(t->sql.table))
		return insert_rows(d, t, why);
	if (count_rows(d, t, &before, why) != 0)
		return -1;
	result = duckdb_slices_find(d, t, &slices, why);
	if (result == 0)
		result = duckdb_slices_merge(d, t, &slices, &changed, why);
	if (result == 0)
		result = count_rows(d, t, &after, why);
	/* No index forbids a key twice. Where one is, more rows were found
	 * than records came for them. */
	if (result == 0 &&
	    (uint64_t)(after - before) + slices.known != t->row_count)
		result = fail_set(why, STATUS_DATA,
		    "rows of '%s' share their key already; use --append, or "
		    "another --key",
		    t->sql.table->name);
	if (result == 0) {
		inserted = t->row_count - slices.known;
		t->counts.inserted += inserted;
		t->counts.updated += changed - inserted;
		t->counts.unchanged += slices.known - (changed - inserted);
	}
	duckdb_slices_free(&slices);
	return result;
}

static int
cut_lists(struct family *f, struct fail *why)
{
	if (f->root->is_fresh || f->root->row_count == 0)
		return 0;
	for (struct duckdb_table *t = previous(f, NULL); t != f->root;
	     t = previous(f, t)) {
		uint64_t gone = 0;

		if (t->is_fresh)
			continue;
		if (change(f->d, t, sql_merge_add_cut, &gone, why) != 0)
			return -1;
		t->counts.deleted += gone;
	}
	return 0;
}

/* Rows go, from the deepest table on: all, or those that did not come. */
static int
delete_rows(struct family *f, bool is_absent, struct fail *why)
{
	for (struct duckdb_table *t = previous(f, NULL); t;
	     t = previous(f, t)) {
		uint64_t gone = 0;
		struct buf sql;

		if (t->is_fresh || f->root->is_fresh)
			continue;
		buf_init(&sql, BOUND_LINE_BYTES);
		if (is_absent)
			(void)sql_merge_add_absent(&t->sql, &sql);
		else
			sql_merge_add_clear(&t->sql, &sql);
		if (duckdb_db_run_buf(&f->d->db, &sql, &gone, why) != 0)
			return -1;
		t->counts.deleted += gone;
	}
	return 0;
}

static int
merge(struct family *f, struct fail *why)
{
	if (drop_doubled(f, why) != 0 ||
	    (f->mode == MODE_REPLACE ? delete_rows(f, false, why)
				     : cut_lists(f, why)) != 0)
		return -1;
	for (struct duckdb_table *t = f->root; t; t = next(f, t))
		if ((f->mode == MODE_REPLACE ? insert_rows(f->d, t, why)
					     : merge_rows(f->d, t, why)) != 0)
			return -1;
	return f->mode == MODE_SYNC && !f->root->sql.table->is_incomplete
	    ? delete_rows(f, true, why)
	    : 0;
}

/* --- appending ---------------------------------------------------------- */

/* There is no index that would refuse a key that is there. */
static int
check_keys(struct family *f, struct fail *why)
{
	const struct duckdb_table *t = f->root;
	uint64_t known = 0;
	int64_t doubled = 0;

	if (t->sql.table->key_count == 0 || t->row_count == 0)
		return 0;
	if ((!t->is_fresh && count_known(f->d, t, &known, why) != 0) ||
	    count_doubled(f, &doubled, why) != 0)
		return -1;
	if (known == 0 && doubled == 0)
		return 0;
	return fail_set(why, STATUS_DATA,
	    "%llu of the records of '%s' have a key that is there already; "
	    "--merge updates rows",
	    (unsigned long long)known + (unsigned long long)doubled,
	    t->sql.table->name);
}

static int
append(struct family *f, struct fail *why)
{
	if (check_keys(f, why) != 0)
		return -1;
	for (struct duckdb_table *t = f->root; t; t = next(f, t))
		if (insert_rows(f->d, t, why) != 0)
			return -1;
	return 0;
}

/* --- histories ---------------------------------------------------------- */

/* Ends versions: of what did not come, or of what came changed. */
static int
close_versions(struct family *f, bool is_absent, uint64_t *count,
    struct fail *why)
{
	uint64_t changed = 0;
	struct buf sql;

	buf_init(&sql, BOUND_LINE_BYTES);
	if (is_absent)
		(void)sql_merge_add_close_absent(&f->root->sql, f->now, &sql);
	else
		sql_merge_add_close(&f->root->sql, f->now, NULL, &sql);
	if (duckdb_db_run_buf(&f->d->db, &sql, &changed, why) != 0)
		return -1;
	*count += changed;
	return 0;
}

static int
keep_history(struct family *f, struct fail *why)
{
	struct duckdb_table *root = f->root;

	if (drop_doubled(f, why) != 0)
		return -1;
	if (!root->is_fresh) {
		if (f->d->options.closes_absent &&
		    !root->sql.table->is_incomplete &&
		    close_versions(f, true, &root->counts.deleted, why) != 0)
			return -1;
		if (drop_rows(f, sql_merge_add_same, &root->counts.unchanged,
			why) != 0 ||
		    close_versions(f, false, &root->counts.updated, why) != 0)
			return -1;
	}
	for (struct duckdb_table *t = root; t; t = next(f, t))
		if (insert_rows(f->d, t, why) != 0)
			return -1;
	return 0;
}

/* --- the whole ---------------------------------------------------------- */

/* Flushes what was appended, and brings tables and stages to the same
 * columns. */
static int
prepare(struct family *f, struct fail *why)
{
	struct duckdb *d = f->d;

	for (struct duckdb_table *t = f->root; t; t = next(f, t))
		if (duckdb_table_flush(d, t, why) != 0 ||
		    duckdb_table_fill(d, t, why) != 0 ||
		    (!d->options.ddl && duckdb_agree(d, t, why) != 0))
			return -1;
	return 0;
}

static bool
has_news(const struct family *f)
{
	for (struct duckdb_table *t = f->root; t; t = next(f, t))
		if (t->is_filled || !t->is_brought)
			return true;
	return false;
}

int
duckdb_merge_run(struct duckdb *d, struct duckdb_table *root, struct fail *why)
{
	struct family f = {.d = d, .root = root};
	struct instant at;
	int result;

	if (!has_news(&f))
		return 0;
	f.mode = root->sql.table->is_own ? MODE_MERGE : d->options.mode;
	if (instant_from_ms(d->base.now_ms, &at) == 0)
		(void)instant_format(&at, f.now);
	if (duckdb_limit_merge(d, root, why) != 0 || prepare(&f, why) != 0)
		return -1;
	if (d->options.ddl)
		return 0;
	if (root->counts.rejected > 0 && drop_orphans(&f, why) != 0)
		return -1;
	if (f.mode == MODE_HISTORY)
		result = keep_history(&f, why);
	else if (f.mode == MODE_APPEND)
		result = append(&f, why);
	else
		result = merge(&f, why);
	for (struct duckdb_table *t = root; t && result == 0; t = next(&f, t))
		result = duckdb_table_settle(d, t, why);
	return result;
}
