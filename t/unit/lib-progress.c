/* SPDX-License-Identifier: ISC */
/* What the row of progress says, at which width, and at which rate. */
#include "progress.h"

#include "msg.h"
#include "tap.h"

static const struct row {
	const char *name;
	size_t width;
	const char *of;
	struct progress_counts counts;
	double rate;
	const char *line;
} rows[] = {
    {"all of it", 79, "users", {41200, 100000, 0}, 8120.4,
	"users: 41,200 of 100,000 (41%), 8,120/s, 0:07 left"},
    {"no total", 79, "logs", {999, 0, 0}, 8120, "logs: 999 records, 8,120/s"},
    {"no name", 79, "", {1000, 0, 1080000000}, 81200,
	"1,000 records, 1,080 MB, 81,200/s"},
    {"more than the total: it is none", 79, "logs", {11, 10, 0}, 5,
	"logs: 11 records, 5.0/s"},
    {"nothing yet", 79, "logs", {0, 0, 0}, -1, "logs: 0 records"},
    {"nothing of many", 79, "logs", {0, 9, 0}, 0, "logs: 0 of 9 (0%), 0.0/s"},
    {"almost all is not 100%", 79, "x", {9999, 10000, 0}, -1,
	"x: 9,999 of 10,000 (99%)"},
    {"all", 79, "x", {10000, 10000, 0}, 1e6,
	"x: 10,000 of 10,000 (100%), 1,000,000/s, 0:00 left"},
    {"slow", 79, "x", {3, 4000, 0}, 0.25,
	"x: 3 of 4,000 (0%), 0.2/s, 4:26:28 left"},
    {"the largest", 79, "x", {UINT64_MAX, 0, 0}, 1e30,
	"x: 18,446,744,073,709,551,615 records"},
    {"as wide as it is", 50, "users", {41200, 100000, 0}, 8120.4,
	"users: 41,200 of 100,000 (41%), 8,120/s, 0:07 left"},
    {"one less: no forecast", 49, "users", {41200, 100000, 0}, 8120.4,
	"users: 41,200 of 100,000 (41%), 8,120/s"},
    {"no rate", 38, "users", {41200, 100000, 0}, 8120.4,
	"users: 41,200 of 100,000 (41%)"},
    {"no part of a number", 20, "users", {41200, 100000, 0}, 8120.4, "users: "},
    {"no room", 0, "users", {41200, 100000, 0}, 8120.4, ""},
};

static const struct {
	double seconds;
	const char *text;
} durations[] = {
    {0, "0:00"},
    {0.4, "0:00"},
    {59.6, "1:00"},
    {61, "1:01"},
    {3599, "59:59"},
    {3600, "1:00:00"},
    {172799, "47:59:59"},
    {172800, "2 d 0 h"},
    {1e300, "11574 d 1 h"},
};

/* A count of 1000 a second for ten seconds, then none. */
static void
test_meter(void)
{
	struct progress_meter m = {0};
	uint64_t done = 0;

	is_int((long long)progress_meter_rate(&m, 0, 0), -1, "no sample");
	for (int64_t now = 0; now <= 10000; now += 100) {
		done = (uint64_t)now;
		progress_meter_note(&m, done, now);
		if (now == 400)
			is_int((long long)progress_meter_rate(&m, done, now),
			    -1, "too young to tell");
		if (now == 500)
			is_int((long long)progress_meter_rate(&m, done, now),
			    1000, "half a second is enough");
	}
	is_int((long long)progress_meter_rate(&m, done, 10000), 1000,
	    "a steady rate, however long");
	is_int((long long)progress_meter_rate(&m, done, 17500), 500,
	    "a halt brings it down");
	for (int64_t now = 10000; now <= 20000; now += 100)
		progress_meter_note(&m, done, now);
	is_int((long long)progress_meter_rate(&m, done, 20000), 0,
	    "what is long ago does not count");
	progress_meter_note(&m, 5, 20001);
	is_int((long long)progress_meter_rate(&m, 5, 20100), -1,
	    "a count that went back starts anew");
	progress_meter_note(&m, 205, 20601);
	is_int((long long)progress_meter_rate(&m, 205, 21001), 200,
	    "and goes on from there");
}

int
main(void)
{
	char line[MSG_LINE_BYTES], text[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];

		progress_format(line, r->width, r->of, "records", &r->counts,
		    r->rate);
		is(line, r->line, r->name);
	}
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++)
		is(progress_duration(text, durations[i].seconds),
		    durations[i].text, durations[i].text);
	test_meter();
	return tap_done();
}
