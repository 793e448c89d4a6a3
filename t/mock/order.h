/* SPDX-License-Identifier: ISC */
/*
 * In which order PostgreSQL returns rows that tie. `ORDER BY created_at DESC
 * LIMIT n OFFSET m` keeps the best m+n rows in a heap, so which of the tied
 * rows stay, and where, depends on m+n: a walk through the pages meets some
 * rows twice and others never, though nobody wrote to the table.
 */
#ifndef MOCK_ORDER_H
#define MOCK_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* There are `newer` rows before `group` tied ones, `total` in all. Fills
 * out[] with the indexes, 0 to group-1 in the order of insertion, of the tied
 * rows that appear at the positions newer, newer+1, ... of a query with
 * offset+limit = bound; returns how many of them there are. `out` has room
 * for `group`. */
size_t order_ties(uint64_t seed, size_t newer, size_t group, size_t total,
    size_t bound, uint32_t *out);

#endif
