/* SPDX-License-Identifier: ISC */
/*
 * The server's own count of the rows of a log within a window of time, which
 * takes two requests whatever the number: what a time means to the server
 * depends on its version, so that is asked for first.
 *
 *      Logto           start_time, end_time      asked for
 *      1.42 and later  are in the window         from .. to - 1
 *      1.40, 1.41      are outside of it         from - 1 .. to
 *      before          are ignored               every row
 */
#ifndef TALLY_H
#define TALLY_H

#include "attr.h"
#include "walk.h"

/* Counts the rows in [w->from_ms, w->to_ms) into w->stats.rows; reads them
 * where the server cannot tell. */
ATTR_NODISCARD
enum walk_result tally_read(struct walk *w, const struct walk_list *list,
    struct fail *why);

#endif
