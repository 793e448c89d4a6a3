/* SPDX-License-Identifier: ISC */
/*
 * Parts of the statements over a table, t_, and its stage, s_ (sql_merge.h).
 * No column has such a name: ident.h makes none that ends in _. Pure.
 */
#ifndef SQL_PART_H
#define SQL_PART_H

#include "buf.h"
#include "sql_table.h"

#include <stddef.h>
#include <stdint.h>

struct sql_range {
	uint64_t first, last; /* both of it */
	/* " AND ...", what holds for the rows t_ of these keys, for a
	 * MERGE_STATEMENT that is to read no others; or NULL. */
	const char *within;
};

/* Appends the stage AS alias. */
void sql_part_add_stage(const struct sql_table *t, const char *alias,
    struct buf *sql);

/* Appends the verb and the table AS t_. */
void sql_part_add_target(const struct sql_table *t, const char *verb,
    struct buf *sql);

/* Appends the word, and that a row of the stage is within the range; nothing
 * where that is NULL. */
void sql_part_add_range(const struct sql_range *range, const char *alias,
    const char *word, struct buf *sql);

/* Appends a.x = b.x for the columns, joined by AND; or for those of the key. */
void sql_part_add_equal(const struct sql_table *t,
    const struct column *const *columns, size_t count, const char *a,
    const char *b, struct buf *sql);
void sql_part_add_key_equal(const struct sql_table *t, const char *a,
    const char *b, struct buf *sql);

/* Appends that the stage has a row of the key of t_. */
void sql_part_add_came(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql);

/* Appends what rows below refer to in a row of the table, or of a stage that
 * has its columns only. */
void sql_part_add_reference(const struct sql_table *t,
    const struct sql_table *below, const char *alias, struct buf *sql);

/* The same in a row of the table's stage. */
void sql_part_add_stage_reference(const struct sql_table *t,
    const struct sql_table *below, const char *alias, struct buf *sql);

#endif
