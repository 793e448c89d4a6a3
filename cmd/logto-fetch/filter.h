/* SPDX-License-Identifier: ISC */
/*
 * A jq program that records pass through. With jqvalue.h, the door to libjq.
 *
 * libjq may crash, may never come back, and calls abort() when it pleases, so
 * this runs in a process of its own (worker.h).
 */
#ifndef FILTER_H
#define FILTER_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct filter;

/* Where things go while a program runs. */
struct filter_events {
	/* One value that it yields. `is_same`: the record itself came out as
	 * it went in. Else `text` is one JSON value in one line; of an object,
	 * the members that are left out are gone. */
	void (
	    *value)(void *context, bool is_same, const char *text, size_t len);
	/* What the program gives to `debug`. */
	void (*note)(void *context, const char *text, size_t len);
	/* There is no more memory; may return, to a program that dies. */
	void (*exhausted)(void *context);
	void *context;
};

/* Compiles. Unless `left_out` is NULL, it names members that are taken out of
 * objects that are not the same record, ended by NULL, and values that are no
 * objects are failures. STATUS_USAGE says what is wrong with the program, and
 * where. */
ATTR_NODISCARD
struct filter *filter_new(const char *program, const char *const *left_out,
    const struct filter_events *events, struct fail *why);

/* Runs the program on one record, JSON_PADDING readable bytes behind it.
 * `is_wanted` is asked after each value whether to go on. After a failure
 * there is nothing left to do but filter_free. */
ATTR_NODISCARD
int filter_run(struct filter *f, const char *text, size_t len,
    bool (*is_wanted)(void *context), struct fail *why);

void filter_free(struct filter *f);

#endif
