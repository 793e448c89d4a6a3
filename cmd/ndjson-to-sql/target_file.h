/* SPDX-License-Identifier: ISC */
/*
 * The file of a database. One that does not exist yet is built beside its
 * place and put there whole, which needs no journal:
 *
 *      out.db-loading   locked while it is built; of no value after a crash
 *      out.db           appears with everything in it
 *
 *      out.duckdb-loading       the lock alone, where the library wants to
 *      out.duckdb-loading.new   make the file itself
 *
 * A second loader for the same new file waits for the lock, and then finds
 * the database that the first one made.
 */
#ifndef TARGET_FILE_H
#define TARGET_FILE_H

#include "attr.h"
#include "fail.h"
#include "undo.h"

#include <stdbool.h>
#include <stdint.h>

/* What kinds of databases differ in. */
struct target_kind {
	/* Endings, up to a NULL, of files beside a database that must not be
	 * there before the database is. */
	const char *const *journals;
	/* The library itself removes one that is beside an empty file, which
	 * is what a first commit in place leaves that was cut off. */
	bool clears_journals;
	/* What is built must not be there, not even empty: it then has a name
	 * of its own, and `loading` is the lock alone. */
	bool is_made_anew;
};

struct target_file {
	const struct target_kind *kind; /* borrowed */
	char *path;                     /* of the database, links resolved */
	char *loading; /* the lock; NULL: the database exists */
	char *built;   /* what is built; NULL as well */
	struct undo undo;
	int lock; /* descriptor of `loading`; -1: none */
	bool is_new;
	bool is_in_place; /* new, but made at `path` itself */
	bool was_there;   /* an empty file stands at `path` */
};

/* Finds out what is there and, if need be, makes the file to build. Fails
 * with STATUS_USAGE for what can be no database, STATUS_REFUSED for want of
 * permission, STATUS_RETRY if another loader holds the lock for longer than
 * `timeout_ms`. With `is_in_place` nothing is made beside: a dry run, or many
 * commits. */
ATTR_NODISCARD
int target_file_open(struct target_file *f, const char *path,
    const struct target_kind *kind, int64_t timeout_ms, bool is_in_place,
    struct fail *why);

/* Makes what was built durable and puts it in its place. The database must
 * be closed. */
ATTR_NODISCARD
int target_file_commit(struct target_file *f, struct fail *why);

/* Removes what was built and not committed. */
void target_file_free(struct target_file *f);

#endif
