/* SPDX-License-Identifier: ISC */
/*
 * The file of a database. One that does not exist yet is built beside its
 * place and put there whole, which needs no journal:
 *
 *      out.db-loading   locked while it is built; of no value after a crash
 *      out.db           appears with everything in it
 *
 * A second loader for the same new file waits for the lock, and then finds
 * the database that the first one made.
 */
#ifndef TARGET_FILE_H
#define TARGET_FILE_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stdint.h>

struct target_file {
	const char *const *leftovers;
	char *path;    /* of the database, links resolved */
	char *loading; /* what is built; NULL: the database exists */
	int lock;      /* descriptor of `loading`; -1: none */
	bool is_new;
	bool is_in_place; /* new, but made at `path` itself */
	bool was_there;   /* an empty file stands at `path` */
};

/* Finds out what is there and, if need be, makes the file to build. Fails
 * with STATUS_USAGE for what can be no database, STATUS_REFUSED for want of
 * permission, STATUS_RETRY if another loader holds the lock for longer than
 * `timeout_ms`. With `is_in_place` nothing is made beside: a dry run, or many
 * commits. `leftovers` are the endings, up to a NULL, of files beside a
 * database that must not be there before the database is. */
ATTR_NODISCARD
int target_file_open(struct target_file *f, const char *path,
    const char *const *leftovers, int64_t timeout_ms, bool is_in_place,
    struct fail *why);

/* Makes what was built durable and puts it in its place. The database must
 * be closed. */
ATTR_NODISCARD
int target_file_commit(struct target_file *f, struct fail *why);

/* Removes what was built and not committed. */
void target_file_free(struct target_file *f);

#endif
