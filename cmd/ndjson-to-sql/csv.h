/* SPDX-License-Identifier: ISC */
/*
 * CSV as RFC 4180 has it, with lines that end in LF, a header, and a
 * difference between nothing and the empty text: NULL is nothing between two
 * commas, "" is the empty text. That is how PostgreSQL's COPY reads it.
 */
#ifndef CSV_H
#define CSV_H

#include "format.h"

#include <stddef.h>

struct buf;

extern const struct format format_csv;

/* Appends a field, in quotes if it needs them. */
void csv_add_field(struct buf *to, const char *text, size_t len);

#endif
