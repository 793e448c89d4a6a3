/* SPDX-License-Identifier: ISC */
/*
 * Finds the values in a record that are secret, so that their bytes can be
 * left out of it and `null` written in their place. Pure.
 */
#ifndef REDACT_H
#define REDACT_H

#include "json.h"

#include <stddef.h>

struct redact_cut {
	const char *text;
	size_t len;
};

/* Reused from record to record; in the order of the text, apart. */
struct redact {
	struct redact_cut *cuts;
	size_t count, capacity;
};

/* Members that are secret wherever they stand, in records of paths that the
 * catalogue does not know. */
extern const char redact_unknown_path[];

/* Finds the values at `paths` in the object at nodes[object]. Paths are
 * separated by blanks, their members by dots, and lists on the way are
 * entered: "secret config.headers". "*NAME" is any member of that name, at
 * any depth. NULL finds none. A value that is null already is no secret. */
void redact_find(struct redact *r, const struct json_node *nodes, size_t object,
    const char *paths);

void redact_free(struct redact *r);

#endif
