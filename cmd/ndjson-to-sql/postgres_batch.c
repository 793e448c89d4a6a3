/* SPDX-License-Identifier: ISC */
/*
 * Halving: where the server refuses a range of records, each half of it is
 * tried inside a savepoint, down to the one record that is at fault.
 */
#include "postgres_batch.h"

#include "mem.h"
#include "postgres.h"
#include "postgres_merge.h"
#include "postgres_table.h"
#include "schema.h"
#include "sql_merge.h"

#include <stdlib.h>

struct saved {
	struct sink_counts counts;
	uint64_t staged_count;
};

static struct saved *
save(const struct postgres *s)
{
	struct saved *saved = mem_alloc(s->table_count, sizeof(*saved));

	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i])
			saved[i] = (struct saved){s->tables[i]->counts,
			    s->tables[i]->staged_count};
	return saved;
}

static void
restore(struct postgres *s, struct saved *saved)
{
	for (size_t i = 0; i < s->table_count; i++) {
		if (!s->tables[i])
			continue;
		s->tables[i]->counts = saved[i].counts;
		s->tables[i]->staged_count = saved[i].staged_count;
	}
}

int
postgres_batch_try(struct postgres *s, struct postgres_table *root,
    const struct sql_range *range, struct fail *why)
{
	struct saved *saved = save(s);
	int result = postgres_db_run(&s->db, "SAVEPOINT part", NULL, why);

	if (result == 0 && postgres_merge_rows(s, root, range, why) != 0) {
		result = -1;
		if (why->status == STATUS_DATA) {
			struct fail later;

			restore(s, saved);
			if (postgres_db_run(&s->db,
				"ROLLBACK TO SAVEPOINT part;"
				"RELEASE SAVEPOINT part",
				NULL, &later) == 0)
				result = 1;
		}
	}
	free(saved);
	if (result == 0)
		result = postgres_db_run(&s->db, "RELEASE SAVEPOINT part", NULL,
		    why);
	return result;
}

/* The one record of the range is refused. Its row stays in the stage, where
 * --sync sees that it came. */
static int
refuse(struct postgres *s, struct postgres_table *root, struct batch *b,
    uint64_t sequence, struct fail *why)
{
	struct origin *o = &b->origins[sequence - b->first_sequence];
	struct fail reason = *why;

	if (!s->options.reject)
		return fail_prefix(why, "%s: line %llu", o->name,
		    (unsigned long long)o->line);
	o->is_dropped = true;
	root->counts.rejected++;
	return s->options.reject(s->options.context, o, &reason, why);
}

/* Merges the records of the range; where that fails, each half of it. Halves
 * that wait are at most as many as the range has bits. */
static int
merge_range(struct postgres *s, struct postgres_table *root, struct batch *b,
    struct sql_range range, struct fail *why)
{
	struct sql_range waiting[64];
	size_t count = 0;

	waiting[count++] = range;
	while (count > 0) {
		struct sql_range *part = &waiting[count - 1];
		uint64_t middle = part->first + (part->last - part->first) / 2;
		int result = postgres_batch_try(s, root, part, why);

		if (result < 0)
			return -1;
		if (result == 0) {
			count--;
		} else if (part->first == part->last) {
			if (refuse(s, root, b, part->first, why) != 0)
				return -1;
			count--;
		} else {
			waiting[count] =
			    (struct sql_range){.first = part->first,
				.last = middle};
			part->first = middle + 1;
			count++;
		}
	}
	return 0;
}

/* What the stages of its tables have is in them now. */
static void
settle(struct postgres *s, const struct postgres_table *root)
{
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *t = postgres_table_member(s, root, i);

		if (!t)
			continue;
		t->staged_count = 0;
		t->is_new = t->is_new && !t->is_made;
	}
}

static int
merge_tree(struct postgres *s, struct postgres_table *root, struct batch *b,
    struct fail *why)
{
	struct sql_range range = {.first = b->first_sequence,
	    .last = b->first_sequence + b->origin_count - 1};

	if (postgres_merge_prepare(s, root, why) != 0 ||
	    merge_range(s, root, b, range, why) != 0)
		return -1;
	settle(s, root);
	return 0;
}

int
postgres_batch_begin(struct postgres *s, struct postgres_table *root,
    struct fail *why)
{
	if (postgres_merge_is_due(s, root) &&
	    (postgres_merge_prepare(s, root, why) != 0 ||
		postgres_merge_rows(s, root, NULL, why) != 0))
		return fail_prefix(why, "%s", root->table->name);
	settle(s, root);
	root->is_checked = true;
	return 0;
}

int
postgres_batch_merge(struct postgres *s, struct batch *b, struct fail *why)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i] && !s->tables[i]->table->parent &&
		    s->tables[i]->is_checked &&
		    postgres_merge_is_due(s, s->tables[i]) &&
		    merge_tree(s, s->tables[i], b, why) != 0)
			return -1;
	return 0;
}
