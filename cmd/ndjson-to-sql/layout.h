/* SPDX-License-Identifier: ISC */
/*
 * What the files of a directory are called, and which of them are ours:
 *
 *      logs.csv                          a table
 *      logs.csv.gz                       compressed
 *      logs/created_at_day=2026-11-24/logs.csv
 *                                        ... by time (partition.h)
 *      _loads.csv _columns.csv           the ledger
 *
 * Names of tables that could not be names of files everywhere have such bytes
 * percent-encoded.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "attr.h"
#include "fail.h"
#include "pack.h"
#include "shape.h"

struct format;

/* The name as it stands in paths; the caller frees. */
char *layout_encode(const char *name);

/* STATUS_USAGE if the table's name is too long for a file. */
ATTR_NODISCARD
int layout_check(const char *table, struct fail *why);

/* Where a table's rows go below `directory`; `part` is NULL or the name of a
 * directory in the table's own. The caller frees. */
char *layout_path(const char *directory, const char *table, const char *part,
    const struct format *format, enum pack_kind pack);

/* Adds the files that `directory` has of the table, plain or compressed. */
ATTR_NODISCARD
int layout_find_file(const char *directory, const struct format *format,
    struct shape *shape, struct fail *why);

/* Adds to each table the files that hold it. Anything else in the directory
 * but `extra` (names separated by spaces; NULL: none) is STATUS_USAGE: it is
 * somebody's, and would be gone. */
ATTR_NODISCARD
int layout_find(const char *directory, const struct format *format,
    const char *extra, struct shape_list *tables, struct fail *why);

#endif
