/* SPDX-License-Identifier: ISC */
/*
 * A failure on its way up: one status and one sentence. The function that
 * fails says what and why; a caller may put its own context in front; only
 * main prints it, once (msg_fail). The sentence is lower case, has no full
 * stop, and no byte that could act on a terminal.
 */
#ifndef FAIL_H
#define FAIL_H

#include "attr.h"
#include "bounds.h"
#include "status.h"

#include <stddef.h>

struct fail {
	enum status status;
	char text[BOUND_MESSAGE_BYTES];
};

/* Each returns -1, so that a caller can write `return fail_set(...)`. */

/* Sets the status and the sentence. */
int fail_set(struct fail *why, enum status status, const char *format, ...)
    ATTR_PRINTF(3, 4);

/* As fail_set with STATUS_LOCAL; appends ": " and the text of errno. */
int fail_errno(struct fail *why, const char *format, ...) ATTR_PRINTF(2, 3);

/* Puts "context: " in front of the sentence; the status stays. */
int fail_prefix(struct fail *why, const char *format, ...) ATTR_PRINTF(2, 3);

/* Replaces each control byte (C0, DEL, and C1 as UTF-8 encodes it) of the
 * NUL-terminated `text` by '?', in place. Bytes of other UTF-8 stay. */
void fail_sanitize(char *text);

#endif
