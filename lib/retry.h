/* SPDX-License-Identifier: ISC */
/*
 * When to try a request again, and how long to wait: exponential backoff
 * with full jitter, bounded by a number of tries and a time. Pure: the clock
 * and the chance are arguments, so tests need no time to pass.
 */
#ifndef RETRY_H
#define RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct retry_policy {
	unsigned max_retries; /* after the first try; 0: never again */
	int64_t max_time_ms;  /* from the first try on; 0: no limit */
};

enum { RETRY_GIVE_UP = -1 };

/* Whether a response with this status may turn out well later: 408, 429,
 * and 5xx but for 501 and 505. */
bool retry_is_transient(long http_status);

/* The wait before the next try, in milliseconds, or RETRY_GIVE_UP.
 *   tries_done      requests made so far, at least 1
 *   elapsed_ms      since the first of them began
 *   retry_after_ms  what the server asked for, or negative if nothing; it is
 *                   clamped to BOUND_RETRY_AFTER_MS
 *   chance          any evenly distributed number */
int64_t retry_delay_ms(const struct retry_policy *policy, unsigned tries_done,
    int64_t elapsed_ms, int64_t retry_after_ms, uint64_t chance);

#endif
