/* SPDX-License-Identifier: ISC */
/*
 * Rows go straight into a table that is empty, unless their key came before,
 * and else into its stage. Where rows may be rejected, each batch is copied
 * for itself, and again without the row that the server refused.
 */
#include "postgres_copy.h"

#include "mem.h"
#include "postgres.h"
#include "postgres_batch.h"
#include "postgres_lane.h"
#include "postgres_table.h"
#include "schema.h"

#include <inttypes.h>

static bool
is_dropped(const struct batch *b, const struct row *row)
{
	return batch_origin(b, row)->is_dropped;
}

/* Whether the row, or the record that it is of, may have come before. */
static bool
is_suspect(struct postgres_table *t, const struct batch *b,
    const struct row *row)
{
	struct origin *o = &b->origins[row->sequence - b->first_sequence];

	if (!t->table->parent && (t->is_merged || t->is_history) &&
	    t->table->key_count > 0 &&
	    !postgres_keys_add(&t->keys, t->table, row))
		o->is_known = t->is_doubled = true;
	return o->is_known;
}

/* Whether types of somebody else keep the row's values as they are. */
static int
check_fit(const struct postgres_table *t, const struct row *row,
    struct fail *why)
{
	for (size_t i = 0; t->is_narrow && i < t->sql.column_count; i++) {
		const struct sql_column *c = &t->sql.columns[i];

		if (c->column->index < row->count &&
		    postgres_fit_check(&t->states[i].fit, c,
			sql_table_is_key_column(t->table, c->column),
			&row->cells[c->column->index], why) != 0)
			return -1;
	}
	return 0;
}

/* 0; 1 where nothing was done, as the row cannot be taken; -1. */
static int
add_row(struct postgres *s, struct postgres_table *t,
    struct postgres_lane *lane, const struct batch *b, const struct row *row,
    struct fail *why)
{
	const struct origin *o = batch_origin(b, row);
	struct fail reason;

	if (check_fit(t, row, &reason) == 0)
		return postgres_lane_add(s, lane, row, o, why);
	/* The first that is wrong is told: the server may know of one before
	 * it. */
	if (!s->options.reject && postgres_lane_end(s, lane, why) != 0)
		return -1;
	*why = reason;
	if (!s->options.reject)
		(void)fail_prefix(why, "%s: line %llu", o->name,
		    (unsigned long long)o->line);
	return 1;
}

static int
write_rows(struct postgres *s, struct postgres_table *t, struct batch *b,
    struct fail *why)
{
	const struct batch_table *rows = &b->tables[t->table->id];

	if (t->is_direct && postgres_table_define(s, t, why) != 0)
		return -1;
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];
		struct postgres_lane *lane = &t->staged;

		if (is_dropped(b, row))
			continue;
		if (!is_suspect(t, b, row) && t->is_direct) {
			lane = &t->direct;
			t->counts.inserted++;
		} else {
			if (postgres_table_make_stage(s, t, why) != 0)
				return -1;
			t->staged_count++;
		}
		if (add_row(s, t, lane, b, row, why) != 0)
			return -1;
	}
	return 0;
}

/* --- rejects ------------------------------------------------------------ */

/* Rejects a row with its whole record: what is in stages of it goes. */
static int
refuse(struct postgres *s, struct postgres_table *t, struct batch *b,
    uint64_t sequence, const struct fail *reason, struct fail *why)
{
	struct origin *o = &b->origins[sequence - b->first_sequence];
	uint64_t count;
	struct buf sql;

	if (s->options.reject(s->options.context, o, reason, why) != 0)
		return -1;
	o->is_dropped = true;
	t->counts.rejected++;
	for (size_t i = 0; i < s->table_count; i++) {
		struct postgres_table *below = s->tables[i];

		if (!below || below->table->root != t->table->root ||
		    !below->has_stage)
			continue;
		buf_init(&sql, SQL_BYTES_MAX);
		buf_addf(&sql, "DELETE FROM %s WHERE %s = %" PRIu64,
		    below->stage, SQL_SEQUENCE, sequence);
		if (postgres_run(s, &sql, &count, why) != 0)
			return -1;
		below->staged_count -= count;
	}
	return 0;
}

/* Copies the rows from place `from` up to `*to`, or up to the first that no
 * COPY can take: `*to` is its place then, and `reason` says why. */
static int
copy_part(struct postgres *s, struct postgres_table *t, const struct batch *b,
    size_t from, size_t *to, struct fail *reason, struct fail *why)
{
	const struct batch_table *rows = &b->tables[t->table->id];

	s->db.failed_line = 0;
	for (size_t i = from; i < *to; i++) {
		const struct row *row = &rows->rows[i];
		int result;

		if (is_dropped(b, row))
			continue;
		(void)is_suspect(t, b, row);
		result = add_row(s, t, &t->staged, b, row, why);
		if (result < 0)
			return -1;
		if (result == 1) {
			*reason = *why;
			*to = i;
		}
	}
	if (postgres_lane_end(s, &t->staged, why) != 0)
		return -1;
	for (size_t i = from; i < *to; i++)
		t->staged_count += !is_dropped(b, &rows->rows[i]);
	return 0;
}

/* The place of the row that failed, the Nth of those that were copied. */
static size_t
find_failed(const struct postgres *s, const struct postgres_table *t,
    const struct batch *b, size_t from)
{
	const struct batch_table *rows = &b->tables[t->table->id];
	uint64_t left = s->db.failed_line;

	while (from < rows->count &&
	    (is_dropped(b, &rows->rows[from]) || --left > 0))
		from++;
	return from;
}

/* After the server refused a row: takes the COPY back. */
static int
undo_copy(struct postgres *s, struct postgres_table *t, struct fail *why)
{
	postgres_lane_clear(&t->staged);
	return postgres_db_run(&s->db, "ROLLBACK TO SAVEPOINT rows", NULL, why);
}

/* The same, where it is not told which row it was: of the half of them, down
 * to one. 1 where it is `*to`, and else the half is to be tried. */
static int
halve(struct postgres *s, struct postgres_table *t, size_t from, size_t *to,
    struct fail *why)
{
	if (undo_copy(s, t, why) != 0)
		return -1;
	*to = from + (*to - from) / 2;
	return *to == from;
}

/* Copies what goes of the rows from place `from` on, to `limit` at most. `*to`
 * is the place behind them: where it is before `*limit`, that of a row that
 * is refused for `reason`. */
static int
copy_some(struct postgres *s, struct postgres_table *t, const struct batch *b,
    size_t from, size_t *limit, size_t *to, struct fail *reason,
    struct fail *why)
{
	struct fail other;
	int result = 0;

	for (;;) {
		*to = *limit;
		if (copy_part(s, t, b, from, to, reason, why) == 0)
			return 0;
		if (why->status != STATUS_DATA)
			return -1;
		*reason = *why;
		if (s->db.failed_line > 0)
			break;
		if (!s->db.is_too_large)
			return -1;
		*to = *limit;
		result = halve(s, t, from, to, why);
		if (result != 0)
			return result < 0 ? -1 : 0;
		*limit = *to;
	}
	/* The rows before that one are known to be good. */
	*to = find_failed(s, t, b, from);
	if (undo_copy(s, t, why) != 0)
		return -1;
	return copy_part(s, t, b, from, to, &other, why);
}

/* A key that is longer may be too long for an index of PostgreSQL, whose
 * limit of 2704 bytes is for what it makes of it by compression. */
enum { KEY_SURE_BYTES = 1000 };

static bool
has_long_key(const struct postgres_table *t, const struct batch *b)
{
	const struct batch_table *rows = &b->tables[t->table->id];

	for (size_t i = 0; i < rows->count; i++) {
		size_t len = 0;

		for (size_t n = 0; n < t->table->key_count; n++) {
			const struct cell *cell =
			    &rows->rows[i].cells[t->table->key[n]->index];

			len += cell->kind == CELL_TEXT ? cell->len : 0;
		}
		if (len > KEY_SURE_BYTES)
			return true;
	}
	return false;
}

/* Where rows may be rejected, each batch is copied for itself. */
static int
write_checked(struct postgres *s, struct postgres_table *t, struct batch *b,
    struct fail *why)
{
	const struct batch_table *rows = &b->tables[t->table->id];
	struct fail reason;
	size_t from = 0, to, limit;

	if (!t->table->parent && !t->is_checked && !t->is_history &&
	    has_long_key(t, b) && postgres_batch_begin(s, t, why) != 0)
		return -1;
	if (postgres_table_make_stage(s, t, why) != 0)
		return -1;
	while (from < rows->count) {
		limit = rows->count;
		if (postgres_db_run(&s->db, "SAVEPOINT rows", NULL, why) != 0 ||
		    copy_some(s, t, b, from, &limit, &to, &reason, why) != 0 ||
		    postgres_db_run(&s->db, "RELEASE SAVEPOINT rows", NULL,
			why) != 0)
			return -1;
		from = to;
		if (to >= limit)
			continue;
		if (refuse(s, t, b, rows->rows[to].sequence, &reason, why) != 0)
			return -1;
		from++;
	}
	return 0;
}

int
postgres_copy_rows(struct postgres *s, struct postgres_table *t,
    struct batch *b, struct fail *why)
{
	t->is_settled = false;
	if (s->options.reject)
		return write_checked(s, t, b, why);
	return write_rows(s, t, b, why);
}
