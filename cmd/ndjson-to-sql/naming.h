/* SPDX-License-Identifier: ISC */
/*
 * What a database makes of names that ident.h has made: which ones it takes for
 * the same, although they differ, and which ones it keeps for itself. Pure.
 */
#ifndef NAMING_H
#define NAMING_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

struct dialect;

/* Whether these two names of columns are one. Capitals of ASCII are so
 * everywhere, as direct loads hold it; those of other letters, and their
 * accents, in dialects with has_loose_names. `d` may be NULL: no database. */
bool naming_is_same(const struct dialect *d, const char *a, const char *b);

/* Whether the dialect has no column of that name. */
bool naming_is_reserved(const struct dialect *d, const char *name);

/* STATUS_DATA for a name with a character that none there can have. */
ATTR_NODISCARD
int naming_check(const struct dialect *d, const char *name, struct fail *why);

#endif
