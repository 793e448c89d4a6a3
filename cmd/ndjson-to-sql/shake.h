/* SPDX-License-Identifier: ISC */
/*
 * SHAKE128 (FIPS 202, 6.2). It is here for the tag in long names, which must
 * be the one that dlt computes; nothing secret depends on it.
 */
#ifndef SHAKE_H
#define SHAKE_H

#include <stddef.h>

enum { SHAKE128_RATE = 168 };

/* The first `digest_bytes` of the output, at most SHAKE128_RATE. */
void shake128(const void *bytes, size_t len, unsigned char *digest,
    size_t digest_bytes);

#endif
