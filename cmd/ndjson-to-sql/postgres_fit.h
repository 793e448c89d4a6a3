/* SPDX-License-Identifier: ISC */
/*
 * What a type of somebody else keeps. PostgreSQL rounds a number to the scale
 * of numeric(10,2), a time to the digits of timestamp(0), and cuts blanks, and
 * all that is too long for "char" or name, without a word; two keys may become
 * one. Such a value is refused here, before it is sent. Pure.
 */
#ifndef POSTGRES_FIT_H
#define POSTGRES_FIT_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stdint.h>

struct cell;
struct sql_column;

enum fit_kind {
	FIT_ALL, /* the type keeps all that it takes */
	FIT_INTEGER,
	FIT_NUMERIC,
	FIT_REAL,
	FIT_SECONDS,
	FIT_CHARACTERS,
	FIT_PADDED, /* characters, with blanks at the end as it likes */
	FIT_BYTES,
};

struct postgres_fit {
	enum fit_kind kind;
	/* The bits of an integer, digits of a number, or digits of a second,
	 * characters or bytes. */
	int64_t size;
	int64_t scale; /* of a number */
};

/* `declared` is the type in format_type's words; NULL: one of ours. */
struct postgres_fit postgres_fit_of(const char *declared);

/* 0 where the type keeps the cell as it is, else STATUS_DATA. A REAL takes the
 * nearest that it has, but in a key. */
ATTR_NODISCARD
int postgres_fit_check(const struct postgres_fit *fit,
    const struct sql_column *c, bool is_key, const struct cell *cell,
    struct fail *why);

#endif
