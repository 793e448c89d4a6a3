/* SPDX-License-Identifier: ISC */
/*
 * What a query gives, as all destinations give it: a time without its zone,
 * the year 0000 and not 1 BC.
 */
#ifndef POSTGRES_CELL_H
#define POSTGRES_CELL_H

struct buf;
struct cell;
struct pg_result;
struct postgres_db;

/* Reads the column of the result's one row. The cell lives as long as the
 * result, and `text`, which keeps what is not as the server says it. */
void postgres_cell_read(struct postgres_db *db, const struct pg_result *result,
    int column, struct cell *cell, struct buf *text);

#endif
