/* SPDX-License-Identifier: ISC */
/*
 * Points in time: ISO 8601 text, epoch milliseconds, and the form that
 * databases compare as text, `2026-11-24 06:00:00.123` in UTC. Pure: no
 * clock, no locale, no time zone data.
 */
#ifndef INSTANT_H
#define INSTANT_H

#include "attr.h"

#include <stddef.h>
#include <stdint.h>

struct instant {
	int64_t seconds;      /* since 1970-01-01T00:00:00Z */
	uint32_t nanoseconds; /* below 10^9 */
	unsigned digits;      /* of the fraction as written, 0 to 9 */
};

enum { INSTANT_TEXT_BYTES = 40 }; /* any formatted instant and a NUL */

/* What a text turned out to be. */
enum instant_kind {
	INSTANT_NONE, /* no time, or no such day */
	INSTANT_DATE, /* 2026-11-24 */
	INSTANT_TIME, /* with a time of day */
};

/* Reads the whole of `text`: a date YYYY-MM-DD, or a date, one of "T", "t"
 * and a space, hh:mm or hh:mm:ss with an optional fraction of 1 to 9 digits,
 * and an optional zone (Z, z, +hh:mm, +hhmm, +hh). The compact form
 * YYYYMMDDThhmmss[.f][zone] is read as well. Without a zone it is UTC. Years
 * 0000 to 9999, in UTC as well. Second 60 is no time here: no database
 * stores it. */
enum instant_kind instant_parse(const char *text, size_t len,
    struct instant *out);

/* From milliseconds since the epoch; three digits of fraction. Returns -1
 * outside the years 0000 to 9999. */
ATTR_NODISCARD
int instant_from_ms(int64_t ms, struct instant *out);

/* Milliseconds since the epoch; finer digits are dropped (floor). */
int64_t instant_to_ms(const struct instant *at);

/* "YYYY-MM-DD hh:mm:ss.fff" in UTC: three digits of fraction, more where the
 * instant has more. Returns the length; `text` gets a NUL. */
size_t instant_format(const struct instant *at, char text[INSTANT_TEXT_BYTES]);

#endif
