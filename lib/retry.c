/* SPDX-License-Identifier: ISC */
/*
 * The retry policy. "Full jitter": a wait anywhere between nothing and the
 * exponential bound spreads a crowd of clients best and costs least (Brooker,
 * "Exponential Backoff And Jitter", 2015).
 */
#include "retry.h"

#include "bounds.h"

#include <stdio.h>

enum {
	FIRST_BOUND_MS = 500,
	LAST_BOUND_MS = 60 * 1000,
	/* A spread on top of Retry-After, lest all come back at once. */
	AFTER_SPREAD_MS = 250,
};

void
retry_lose(struct retry_loss *loss, int64_t from_ms, int64_t until_ms)
{
	if (from_ms < loss->until_ms)
		from_ms = loss->until_ms;
	if (until_ms <= from_ms)
		return;
	loss->lost_ms += until_ms - from_ms;
	loss->until_ms = until_ms;
}

bool
retry_is_transient(long http_status)
{
	return http_status == 408 || http_status == 429 ||
	    (http_status >= 500 && http_status <= 599 && http_status != 501 &&
		http_status != 505);
}

int64_t
retry_delay_ms(const struct retry_policy *policy, unsigned tries_done,
    int64_t lost_ms, int64_t passed_ms, int64_t retry_after_ms, uint64_t chance)
{
	int64_t budget = policy->max_time_ms;
	int64_t bound = FIRST_BOUND_MS;
	int64_t delay;

	if (tries_done > policy->max_retries)
		return RETRY_GIVE_UP;
	for (unsigned i = 1; i < tries_done && bound < LAST_BOUND_MS; i++)
		bound *= 2;
	if (bound > LAST_BOUND_MS)
		bound = LAST_BOUND_MS;
	delay = (int64_t)(chance % (uint64_t)(bound + 1));
	if (retry_after_ms > BOUND_RETRY_AFTER_MS)
		retry_after_ms = BOUND_RETRY_AFTER_MS;
	if (retry_after_ms >= 0)
		delay =
		    retry_after_ms + (int64_t)(chance % (AFTER_SPREAD_MS + 1));
	if (passed_ms / RETRY_SHARE < INT64_MAX - budget)
		budget += passed_ms / RETRY_SHARE;
	/* A wait that would end beyond the budget is not worth beginning. */
	if (policy->max_time_ms > 0 &&
	    (lost_ms >= budget || delay > budget - lost_ms))
		return RETRY_GIVE_UP;
	return delay;
}

void
retry_describe(const struct retry_policy *policy, char *text, size_t size)
{
	enum { MINUTE_MS = 60 * 1000 };
	int64_t most = policy->max_time_ms;
	const char *plural = policy->max_retries == 1 ? "" : "s";

	if (most <= 0)
		(void)snprintf(text, size, "up to %u time%s",
		    policy->max_retries, plural);
	else if (most >= MINUTE_MS)
		(void)snprintf(text, size,
		    "up to %u time%s, for at most %lld min",
		    policy->max_retries, plural, (long long)most / MINUTE_MS);
	else
		(void)snprintf(text, size,
		    "up to %u time%s, for at most %.1f s", policy->max_retries,
		    plural, (double)most / 1000);
}
