/* SPDX-License-Identifier: ISC */
/*
 * What the files of the PostgreSQL sink share.
 */
#ifndef POSTGRES_H
#define POSTGRES_H

#include "postgres_db.h"
#include "sink.h"

#include <stdbool.h>
#include <stddef.h>

enum { SQL_BYTES_MAX = 64 << 20 };

struct buf;
struct postgres_lane;
struct postgres_table;

/* A column that was there, and its type in PostgreSQL's words. */
struct postgres_declared {
	char *table, *column, *type;
};

struct postgres {
	struct sink base;
	struct sink_options options;
	struct postgres_db db;
	char *schema; /* that tables are in */
	struct postgres_declared *declared;
	size_t declared_count, declared_capacity;
	struct postgres_table **tables; /* by table id; NULL: not in use */
	size_t table_count, table_capacity;
	struct postgres_lane *copying; /* whose COPY is going on; or NULL */
	bool is_resting; /* no transaction has begun since a commit */
	bool has_rested; /* and others may have made tables meanwhile */
	bool is_cut;     /* a time had more digits than PostgreSQL keeps */
};

/* Runs a statement that was put together, and frees it. `count`, unless NULL,
 * gets the number of rows. */
ATTR_NODISCARD
int postgres_run(struct postgres *s, struct buf *sql, uint64_t *count,
    struct fail *why);

/* The same for one that defines: for --dry-run it is only printed. */
ATTR_NODISCARD
int postgres_define(struct postgres *s, struct buf *sql, struct fail *why);

#endif
