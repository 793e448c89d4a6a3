/* SPDX-License-Identifier: ISC */
/*
 * U+0000, which JSON can spell and not every database can keep. Pure.
 */
#ifndef NUL_H
#define NUL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the JSON text has an escape for it. */
bool nul_is_in_json(const char *text, size_t len);

#endif
