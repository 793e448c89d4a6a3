/* SPDX-License-Identifier: ISC */
/*
 * Whether bytes are UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing
 * beyond U+10FFFF). Pure.
 */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_is_valid(const char *text, size_t len);

#endif
