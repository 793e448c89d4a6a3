/* SPDX-License-Identifier: ISC */
/*
 * Reading what one job asks for: a list or an object, or, where its path
 * holds `*`, one of them for each key of another list, the requests of
 * several parents under way at once. Keys are kept, so that each list of
 * parents is read once in a run.
 */
#ifndef FAN_H
#define FAN_H

#include "attr.h"
#include "emit.h"
#include "fail.h"
#include "job.h"
#include "keys.h"
#include "walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fan_keys {
	struct fan_keys *next;
	char *path; /* of a list without `*` and query */
	struct keys keys;
};

struct fan {
	struct walk *walk;
	struct emit *emit;
	const struct job_list *jobs; /* all of the run */
	/* Called with each record; emit_row, or NULL where records are only
	 * counted. */
	walk_row *row;
	void *context;
	struct fan_keys *kept;
	struct keys *collecting; /* keys of the list under way, or NULL */
	const char *collected_name;
	uint64_t skipped;        /* parents of the job that had no such list */
	bool is_unknown;         /* the server has no such list at all */
	const struct job *known; /* the job that a list was read of last */
	uint64_t rows;  /* of the job so far; with walk->is_counting, those
	                   * that the server tells */
	uint64_t lists; /* lists and objects of the job that were read */
};

/* The records go to `emit` by way of emit_row. */
void fan_init(struct fan *f, struct walk *walk, struct emit *emit,
    const struct job_list *jobs);

/* Reads the job; 0 done, -1 failed. A path or a query that the server does
 * not know is STATUS_USAGE; of --all, a path is told and left out, since other
 * versions of Logto have other lists. A parent that is gone, or of a kind that
 * has no such list, is skipped, if Logto says so by a code of its own. */
ATTR_NODISCARD
int fan_read(struct fan *f, const struct job *job, struct fail *why);

/* The keys of the list at `path`, read now unless they were; NULL: failed. */
const struct keys *fan_keys(struct fan *f, const char *path, struct fail *why);

void fan_free(struct fan *f);

#endif
