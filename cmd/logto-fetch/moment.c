/* SPDX-License-Identifier: ISC */
/*
 * Points in time from the command line.
 */
#include "moment.h"

#include "instant.h"
#include "num.h"

#include <string.h>
#include <sys/stat.h>

/* Epoch seconds have 10 digits until the year 2286; milliseconds 13. */
static const int64_t FIRST_MS = INT64_C(100000000000);
/* The end of the year 9999, which is the last that the API can write. */
static const int64_t LAST_MS = INT64_C(253402300799999);

static int
read_file_time(const char *path, int64_t *ms, struct fail *why)
{
	struct stat file;

	if (stat(path, &file) != 0)
		return fail_errno(why, "cannot read the time of '%s'", path);
	/* A file system may have times that no milliseconds can hold. */
	*ms = file.st_mtim.tv_sec < 0 ? 0 : LAST_MS;
	if (file.st_mtim.tv_sec >= 0 && file.st_mtim.tv_sec < LAST_MS / 1000)
		*ms = (int64_t)file.st_mtim.tv_sec * 1000 +
		    file.st_mtim.tv_nsec / 1000000;
	return 0;
}

/* "2026-11-24 06:00:00.123", as databases hold it. */
static bool
looks_like_cursor(const char *text, size_t len)
{
	return len >= 23 && text[10] == ' ' && text[19] == '.' &&
	    strspn(text + 20, "0123456789") == len - 20;
}

/* "20261124", "202611240600", "20261124060000": as numbers they would be
 * moments of 1970, 1976 and 2611. */
static bool
looks_like_date(const char *text, size_t len)
{
	return (len == 8 || len == 12 || len == 14) &&
	    (strncmp(text, "19", 2) == 0 || strncmp(text, "20", 2) == 0) &&
	    strspn(text, "0123456789") == len;
}

int
moment_read(const char *option, const char *text, int64_t now_ms, int64_t *ms,
    bool *is_cursor, struct fail *why)
{
	size_t len = strlen(text);
	struct instant at;
	int64_t before;

	*is_cursor = text[0] == '@' || looks_like_cursor(text, len);
	if (text[0] == '@')
		return read_file_time(text + 1, ms, why);
	if (looks_like_date(text, len)) {
		*ms = -1;
	} else if (num_i64(text, len, ms) == 0 && text[0] != '-') {
		if (*ms < FIRST_MS)
			*ms *= 1000;
	} else if (instant_parse(text, len, &at) != INSTANT_NONE) {
		*ms = instant_to_ms(&at);
	} else if (num_duration_ms(text, &before) == 0) {
		*ms = before < now_ms ? now_ms - before : 0;
	} else {
		*ms = -1;
	}
	if (*ms >= 0 && *ms <= LAST_MS)
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "%s takes a time such as 15m, 7d, 2026-11-24, "
	    "2026-11-24T06:00:00Z, 1795500000 or @FILE, not '%.100s'",
	    option, text);
}
