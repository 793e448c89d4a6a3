/* SPDX-License-Identifier: ISC */
/*
 * What the files of the SQLite sink share.
 */
#ifndef SQLITE_H
#define SQLITE_H

#include "sink.h"
#include "sqlite_bulk.h"
#include "sqlite_feed.h"
#include "sqlite_overlay.h"
#include "target_file.h"
#include "sqlite_table.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct sqlite {
	struct sink base;
	struct sink_options options;
	sqlite3 *db;
	struct target_file file;
	struct overlay overlay;
	struct bulk bulk;
	struct feed feed;
	int64_t written;             /* rows, by the last sqlite_rows_insert */
	struct sqlite_table *tables; /* by table id */
	size_t table_count, table_capacity;
	struct sqlite_table *current; /* that is being merged into; or NULL */
	int spills;        /* pages written back before this transaction */
	bool is_new;       /* the file is being built */
	bool is_trial;     /* rows are written to be taken back */
	bool has_inserted; /* the statement under way has inserted a row */
};

#endif
