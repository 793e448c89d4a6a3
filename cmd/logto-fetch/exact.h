/* SPDX-License-Identifier: ISC */
/*
 * Whether a double keeps a decimal number. Pure.
 */
#ifndef EXACT_H
#define EXACT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a number of JSON or of a jq program, read into the nearest double
 * and written in the fewest digits that name that double, is the same number
 * again: 0.1, 1.50 and 9007199254740992 are, 9007199254740993 and 1e1000 are
 * not. */
bool exact_in_double(const char *text, size_t len);

#endif
