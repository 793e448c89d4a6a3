/* SPDX-License-Identifier: ISC */
/*
 * Rows of a batch on their way to the server.
 */
#ifndef POSTGRES_COPY_H
#define POSTGRES_COPY_H

#include "attr.h"
#include "fail.h"

struct batch;
struct postgres;
struct postgres_table;

/* Copies the rows that the batch has for the table. Those that no COPY takes
 * are rejected with their whole records, where the options let them. */
ATTR_NODISCARD
int postgres_copy_rows(struct postgres *s, struct postgres_table *t,
    struct batch *b, struct fail *why);

#endif
