/* SPDX-License-Identifier: ISC */
/*
 * When to try a request again, and how long to wait: exponential backoff
 * with full jitter, bounded by a number of tries and a time. Pure: the clock
 * and the chance are arguments, so tests need no time to pass.
 */
#ifndef RETRY_H
#define RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct retry_policy {
	unsigned max_retries; /* after the first try; 0: never again */
	/* What may be lost to tries that fail and to waits, of all requests
	 * together, and RETRY_SHARE of the time that passes on top of it, so
	 * that a run of hours outlives some outages and one of a dead server
	 * ends; 0: no limit. */
	int64_t max_time_ms;
};

enum {
	RETRY_GIVE_UP = -1,
	RETRY_SHARE = 10, /* one of so many parts */
};

/* Time that went into tries that failed and into waits after them: once where
 * they overlap. Zeroed at first. */
struct retry_loss {
	int64_t lost_ms, until_ms;
};

/* Counts a span of time as lost; spans begin in order, about. */
void retry_lose(struct retry_loss *loss, int64_t from_ms, int64_t until_ms);

/* Whether a response with this status may turn out well later: 408, 429,
 * and 5xx but for 501 and 505. */
bool retry_is_transient(long http_status);

/* The wait before the next try, in milliseconds, or RETRY_GIVE_UP.
 *   tries_done      requests made so far, at least 1
 *   lost_ms         what was lost so far, this try included
 *   passed_ms       since the first request
 *   retry_after_ms  what the server asked for, or negative if nothing; it is
 *                   clamped to BOUND_RETRY_AFTER_MS
 *   chance          any evenly distributed number */
int64_t retry_delay_ms(const struct retry_policy *policy, unsigned tries_done,
    int64_t lost_ms, int64_t passed_ms, int64_t retry_after_ms,
    uint64_t chance);

enum { RETRY_LIMITS_BYTES = 80 };

/* "up to 8 times, for at most 30 min" into `text`. */
void retry_describe(const struct retry_policy *policy, char *text, size_t size);

#endif
