/* SPDX-License-Identifier: ISC */
/*
 * Rows that go or change for what other tables hold. A condition tells them,
 * in which the table is t_, or its stage s_:
 *
 *      sql_choice_init(&choice, t, false);
 *      sql_choice_begin_delete(&choice, sql);
 *      buf_add(sql, "EXISTS (SELECT ... = t_.id)");
 *      sql_choice_end_delete(&choice, sql);
 *
 * becomes, by the dialect (enum dialect_choice),
 *
 *      DELETE FROM users AS t_ WHERE EXISTS (...)
 *      MERGE INTO users AS x_ USING (SELECT DISTINCT t_.id FROM users AS t_
 *          WHERE EXISTS (...)) AS g_ ON x_.id = g_.id WHEN MATCHED THEN DELETE
 *      DELETE FROM users WHERE (id) IN (SELECT DISTINCT t_.id ...)
 *
 * Pure.
 */
#ifndef SQL_CHOICE_H
#define SQL_CHOICE_H

#include "buf.h"
#include "sql_table.h"

#include <stdbool.h>
#include <stddef.h>

struct sql_choice {
	const struct sql_table *table;
	bool is_stage;
	const char *alias;
	const struct column *columns[SCHEMA_KEY_MAX + 1]; /* that tell rows */
	size_t count;
};

/* By the table's key; a caller may add one column. */
void sql_choice_init(struct sql_choice *c, const struct sql_table *t,
    bool is_stage);

/* Appends alias.a,alias.b, or a,b where the alias is "". */
void sql_choice_add_columns(const struct sql_choice *c, const char *alias,
    struct buf *sql);

/* Append what stands before the condition of a deletion, and behind it. */
void sql_choice_begin_delete(const struct sql_choice *c, struct buf *sql);
void sql_choice_end_delete(const struct sql_choice *c, struct buf *sql);

/* The same for versions of a history that are in force, and end `now`. */
void sql_choice_begin_end(const struct sql_choice *c, const char *now,
    struct buf *sql);
void sql_choice_end_end(const struct sql_choice *c, const char *now,
    struct buf *sql);

/* Appends that the version has no end. */
void sql_choice_add_in_force(const struct sql_table *t, const char *alias,
    struct buf *sql);

#endif
