/* SPDX-License-Identifier: ISC */
/*
 * How SQL differs between databases: the names of types and the quoting of
 * names. Pure.
 */
#ifndef DIALECT_H
#define DIALECT_H

#include "buf.h"
#include "type.h"

#include <stdbool.h>

struct dialect {
	const char *name;
	char quote; /* around identifiers; doubled within */
	const char *types[TYPE_COUNT];
};

extern const struct dialect dialect_sqlite;
/* For columns that are added to a STRICT table of somebody else. */
extern const struct dialect dialect_sqlite_strict;

/* Appends the identifier in quotes. */
void dialect_quote(const struct dialect *d, struct buf *sql,
    const char *identifier);

/* The type that a declared type of SQLite looks like, by the rules of its
 * affinities, and by a few names that say more. */
enum type dialect_guess_type(const char *declared);

#endif
