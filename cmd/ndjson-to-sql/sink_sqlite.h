/* SPDX-License-Identifier: ISC */
/*
 * SQLite, linked in: FILE.db, FILE.sqlite, FILE.sqlite3, sqlite:FILE.
 */
#ifndef SINK_SQLITE_H
#define SINK_SQLITE_H

struct sink_kind;

extern const struct sink_kind sink_sqlite;

#endif
