/* SPDX-License-Identifier: ISC */
/*
 * The content of a record as one number of 128 bits, for --history: two
 * versions are the same if and only if all their cells are, those of their
 * child rows included. The order of members and columns does not matter.
 */
#ifndef VERSION_H
#define VERSION_H

#include "batch.h"

#include <stdint.h>

enum { VERSION_TEXT_BYTES = 33 };

/* Writes the number of the newest record in the batch, which is that of
 * `sequence`, in hexadecimal. Our own columns do not count. */
void version_write(const struct batch *b, uint64_t sequence,
    char text[VERSION_TEXT_BYTES]);

#endif
