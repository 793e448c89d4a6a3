/* SPDX-License-Identifier: ISC */
/*
 * How a time was written: everything about its text but the instant. A
 * column of timestamps has the form of its first value, so that
 *
 *      2026-11-24 06:00:00.000   and   YYYY-MM-DDThh:mm:ss+02:00
 *
 * are together the text 2026-11-24T08:00:00+02:00 again. Pure.
 */
#ifndef FORM_H
#define FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct instant;
struct json_node;

enum form_kind {
	FORM_NONE, /* no value so far */
	FORM_TEXT,
	FORM_EPOCH_MS, /* 1795500000123 */
	FORM_OTHER,    /* of a column whose values have several */
};

/* Of characters only, so that two can be compared as bytes. */
struct form {
	char kind; /* enum form_kind; the rest is of FORM_TEXT */
	char is_compact;
	char separator; /* of date and time; 0: a date alone */
	char has_seconds;
	char digits; /* of the fraction, below 3; 3: as many as are stored */
	char zone[7];
};

enum { FORM_TEXT_BYTES = 64 };

/* The form of a value that instant_parse or instant_from_ms read as `at`. */
struct form form_of(const struct json_node *node, const struct instant *at);

bool form_is_same(const struct form *a, const struct form *b);

/* "iso" (YYYY-MM-DDThh:mm:ss.fffZ, where fff are the digits that are stored),
 * "epoch_ms", "other", or a pattern of these letters.
 * `text` has to live as long as the result. */
const char *form_write(const struct form *f, char text[FORM_TEXT_BYTES]);

/* Reads what form_write wrote; FORM_NONE where it is none. */
struct form form_parse(const char *text, size_t len);

#endif
