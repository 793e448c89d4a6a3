/* SPDX-License-Identifier: ISC */
/*
 * The token: where it came from, and how another one is got before it
 * expires or when the server refuses it. A run may last much longer than a
 * token.
 */
#ifndef BEARER_H
#define BEARER_H

#include "attr.h"
#include "fail.h"
#include "secret.h"
#include "settings.h"

#include <stdbool.h>
#include <stdint.h>

struct bearer {
	struct secret token;
	char *issuer; /* of the token, or NULL */
	char *audience;
	const char *command; /* prints a token; borrowed */
	const char *network; /* options for logto-token; borrowed, or NULL */
	bool is_own_command; /* logto-token: its statuses are ours */
	unsigned generation; /* one more with each token */
	int64_t renew_at_ms; /* monotonic; INT64_MAX: only if refused */
};

/* Takes the first line of standard input where that is a pipe or a regular
 * file and not empty, unless an option names a file; else the strongest of
 * token file, LOGTO_TOKEN and token command. A line that is no JWT is
 * STATUS_USAGE, and is not quoted. Empty lines in a pipe are what logto-token
 * leaves when it fails, one for each unit of its exit status, which becomes
 * ours. `s` and `network`, options that go to logto-token alone, must outlive
 * the bearer. */
ATTR_NODISCARD
int bearer_open(struct bearer *b, const struct settings *s, const char *network,
    struct fail *why);

/* Renews the token where it is about to expire. A failure to do so waits
 * until the server refuses the old one. */
void bearer_keep_fresh(struct bearer *b);

/* Renews a token that was refused, past any cache. */
ATTR_NODISCARD
int bearer_replace(struct bearer *b, struct fail *why);

void bearer_free(struct bearer *b);

#endif
