/* SPDX-License-Identifier: ISC */
/*
 * One table of PostgreSQL during a load: its definition and its lanes.
 *
 *      direct    A table of ours that is empty when the load begins, with a
 *                plain key: rows are copied into it at once, and its key is
 *                made at the end. A record whose key may have come before
 *                (postgres_keys.h) goes into the stage, with all below it.
 *      staged    Any other: rows are copied into the stage, and merged from
 *                there at the end (postgres_merge.h). What changes in its
 *                definition waits until then: PostgreSQL locks a table that
 *                is altered, also for readers, until the commit.
 *      checked   A staged one that may refuse rows, since somebody else made
 *                it: what a batch brought is merged at once, while it is
 *                known which lines it came from.
 */
#ifndef POSTGRES_TABLE_H
#define POSTGRES_TABLE_H

#include "attr.h"
#include "batch.h"
#include "fail.h"
#include "postgres_fit.h"
#include "postgres_keys.h"
#include "postgres_lane.h"
#include "sink.h"
#include "sql_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct postgres;

struct postgres_column {
	bool is_made;    /* the table has it */
	bool is_retyped; /* the table has it with its old type */
	bool is_whole;   /* and that is one of whole numbers */
	struct postgres_fit fit;
};

struct postgres_table {
	struct sql_table sql;
	struct table *table;
	struct postgres_column *states; /* beside sql.columns */
	size_t capacity, state_capacity;
	char stage[24];
	bool is_made;      /* it exists */
	bool is_new;       /* this load has made it, or will */
	bool is_uncleared; /* --replace has to delete its rows yet */
	bool is_merged;    /* a row of a known key replaces the old one */
	bool is_history;
	bool is_direct;
	bool is_checked;
	bool is_narrow; /* a column may not keep all that comes */
	bool has_key;   /* a unique index of the key exists, or cannot */
	bool has_stage;
	bool is_settled; /* all its rows are merged, and absent ones are gone */
	uint64_t staged_count; /* rows in the stage that were not merged */
	/* Of these, while they are merged: whose key the table has, and which
	 * are there as they are. */
	uint64_t known_count, same_count;
	struct postgres_lane direct, staged;
	struct postgres_keys keys; /* of a root table */
	bool is_doubled;           /* a key of it may have come twice */
	struct sink_counts counts;
};

/* Whether keys of a root table that differ for us differ for the database: 1.0
 * and 1.00 do not, nor may what a type of somebody else makes of two texts. */
bool postgres_table_has_plain_key(const struct postgres_table *t);

/* Takes part in the load from now on. */
ATTR_NODISCARD
int postgres_table_start(struct postgres *s, const struct change *c,
    struct fail *why);

ATTR_NODISCARD
int postgres_table_add_column(struct postgres *s, struct postgres_table *t,
    const struct change *c, struct fail *why);

ATTR_NODISCARD
int postgres_table_change_type(struct postgres *s, struct postgres_table *t,
    const struct change *c, struct fail *why);

/* Deletes the rows of tables that are to be replaced, lists before what they
 * hang on: somebody may have declared a foreign key. To be called once the
 * tables of a batch have started, before its rows. */
ATTR_NODISCARD
int postgres_table_clear(struct postgres *s, struct fail *why);

/* Makes the table what its columns say, if it is not yet. */
ATTR_NODISCARD
int postgres_table_define(struct postgres *s, struct postgres_table *t,
    struct fail *why);

/* The table of that id, if it is of the tree of `root`; else NULL. */
struct postgres_table *postgres_table_member(const struct postgres *s,
    const struct postgres_table *root, size_t id);

/* Makes the stage, if there is none. */
ATTR_NODISCARD
int postgres_table_make_stage(struct postgres *s, struct postgres_table *t,
    struct fail *why);

/* Makes the index of the key, if the table has none that fits. */
ATTR_NODISCARD
int postgres_table_make_key(struct postgres *s, struct postgres_table *t,
    struct fail *why);

/* Sends what is on its way, and ends its COPY. */
ATTR_NODISCARD
int postgres_table_end_lanes(struct postgres *s, struct postgres_table *t,
    struct fail *why);

/* After a commit: stages are gone, and no table is direct. */
void postgres_table_settle(struct postgres_table *t);

void postgres_table_free(struct postgres_table *t);

#endif
