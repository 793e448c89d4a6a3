/* SPDX-License-Identifier: ISC */
/*
 * The table of destinations.
 */
#include "sink.h"

#include "sink_sqlite.h"

#include <string.h>

static const struct sink_kind *const kinds[] = {
    &sink_sqlite,
};

static bool
has_suffix(const char *target, const char *suffixes)
{
	size_t len = strlen(target);

	while (*suffixes) {
		size_t end = strcspn(suffixes, " ");

		if (len > end &&
		    strncmp(target + len - end, suffixes, end) == 0)
			return true;
		suffixes += end + strspn(suffixes + end, " ");
	}
	return false;
}

const struct sink_kind *
sink_find(const char *target, const char **rest, struct fail *why)
{
	size_t count = sizeof(kinds) / sizeof(*kinds);

	for (size_t i = 0; i < count; i++) {
		size_t prefix = strlen(kinds[i]->prefix);

		if (strncmp(target, kinds[i]->prefix, prefix) == 0 &&
		    target[prefix]) {
			*rest = target + prefix;
			return kinds[i];
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (has_suffix(target, kinds[i]->suffixes)) {
			*rest = target;
			return kinds[i];
		}
	}
	(void)fail_set(why, STATUS_USAGE,
	    "cannot tell what kind of target '%s' is; a database file ends in "
	    ".db, .sqlite or .sqlite3, or is written sqlite:FILE",
	    target);
	return NULL;
}
