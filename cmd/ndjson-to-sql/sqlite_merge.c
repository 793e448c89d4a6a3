/* SPDX-License-Identifier: ISC */
/*
 * Merging by key. The state of each row of a root table during the load is
 * kept (sqlite_seen.h), so that the counts are exact and --sync knows what did
 * not come:
 *
 *      a new key            INSERT hook      -> inserted
 *      a known key          loader_meets()   -> unchanged
 *      ... that differs     UPDATE hook      -> updated
 *      a key seen before    loader_meets()   -> counted as doubled
 *
 * Of the rows of lists only those that changed are kept: where a record comes
 * again, all others of its list were counted as unchanged.
 */
#include "sqlite_merge.h"

#include "mem.h"
#include "schema.h"
#include "sql_compare.h"
#include "sqlite.h"
#include "sqlite_db.h"
#include "sqlite_history.h"
#include "sqlite_rows.h"
#include "sqlite_sync.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- the index ---------------------------------------------------------- */

size_t
sqlite_merge_key(const struct table *t,
    const struct column *key[SCHEMA_KEY_MAX])
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

/* Appends "(k1,k2)". */
static void
add_key_columns(const struct table *t, struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sqlite_merge_key(t, key);

	for (size_t i = 0; i < count; i++) {
		buf_add_char(sql, i == 0 ? '(' : ',');
		sqlite_db_quote(sql, key[i]->name);
	}
	buf_add_char(sql, ')');
}

/* Whether the name is that of something else than an index of the table. */
static int
is_taken(struct sqlite *s, const struct table *t, const char *name, bool *taken,
    struct fail *why)
{
	static const char query[] = "SELECT NOT (type = 'index' AND tbl_name ="
				    " ?2 COLLATE NOCASE) FROM sqlite_schema"
				    " WHERE name = ?1 COLLATE NOCASE";
	sqlite3_stmt *found = NULL;
	int result;

	if (sqlite3_prepare_v2(s->db, query, -1, &found, NULL) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot read the database");
	(void)sqlite3_bind_text(found, 1, name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(found, 2, t->name, -1, SQLITE_STATIC);
	result = sqlite_db_step(found, why);
	*taken = result == 1 && sqlite3_column_int(found, 0) != 0;
	(void)sqlite3_finalize(found);
	return result < 0 ? -1 : 0;
}

/* The index of "t" is "t.key": no table of ours has a dot in its name, but
 * one that --table named may. */
static int
add_index_name(struct sqlite *s, const struct table *t, struct buf *sql,
    struct fail *why)
{
	struct buf name;
	bool taken = true;
	int result = 0;

	buf_init(&name, SQL_BYTES_MAX);
	for (unsigned n = 1; taken && result == 0; n++) {
		buf_clear(&name);
		buf_addf(&name, "%s.key", t->name);
		if (n > 1)
			buf_addf(&name, "_%u", n);
		result = is_taken(s, t, name.data, &taken, why);
	}
	sqlite_db_quote(sql, name.data);
	buf_free(&name);
	return result;
}

static int
run(struct sqlite *s, struct buf *sql, struct fail *why)
{
	int result = buf_check(sql, "a statement", why);

	if (result == 0)
		result = sqlite_db_run(s->db, sql->data, why);
	buf_free(sql);
	return result;
}

int
sqlite_merge_drop_key(struct sqlite *s, struct sqlite_table *t,
    struct fail *why)
{
	struct buf sql;

	if (s->options.ddl)
		return 0;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "DROP INDEX IF EXISTS ");
	if (add_index_name(s, t->table, &sql, why) != 0) {
		buf_free(&sql);
		return -1;
	}
	return run(s, &sql, why);
}

static int
create_index(struct sqlite *s, const struct table *t, const char *create,
    struct fail *why)
{
	struct buf sql;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, create);
	if (add_index_name(s, t, &sql, why) != 0) {
		buf_free(&sql);
		return -1;
	}
	buf_add(&sql, " ON ");
	sqlite_db_quote(&sql, t->name);
	add_key_columns(t, &sql);
	if (t->valid_to) {
		buf_add(&sql, " WHERE ");
		sqlite_db_quote(&sql, t->valid_to->name);
		buf_add(&sql, " IS NULL");
	}
	return run(s, &sql, why);
}

int
sqlite_merge_create_key(struct sqlite *s, const struct sqlite_table *t,
    struct fail *why)
{
	return create_index(s, t->table, "CREATE UNIQUE INDEX IF NOT EXISTS ",
	    why);
}

/* Whether a unique index or primary key of just these columns is there: 1, 0
 * or -1. An ON CONFLICT that matches none does not compile. */
static int
has_fitting_key(struct sqlite *s, const struct table *t, struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "INSERT INTO ");
	sqlite_db_quote(&sql, t->name);
	add_key_columns(t, &sql);
	buf_add(&sql, " SELECT NULL");
	for (size_t i = t->parent ? 2 : t->key_count; i > 1; i--)
		buf_add(&sql, ",NULL");
	buf_add(&sql, " WHERE true ON CONFLICT");
	add_key_columns(t, &sql);
	buf_add(&sql, " DO NOTHING");
	result = sqlite_db_compiles(s->db, &sql, why);
	buf_free(&sql);
	return result;
}

int
sqlite_merge_make_key(struct sqlite *s, struct sqlite_table *t,
    struct fail *why)
{
	int fits = 0;

	if (t->has_key || (!t->table->parent && t->table->key_count == 0))
		return 0;
	t->has_key = true;
	if (!t->table->valid_to)
		fits = has_fitting_key(s, t->table, why);
	if (fits != 0)
		return fits < 0 ? -1 : 0;
	if (sqlite_merge_create_key(s, t, why) == 0)
		return 0;
	if (why->status == STATUS_DATA)
		(void)fail_prefix(why,
		    "rows of '%s' share their key already; use --append, or "
		    "another --key",
		    t->table->name);
	return -1;
}

/* --- merging ------------------------------------------------------------ */

static bool
is_key_column(const struct table *t, const struct column *c)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sqlite_merge_key(t, key);

	for (size_t i = 0; i < count; i++)
		if (key[i] == c)
			return true;
	return false;
}

void
sqlite_merge_add_clause(const struct sqlite_table *t, struct buf *sql)
{
	const char *separator = " DO UPDATE SET ";
	size_t count = 0;

	buf_add(sql, " ON CONFLICT");
	add_key_columns(t->table, sql);
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		if (is_key_column(t->table, c))
			continue;
		buf_add(sql, separator);
		sqlite_db_quote(sql, c->name);
		buf_add(sql, "=excluded.");
		sqlite_db_quote(sql, c->name);
		separator = ",";
	}
	buf_addf(sql, " WHERE loader_meets(%s)",
	    t->has_rowid ? "_rowid_" : "0");
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i].column;

		/* That another load brought the same row is no change. */
		if (is_key_column(t->table, c) || c == t->table->load_id)
			continue;
		buf_add(sql, count == 0 ? " AND ((" : "");
		sql_compare_add_word(count++, "OR", sql);
		sqlite_db_quote(sql, t->table->name);
		buf_add_char(sql, '.');
		sqlite_db_quote(sql, c->name);
		buf_add(sql, " IS NOT excluded.");
		sqlite_db_quote(sql, c->name);
		/* Somebody else's column may not tell capitals apart. */
		buf_add(sql, t->table->is_foreign ? " COLLATE BINARY" : "");
	}
	/* Where all is of the key, nothing differs; a plain "false" would
	 * make SQLite leave the call out. */
	buf_add(sql, count > 0 ? "))" : "=0");
}

void
sqlite_merge_note(const struct sqlite *s, struct sqlite_table *t, int64_t rowid,
    enum sqlite_seen_state state)
{
	if (!s->is_trial)
		sqlite_seen_set(&t->seen, rowid, state);
}

/* A row of the feed meets a row of the table: loader_meets(rowid). */
static void
on_meeting(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct sqlite *s = sqlite3_user_data(context);
	struct sqlite_table *t = s->current;
	const struct row *row = &s->feed.rows->rows[feed_place(&s->feed)];
	struct origin *o =
	    &s->feed.batch
		 ->origins[row->sequence - s->feed.batch->first_sequence];
	int64_t rowid = sqlite3_value_int64(argv[0]);

	(void)argc;
	o->is_known = true;
	sqlite3_result_int(context, 1);
	if (row == t->retried)
		return;
	if (!t->table->parent && t->has_rowid) {
		if (sqlite_seen_get(&t->seen, rowid) != SEEN_NOT) {
			o->is_again = true;
			t->counts.doubled++;
			return;
		}
		sqlite_merge_note(s, t, rowid, SEEN_UNCHANGED);
	}
	/* A row of a list was counted when its record came first. */
	t->counts.unchanged += !(t->table->parent && o->is_again);
}

/* loader_seen(rowid): whether the row came in this load. */
static void
on_question(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const struct sqlite *s = sqlite3_user_data(context);
	int64_t rowid = sqlite3_value_int64(argv[0]);

	(void)argc;
	sqlite3_result_int(context,
	    !s->current ||
		sqlite_seen_get(&s->current->seen, rowid) != SEEN_NOT);
}

static void
on_update(const struct sqlite *s, struct sqlite_table *t, int64_t rowid)
{
	/* Of lists only the rows that changed are noted. */
	if (sqlite_seen_get(&t->seen, rowid) !=
	    (t->table->parent ? SEEN_NOT : SEEN_UNCHANGED))
		return;
	sqlite_merge_note(s, t, rowid, SEEN_UPDATED);
	t->counts.unchanged--;
	t->counts.updated++;
}

/* SQLite calls this for each row that it writes. */
static void
on_write(void *context, int operation, const char *database, const char *table,
    sqlite3_int64 rowid)
{
	struct sqlite *s = context;
	struct sqlite_table *t = s->current;

	(void)database;
	/* A trigger may write to other tables, and more rows into this one. */
	if (!t || strcasecmp(table, t->table->name) != 0)
		return;
	if (operation == SQLITE_INSERT) {
		t->counts.inserted += !t->has_triggers || !s->has_inserted;
		s->has_inserted = true;
		sqlite_merge_note(s, t, rowid, SEEN_INSERTED);
	} else if (operation == SQLITE_UPDATE) {
		on_update(s, t, rowid);
	}
}

int
sqlite_merge_register(struct sqlite *s, struct fail *why)
{
	const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;

	if (sqlite3_create_function_v2(s->db, "loader_meets", 1, flags, s,
		on_meeting, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "loader_seen", 1, flags, s,
		on_question, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_db_fail(s->db, why, "cannot make a function");
	return sqlite_same_register(s, why);
}

/* --- doubled records of a batch ----------------------------------------- */

static uint64_t
hash_key(const struct table *t, const struct row *row)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < t->key_count; i++)
		hash = batch_hash_cell(&row->cells[t->key[i]->index], hash);
	return hash;
}

static bool
same_key(const struct table *t, const struct row *a, const struct row *b)
{
	for (size_t i = 0; i < t->key_count; i++) {
		const struct cell *x = &a->cells[t->key[i]->index];
		const struct cell *y = &b->cells[t->key[i]->index];

		if (x->kind != y->kind)
			return false;
		if (x->kind == CELL_TEXT ? x->len != y->len ||
			    memcmp(x->text, y->text, x->len) != 0
					 : x->integer != y->integer)
			return false;
	}
	return true;
}

void
sqlite_merge_drop_doubled(struct sqlite_table *t, struct batch *b)
{
	const struct batch_table *rows = &b->tables[t->table->id];
	size_t slots = 16;
	uint32_t *slot;

	while (slots < rows->count * 2)
		slots *= 2;
	slot = mem_alloc(slots, sizeof(*slot)); /* row index + 1 */
	/* From the last one on: who finds its key there comes earlier. */
	for (size_t i = rows->count; i-- > 0;) {
		const struct row *row = &rows->rows[i];
		size_t at = (size_t)hash_key(t->table, row) & (slots - 1);

		if (batch_origin(b, row)->is_refused)
			continue;
		while (slot[at] != 0 &&
		    !same_key(t->table, row, &rows->rows[slot[at] - 1]))
			at = (at + 1) & (slots - 1);
		if (slot[at] == 0) {
			slot[at] = (uint32_t)i + 1;
			continue;
		}
		b->origins[row->sequence - b->first_sequence].is_dropped = true;
		t->counts.doubled++;
	}
	free(slot);
}

/* How many rows of the feed are to be written. */
static uint64_t
count_wanted(const struct feed *f)
{
	uint64_t count = 0;

	for (size_t i = 0; i < f->rows->count; i++)
		count += !batch_origin(f->batch, &f->rows->rows[i])->is_dropped;
	return count;
}

int
sqlite_merge_write(struct sqlite *s, struct sqlite_table *t, struct batch *b,
    struct fail *why)
{
	struct sink_counts before;
	uint64_t wanted;
	int result;

	if (sqlite_merge_make_key(s, t, why) != 0)
		return -1;
	/* Without rowids nobody could tell later that a key came before; but
	 * a record must not be dropped for one that may be rejected. */
	if (!t->table->parent &&
	    (t->has_children || sqlite_same_pays(t) ||
		(!t->has_rowid && !s->options.reject)))
		sqlite_merge_drop_doubled(t, b);
	s->current = t;
	if (sqlite_same_mark(s, t, why) != 0)
		return -1;
	/* There is no hook for tables WITHOUT ROWID: count what is left. */
	before = t->counts;
	wanted = count_wanted(&s->feed);
	if (t->has_rowid)
		(void)sqlite3_update_hook(s->db, on_write, s);
	result = sqlite_rows_insert(s, t, why);
	(void)sqlite3_update_hook(s->db, NULL, NULL);
	s->current = NULL;
	if (result == 0 && !t->has_rowid) {
		uint64_t met = t->counts.unchanged - before.unchanged;
		uint64_t new =
		    wanted - met - (t->counts.rejected - before.rejected);

		t->counts.inserted += new;
		t->counts.updated += (uint64_t)s->written - new;
		t->counts.unchanged -= (uint64_t)s->written - new;
	}
	return result;
}

/* --- the end ------------------------------------------------------------ */

/* Deletes the rows of a root record from all its tables by their rowids. */
static int
delete_sequence(struct sqlite *s, const struct sqlite_table *root,
    int64_t sequence, struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++) {
		struct sqlite_table *t = &s->tables[i];
		struct buf sql;

		if (!t->table || t->table->root != root->table || !t->is_made)
			continue;
		buf_init(&sql, SQL_BYTES_MAX);
		buf_add(&sql, "DELETE FROM ");
		sqlite_db_quote(&sql, t->table->name);
		if (t->table->parent)
			buf_addf(&sql, " WHERE _rowid_ BETWEEN %lld AND %lld",
			    (long long)sequence << FEED_PLACE_BITS,
			    (((long long)sequence + 1) << FEED_PLACE_BITS) - 1);
		else
			buf_addf(&sql, " WHERE _rowid_ = %lld",
			    (long long)sequence);
		if (run(s, &sql, why) != 0)
			return -1;
		t->counts.inserted -= (uint64_t)sqlite3_changes64(s->db);
		if (!t->table->parent)
			t->counts.doubled++;
	}
	return 0;
}

/* The rowids of rows whose key comes again behind them. */
static int
find_doubled(struct sqlite *s, const struct sqlite_table *t, int64_t **rowids,
    size_t *count, struct fail *why)
{
	sqlite3_stmt *statement = NULL;
	size_t capacity = 0;
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT _rowid_ FROM ");
	sqlite_db_quote(&sql, t->table->name);
	buf_add(&sql, " AS a WHERE EXISTS (SELECT 1 FROM ");
	sqlite_db_quote(&sql, t->table->name);
	buf_add(&sql, " AS b WHERE b._rowid_ > a._rowid_");
	for (size_t i = 0; i < t->table->key_count; i++) {
		buf_add(&sql, " AND b.");
		sqlite_db_quote(&sql, t->table->key[i]->name);
		buf_add(&sql, " = a.");
		sqlite_db_quote(&sql, t->table->key[i]->name);
	}
	buf_add_char(&sql, ')');
	result = sqlite_db_prepare(s->db, &sql, &statement, why);
	while (result == 0 && (result = sqlite_db_step(statement, why)) == 1) {
		*rowids =
		    mem_grow(*rowids, &capacity, *count + 1, sizeof(**rowids));
		(*rowids)[(*count)++] = sqlite3_column_int64(statement, 0);
		result = 0;
	}
	(void)sqlite3_finalize(statement);
	buf_free(&sql);
	return result;
}

static int
remove_doubled(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	int64_t *rowids = NULL;
	size_t count = 0;
	int result = 0;

	if (create_index(s, t->table, "CREATE INDEX ", why) != 0 ||
	    find_doubled(s, t, &rowids, &count, why) != 0)
		result = -1;
	for (size_t i = 0; i < count && result == 0; i++)
		result = delete_sequence(s, t, rowids[i], why);
	free(rowids);
	if (result == 0)
		result = sqlite_merge_drop_key(s, t, why);
	return result;
}

static int
make_fresh_key(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	if (t->has_key || (!t->table->parent && t->table->key_count == 0))
		return 0;
	t->has_key = true;
	if (sqlite_merge_create_key(s, t, why) == 0)
		return 0;
	if (why->status != STATUS_DATA)
		return -1;
	if (!t->is_merged)
		return fail_prefix(why, "records of '%s' share their key",
		    t->table->name);
	if (remove_doubled(s, t, why) != 0)
		return -1;
	return sqlite_merge_create_key(s, t, why);
}

int
sqlite_merge_finish(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	s->current = NULL;
	if (t->is_fresh)
		return make_fresh_key(s, t, why);
	if (t->table->parent || t->table->is_own || t->table->is_incomplete)
		return 0;
	if (t->is_history)
		return s->options.closes_absent
		    ? sqlite_history_close(s, t, why)
		    : 0;
	return s->options.mode == MODE_SYNC ? sqlite_sync_run(s, t, why) : 0;
}
