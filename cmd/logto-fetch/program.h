/* SPDX-License-Identifier: ISC */
/*
 * The text of a jq program, looked over before libjq compiles it. Pure.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

/* Which of these words of jq's it uses. */
struct program {
	bool has_error, has_fromjson, has_stderr, has_tonumber;
};

/* Looks at every token. Fails with STATUS_USAGE, naming line and column, where
 * a number is written that jq 1.6 would round, or a module is asked for. What
 * is no jq at all is left to libjq. */
ATTR_NODISCARD
int program_scan(struct program *p, const char *text, struct fail *why);

#endif
