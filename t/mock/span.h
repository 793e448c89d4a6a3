/* SPDX-License-Identifier: ISC */
/*
 * Slices of JSON text. The tenant's records are kept and served as the bytes
 * that were recorded, so nothing here builds values: it finds where a value
 * begins and ends. The text is our own fixtures; malformed text yields empty
 * slices, never a crash.
 */
#ifndef MOCK_SPAN_H
#define MOCK_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *p; /* NULL: there is no such value */
	size_t len;
};

/* The value that starts at or after `p`; empty if it is malformed. */
struct span span_value(const char *p, const char *end);

/* Steps through a list: start with *cursor NULL; false at the end. */
bool span_next(struct span list, const char **cursor, struct span *item);

/* The member `name` (plain ASCII) of an object. */
struct span span_member(struct span object, const char *name);

/* A member of a member: "payload.userId". */
struct span span_path(struct span object, const char *path);

/* Decodes a JSON string into `out`, NUL-terminated, cut to `size`. False, and
 * an empty string, where the value is no string. */
bool span_text(struct span value, char *out, size_t size);

/* The integer part of a number; 0 where it is none. */
int64_t span_integer(struct span value);

bool span_is(struct span value, const char *text);

#endif
