/* SPDX-License-Identifier: ISC */
/*
 * The Test Anything Protocol for unit tests: each check is a line, and
 * tap_done() ends main with the plan. Diagnostics go to stderr.
 */
#ifndef TAP_H
#define TAP_H

#include "attr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failures;

ATTR_PRINTF(2, 3)
static inline bool
ok(bool passed, const char *format, ...)
{
	va_list args;

	tap_failures += !passed;
	(void)printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)putchar('\n');
	return passed;
}

/* Compares strings; NULL equals only NULL. */
static inline bool
is(const char *got, const char *wanted, const char *name)
{
	bool same = got && wanted ? strcmp(got, wanted) == 0 : got == wanted;

	if (!ok(same, "%s", name))
		(void)fprintf(stderr, "#      got: %s\n#   wanted: %s\n",
		    got ? got : "(null)", wanted ? wanted : "(null)");
	return same;
}

static inline bool
is_int(long long got, long long wanted, const char *name)
{
	if (!ok(got == wanted, "%s", name))
		(void)fprintf(stderr, "#      got: %lld\n#   wanted: %lld\n",
		    got, wanted);
	return got == wanted;
}

static inline int
tap_done(void)
{
	(void)printf("1..%d\n", tap_count);
	return tap_failures != 0;
}

#endif
