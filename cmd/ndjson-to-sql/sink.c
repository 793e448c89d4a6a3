/* SPDX-License-Identifier: ISC */
/*
 * The table of destinations.
 */
#include "sink.h"

#include "buf.h"
#include "sink_files.h"
#include "sink_sqlite.h"

#include <string.h>

static const struct sink_kind *const kinds[] = {
    &sink_sqlite,
    &sink_csv,
    &sink_ndjson,
    &sink_stdout,
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(*kinds) };

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

/* "out.db, csv:DIR or -" */
static int
fail_unknown(const char *target, struct fail *why)
{
	struct buf list;

	buf_init(&list, BOUND_MESSAGE_BYTES);
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (i > 0)
			buf_add(&list, i + 1 < KIND_COUNT ? ", " : " or ");
		buf_add(&list, kinds[i]->usage);
	}
	(void)fail_set(why, STATUS_USAGE,
	    "cannot tell what kind of target '%.200s' is; it may be %s", target,
	    list.data);
	buf_free(&list);
	return -1;
}

const struct sink_kind *
sink_find(const char *target, const char **rest, struct fail *why)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const char *prefix = kinds[i]->prefix;

		if (prefix && strncmp(target, prefix, strlen(prefix)) == 0 &&
		    target[strlen(prefix)]) {
			*rest = target + strlen(prefix);
			return kinds[i];
		}
	}
	*rest = target;
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (has_suffix(target, kinds[i]->suffixes) ||
		    (kinds[i]->word && strcmp(target, kinds[i]->word) == 0))
			return kinds[i];
	(void)fail_unknown(target, why);
	return NULL;
}
