/* SPDX-License-Identifier: ISC */
/*
 * What --sync deletes: the rows of root tables that did not come, where the
 * stream covered them, and everything below.
 */
#ifndef SQLITE_SYNC_H
#define SQLITE_SYNC_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

struct sqlite;
struct sqlite_table;
struct table;

/* Appends the condition that a row of the root table did not come in this
 * load, though the stream covered it. It calls loader_seen(), which means
 * the rows of s->current. Of a history, `now` is when the versions of this
 * load begin, which came, too; else NULL. */
void sqlite_sync_add_condition(const struct table *root, const char *now,
    struct buf *sql);

/* Deletes those rows. */
ATTR_NODISCARD
int sqlite_sync_run(struct sqlite *s, struct sqlite_table *t, struct fail *why);

#endif
