/* SPDX-License-Identifier: ISC */
/*
 * Watching the part of a log that following has left behind. New rows come at
 * its end, or up to an overlap before it; if the part behind grows, the
 * server's clock was set back, and rows come that nobody will read:
 *
 *      lo            hi                 complete
 *      |-- watched --|---- overlap ---------|--- new
 *
 * The watch counts, and so it reaches back as far as the server counts,
 * 10,000 rows.
 */
#ifndef WATCH_H
#define WATCH_H

#include "attr.h"
#include "fail.h"
#include "transfer.h"

#include <stdbool.h>
#include <stdint.h>

struct watch {
	struct transfer *transfer;
	const char *path, *query; /* of the log */
	int64_t floor_ms;         /* older rows are not wanted */
	int64_t lo_ms, hi_ms;     /* what is watched; hi below lo: nothing */
	int64_t count;            /* its rows */
	unsigned span;            /* how far back it reaches, an index */
	/* What will be watched from watch_move on. */
	int64_t next_lo_ms, next_hi_ms, next_count;
	bool is_known;  /* the log is there */
	bool is_blind;  /* the server searches by no time: 1.39 and older */
	bool has_grown; /* why the last watch_check failed */
};

/* Asks the server whether it can be watched; what is borrowed stays so. */
ATTR_NODISCARD
int watch_open(struct watch *w, struct transfer *transfer, const char *path,
    const char *query, int64_t floor_ms, struct fail *why);

/* Fails with STATUS_RETRY if what is watched has grown (has_grown), or cannot
 * be counted. */
ATTR_NODISCARD
int watch_check(struct watch *w, struct fail *why);

/* Counts the part up to `hi_ms`, which is to be watched next: before rows up
 * to there are read for the last time. */
ATTR_NODISCARD
int watch_prepare(struct watch *w, int64_t hi_ms, struct fail *why);

/* They were read. */
void watch_move(struct watch *w);

#endif
