/* SPDX-License-Identifier: ISC */
/*
 * Another type for a column that is made.
 */
#ifndef SQLITE_TYPE_H
#define SQLITE_TYPE_H

#include "attr.h"
#include "fail.h"
#include "type.h"

struct sqlite;
struct sqlite_column;
struct sqlite_table;

/* Makes the function that converts known to the connection. */
ATTR_NODISCARD
int sqlite_type_register(struct sqlite *s, struct fail *why);

/* Gives the column the type that it says, instead of `from`. STATUS_USAGE if
 * something that cannot be put aside uses it. */
ATTR_NODISCARD
int sqlite_type_change(struct sqlite *s, const struct sqlite_table *t,
    const struct sqlite_column *c, enum type from, struct fail *why);

#endif
