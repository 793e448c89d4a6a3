/* SPDX-License-Identifier: ISC */
/*
 * A token on its way out, in each of its forms.
 */
#ifndef PRINT_H
#define PRINT_H

#include "attr.h"
#include "fail.h"
#include "opts.h"
#include "out.h"
#include "token.h"

#include <stddef.h>
#include <stdint.h>

/* Writes the token in a form other than FORM_CHECK:
 *   FORM_BARE    the token
 *   FORM_HEADER  Authorization: Bearer TOKEN
 *   FORM_JSON    the server's bytes, with `expires_in` what is left of it
 *   FORM_CLAIMS  {"header":...,"claims":...,"expires_in":SECONDS|null}, from
 *                the claim `exp` and `now_s`, the clock's epoch seconds; says
 *                on stderr how long that is
 * and a newline. STATUS_DATA where a token cannot be decoded. */
ATTR_NODISCARD
int print_token(struct out *out, const struct token *t, enum form form,
    int64_t now_s, struct fail *why);

/* Tells the reader of a pipe that no token will come: an empty line for each
 * unit of the exit status. It is less than a token to `$(...)` and to curl,
 * and more than the nothing that a reader without a producer finds. */
void print_failure(const struct fail *why);

enum { PRINT_WORDS_BYTES = 64 };

/* A number of seconds, not negative, in its two greatest units: "59 minutes
 * 58 seconds", "1 hour", "2 days 3 hours". */
void print_words(int64_t seconds, char text[PRINT_WORDS_BYTES]);

#endif
