/* SPDX-License-Identifier: ISC */
/*
 * Histories. Versions are looked up one by one through the index of the
 * versions in force.
 */
#include "sqlite_history.h"

#include "instant.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"
#include "sqlite_merge.h"
#include "sqlite_sync.h"

#include <string.h>

static void
now_text(const struct sqlite *s, char text[INSTANT_TEXT_BYTES])
{
	struct instant at;

	text[0] = '\0';
	if (instant_from_ms(s->base.now_ms, &at) == 0)
		(void)instant_format(&at, text);
}

static int
prepare(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	const struct table *table = t->table;
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "SELECT _rowid_,");
	sqlite_db_quote(&sql, table->hash->name);
	buf_add_char(&sql, ',');
	sqlite_db_quote(&sql, table->id_column->name);
	buf_add_char(&sql, ',');
	sqlite_db_quote(&sql, table->valid_from->name);
	buf_add(&sql, " FROM ");
	sqlite_db_quote(&sql, table->name);
	buf_add(&sql, " WHERE ");
	sqlite_db_quote(&sql, table->valid_to->name);
	buf_add(&sql, " IS NULL");
	for (size_t i = 0; i < table->key_count; i++) {
		buf_add(&sql, " AND ");
		sqlite_db_quote(&sql, table->key[i]->name);
		buf_addf(&sql, "=?%zu", i + 1);
	}
	result = sqlite_db_prepare(s->db, &sql, &t->find, why);
	buf_clear(&sql);
	buf_add(&sql, "UPDATE ");
	sqlite_db_quote(&sql, table->name);
	buf_add(&sql, " SET ");
	sqlite_db_quote(&sql, table->valid_to->name);
	buf_add(&sql, "=?1 WHERE _rowid_=?2");
	if (result == 0)
		result = sqlite_db_prepare(s->db, &sql, &t->end, why);
	buf_free(&sql);
	return result;
}

static int
end_version(struct sqlite *s, struct sqlite_table *t, int64_t rowid,
    struct fail *why)
{
	char now[INSTANT_TEXT_BYTES];

	now_text(s, now);
	(void)sqlite3_bind_text(t->end, 1, now, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(t->end, 2, rowid);
	t->counts.updated++;
	return sqlite_db_step(t->end, why);
}

/* Appends the condition that a row of a list is of the version `id`. What is
 * in a list has an id that begins with that of the list's row and a dot. */
static void
add_of_version(const struct table *root, const struct table *t, int64_t id,
    struct buf *sql)
{
	long long number = (long long)id;

	if (t == root) {
		sqlite_db_quote(sql, t->id_column->name);
		buf_addf(sql, "=%lld", number);
		return;
	}
	sqlite_db_quote(sql, t->parent_id->name);
	if (t->parent == root) {
		buf_addf(sql, "=%lld", number);
		return;
	}
	buf_addf(sql, ">'%lld.' AND ", number);
	sqlite_db_quote(sql, t->parent_id->name);
	buf_addf(sql, "<'%lld/'", number);
}

/* A version that this load has made, of a record that comes again: the last
 * one counts. */
static int
remove_version(struct sqlite *s, struct sqlite_table *t, int64_t id,
    struct fail *why)
{
	int result = 0;

	for (size_t i = s->table_count; i-- > 0 && result == 0;) {
		struct sqlite_table *below = &s->tables[i];
		struct buf sql;

		if (!below->table || below->table->root != t->table ||
		    !below->is_made)
			continue;
		buf_init(&sql, SQL_BYTES_MAX);
		buf_add(&sql, "DELETE FROM ");
		sqlite_db_quote(&sql, below->table->name);
		buf_add(&sql, " WHERE ");
		add_of_version(t->table, below->table, id, &sql);
		result = sqlite_db_run(s->db, sql.data, why);
		if (result == 0)
			below->counts.inserted -=
			    (uint64_t)sqlite3_changes64(s->db);
		buf_free(&sql);
	}
	t->counts.doubled++;
	return result;
}

/* Whether this load has made the version found, and not committed it yet. */
static bool
is_ours(const struct sqlite *s, sqlite3_stmt *found)
{
	const char *from = sqlite_db_text(found, 3);
	char now[INSTANT_TEXT_BYTES];

	now_text(s, now);
	return from && strcmp(from, now) == 0;
}

static bool
is_same(sqlite3_stmt *found, const struct cell *hash)
{
	const char *text = sqlite_db_text(found, 1);

	return text && hash->kind == CELL_TEXT && strlen(text) == hash->len &&
	    memcmp(text, hash->text, hash->len) == 0;
}

static int
compare_row(struct sqlite *s, struct sqlite_table *t, const struct row *row,
    struct origin *origin, struct fail *why)
{
	const struct table *table = t->table;
	int64_t rowid = 0, id = 0;
	bool same = false, ours = false;
	int result;

	for (size_t i = 0; i < table->key_count; i++)
		sqlite_db_bind(t->find, (int)i + 1,
		    &row->cells[table->key[i]->index]);
	result = sqlite_db_step(t->find, why);
	if (result == 1) {
		rowid = sqlite3_column_int64(t->find, 0);
		id = sqlite3_column_int64(t->find, 2);
		same = is_same(t->find, &row->cells[table->hash->index]);
		ours = is_ours(s, t->find);
	}
	(void)sqlite3_reset(t->find);
	if (result != 1)
		return result;
	if (!same)
		return ours ? remove_version(s, t, id, why)
			    : end_version(s, t, rowid, why);
	origin->is_dropped = true;
	if (ours || sqlite_seen_get(&t->seen, rowid) != SEEN_NOT)
		t->counts.doubled++;
	else
		t->counts.unchanged++;
	sqlite_merge_note(s, t, rowid, SEEN_UNCHANGED);
	return 0;
}

int
sqlite_history_compare(struct sqlite *s, struct sqlite_table *t,
    struct batch *b, struct fail *why)
{
	const struct batch_table *rows = &b->tables[t->table->id];

	if (sqlite_merge_make_key(s, t, why) != 0 ||
	    (!t->find && prepare(s, t, why) != 0))
		return -1;
	sqlite_merge_drop_doubled(t, b);
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];
		struct origin *o =
		    &b->origins[row->sequence - b->first_sequence];

		if (!o->is_dropped && compare_row(s, t, row, o, why) != 0)
			return -1;
	}
	return 0;
}

int
sqlite_history_close(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	char now[INSTANT_TEXT_BYTES];
	struct buf sql;
	int result;

	now_text(s, now);
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "UPDATE ");
	sqlite_db_quote(&sql, t->table->name);
	buf_add(&sql, " SET ");
	sqlite_db_quote(&sql, t->table->valid_to->name);
	buf_addf(&sql, "='%s' WHERE ", now);
	sqlite_db_quote(&sql, t->table->valid_to->name);
	buf_add(&sql, " IS NULL AND ");
	/* What this load has inserted came in it. */
	sqlite_db_quote(&sql, t->table->valid_from->name);
	buf_addf(&sql, "<>'%s' AND ", now);
	sqlite_sync_add_condition(t->table, now, &sql);
	s->current = t;
	result = sqlite_db_run(s->db, sql.data, why);
	s->current = NULL;
	buf_free(&sql);
	if (result == 0)
		t->counts.deleted += (uint64_t)sqlite3_changes64(s->db);
	return result;
}
