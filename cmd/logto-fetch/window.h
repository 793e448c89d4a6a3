/* SPDX-License-Identifier: ISC */
/*
 * Reading audit logs: windows of time, newest first, each small enough for
 * the server to count its rows, and walked in pages inside. New rows hardly
 * enter a window that ends in the past, so its pages stand still; that some
 * come late, or are deleted, makes gaps between the times of the pages
 * (cover.h), which are windows again.
 *
 *      to_ms                                              from_ms
 *        |-- window 1 --|-- window 2 --|-- window 3 -- ... --|
 *
 * The windows are asked for one millisecond wider at both ends, and cut
 * here: servers differ in whether they count the ends in.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include "walk.h"

/* Reads what w->from_ms and w->to_ms enclose. */
ATTR_NODISCARD
enum walk_result window_read(struct walk *w, const struct walk_list *list,
    struct fail *why);

#endif
