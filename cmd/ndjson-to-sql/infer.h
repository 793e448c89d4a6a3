/* SPDX-License-Identifier: ISC */
/*
 * What type a JSON value has, and what becomes of a column when a value of
 * another type arrives. Pure.
 */
#ifndef INFER_H
#define INFER_H

#include "type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_node;

/* Whether a member's name says that an integer in it is a time: it ends in
 * At, _at, Time or _time, after something else. */
bool infer_is_time_name(const char *key, size_t len);

/* Whether every integer up to this magnitude is a double: 2^53. */
bool infer_fits_double(int64_t integer);

/* The type of a value that is first in its column. A container's is
 * TYPE_JSON; null's is TYPE_UNKNOWN. */
enum type infer_type(const struct json_node *node, bool has_time_name);

/* Whether a double holds the number written in `text`: printing the double
 * with as many digits as it takes gives the same number. */
bool infer_is_exact(const char *text, size_t len, double number);

enum { INFER_NUMBER_BYTES = 32 };

/* Writes the fewest digits that infer_is_exact finds to be the double, and a
 * NUL; returns their length. */
size_t infer_write(double number, char text[INFER_NUMBER_BYTES]);

/* Whether a text is a time of day: hh:mm, hh:mm:ss, or with a fraction. */
bool infer_is_time(const char *text, size_t len);

enum infer_action {
	INFER_STORE,   /* the value goes into the column as it is */
	INFER_WIDEN,   /* the column becomes of type `wider` first */
	INFER_VARIANT, /* the value goes into a column of its own type */
};

/* What to do with a value of type `value` for a column of type `column`.
 *   integer      the value, if `value` is TYPE_BIGINT
 *   number       the value, if `value` is TYPE_DOUBLE
 *   is_wide      the column holds an integer that no double is
 *   wider        set where the result is INFER_WIDEN */
enum infer_action infer_merge(enum type column, enum type value,
    int64_t integer, double number, bool is_wide, enum type *wider);

#endif
