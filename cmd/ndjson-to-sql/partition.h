/* SPDX-License-Identifier: ISC */
/*
 * Splitting a table's rows by the time in one of its columns, into the
 * directories that Hive, Spark, DuckDB and BigQuery know:
 *
 *      logs/created_at_day=2026-11-24/logs.csv
 *      logs/created_at_day=__HIVE_DEFAULT_PARTITION__/logs.csv     NULL
 *
 * The name is not that of the column: readers put the directory's value in
 * place of a column of its name, and the time of day would be lost. Days are
 * those of UTC. Pure.
 */
#ifndef PARTITION_H
#define PARTITION_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "shape.h"

#include <stddef.h>

struct cell;

struct partition {
	const char *column; /* not NUL-terminated, within the option */
	size_t column_len;
	const char *unit; /* "day" */
	size_t digits;    /* bytes of a timestamp that tell the unit */
};

/* Reads "COLUMN:UNIT"; STATUS_USAGE if it is none. */
ATTR_NODISCARD
int partition_parse(struct partition *p, const char *text, struct fail *why);

/* The index of the column in the table; shape->count if it is not split. A
 * column of that name that is no time is STATUS_USAGE. */
ATTR_NODISCARD
int partition_find(const struct partition *p, const struct shape *shape,
    size_t *index, struct fail *why);

/* Appends the name of the directory for a row with that cell. */
void partition_add_name(const struct partition *p, const struct cell *cell,
    struct buf *name);

#endif
