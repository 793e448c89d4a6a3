/* SPDX-License-Identifier: ISC */
/* Points in time as --since and --until take them. */
#include "moment.h"

#include "tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW INT64_C(1795500000000) /* 2026-11-24T06:00:00Z */

static const struct moment_case {
	const char *text;
	int64_t ms; /* -1: refused */
	bool is_cursor;
} cases[] = {
    {"2026-11-24", INT64_C(1795478400000), false},
    {"2026-11-24T06:00:00Z", NOW, false},
    {"2026-11-24T07:00:00+01:00", NOW, false},
    {"2026-11-24 06:00", NOW, false},
    {"20261124T060000Z", NOW, false},
    {"2026-11-24 06:00:00.123", NOW + 123, true},
    {"2026-11-24 06:00:00.123456", NOW + 123, true},
    {"2026-11-24T06:00:00.123Z", NOW + 123, false},
    {"1795500000", NOW, false},
    {"1795500000123", NOW + 123, false},
    {"253402300799999", INT64_C(253402300799999), false},
    {"253402300800000", -1, false},
    {"2026-11-24 06:00:00.12", NOW + 120, false},
    {"2026-11-24T06:00:00.123", NOW + 123, false},
    {"250000000000", INT64_C(250000000000), false},
    {"19991231", -1, false},
    {"-0", -1, false},
    {"0", 0, false},
    {"99999999999", INT64_C(99999999999000), false},
    {"100000000000", INT64_C(100000000000), false},
    {"90s", NOW - 90 * 1000, false},
    {"15m", NOW - 15 * 60 * 1000, false},
    {"6h", NOW - 6 * 3600 * 1000, false},
    {"7d", NOW - INT64_C(7) * 86400 * 1000, false},
    {"500ms", NOW - 500, false},
    {"99999999d", 0, false},
    {"2026-11-31", -1, false},
    {"2026-02-29", -1, false},
    {"yesterday", -1, false},
    {"-5m", -1, false},
    {"-1", -1, false},
    {"", -1, false},
    {"15 m", -1, false},
    {"999999999999999", -1, false},
    {"20261124", -1, false},
    {"202611240600", -1, false},
    {"20261124060000", -1, false},
    {"99999999999999999999", -1, false},
};

/* A file's time, to the millisecond. */
static void
test_file(int64_t seconds, long nanoseconds, int64_t wanted)
{
	char path[] = "@/tmp/fetch-moment.XXXXXX";
	int fd = mkstemp(path + 1);
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT},
	    {.tv_sec = seconds, .tv_nsec = nanoseconds}};
	struct fail why;
	bool is_cursor;
	int64_t ms = 0;

	ok(fd != -1 && futimens(fd, times) == 0 &&
		moment_read("--since", path, NOW, &ms, &is_cursor, &why) == 0,
	    "a file's time");
	is_int(ms, wanted, "has milliseconds");
	(void)close(fd);
	(void)unlink(path + 1);
}

int
main(void)
{
	struct fail why;
	bool is_cursor;
	int64_t ms;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct moment_case *c = &cases[i];
		int result =
		    moment_read("--since", c->text, NOW, &ms, &is_cursor, &why);

		if (c->ms == -1) {
			ok(result == -1 && why.status == STATUS_USAGE,
			    "'%s' is refused", c->text);
			continue;
		}
		ok(result == 0 && ms == c->ms, "'%s' is %lld, got %lld",
		    c->text, (long long)c->ms, (long long)ms);
		ok(is_cursor == c->is_cursor, "'%s' is %s cursor", c->text,
		    c->is_cursor ? "a" : "no");
	}
	test_file(NOW / 1000, 123000000, NOW + 123);
	test_file(NOW / 1000, 123999999, NOW + 123);
	test_file(0, 123000000, 123);
	test_file(-5, 123000000, 0);
	ok(moment_read("--since", "@/nonexistent", NOW, &ms, &is_cursor,
	       &why) == -1 &&
		why.status == STATUS_LOCAL,
	    "a file that is not there");
	ok(moment_read("--since", "@/", NOW, &ms, &is_cursor, &why) == 0 &&
		is_cursor && ms > 0,
	    "the time of a file is a cursor");
	return tap_done();
}
