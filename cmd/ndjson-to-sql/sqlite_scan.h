/* SPDX-License-Identifier: ISC */
/*
 * A table's rows as the database file holds them, in the order of their
 * rowids, compared with rows of a batch. SQLite's machine takes ten times as
 * long to hand the columns over, most of them null.
 *
 * The file is what the transaction found, as long as SQLite has written no
 * page of it back; what the transaction itself has changed is for the caller
 * to know. Pages are read by SQLite's own file handle: another one's closing
 * would drop its locks.
 */
#ifndef SQLITE_SCAN_H
#define SQLITE_SCAN_H

#include "attr.h"
#include "fail.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row;
struct sqlite_table;
struct scan;

/* Sets NULL where the file or the table is not as we know them to be: a
 * journal of the WAL kind, another encoding, columns that are computed. Fails
 * where SQLite does, since that may have ended the transaction. */
ATTR_NODISCARD
int scan_open(struct scan **scan, sqlite3 *db, const struct sqlite_table *t,
    struct fail *why);

/* Goes to the first row behind that rowid, or to the next one: 1; 0: there is
 * none. -1: the file cannot be read so, and the scan is of no more use. */
int scan_seek(struct scan *s, int64_t rowid);
int scan_next(struct scan *s);

/* Of the row that it stands at. */
int64_t scan_rowid(const struct scan *s);

/* Whether all columns but _load_id are the row's; false where in doubt. */
bool scan_is_same(const struct scan *s, const struct row *row);

void scan_free(struct scan *s);

#endif
