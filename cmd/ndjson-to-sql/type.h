/* SPDX-License-Identifier: ISC */
/*
 * The logical types of columns, the same for every destination. What each is
 * called there is for dialect.h. Pure.
 */
#ifndef TYPE_H
#define TYPE_H

#include "attr.h"

#include <stddef.h>

enum type {
	TYPE_UNKNOWN, /* nothing but null so far */
	TYPE_BOOL,
	TYPE_BIGINT,    /* int64 */
	TYPE_DOUBLE,    /* numbers that a double holds exactly: it prints the
	                 * same digits again */
	TYPE_DECIMAL,   /* any other number; text, digit for digit */
	TYPE_TIMESTAMP, /* text, as instant_format writes it */
	TYPE_DATE,      /* text, YYYY-MM-DD; only by --type */
	TYPE_TIME,      /* text, hh:mm:ss[.f]; only by --type */
	TYPE_TEXT,
	TYPE_JSON, /* text, the value's own bytes */
	TYPE_COUNT,
};

/* "unknown", "bool", "bigint", ... */
const char *type_name(enum type type);

/* The type of that name: 0, or -1. TYPE_UNKNOWN has none. */
ATTR_NODISCARD
int type_parse(const char *name, size_t len, enum type *out);

#endif
