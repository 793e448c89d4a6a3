/* SPDX-License-Identifier: ISC */
/*
 * The way of rows into a table, or into its stage: text that grows until it
 * is worth being sent, and one COPY that goes on while rows for no other
 * table come. When the server refuses a row, it says which one of the COPY;
 * the lane knows which line of the stream that was.
 */
#ifndef POSTGRES_LANE_H
#define POSTGRES_LANE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct origin;
struct postgres;
struct row;
struct sql_table;

struct postgres_lane {
	const struct sql_table *table;
	bool is_stage;
	struct buf text; /* rows that were not sent */
	uint64_t *lines; /* of the rows of the COPY, and those not sent */
	size_t line_count, line_capacity;
	size_t unsent_count; /* of the last of them */
	char *name;          /* of the stream that they came from */
};

void postgres_lane_init(struct postgres_lane *l, const struct sql_table *t,
    bool is_stage);

/* Adds a row; `origin` is where it came from. 0; 1 where no COPY can take the
 * row, and nothing was done; -1. */
ATTR_NODISCARD
int postgres_lane_add(struct postgres *s, struct postgres_lane *l,
    const struct row *row, const struct origin *origin, struct fail *why);

/* Sends what was added. */
ATTR_NODISCARD
int postgres_lane_flush(struct postgres *s, struct postgres_lane *l,
    struct fail *why);

/* Sends what was added, and ends the lane's COPY. */
ATTR_NODISCARD
int postgres_lane_end(struct postgres *s, struct postgres_lane *l,
    struct fail *why);

/* Ends the COPY that is going on, whose ever it is. To be called before any
 * other statement. */
ATTR_NODISCARD
int postgres_lane_stop(struct postgres *s, struct fail *why);

/* Forgets what was added. */
void postgres_lane_clear(struct postgres_lane *l);
void postgres_lane_free(struct postgres_lane *l);

#endif
