/* SPDX-License-Identifier: ISC */
/*
 * JSON paths as the ledger keeps them: `$.user.name`, `$.tags[*].k`, and
 * `$."a.b"` for a key that is no plain word. Pure.
 */
#ifndef PATH_H
#define PATH_H

#include "attr.h"
#include "buf.h"

#include <stddef.h>

/* Steps of a path: --depth is far below. */
enum { PATH_STEPS_MAX = 256 };

struct path_step {
	char *key; /* the caller frees; NULL: any item of a list */
	size_t len;
};

/* Appends the "$". */
void path_start(struct buf *path);

/* Appends a step; a `key` of NULL is `[*]`. */
void path_add(struct buf *path, const char *key, size_t len);

/* Reads the step at `*at`, which is behind the "$" at first, and moves on:
 * 1; 0 at the end; -1 where there is no step. */
ATTR_NODISCARD
int path_next(const char **at, struct path_step *step);

#endif
