/* SPDX-License-Identifier: ISC */
/*
 * Points in time. The civil-day arithmetic counts in eras of 400 years that
 * start on 1 March, so that the leap day is the last day of its year.
 */
#include "instant.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	DAYS_PER_ERA = 146097,  /* 400 years */
	DAYS_TO_EPOCH = 719468, /* from 0000-03-01 to 1970-01-01 */
	SECONDS_PER_DAY = 86400,
};

/* What is left to read. */
struct scan {
	const char *at, *end;
};

static int64_t
days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year =
	    (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - DAYS_TO_EPOCH;
}

static void
civil_from_days(int64_t days, int *year, unsigned *month, unsigned *day)
{
	int64_t era, day_of_era, year_of_era, day_of_year, shifted;

	days += DAYS_TO_EPOCH;
	era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	day_of_era = days - era * DAYS_PER_ERA;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			  day_of_era / (DAYS_PER_ERA - 1)) /
	    365;
	day_of_year = day_of_era -
	    (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * day_of_year + 2) / 153; /* 0 is March */
	*day = (unsigned)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month = (unsigned)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* Reads exactly `count` digits. */
static bool
digits(struct scan *s, int count, unsigned *value)
{
	unsigned sum = 0;

	if (s->end - s->at < count)
		return false;
	for (int i = 0; i < count; i++) {
		unsigned digit = (unsigned)(unsigned char)s->at[i] - '0';

		if (digit > 9)
			return false;
		sum = sum * 10 + digit;
	}
	s->at += count;
	*value = sum;
	return true;
}

static bool
accept(struct scan *s, const char *any_of)
{
	if (s->at == s->end || *s->at == '\0' || !strchr(any_of, *s->at))
		return false;
	s->at++;
	return true;
}

static bool
parse_date(struct scan *s, bool *is_compact, int64_t *days)
{
	static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31,
	    30, 31, 30, 31};
	unsigned year, month, day, last;

	if (!digits(s, 4, &year))
		return false;
	*is_compact = !accept(s, "-");
	if (!digits(s, 2, &month) || month < 1 || month > 12)
		return false;
	if (!*is_compact && !accept(s, "-"))
		return false;
	last = lengths[month - 1];
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		last = 29;
	if (!digits(s, 2, &day) || day < 1 || day > last)
		return false;
	*days = days_from_civil(year, month, day);
	return true;
}

static bool
parse_clock(struct scan *s, bool is_compact, struct instant *out)
{
	unsigned hour, minute, second = 0;

	if (!digits(s, 2, &hour) || hour > 23)
		return false;
	if (!is_compact && !accept(s, ":"))
		return false;
	if (!digits(s, 2, &minute) || minute > 59)
		return false;
	if (is_compact ? !digits(s, 2, &second)
		       : accept(s, ":") && !digits(s, 2, &second))
		return false;
	if (second > 59)
		return false;
	out->seconds += hour * 3600 + minute * 60 + second;
	return true;
}

static bool
parse_fraction(struct scan *s, struct instant *out)
{
	uint32_t unit = 100000000;

	if (!accept(s, "."))
		return true;
	while (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
		if (out->digits == 9)
			return false;
		out->nanoseconds += (uint32_t)(*s->at++ - '0') * unit;
		out->digits++;
		unit /= 10;
	}
	return out->digits > 0;
}

static bool
parse_zone(struct scan *s, struct instant *out)
{
	unsigned hours, minutes = 0;
	int64_t offset;
	bool is_west;

	if (s->at == s->end || accept(s, "Zz"))
		return true;
	is_west = *s->at == '-';
	if (!accept(s, "+-") || !digits(s, 2, &hours) || hours > 23)
		return false;
	if (s->at < s->end) {
		(void)accept(s, ":");
		if (!digits(s, 2, &minutes) || minutes > 59)
			return false;
	}
	offset = hours * 3600 + minutes * 60;
	out->seconds += is_west ? offset : -offset;
	return true;
}

/* A zone can carry a time of day out of the years that have a text. */
static bool
is_in_years(int64_t seconds)
{
	return seconds >= days_from_civil(0, 1, 1) * SECONDS_PER_DAY &&
	    seconds < days_from_civil(10000, 1, 1) * SECONDS_PER_DAY;
}

enum instant_kind
instant_parse(const char *text, size_t len, struct instant *out)
{
	struct scan s = {.at = text, .end = text + len};
	struct instant result = {0};
	bool is_compact;
	int64_t days;

	if (!parse_date(&s, &is_compact, &days))
		return INSTANT_NONE;
	result.seconds = days * SECONDS_PER_DAY;
	if (s.at == s.end) {
		/* Eight digits alone are more often a number. */
		if (is_compact)
			return INSTANT_NONE;
		*out = result;
		return INSTANT_DATE;
	}
	if (!accept(&s, is_compact ? "Tt" : "Tt ") ||
	    !parse_clock(&s, is_compact, &result) ||
	    !parse_fraction(&s, &result) || !parse_zone(&s, &result) ||
	    s.at != s.end || !is_in_years(result.seconds))
		return INSTANT_NONE;
	*out = result;
	return INSTANT_TIME;
}

int
instant_from_ms(int64_t ms, struct instant *out)
{
	int64_t seconds = ms / 1000, rest = ms % 1000;

	if (rest < 0) {
		rest += 1000;
		seconds--;
	}
	if (!is_in_years(seconds))
		return -1;
	*out = (struct instant){.seconds = seconds,
	    .nanoseconds = (uint32_t)rest * 1000000,
	    .digits = 3};
	return 0;
}

int64_t
instant_to_ms(const struct instant *at)
{
	return at->seconds * 1000 + at->nanoseconds / 1000000;
}

/* Writes `count` digits behind `at`, leading zeros included, and then `end`;
 * returns what is behind that. A tenth of the time of snprintf. */
static char *
put_digits(char *at, unsigned value, int count, char end)
{
	for (int i = count; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	at[count] = end;
	return at + count + 1;
}

size_t
instant_format(const struct instant *at, char text[INSTANT_TEXT_BYTES])
{
	int64_t days = at->seconds / SECONDS_PER_DAY;
	int64_t rest = at->seconds % SECONDS_PER_DAY;
	unsigned month, day, second, kept = at->digits > 3 ? at->digits : 3;
	int year;
	char *end;

	if (rest < 0) {
		rest += SECONDS_PER_DAY;
		days--;
	}
	second = (unsigned)rest;
	civil_from_days(days, &year, &month, &day);
	end = put_digits(text, (unsigned)year, 4, '-');
	end = put_digits(end, month, 2, '-');
	end = put_digits(end, day, 2, ' ');
	end = put_digits(end, second / 3600, 2, ':');
	end = put_digits(end, second / 60 % 60, 2, ':');
	end = put_digits(end, second % 60, 2, '.');
	(void)put_digits(end, at->nanoseconds, 9, '\0');
	end[kept] = '\0';
	return (size_t)(end - text) + kept;
}
