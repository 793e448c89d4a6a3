/* SPDX-License-Identifier: ISC */
/*
 * The table of destinations.
 */
#include "sink.h"

#include "buf.h"
#include "dialect.h"
#include "sink_bundle.h"
#include "sink_duckdb.h"
#include "sink_files.h"
#include "sink_postgres.h"
#include "sink_script.h"
#include "sink_sqlite.h"

#include <string.h>
#include <sys/stat.h>

static const struct sink_kind *const kinds[] = {
    &sink_sqlite,
    &sink_postgres,
    &sink_duckdb,
    &sink_csv,
    &sink_ndjson,
    &sink_parquet,
    &sink_stdout,
    &sink_script,
    &sink_snowflake,
    &sink_bigquery,
    &sink_redshift,
    &sink_databricks,
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

/* The length of the one of the prefixes that the target has; 0. */
static size_t
prefix_length(const char *target, const char *prefixes)
{
	while (prefixes && *prefixes) {
		size_t len = strcspn(prefixes, " ");

		if (strncmp(target, prefixes, len) == 0)
			return len;
		prefixes += len + strspn(prefixes + len, " ");
	}
	return 0;
}

/* "out.csv" where csv: writes a directory; 1 if it is one. */
static int
fail_one_file(const char *target, struct fail *why)
{
	const char *ending = strrchr(target, '.');

	for (size_t i = 0; ending && i < KIND_COUNT; i++) {
		const char *prefix = kinds[i]->prefix;
		size_t len = prefix ? strlen(prefix) : 0;

		if (len < 2 || strlen(ending + 1) != len - 1 ||
		    strncmp(ending + 1, prefix, len - 1) != 0 ||
		    strstr(target, "://"))
			continue;
		if (kinds[i] == &sink_script) {
			(void)fail_set(why, STATUS_USAGE,
			    "'%.200s' would be a script, which goes to "
			    "standard output: sql:sqlite >%.200s, "
			    "or another dialect",
			    target, target);
			return 1;
		}
		(void)fail_set(why, STATUS_USAGE,
		    "'%.200s' would be one file, but there is one a table, in "
		    "a directory: '%s%.*s'",
		    target, prefix,
		    (int)(ending - target < 200 ? ending - target : 200),
		    target);
		return 1;
	}
	return 0;
}

/* "out.db, csv:DIR or -" */
static int
fail_unknown(const char *target, struct fail *why)
{
	struct buf list;
	struct stat there;

	if (fail_one_file(target, why))
		return -1;
	if (stat(target, &there) == 0 && S_ISREG(there.st_mode))
		return fail_set(why, STATUS_USAGE,
		    "cannot tell what kind of target '%.200s' is; if it is to "
		    "be loaded, name the target before it, as in out.db "
		    "%.200s; if it is a database, write sqlite:%.200s",
		    target, target, target);
	buf_init(&list, BOUND_MESSAGE_BYTES);
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (i > 0)
			buf_add(&list, i + 1 < KIND_COUNT ? ", " : " or ");
		buf_add(&list, kinds[i]->usage);
	}
	/* Of a URL only the beginning: it may hold a password. */
	(void)fail_set(why, STATUS_USAGE,
	    "cannot tell what kind of target '%.*s' is; it may be %s",
	    (int)(strstr(target, "://") ? strcspn(target, ":") : 200), target,
	    list.data);
	buf_free(&list);
	return -1;
}

/* SQLAlchemy writes sqlite:///out.db for a file of this directory, which would
 * be one of the root directory here. What follows may hold a password. */
static const struct sink_kind *
fail_url(const char *target, size_t prefix_len, struct fail *why)
{
	(void)fail_set(why, STATUS_USAGE,
	    "'%.*s' is followed by a name, not by the '//' of a URL: a path, "
	    "such as %.*sout or %.*s/srv/out",
	    (int)prefix_len, target, (int)prefix_len, target, (int)prefix_len,
	    target);
	return NULL;
}

const struct sink_kind *
sink_find(const char *target, const char **rest, struct fail *why)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		size_t len = prefix_length(target, kinds[i]->prefix);

		if (len > 0 && target[len]) {
			*rest = target + len;
			if (!kinds[i]->is_server &&
			    strncmp(*rest, "//", 2) == 0)
				return fail_url(target, len, why);
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

const struct dialect *
sink_dialect(const struct sink_kind *kind, const char *target)
{
	const char *name = kind->dialect;

	return name ? dialect_find(*name ? name : target) : NULL;
}

void
sink_add_versions(const struct sink_options *options, struct buf *text)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (!kinds[i]->add_version)
			continue;
		kinds[i]->add_version(options, text);
		buf_add_char(text, '\n');
	}
}
