/* SPDX-License-Identifier: ISC */
/*
 * Slices. The table's rows are told by their rowid, which changes for none
 * that is still to be compared: a key is once in the stage.
 */
#include "duckdb_slice.h"

#include "duckdb.h"
#include "duckdb_limit.h"
#include "mem.h"
#include "schema.h"
#include "sql_merge.h"
#include "sql_part.h"
#include "sql_upsert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
	SLICE_RECORDS = 20480,
	/* A slice may read rows that belong to others: this often all. */
	READS_MAX = 2,
};

/* A column of that name hides what is looked for. */
static bool
has_rowid(const struct duckdb *d, const struct duckdb_table *t)
{
	for (size_t i = 0; i < t->sql.column_count; i++)
		if (strcasecmp(t->sql.columns[i].column->name, "rowid") == 0)
			return false;
	return !duckdb_existing_type(d, t->sql.table->name, "rowid");
}

static int
visit_slice(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct duckdb_slices *slices = context;
	struct duckdb_slice *s;

	(void)count;
	(void)why;
	slices->items = mem_grow(slices->items, &slices->capacity,
	    slices->count + 1, sizeof(*slices->items));
	s = &slices->items[slices->count++];
	s->first = (uint64_t)cells[0].integer;
	s->last = (uint64_t)cells[1].integer;
	s->known = (uint64_t)cells[2].integer;
	s->from = cells[3].integer;
	s->to = cells[4].integer;
	slices->known += s->known;
	return 0;
}

/* Rows that this transaction has added are far behind all others: the bounds
 * are within 62 bits, and their sum is looked at before it leaves 64. */
static bool
is_ordered(const struct duckdb_slices *slices)
{
	int64_t from = INT64_MAX, to = -1;
	uint64_t all, read = 0;

	for (size_t i = 0; i < slices->count; i++) {
		const struct duckdb_slice *s = &slices->items[i];

		if (s->known > 0 && s->from < from)
			from = s->from;
		if (s->known > 0 && s->to > to)
			to = s->to;
	}
	all = to < from ? 0 : (uint64_t)(to - from) + 1;
	for (size_t i = 0; i < slices->count && read <= READS_MAX * all; i++)
		if (slices->items[i].known > 0)
			read += (uint64_t)(slices->items[i].to -
				    slices->items[i].from) +
			    1;
	return read <= READS_MAX * all;
}

int
duckdb_slices_find(struct duckdb *d, const struct duckdb_table *t,
    struct duckdb_slices *slices, struct fail *why)
{
	struct buf sql;
	int result;

	*slices = (struct duckdb_slices){0};
	if (!has_rowid(d, t)) {
		int64_t known;

		buf_init(&sql, BOUND_LINE_BYTES);
		sql_merge_add_known(&t->sql, NULL, &sql);
		result = duckdb_db_number(&d->db, sql.data, &known, why);
		buf_free(&sql);
		slices->known = (uint64_t)known;
		return result;
	}
	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql,
	    "SELECT min(s_." SQL_SEQUENCE "), max(s_." SQL_SEQUENCE
	    "), count(t_.rowid), min(t_.rowid), max(t_.rowid) FROM ");
	duckdb_db_quote(&sql, t->sql.stage);
	buf_add(&sql, " AS s_ LEFT JOIN ");
	sql_table_add_name(&t->sql, &sql);
	buf_add(&sql, " AS t_ ON ");
	sql_part_add_key_equal(&t->sql, "t_", "s_", &sql);
	buf_addf(&sql, " GROUP BY s_." SQL_SEQUENCE " // %d ORDER BY 1",
	    SLICE_RECORDS);
	result = duckdb_db_visit(&d->db, sql.data, 5, visit_slice, slices, why);
	buf_free(&sql);
	slices->is_ordered = is_ordered(slices);
	return result;
}

static int
merge_slice(struct duckdb *d, const struct duckdb_table *t,
    const struct duckdb_slice *s, uint64_t *changed, struct fail *why)
{
	char rows[sizeof(" AND t_.rowid BETWEEN  AND ") + 2 * 20];
	struct sql_range range = {.first = s->first, .last = s->last};
	uint64_t count = 0;
	struct buf sql;

	(void)snprintf(rows, sizeof(rows),
	    " AND t_.rowid BETWEEN %" PRId64 " AND %" PRId64, s->from, s->to);
	range.within = rows;
	buf_init(&sql, BOUND_LINE_BYTES);
	if (s->known > 0)
		sql_upsert_add_merge(&t->sql, &range, &sql);
	else
		sql_upsert_add_insert(&t->sql, &range, &sql);
	if (duckdb_db_run_buf(&d->db, &sql, &count, why) != 0)
		return -1;
	*changed += count;
	return 0;
}

int
duckdb_slices_merge(struct duckdb *d, const struct duckdb_table *t,
    const struct duckdb_slices *slices, uint64_t *changed, struct fail *why)
{
	struct buf sql;

	*changed = 0;
	if (!slices->is_ordered) {
		if (duckdb_limit_whole(d, t, why) != 0)
			return -1;
		buf_init(&sql, BOUND_LINE_BYTES);
		sql_upsert_add_merge(&t->sql, NULL, &sql);
		return duckdb_db_run_buf(&d->db, &sql, changed, why);
	}
	for (size_t i = 0; i < slices->count; i++)
		if (merge_slice(d, t, &slices->items[i], changed, why) != 0)
			return -1;
	return 0;
}

void
duckdb_slices_free(struct duckdb_slices *slices)
{
	free(slices->items);
	slices->items = NULL;
}
