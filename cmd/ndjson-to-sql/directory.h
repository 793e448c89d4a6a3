/* SPDX-License-Identifier: ISC */
/*
 * A directory that is replaced whole. What is to stand in it is made beside
 * it, and changes places with it at the end:
 *
 *      out                            what is there; may be absent
 *      out-loading                    locked by the one who loads
 *      out-loading/ndjson-to-sql.new  what is made; afterwards the old one
 *      out-loading/ndjson-to-sql.old  the old one on its way out, where the
 *                                     system cannot exchange two names
 *      out-loading/ndjson-to-sql.*    anything else that a loader needs
 *
 * A reader sees the old directory or the new one. Whoever is killed leaves
 * one of the two at `out`, and out-loading, which the next one cleans. Where
 * the system cannot exchange names there is a moment without `out`; the next
 * one puts the old one back. Nothing but these names is ever deleted.
 */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "attr.h"
#include "fail.h"
#include "undo.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct directory {
	char *path;    /* links resolved; no slash at its end */
	char *loading; /* NULL: it is only looked at */
	char *fresh;   /* where to make files; NULL as above */
	char *old;
	struct undo undo;
	int lock; /* descriptor of `loading`; -1: none */
	bool was_there;
	dev_t device; /* of `path`, where it was there */
	ino_t inode;
};

/* Resolves the path, takes the lock and makes the empty directory `fresh`.
 * With `is_looking` it only finds out whether the directory is there. Fails
 * with STATUS_USAGE for what can be no such directory (a file, "/", the
 * working directory), STATUS_REFUSED for want of permission, STATUS_RETRY if
 * another loader holds the lock for longer than `timeout_ms`. */
ATTR_NODISCARD
int directory_open(struct directory *d, const char *path, int64_t timeout_ms,
    bool is_looking, struct fail *why);

/* STATUS_RETRY if another loader has replaced the directory since it was
 * opened, so that what was read may be of both. */
ATTR_NODISCARD
int directory_check(const struct directory *d, struct fail *why);

/* Makes all in `fresh` durable and puts it in place of the directory. */
ATTR_NODISCARD
int directory_commit(struct directory *d, struct fail *why);

/* Removes what was made and not committed, or what was replaced. */
void directory_free(struct directory *d);

/* As fail_errno: "cannot VERB 'PATH': ..."; want of permission is a refusal,
 * a path that leads nowhere STATUS_USAGE. */
int directory_fail(struct fail *why, const char *verb, const char *path);

/* "directory/name"; the caller frees. */
char *directory_join(const char *directory, const char *name);

#endif
