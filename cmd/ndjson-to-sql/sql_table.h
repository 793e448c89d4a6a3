/* SPDX-License-Identifier: ISC */
/*
 * A table of a destination that speaks SQL, and the statements that define
 * it and its stage: a table of the load's own with the same columns, into
 * which rows go first. What then happens to them is for sql_merge.h. For
 * destinations whose rows cannot be merged one by one on their way in. Pure.
 *
 *      users                 what readers see
 *      users' stage          _sequence_  _reference_  and the columns of users
 *
 * _sequence_ is the root record's number (struct row), and tells which of
 * two records with the same key came last. _reference_, only in stages of
 * root tables whose key has several parts, is what child rows have as
 * _parent_id. A JSON member's column can have neither name: names end in no
 * `_` (ident.h).
 *
 * Each function appends one statement without a semicolon, if it does not say
 * otherwise.
 */
#ifndef SQL_TABLE_H
#define SQL_TABLE_H

#include "buf.h"
#include "schema.h"
#include "type.h"

#include <stdbool.h>
#include <stddef.h>

struct dialect;

#define SQL_SEQUENCE "_sequence_"
#define SQL_REFERENCE "_reference_"

struct sql_column {
	const struct column *column;
	enum type type;
	const char *declared; /* its type there; NULL: the dialect's for type */
};

struct sql_table {
	const struct dialect *dialect;
	const char *schema;        /* that the table is in; NULL: not said */
	const char *copy;          /* of the table, in its place; or NULL */
	const struct table *table; /* of it, only what is fixed is read */
	const struct sql_table *parent; /* NULL: a root table */
	struct sql_column *columns;     /* in use so far; the caller's */
	size_t column_count;
	const char *stage;   /* its name; NULL: there is none */
	const char *parents; /* as sql_absent_add_parents makes; or NULL */
	/* The stage has the table's columns only: whoever fills it brings each
	 * key once. */
	bool is_plain;
};

/* Whether rows are told apart: by a root's key, or a list's place. */
bool sql_table_is_keyed(const struct table *t);

/* The columns of that key; their number. */
size_t sql_table_key(const struct table *t,
    const struct column *key[SCHEMA_KEY_MAX]);

bool sql_table_is_key_column(const struct table *t, const struct column *c);

/* Whether its stage, unless that is plain, has SQL_REFERENCE. */
bool sql_table_has_reference(const struct table *t);

/* The type that the column is declared with; NULL if it is not in use. */
const char *sql_table_type(const struct sql_table *t, const struct column *c);

/* What the column's values mean, whatever it is declared as. */
enum type sql_table_logical_type(const struct sql_table *t,
    const struct column *c);

/* Appends the table's name, in quotes, with its schema's. */
void sql_table_add_name(const struct sql_table *t, struct buf *sql);

/* Appends the name of a column, in quotes, behind `alias` and a dot if that
 * is not "". */
void sql_table_add_column_name(const struct sql_table *t, const char *alias,
    const struct column *c, struct buf *sql);

/* Appends (a,b,c): the columns of the table or, with those of its own in
 * front, of its stage. */
void sql_table_add_columns(const struct sql_table *t, bool is_stage,
    struct buf *sql);

/* Appends (a,b): those of the key. */
void sql_table_add_key_columns(const struct sql_table *t, struct buf *sql);

/* CREATE TABLE IF NOT EXISTS */
void sql_table_add_create(const struct sql_table *t, struct buf *sql);

/* ALTER TABLE ... ADD COLUMN [IF NOT EXISTS] */
void sql_table_add_column(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql);

/* What stands behind the table's name in that, for a statement that adds
 * several. */
void sql_table_add_addition(const struct sql_table *t,
    const struct sql_column *c, struct buf *sql);

/* ALTER TABLE ... ALTER COLUMN ... TYPE, to what `c` says now. Nothing where
 * the dialect has none. */
void sql_table_add_retype(const struct sql_table *t, const struct sql_column *c,
    struct buf *sql);

/* CREATE UNIQUE INDEX IF NOT EXISTS, over the key. Nothing where there is no
 * key, or the dialect cannot: of a history only the versions in force have a
 * key of their own, which needs a partial index. */
void sql_table_add_key(const struct sql_table *t, struct buf *sql);

/* Appends the name of that index, in quotes. */
void sql_table_add_key_name(const struct sql_table *t, struct buf *sql);

/* CREATE TEMPORARY TABLE, the stage. */
void sql_table_add_stage(const struct sql_table *t, struct buf *sql);

/* Appends "name" TYPE as its stage has the column, which is JSON as a text
 * where the dialect has words that turn one into the other. */
void sql_table_add_stage_definition(const struct sql_table *t,
    const struct sql_column *c, struct buf *sql);

/* ALTER TABLE ... ADD COLUMN, and ALTER COLUMN, of the stage. */
void sql_table_add_stage_column(const struct sql_table *t,
    const struct sql_column *c, struct buf *sql);
void sql_table_add_stage_retype(const struct sql_table *t,
    const struct sql_column *c, struct buf *sql);

#endif
