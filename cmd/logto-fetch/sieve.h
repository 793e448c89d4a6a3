/* SPDX-License-Identifier: ISC */
/*
 * Records through a jq program in a process of its own (worker.h), which may
 * crash, hang or grow without harm to this one. They go in batches: while one
 * is being filtered the next is collected.
 */
#ifndef SIEVE_H
#define SIEVE_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct sieve;

/* What comes out, in the order of the records. `is_same`: `text` is a record
 * as it went in. Else it is one JSON value; of an object, the members that
 * are left out are gone. 0: go on; 1: nothing more is wanted of what was put
 * in so far; -1: failure. */
typedef int sieve_output(void *context, bool is_same, const char *text,
    size_t len, struct fail *why);

/* Starts the process. Call before anything secret is read and before threads
 * and files that it must not share. `program`, and `left_out` as filter_new
 * has it, are borrowed until sieve_free. */
ATTR_NODISCARD
struct sieve *sieve_start(const char *program, const char *const *left_out,
    sieve_output *output, void *context, struct fail *why);

/* Waits until the program is compiled; STATUS_USAGE says what is wrong with
 * it, and where. */
ATTR_NODISCARD
int sieve_wait(struct sieve *s, struct fail *why);

/* Puts in a record. What comes out of it may come now, or later. Returns as
 * sieve_output does. A failure of the program names the record; nothing can
 * be put in after one. */
ATTR_NODISCARD
int sieve_put(struct sieve *s, const char *text, size_t len, struct fail *why);

/* The records that are in it, or more: what is not all out counts. */
size_t sieve_pending(const struct sieve *s);

/* Waits until everything is out. After a failure, which was told, nothing
 * more comes out, and there is nothing to wait for: 0. */
ATTR_NODISCARD
int sieve_drain(struct sieve *s, struct fail *why);

/* Ends the process, whatever it is doing. */
void sieve_free(struct sieve *s);

#endif
