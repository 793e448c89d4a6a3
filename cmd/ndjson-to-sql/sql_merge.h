/* SPDX-License-Identifier: ISC */
/*
 * From the stages into the tables. A root table and those below it go
 * together; one that is below several tables has the deepest first where
 * rows are deleted, and the root first where they are inserted:
 *
 *      merge       doubled, orphans*, cut*, merge, merge*
 *      --sync      the same, then absent*, absent
 *      append      insert, insert*
 *      --replace   clear*, clear, then as merge
 *      --history   doubled, orphans*, [close_absent], same, orphans*, close,
 *                  insert, insert*
 *
 * where a * is for each table below; merge and insert are in sql_upsert.h. The
 * number of rows that a statement changes is a count of the summary:
 *
 *      doubled, same               doubled, unchanged
 *      cut, absent, clear          deleted
 *      close_absent, close         deleted, updated
 *      insert                      inserted
 *      merge                       inserted and updated; how many rows of a
 *                                  stage have their key in the table before
 *                                  tells the two, and what is unchanged, apart
 *
 * `range` bounds the root records whose rows are meant, NULL all in the
 * stage. So a stage can be merged in parts, and the record that makes a
 * statement fail be found by halves. Each function appends one statement
 * without a semicolon. Pure.
 */
#ifndef SQL_MERGE_H
#define SQL_MERGE_H

#include "buf.h"
#include "sql_part.h"
#include "sql_table.h"

/* Of a root's stage: all but the last of the rows with the same key go. */
void sql_merge_add_doubled(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* Of the stage of a table below: rows go whose record is not in the root's
 * stage. */
void sql_merge_add_orphans(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* The same for a stage that is plain: rows go whose parent's row is not in its
 * stage. The parent's own turn comes before. */
void sql_merge_add_unowned(const struct sql_table *t, struct buf *sql);

/* Of a table below: rows go that are of records of the stage, but beyond the
 * ends of their lists now, or of lists below those. */
void sql_merge_add_cut(const struct sql_table *t, const struct sql_range *range,
    struct buf *sql);

/* The number of the stage's rows whose key is in the table: a query. */
void sql_merge_add_known(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* The same number, and how many of them are in the table as they are: a query
 * of two columns. */
void sql_merge_add_found(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* Rows t_ go whose key is in the stage; `condition` follows, " AND ..." */
void sql_merge_add_forget(const struct sql_table *t, const char *condition,
    struct buf *sql);

/* Of a stage: rows s_ go for which the condition holds. */
void sql_merge_add_unstage(const struct sql_table *t, const char *condition,
    struct buf *sql);

/* All rows of the table go. */
void sql_merge_add_clear(const struct sql_table *t, struct buf *sql);

/* Rows go that did not come, or whose root did not: those that are not in
 * the stage, as far as the stream covers the table (schema.h: is_covered,
 * covered). false, and nothing appended, where a parent is named that the
 * dialect has no text for. */
bool sql_merge_add_absent(const struct sql_table *t, struct buf *sql);

/* --- histories ---------------------------------------------------------- */

/* `now` is the text of the timestamp at which versions end. */

/* Ends the versions of rows that did not come. */
bool sql_merge_add_close_absent(const struct sql_table *t, const char *now,
    struct buf *sql);

/* Of a root's stage: rows go that are the version in force. */
void sql_merge_add_same(const struct sql_table *t,
    const struct sql_range *range, struct buf *sql);

/* Ends the versions in force of the rows that came. */
void sql_merge_add_close(const struct sql_table *t, const char *now,
    const struct sql_range *range, struct buf *sql);

#endif
