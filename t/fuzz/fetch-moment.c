/* SPDX-License-Identifier: ISC */
/*
 * Any text as a time: what --since takes, ISO 8601, and durations. An instant
 * that is read is written and read again as the same, is on a day that exists
 * by counting from 1970, and is SQLite's wherever SQLite reads the text too.
 * A duration is what whole numbers make of it.
 */
#include "moment.h"

#include "instant.h"
#include "mem.h"
#include "num.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const int64_t NOW_MS = INT64_C(1795500000123);
static const int64_t LAST_MS = INT64_C(253402300799999);

/* --- SQLite ------------------------------------------------------------- */

/* strftime's number for the text; false where it reads none. */
static bool
ask_sqlite(const char *format, const char *text, double *number)
{
	static sqlite3_stmt *statement;
	static sqlite3 *db;

	if (!statement &&
	    (sqlite3_open(":memory:", &db) != SQLITE_OK ||
		sqlite3_prepare_v2(db, "SELECT CAST(strftime(?1, ?2) AS REAL)",
		    -1, &statement, NULL) != SQLITE_OK))
		abort();
	(void)sqlite3_reset(statement);
	(void)sqlite3_bind_text(statement, 1, format, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC);
	assert(sqlite3_step(statement) == SQLITE_ROW);
	if (sqlite3_column_type(statement, 0) != SQLITE_FLOAT)
		return false;
	*number = sqlite3_column_double(statement, 0);
	return true;
}

/* SQLite rounds to milliseconds where we cut, so that it may be one more; but
 * not in %f, where that would make another second. */
static void
check_sqlite(const char *text, const struct instant *at)
{
	double seconds, part;

	if (strspn(text, "0123456789-") < 10 || text[4] != '-' ||
	    at->nanoseconds > 999000000 || !ask_sqlite("%s", text, &seconds) ||
	    !ask_sqlite("%f", text, &part))
		return;
	seconds = seconds * 1000 + (part - (int)part) * 1000;
	assert(seconds - (double)instant_to_ms(at) > -1.5 &&
	    seconds - (double)instant_to_ms(at) < 1.5);
}

/* --- counting ----------------------------------------------------------- */

/* Seconds since 1970 of a time in UTC, by adding up days. */
static int64_t
count_seconds(int year, int month, int day, int second)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31};
	int64_t count = 0;

	for (int y = year; y < 1970; y++)
		count -= 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
	for (int y = 1970; y < year; y++)
		count += 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
	for (int m = 1; m < month; m++)
		count += days[m - 1] +
		    (m == 2 && year % 4 == 0 &&
			(year % 100 != 0 || year % 400 == 0));
	return (count + day - 1) * 86400 + second;
}

static int
digits(const char *text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		assert(text[i] >= '0' && text[i] <= '9');
		number = number * 10 + text[i] - '0';
	}
	return number;
}

static void
check_instant(const char *text, size_t len)
{
	char written[INSTANT_TEXT_BYTES], again[INSTANT_TEXT_BYTES];
	struct instant at, back;
	enum instant_kind kind = instant_parse(text, len, &at);
	size_t n;

	assert(kind <= INSTANT_TIME);
	if (kind == INSTANT_NONE)
		return;
	assert(at.nanoseconds < 1000000000 && at.digits <= 9);
	n = instant_format(&at, written);
	assert(n == strlen(written) && n >= 23);
	assert(instant_parse(written, n, &back) == INSTANT_TIME);
	assert(
	    back.seconds == at.seconds && back.nanoseconds == at.nanoseconds);
	assert(
	    instant_format(&back, again) == n && strcmp(again, written) == 0);
	assert(at.seconds ==
	    count_seconds(digits(written, 4), digits(written + 5, 2),
		digits(written + 8, 2),
		digits(written + 11, 2) * 3600 + digits(written + 14, 2) * 60 +
		    digits(written + 17, 2)));
	assert(instant_from_ms(instant_to_ms(&at), &back) == 0);
	assert(instant_to_ms(&back) == instant_to_ms(&at));
	check_sqlite(text, &at);
}

static void
check_duration(const char *text)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
	    {"d", 86400000}, {"", 1000}};
	size_t whole = strspn(text, "0123456789"), i = 0;
	const char *unit = text + whole;
	double number = strtod(text, NULL);
	int64_t ms = -1;

	if (num_duration_ms(text, &ms) != 0)
		return;
	assert(whole > 0 && ms >= 0);
	if (*unit == '.')
		unit += 1 + strspn(unit + 1, "0123456789");
	while (strcmp(units[i].unit, unit) != 0)
		assert(++i < sizeof(units) / sizeof(*units));
	number *= (double)units[i].ms;
	assert((double)ms - number <= 1 + number / 1e12 &&
	    number - (double)ms <= 1 + number / 1e12);
}

static void
check_moment(const char *text)
{
	struct fail why = {0};
	bool is_cursor = false;
	int64_t ms = -1, later = -1;

	if (*text == '@') /* the time of a file is anything */
		return;
	if (moment_read("--since", text, NOW_MS, &ms, &is_cursor, &why) != 0) {
		assert(why.status == STATUS_USAGE);
		assert(strncmp(why.text, "--since takes", 13) == 0);
		return;
	}
	assert(ms >= 0 && ms <= LAST_MS);
	/* What does not depend on the clock is the same a second later. */
	assert(moment_read("--since", text, NOW_MS + 1000, &later, &is_cursor,
		   &why) == 0);
	assert(later == ms || later == ms + 1000 || later <= 1000);
	assert(!is_cursor || later == ms);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *text = mem_copy((const char *)data, size);

	if (strlen(text) == size)
		check_moment(text);
	check_duration(text);
	check_instant(text, strlen(text));
	free(text);
	return 0;
}
