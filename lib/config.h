/* SPDX-License-Identifier: ISC */
/*
 * A profile of an INI file, read by libinih: `key = value` under `[name]`.
 * Profiles do not inherit from each other: half of one tenant and half of
 * another would be worse than a message.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct config_entry {
	char *key;
	char *value;
};

struct config {
	char *path;
	char *profile;
	struct config_entry *entries;
	size_t count, capacity;
};

/* Reads `profile` from the file at `path`; both are copied. No such file or
 * profile is a failure only if `is_required`. A key that is not among
 * `known` (ended by NULL), a key that is given twice, and a line that is
 * none, or that stands before the first profile, are failures that name the
 * line. If any profile holds one of `secret_keys` (ended by NULL), the file
 * must be closed to group and others.
 * Failures: STATUS_USAGE, or STATUS_REFUSED for the mode. */
ATTR_NODISCARD
int config_load(struct config *c, const char *path, const char *profile,
    bool is_required, const char *const *known, const char *const *secret_keys,
    struct fail *why);

/* The value, or NULL; borrowed. */
const char *config_get(const struct config *c, const char *key);

/* Overwrites the values, which may be secret, and releases all. */
void config_free(struct config *c);

#endif
