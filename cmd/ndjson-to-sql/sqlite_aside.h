/* SPDX-License-Identifier: ISC */
/*
 * What other people have made of a table's columns: its indexes, and the views
 * and triggers of the database, any of which may name them. SQLite renames and
 * drops no column that one of them uses, so they are put aside meanwhile.
 */
#ifndef SQLITE_ASIDE_H
#define SQLITE_ASIDE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

struct sqlite;
struct sqlite_table;

/* Appends what drops them to `drop`, and what makes them again as they were
 * to `make`; both stay empty where there are none. The key's own index is not
 * among them: the type of a key stays. */
ATTR_NODISCARD
int sqlite_aside_list(struct sqlite *s, const struct sqlite_table *t,
    struct buf *drop, struct buf *make, struct fail *why);

/* A row has taken over a value that the row before it has until the end of the
 * load: puts the unique indexes aside that are of other columns than the key's,
 * and keeps `reason` for the end. 1; 0 where there are none; -1. */
ATTR_NODISCARD
int sqlite_aside_uniques(struct sqlite *s, struct sqlite_table *t,
    const struct fail *reason, struct fail *why);

/* Makes them again, if any were put aside. Where two rows share a value now,
 * it fails with the reason that was kept. */
ATTR_NODISCARD
int sqlite_aside_restore(struct sqlite *s, struct sqlite_table *t,
    struct fail *why);

#endif
