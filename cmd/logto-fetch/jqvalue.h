/* SPDX-License-Identifier: ISC */
/*
 * Records as libjq's values, and back.
 *
 * A number that a double cannot keep (exact.h) is opaque: it goes in as a
 * thing without a value, and where it comes out it is written in its own
 * digits. Nothing can be calculated of it or compared with it: that is seen,
 * and is a failure.
 */
#ifndef JQVALUE_H
#define JQVALUE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "json.h"

#include <jq.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	/* As far as libjq 1.6 reads; what is deeper it would write wrongly. */
	JQVALUE_DEPTH = 256,
	/* Keys are made once: the members of records repeat. */
	JQVALUE_KEYS = 256,
};

struct jqvalue {
	struct json *json;
	const struct json_node *nodes; /* of the record under way */
	size_t first_opaque;           /* a node; 0: it has no such number */
	struct buf output;
	jv keys[JQVALUE_KEYS];
};

void jqvalue_init(struct jqvalue *v);

/* The record in `text`, JSON_PADDING readable bytes behind it; to be freed.
 * Its bytes must stay until the next call. */
ATTR_NODISCARD
int jqvalue_read(struct jqvalue *v, const char *text, size_t len, jv *record,
    struct fail *why);

/* Encloses the time in which a program runs: the second fails if an opaque
 * number was looked at between the two. */
void jqvalue_watch(const struct jqvalue *v);
ATTR_NODISCARD
int jqvalue_check(const struct jqvalue *v, struct fail *why);

/* Appends a value to `output` as JSON in one line. */
ATTR_NODISCARD
int jqvalue_write(struct jqvalue *v, jv value, struct fail *why);

/* The same of an object made from the record: members that are the record's
 * own keep its bytes, and those in `left_out` (ended by NULL; may be NULL; each
 * begins with '_') are left out. */
ATTR_NODISCARD
int jqvalue_write_record(struct jqvalue *v, jv object, jv record,
    const char *const *left_out, struct fail *why);

void jqvalue_free(struct jqvalue *v);

#endif
