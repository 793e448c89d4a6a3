/* SPDX-License-Identifier: ISC */
/*
 * A few strings out of one table of a TOML 1.0 file. What stands elsewhere in
 * the file is passed over with its strings, lists and comments understood, so
 * that none of it is mistaken for the table. No C library for TOML is
 * packaged by Debian, Fedora and Homebrew alike; the whole of TOML is not
 * needed. Pure.
 */
#ifndef TOML_H
#define TOML_H

#include "attr.h"
#include "fail.h"
#include "secret.h"

#include <stddef.h>

struct toml_wanted {
	const char *key;
	struct secret value; /* empty at first; the caller frees */
};

/* Fills in the values of those keys that [section], a row of names ended by
 * NULL, has: strings on one line, quoted either way, or a bare word of
 * letters, digits, '-' and '_', as an id of digits is written. STATUS_USAGE,
 * with the line, for what is no TOML, for a key that is given twice, and for
 * a value of another kind. No message holds a value. */
ATTR_NODISCARD
int toml_read(const char *text, size_t len, const char *const *section,
    struct toml_wanted *wanted, size_t count, struct fail *why);

#endif
