/* SPDX-License-Identifier: ISC */
/*
 * One table of a DuckDB database during a load: where its rows go, and in
 * what types.
 *
 * Rows of a table that this load makes go into it at once; of any other, into
 * a temporary table, its stage, from which duckdb_merge.c brings them over.
 * Which of the two it is, is called the filled table here. DuckDB is quick at
 * comparing whole tables and slow at looking up rows one by one; so its
 * tables have no index, and a key is seen to by what is done at the end.
 */
#ifndef DUCKDB_TABLE_H
#define DUCKDB_TABLE_H

#include "attr.h"
#include "batch.h"
#include "duckdb_fill.h"
#include "fail.h"
#include "sink.h"
#include "sql_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct duckdb;
struct duckdb_feed;

struct duckdb_column {
	enum duckdb_fill fill; /* type in the filled table */
	char *stored;          /* type in the table; NULL: not there yet */
	bool is_blank;         /* there is nothing but null in the table */
};

struct duckdb_table {
	struct sql_table sql;
	struct duckdb_column *columns; /* along with sql.columns */
	size_t column_capacity, info_capacity;
	char *filled;                     /* the filled table's name */
	bool is_fresh;                    /* that is the table itself */
	bool is_made;                     /* the table exists */
	bool is_filled;                   /* the filled table exists */
	bool has_sequence;                /* it has SQL_SEQUENCE */
	bool has_reference;               /* and SQL_REFERENCE */
	bool is_brought;                  /* what had gone in was merged */
	uint64_t row_count;               /* that went in since */
	struct duckdb_appender *appender; /* NULL: none is open */
	struct duckdb_chunk *chunk;
	uint64_t unflushed;       /* rows of the appender */
	struct duckdb_feed *feed; /* instead of it; or NULL */
	bool is_unconstrained; /* as was found; nobody changes it meanwhile */
	struct sink_counts counts;
};

/* Takes part in the load from now on. */
void duckdb_table_start(struct duckdb *d, struct duckdb_table *t,
    const struct change *c);

ATTR_NODISCARD
int duckdb_table_add_column(struct duckdb *d, struct duckdb_table *t,
    const struct change *c, struct fail *why);

ATTR_NODISCARD
int duckdb_table_change_type(struct duckdb *d, struct duckdb_table *t,
    const struct change *c, struct fail *why);

/* Writes the rows of the batch, if there are any. */
ATTR_NODISCARD
int duckdb_table_write(struct duckdb *d, struct duckdb_table *t,
    struct batch *b, struct fail *why);

/* Makes the filled table, if no row came. */
ATTR_NODISCARD
int duckdb_table_fill(struct duckdb *d, struct duckdb_table *t,
    struct fail *why);

/* Ends the use of its appender or feed. */
ATTR_NODISCARD
int duckdb_table_flush(struct duckdb *d, struct duckdb_table *t,
    struct fail *why);

/* What went in has been brought over; the stage and the columns of our own
 * go. */
ATTR_NODISCARD
int duckdb_table_settle(struct duckdb *d, struct duckdb_table *t,
    struct fail *why);

void duckdb_table_free(struct duckdb *d, struct duckdb_table *t);

/* Runs a statement that defines something, or only prints it (--dry-run).
 * Frees it. */
ATTR_NODISCARD
int duckdb_table_define(struct duckdb *d, struct buf *sql, struct fail *why);

enum duckdb_retype {
	RETYPE_BLANK,  /* there is nothing to be converted */
	RETYPE_FILLED, /* a table of ours, all of whose rows count */
	RETYPE_STORED, /* one that may hold rows that were deleted */
};

/* ALTER TABLE ... ALTER COLUMN ... TYPE, if the types differ. */
ATTR_NODISCARD
int duckdb_table_retype(struct duckdb *d, const char *table, const char *column,
    const char *from, const char *to, enum duckdb_retype how, struct fail *why);

/* Whether all of a column of TIMESTAMP WITH TIME ZONE fit TIMESTAMP_NS. */
ATTR_NODISCARD
int duckdb_table_fits_ns(struct duckdb *d, const char *table,
    const char *column, bool *answer, struct fail *why);

void duckdb_table_set_stored(struct duckdb_column *c, const char *type);

#endif
