/* SPDX-License-Identifier: ISC */
/*
 * The values of --since and --until: a point in time however users write it.
 */
#ifndef MOMENT_H
#define MOMENT_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads, into epoch milliseconds:
 *
 *      2026-11-24, 2026-11-24T06:00:00+01:00, ...   UTC without a zone
 *      2026-11-24 06:00:00.123                      a cursor
 *      1795500000, 1795500000123                    epoch s (below 10^11), ms
 *      90s, 15m, 6h, 7d                             before `now_ms`
 *      @FILE                                        the FILE's mtime; a cursor
 *
 * A date without hyphens is refused, not taken as a number.
 * `is_cursor`: it says where an earlier run ended, in the form that
 * `ndjson-to-sql --last` prints, or by a file's time. `option` is for the
 * message. STATUS_USAGE, or STATUS_LOCAL where the file cannot be read. */
ATTR_NODISCARD
int moment_read(const char *option, const char *text, int64_t now_ms,
    int64_t *ms, bool *is_cursor, struct fail *why);

#endif
