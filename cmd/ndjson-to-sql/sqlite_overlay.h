/* SPDX-License-Identifier: ISC */
/*
 * Changed pages beside the database. With a rollback journal SQLite locks
 * readers out as soon as its cache is full of changed pages, until the commit:
 * for as long as the rest of the stream takes. This layer between SQLite and
 * the file puts such pages into a temporary file instead, so that the lock
 * is needed only to copy them, just before the commit:
 *
 *      cache --(full)--> temporary file --(overlay_apply)--> database
 *
 * The journal is as SQLite makes it, and durable before a page arrives here:
 * what kills the process while pages are copied leaves a database that the
 * next one to open it rolls back.
 */
#ifndef SQLITE_OVERLAY_H
#define SQLITE_OVERLAY_H

#include "attr.h"
#include "fail.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct overlay {
	sqlite3_vfs vfs;     /* ours, under its own name */
	sqlite3_vfs *system; /* that does the work */
	sqlite3_file *file;  /* the system's, of the database; or NULL */
	sqlite3_file *side;  /* the temporary file; NULL: no page so far */
	bool is_on;
	int64_t page_bytes;
	unsigned char *pages; /* a bit for each that lies in the side file */
	size_t pages_bytes;
	int64_t size; /* of the database with them */
};

/* Makes the layer known to SQLite; a database is opened through it with
 * overlay_name. Must outlive the connection. */
ATTR_NODISCARD
int overlay_open(struct overlay *o, struct fail *why);

const char *overlay_name(const struct overlay *o);

/* Pages go beside from now on. The connection must hold the write lock. */
void overlay_begin(struct overlay *o, int64_t page_bytes);

/* Copies them into the database, under its exclusive lock: 0, then COMMIT
 * must follow at once. Or 1: readers hold the database; try again. Or -1.
 * Without a page it does nothing. */
ATTR_NODISCARD
int overlay_apply(struct overlay *o, struct fail *why);

void overlay_free(struct overlay *o);

#endif
