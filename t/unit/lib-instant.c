/* SPDX-License-Identifier: ISC */
/*
 * Points in time: what is one, which one it is, and how it is written.
 */
#include "instant.h"

#include "tap.h"

#include <time.h>

static const struct {
	const char *text;
	enum instant_kind kind;
	const char *formatted; /* NULL where kind is INSTANT_NONE */
} cases[] = {
    {"2026-11-24", INSTANT_DATE, "2026-11-24 00:00:00.000"},
    {"2026-11-24T06:00:00Z", INSTANT_TIME, "2026-11-24 06:00:00.000"},
    {"2026-11-24T06:00:00.123Z", INSTANT_TIME, "2026-11-24 06:00:00.123"},
    {"2026-11-24 06:00:00.123", INSTANT_TIME, "2026-11-24 06:00:00.123"},
    {"2026-11-24t06:00:00z", INSTANT_TIME, "2026-11-24 06:00:00.000"},
    {"2026-11-24T06:00", INSTANT_TIME, "2026-11-24 06:00:00.000"},
    {"2026-11-24T06:00Z", INSTANT_TIME, "2026-11-24 06:00:00.000"},
    {"2026-11-24T06:00:00.5Z", INSTANT_TIME, "2026-11-24 06:00:00.500"},
    {"2026-11-24T06:00:00.123456Z", INSTANT_TIME, "2026-11-24 06:00:00.123456"},
    {"2026-11-24T06:00:00.123456789Z", INSTANT_TIME,
	"2026-11-24 06:00:00.123456789"},
    {"2026-11-24T06:00:00.1200Z", INSTANT_TIME, "2026-11-24 06:00:00.1200"},
    {"2026-11-24T06:00:00.1234567890Z", INSTANT_NONE, NULL},
    {"2026-11-24T06:00:00.Z", INSTANT_NONE, NULL},
    {"2026-11-24T06:00:00,5Z", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:05+02:00", INSTANT_TIME, "2024-01-02 01:04:05.000"},
    {"2024-01-02T03:04:05+0200", INSTANT_TIME, "2024-01-02 01:04:05.000"},
    {"2024-01-02T03:04:05+02", INSTANT_TIME, "2024-01-02 01:04:05.000"},
    {"2024-01-02T03:04:05-05:30", INSTANT_TIME, "2024-01-02 08:34:05.000"},
    {"2024-01-01T00:30:00+01:00", INSTANT_TIME, "2023-12-31 23:30:00.000"},
    {"2023-12-31T23:30:00-01:00", INSTANT_TIME, "2024-01-01 00:30:00.000"},
    {"2024-01-02T03:04:05+24:00", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:05+02:60", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:05+2", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:05+02:", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:05 Z", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:05ZZ", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:05 UTC", INSTANT_NONE, NULL},
    {"20240102T030405Z", INSTANT_TIME, "2024-01-02 03:04:05.000"},
    {"20240102T030405.25+0100", INSTANT_TIME, "2024-01-02 02:04:05.250"},
    {"20240102T0304Z", INSTANT_NONE, NULL},
    {"20240102", INSTANT_NONE, NULL},
    {"2024", INSTANT_NONE, NULL},
    {"2024-01", INSTANT_NONE, NULL},
    {"2024-W01-1", INSTANT_NONE, NULL},
    {"2024-001", INSTANT_NONE, NULL},
    {"03:04:05", INSTANT_NONE, NULL},
    {"P1D", INSTANT_NONE, NULL},
    {"", INSTANT_NONE, NULL},
    {"2024-1-2", INSTANT_NONE, NULL},
    {"2024-01-02T", INSTANT_NONE, NULL},
    {"2024-01-02T3:04:05", INSTANT_NONE, NULL},
    {"2024-01-02T03", INSTANT_NONE, NULL},
    {"2024-01-02T0304", INSTANT_NONE, NULL},
    {"2024-01-02T03:04:", INSTANT_NONE, NULL},
    {" 2024-01-02", INSTANT_NONE, NULL},
    {"2024-01-02 ", INSTANT_NONE, NULL},
    {"2024-01-02T24:00:00Z", INSTANT_NONE, NULL},
    {"2024-01-02T23:59:60Z", INSTANT_NONE, NULL},
    {"2024-01-02T23:60:00Z", INSTANT_NONE, NULL},
    {"2024-00-02", INSTANT_NONE, NULL},
    {"2024-13-02", INSTANT_NONE, NULL},
    {"2024-01-00", INSTANT_NONE, NULL},
    {"2024-01-32", INSTANT_NONE, NULL},
    {"2024-02-30", INSTANT_NONE, NULL},
    {"2024-03-32", INSTANT_NONE, NULL},
    {"2024-04-31", INSTANT_NONE, NULL},
    {"2024-05-32", INSTANT_NONE, NULL},
    {"2024-06-31", INSTANT_NONE, NULL},
    {"2024-07-32", INSTANT_NONE, NULL},
    {"2024-08-32", INSTANT_NONE, NULL},
    {"2024-09-31", INSTANT_NONE, NULL},
    {"2024-10-32", INSTANT_NONE, NULL},
    {"2024-11-31", INSTANT_NONE, NULL},
    {"2024-12-32", INSTANT_NONE, NULL},
    {"2024-04-30", INSTANT_DATE, "2024-04-30 00:00:00.000"},
    {"2024-06-30", INSTANT_DATE, "2024-06-30 00:00:00.000"},
    {"2024-08-31", INSTANT_DATE, "2024-08-31 00:00:00.000"},
    {"2024-09-30", INSTANT_DATE, "2024-09-30 00:00:00.000"},
    {"2024-11-30", INSTANT_DATE, "2024-11-30 00:00:00.000"},
    {"2024-02-29", INSTANT_DATE, "2024-02-29 00:00:00.000"},
    {"2023-02-29", INSTANT_NONE, NULL},
    {"1900-02-29", INSTANT_NONE, NULL},
    {"2000-02-29", INSTANT_DATE, "2000-02-29 00:00:00.000"},
    {"0000-01-01", INSTANT_DATE, "0000-01-01 00:00:00.000"},
    {"0000-02-29", INSTANT_DATE, "0000-02-29 00:00:00.000"},
    {"9999-12-31T23:59:59.999Z", INSTANT_TIME, "9999-12-31 23:59:59.999"},
    {"1969-12-31T23:59:59.999Z", INSTANT_TIME, "1969-12-31 23:59:59.999"},
    {"2024-01-02T03:04:05\xE2\x88\x92"
     "02:00",
	INSTANT_NONE, NULL},
    {"0000-01-01T00:00:00+01:00", INSTANT_NONE, NULL},
    {"9999-12-31T23:59:59-01:00", INSTANT_NONE, NULL},
};

static const struct {
	int64_t ms;
	const char *formatted; /* NULL: outside the years */
} epochs[] = {
    {0, "1970-01-01 00:00:00.000"},
    {1700000000000, "2023-11-14 22:13:20.000"},
    {1700000000123, "2023-11-14 22:13:20.123"},
    {-1, "1969-12-31 23:59:59.999"},
    {-1000, "1969-12-31 23:59:59.000"},
    {-62167219200000, "0000-01-01 00:00:00.000"},
    {-62167219200001, NULL},
    {253402300799999, "9999-12-31 23:59:59.999"},
    {253402300800000, NULL},
    {INT64_MAX, NULL},
    {INT64_MIN, NULL},
};

static void
check_text(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[INSTANT_TEXT_BYTES] = "";
		struct instant at;
		enum instant_kind kind =
		    instant_parse(cases[i].text, strlen(cases[i].text), &at);

		is_int(kind, cases[i].kind, cases[i].text);
		if (kind == INSTANT_NONE)
			continue;
		ok(instant_format(&at, text) == strlen(text), "its length");
		is(text, cases[i].formatted, cases[i].text);
	}
	struct instant at;
	is_int(instant_parse("2024-01-02\0", 11, &at), INSTANT_NONE,
	    "a NUL is no end");
	is_int(instant_parse("2024-01-02T03:04:05Z", 10, &at), INSTANT_DATE,
	    "the length is the end");
}

static void
check_epoch(void)
{
	for (size_t i = 0; i < sizeof(epochs) / sizeof(*epochs); i++) {
		char text[INSTANT_TEXT_BYTES] = "";
		char name[32];
		struct instant at;
		int result = instant_from_ms(epochs[i].ms, &at);

		(void)snprintf(name, sizeof(name), "%lld ms",
		    (long long)epochs[i].ms);
		if (result == 0) {
			(void)instant_format(&at, text);
			is_int(instant_to_ms(&at), epochs[i].ms, name);
		}
		is(result == 0 ? text : NULL, epochs[i].formatted, name);
	}
}

/* Every fifth day, which meets each date, against the C library. */
static void
check_calendar(void)
{
	int bad = 0;

	for (int64_t day = -719528; day < 2932897; day += 5) {
		char text[INSTANT_TEXT_BYTES], wanted[INSTANT_TEXT_BYTES + 40];
		time_t seconds = (time_t)(day * 86400);
		struct instant at, again;
		struct tm tm;

		if (instant_from_ms(day * 86400000, &at) != 0 ||
		    !gmtime_r(&seconds, &tm)) {
			bad++;
			continue;
		}
		(void)instant_format(&at, text);
		(void)snprintf(wanted, sizeof(wanted),
		    "%04d-%02d-%02d 00:00:00.000", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday);
		bad += strcmp(text, wanted) != 0;
		bad +=
		    instant_parse(text, strlen(text), &again) != INSTANT_TIME ||
		    again.seconds != at.seconds;
	}
	is_int(bad, 0, "the days of the years 0000 to 9999");
}

int
main(void)
{
	check_text();
	check_epoch();
	check_calendar();
	return tap_done();
}
