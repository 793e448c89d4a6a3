/* SPDX-License-Identifier: ISC */
/* When to try again: which statuses, how long, and when no more. */
#include "retry.h"

#include "bounds.h"
#include "tap.h"

static const struct wait {
	const char *name;
	struct retry_policy policy;
	unsigned tries_done;
	int64_t lost_ms, retry_after_ms;
	uint64_t chance;
	int64_t delay_ms;
} waits[] = {
    {"no retries at all", {0, 0}, 1, 0, -1, 5, RETRY_GIVE_UP},
    {"one retry", {1, 0}, 1, 0, -1, 5, 5},
    {"and no second", {1, 0}, 2, 0, -1, 5, RETRY_GIVE_UP},
    {"first bound: its greatest", {9, 0}, 1, 0, -1, 500, 500},
    {"first bound: one more starts over", {9, 0}, 1, 0, -1, 501, 0},
    {"second bound doubles", {9, 0}, 2, 0, -1, 1000, 1000},
    {"second bound: one more starts over", {9, 0}, 2, 0, -1, 1001, 0},
    {"fourth bound", {9, 0}, 4, 0, -1, 4000, 4000},
    {"the last bound is a minute", {99, 0}, 8, 0, -1, 60000, 60000},
    {"and stays", {99, 0}, 99, 0, -1, 60001, 0},
    {"even after a great many tries", {100, 0}, 100, 0, -1, 60000, 60000},
    {"the server's wish wins", {9, 0}, 1, 0, 7000, 0, 7000},
    {"with a little spread", {9, 0}, 1, 0, 7000, 250, 7250},
    {"of no more than that", {9, 0}, 1, 0, 7000, 251, 7000},
    {"a wish for nothing", {9, 0}, 5, 0, 0, 0, 0},
    {"a wish for nothing is one", {9, 0}, 5, 0, 0, 251, 0},
    {"a wish beyond reason is cut", {9, 0}, 1, 0, INT64_MAX, 0,
	BOUND_RETRY_AFTER_MS},
    {"time left", {9, 1000}, 1, 500, -1, 500, 500},
    {"the wait would pass the limit", {9, 1000}, 1, 501, -1, 500,
	RETRY_GIVE_UP},
    {"the limit is reached", {9, 1000}, 1, 1000, -1, 0, RETRY_GIVE_UP},
    {"the limit was passed", {9, 1000}, 1, 5000, -1, 0, RETRY_GIVE_UP},
    {"the server's wish passes the limit", {9, 1000}, 1, 0, 7000, 0,
	RETRY_GIVE_UP},
    {"the smallest limit", {9, 1}, 1, 1, -1, 0, RETRY_GIVE_UP},
    {"the largest limit", {9, INT64_MAX}, 1, 1, 7000, 0, 7000},
};

static const struct span {
	const char *name;
	int64_t from_ms, until_ms, lost_ms;
} losses[] = {
    {"a try that fails", 1000, 1500, 500},
    {"one beside it", 1200, 1500, 500},
    {"one that ends later", 1200, 1700, 700},
    {"a wait", 1700, 2700, 1700},
    {"a try within the wait", 1800, 2000, 1700},
    {"a try after a quiet hour", 3600000, 3600100, 1800},
    {"no time at all", 3700000, 3700000, 1800},
    {"what began before that", 3699000, 3699500, 2300},
};

static const struct limits {
	struct retry_policy policy;
	const char *text;
} limits[] = {
    {{8, 1800000}, "up to 8 times, for at most 30 min"},
    {{1, 60000}, "up to 1 time, for at most 1 min"},
    {{2, 59990}, "up to 2 times, for at most 60.0 s"},
    {{1, 1500}, "up to 1 time, for at most 1.5 s"},
    {{0, 1}, "up to 0 times, for at most 0.0 s"},
    {{1, 0}, "up to 1 time"},
    {{2, 0}, "up to 2 times"},
};

int
main(void)
{
	char text[RETRY_LIMITS_BYTES];
	struct retry_loss loss = {0};
	static const struct retry_policy hour = {9, 1000};
	static const long transient[] = {408, 429, 500, 502, 503, 504, 520,
	    599};
	static const long final[] = {0, 100, 200, 204, 301, 400, 401, 403, 404,
	    422, 428, 499, 501, 505, 600};

	for (size_t i = 0; i < sizeof(transient) / sizeof(*transient); i++)
		ok(retry_is_transient(transient[i]), "%ld may pass",
		    transient[i]);
	for (size_t i = 0; i < sizeof(final) / sizeof(*final); i++)
		ok(!retry_is_transient(final[i]), "%ld will not pass",
		    final[i]);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		const struct wait *w = &waits[i];

		is_int(retry_delay_ms(&w->policy, w->tries_done, w->lost_ms, 0,
			   w->retry_after_ms, w->chance),
		    w->delay_ms, w->name);
	}
	is_int(retry_delay_ms(&hour, 1, 1000 + 360000, 3600000, -1, 0),
	    RETRY_GIVE_UP, "after an hour a tenth of it may be lost as well");
	is_int(retry_delay_ms(&hour, 1, 999 + 360000, 3600000, -1, 1), 1,
	    "... and all of that");
	for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
		retry_lose(&loss, losses[i].from_ms, losses[i].until_ms);
		is_int(loss.lost_ms, losses[i].lost_ms, losses[i].name);
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		retry_describe(&limits[i].policy, text, sizeof(text));
		is(text, limits[i].text, "the limits in words");
	}
	return tap_done();
}
