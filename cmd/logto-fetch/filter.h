/* SPDX-License-Identifier: ISC */
/*
 * A jq program that every record passes through: the one door to libjq.
 *
 * libjq 1.6 holds numbers as doubles. What a program leaves alone is given
 * on in the record's own bytes, so nothing in it is rounded; and where a
 * number that a double cannot hold would have a say in anything else that
 * comes out, the run fails.
 */
#ifndef FILTER_H
#define FILTER_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct filter;

/* What a program yields, one value a call. `is_same`: the record itself came
 * out as it went in. Else `text` is one JSON value; of an object, the members
 * that `filter_new` was told to leave out are gone. 0: go on; 1: enough; -1:
 * failure. */
typedef int filter_output(void *context, bool is_same, const char *text,
    size_t len, struct fail *why);

/* Compiles. `left_out` names members that are taken out of objects that are
 * not the same record, ended by NULL; may be NULL. STATUS_USAGE says what is
 * wrong with the program, and where. */
ATTR_NODISCARD
struct filter *filter_new(const char *program, const char *const *left_out,
    struct fail *why);

/* Runs the program on one record; JSON_PADDING readable bytes follow `text`.
 * 0, 1 if the output function had enough, -1 for a failure. After a failure
 * there is nothing left to do but filter_free. */
ATTR_NODISCARD
int filter_run(struct filter *f, const char *text, size_t len,
    filter_output *output, void *context, struct fail *why);

void filter_free(struct filter *f);

#endif
