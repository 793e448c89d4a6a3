/* SPDX-License-Identifier: ISC */
/*
 * Writing a batch on trial, inside a savepoint. What the sink remembers of
 * rows is put back afterwards; what is made (tables, indexes) is made before.
 */
#include "sqlite_trial.h"

#include "mem.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"
#include "sqlite_merge.h"
#include "sqlite_rows.h"

#include <stdlib.h>

/* What the trial changes in a table. */
struct state {
	struct sink_counts counts;
	int64_t last_rowid;
};

/* Whether the batch has rows for the table. */
static bool
has_rows(const struct sqlite *s, const struct batch *b, size_t id)
{
	return id < s->table_count && b->tables[id].table &&
	    b->tables[id].count > 0;
}

static bool
may_refuse(const struct sqlite *s, const struct batch *b)
{
	for (size_t id = 0; id < b->table_count; id++)
		if (has_rows(s, b, id) && s->tables[id].has_constraints)
			return true;
	return false;
}

static int
make_tables(struct sqlite *s, const struct batch *b, struct fail *why)
{
	for (size_t id = 0; id < b->table_count; id++) {
		if (!has_rows(s, b, id))
			continue;
		if (sqlite_table_make(s, &s->tables[id], why) != 0 ||
		    (!s->tables[id].is_fresh &&
			s->options.mode != MODE_APPEND &&
			sqlite_merge_make_key(s, &s->tables[id], why) != 0))
			return -1;
	}
	return 0;
}

static int
write_all(struct sqlite *s, struct batch *b, struct fail *why)
{
	int result = 0;

	for (size_t id = 0; id < b->table_count && result == 0; id++)
		if (has_rows(s, b, id))
			result = sqlite_rows_write(s, &s->tables[id], b, why);
	return result;
}

/* The rows are as they came, but for those that were refused: their number. A
 * record counts for the table that it names. */
static uint64_t
put_back(struct sqlite *s, struct batch *b, const struct state *before)
{
	uint64_t refused = 0;

	for (size_t id = 0; id < s->table_count; id++) {
		struct sqlite_table *t = &s->tables[id];
		uint64_t count =
		    t->counts.rejected - before[id].counts.rejected;

		/* Roots come before what is below them. */
		t->counts = before[id].counts;
		t->last_rowid = before[id].last_rowid;
		if (!t->table)
			continue;
		s->tables[t->table->root->id].counts.rejected += count;
		refused += count;
	}
	for (size_t i = 0; i < b->origin_count; i++) {
		b->origins[i].is_known = b->origins[i].is_again = false;
		b->origins[i].is_dropped = b->origins[i].is_refused;
	}
	for (size_t id = 0; id < b->table_count; id++)
		for (size_t i = 0; i < b->tables[id].count; i++)
			b->tables[id].rows[i].is_same = false;
	return refused;
}

/* 1: records were refused; 0; -1. */
static int
try_once(struct sqlite *s, struct batch *b, struct fail *why)
{
	struct state *before;
	uint64_t refused;
	int result;

	if (sqlite_db_run(s->db, "SAVEPOINT trial", why) != 0)
		return -1;
	before = mem_alloc(s->table_count, sizeof(*before));
	for (size_t id = 0; id < s->table_count; id++)
		before[id] = (struct state){s->tables[id].counts,
		    s->tables[id].last_rowid};
	s->is_trial = true;
	result = write_all(s, b, why);
	s->is_trial = false;
	refused = put_back(s, b, before);
	free(before);
	if (result != 0 ||
	    sqlite_db_run(s->db, "ROLLBACK TO trial; RELEASE trial", why) != 0)
		return -1;
	return refused > 0;
}

int
sqlite_trial_run(struct sqlite *s, struct batch *b, struct fail *why)
{
	int result;

	if (!s->options.reject || s->options.ddl || s->bulk.is_open ||
	    !may_refuse(s, b))
		return 0;
	if (make_tables(s, b, why) != 0)
		return -1;
	/* Without a record that is refused, an earlier one of its key comes
	 * to light, which may be refused as well. */
	do
		result = try_once(s, b, why);
	while (result == 1);
	return result;
}
