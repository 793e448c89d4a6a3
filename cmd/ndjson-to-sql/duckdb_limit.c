/* SPDX-License-Identifier: ISC */
/*
 * The limit of memory.
 */
#include "duckdb_limit.h"

#include "batch.h"
#include "duckdb.h"
#include "duckdb_feed.h"
#include "schema.h"

#include <inttypes.h>

enum {
	MEBIBYTE = 1 << 20,
	APPEND_BYTES = 32 * MEBIBYTE,
	FRESH_BYTES = 40 * MEBIBYTE,
	INSERT_BYTES = 64 * MEBIBYTE,
	/* Whole rows are compared, in a join that works on a part of them at
	 * a time. 248 MB were too little for a million rows of 110 columns. */
	MERGE_BYTES = 512 * MEBIBYTE,
	/* What cannot be foretold: an index is in memory as a whole. */
	UNKNOWN_BYTES = 1024 * MEBIBYTE,
	STAGE_BLOCK_BYTES = 256 * 1024,
	/* A group of 122,880 rows that fits is not written twice. Who loads
	 * little needs not as much: so it comes along with the input. */
	GROWTH_BYTES = 160 * MEBIBYTE,
	GROWTH_FROM_BYTES = 100 * MEBIBYTE,
	GROWTH_SHARE = 2,
	STEP_BYTES = 8 * MEBIBYTE,
	/* In a new file groups are smaller, and one fits from the start. */
	BUILD_BYTES = 24 * MEBIBYTE,
	/* 4 MB for each thread, and half of that is for other ends. */
	FEED_COLUMN_BYTES = DUCKDB_FEED_GROUPS * 2 * 4 * MEBIBYTE,
	/* A chunk of the input that is larger has a line as large. */
	LARGE_CHUNK_BYTES = 4 * MEBIBYTE,
};

/* Beside blocks, in steps: what the input so far is worth, or a row group of
 * records such as those that came. */
static uint64_t
room_for_rows(const struct duckdb *d)
{
	uint64_t bytes = 0;

	if (d->is_new && d->input_count > 0)
		bytes = d->input_bytes / d->input_count * DUCKDB_BUILD_ROWS +
		    STEP_BYTES - 1;
	else if (!d->is_new && d->input_bytes > GROWTH_FROM_BYTES)
		bytes = (d->input_bytes - GROWTH_FROM_BYTES) / GROWTH_SHARE;
	bytes -= bytes % STEP_BYTES;
	bytes = bytes < GROWTH_BYTES ? bytes : GROWTH_BYTES;
	return bytes + (d->is_new ? BUILD_BYTES : APPEND_BYTES);
}

static int
reserve(struct duckdb *d, uint64_t bytes, struct fail *why)
{
	struct buf sql;

	/* 0: the sink does not limit. */
	if (d->limit_bytes == 0 || bytes <= d->limit_bytes)
		return 0;
	d->limit_bytes = bytes;
	buf_init(&sql, BOUND_LINE_BYTES);
	buf_addf(&sql, "SET memory_limit = '%" PRIu64 "B'", bytes);
	return duckdb_db_run_buf(&d->db, &sql, NULL, why);
}

/* Whether an index of somebody else is to be kept up. */
static int
find_indexes(struct duckdb *d, bool *has_index, struct fail *why)
{
	static const char query[] =
	    "SELECT (SELECT count(*) FROM duckdb_indexes()"
	    " WHERE database_name = current_database())"
	    " + (SELECT count(*) FROM duckdb_constraints()"
	    " WHERE database_name = current_database() AND constraint_type"
	    " IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY'))";
	int64_t count;
	int result = duckdb_db_number(&d->db, query, &count, why);

	*has_index = count > 0;
	return result;
}

int
duckdb_limit_start(struct duckdb *d, struct fail *why)
{
	int64_t block_bytes;
	bool has_index;

	if (duckdb_db_number(&d->db,
		"SELECT block_size FROM pragma_database_size()"
		" WHERE database_name = current_database()",
		&block_bytes, why) != 0 ||
	    find_indexes(d, &has_index, why) != 0)
		return -1;
	d->block_bytes = (uint64_t)block_bytes;
	d->limit_bytes = 1; /* from here on it grows */
	if (reserve(d, has_index ? UNKNOWN_BYTES : APPEND_BYTES, why) != 0)
		return -1;
	/* Each thread that reads or writes a table has blocks of its own, and
	 * one that waits for the others spins: 200,000 logs took 5.0 s of CPU
	 * with two, 4.6 with one, and no longer. Reading the input has a
	 * thread besides. */
	return duckdb_db_run(&d->db, "SET threads = 1", NULL, why);
}

/* The blocks that the columns have in memory while the table is filled. */
static uint64_t
blocks_of(const struct duckdb *d, const struct duckdb_table *t)
{
	uint64_t columns =
	    t->sql.column_count + t->has_sequence + t->has_reference;

	return 2 * columns * (t->is_fresh ? d->block_bytes : STAGE_BLOCK_BYTES);
}

static uint64_t
blocks_of_open(const struct duckdb *d)
{
	uint64_t bytes = 0;

	for (size_t id = 0; id < d->table_count; id++)
		if (d->tables[id] && d->tables[id]->appender)
			bytes += blocks_of(d, d->tables[id]);
	return bytes;
}

int
duckdb_limit_append(struct duckdb *d, const struct duckdb_table *t,
    struct fail *why)
{
	return reserve(d,
	    room_for_rows(d) + blocks_of_open(d) + blocks_of(d, t), why);
}

int
duckdb_limit_lift(struct duckdb *d, size_t columns, struct fail *why)
{
	struct buf sql;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_addf(&sql, "SET threads = %d", DUCKDB_FEED_GROUPS);
	if (duckdb_db_run_buf(&d->db, &sql, NULL, why) != 0)
		return -1;
	return reserve(d, UNKNOWN_BYTES + columns * FEED_COLUMN_BYTES, why);
}

int
duckdb_limit_fall(struct duckdb *d, struct fail *why)
{
	/* What is there is less, and is written to the disk now. */
	d->limit_bytes = 1;
	return reserve(d, room_for_rows(d) + blocks_of_open(d), why);
}

int
duckdb_limit_batch(struct duckdb *d, const struct batch *b, struct fail *why)
{
	for (size_t i = 0; i < b->origin_count; i++)
		d->input_bytes += b->origins[i].len;
	d->input_count += b->origin_count;
	if (b->chunk_bytes > LARGE_CHUNK_BYTES)
		return reserve(d, UNKNOWN_BYTES, why);
	return reserve(d, room_for_rows(d) + blocks_of_open(d), why);
}

/* Who reads a table has two blocks of each column as well: one reads the stage
 * and the table, and writes. */
static uint64_t
blocks_of_merge(const struct duckdb *d, size_t columns)
{
	return 2 * columns * (STAGE_BLOCK_BYTES + d->block_bytes);
}

int
duckdb_limit_whole(struct duckdb *d, const struct duckdb_table *t,
    struct fail *why)
{
	return reserve(d, MERGE_BYTES + blocks_of_merge(d, t->sql.column_count),
	    why);
}

int
duckdb_limit_merge(struct duckdb *d, const struct duckdb_table *root,
    struct fail *why)
{
	size_t columns = 0;
	bool is_fresh = true;
	bool is_small =
	    root->sql.table->is_own || d->options.mode != MODE_HISTORY;

	for (size_t id = 0; id < d->table_count; id++) {
		const struct duckdb_table *t = d->tables[id];

		if (!t || t->sql.table->root != root->sql.table)
			continue;
		is_fresh &= t->is_fresh;
		if (columns < t->sql.column_count)
			columns = t->sql.column_count;
	}
	/* The rows are where they belong, if there was no table. */
	if (is_fresh)
		return reserve(d, FRESH_BYTES + 2 * columns * d->block_bytes,
		    why);
	return reserve(d,
	    (is_small ? INSERT_BYTES : MERGE_BYTES) +
		blocks_of_merge(d, columns),
	    why);
}
