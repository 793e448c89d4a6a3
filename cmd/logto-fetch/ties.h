/* SPDX-License-Identifier: ISC */
/*
 * Reading a log that has more rows of one time than a page holds, which the
 * server puts in another order for each page: by kind of event, application
 * and user, until each part has few enough.
 *
 * The parts prove nothing by themselves, for there may be kinds that nobody
 * has seen. So all is read twice, and the rows that came both before and
 * after a moment in between are counted. They were all there at that moment;
 * where the server counted as many just then, they are all that was there.
 */
#ifndef TIES_H
#define TIES_H

#include "walk.h"

/* Gives on the rows that the list's query, or `query` in its place, selects,
 * to its end. STATUS_RETRY where they cannot be proved whole. */
ATTR_NODISCARD
enum walk_result ties_read(struct walk *w, const struct walk_list *list,
    const char *query, struct fail *why);

#endif
