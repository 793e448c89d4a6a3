/* SPDX-License-Identifier: ISC */
/*
 * Text on its way into another notation.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include "buf.h"

#include <stddef.h>

/* Appends `text` as a JSON string, quotes included (RFC 8259, 7). The bytes
 * must be UTF-8 and pass unchanged, but for '"', '\' and the controls. */
void escape_json(struct buf *to, const char *text, size_t len);

/* Appends `text` percent-encoded: every byte but the unreserved characters
 * of RFC 3986, 2.3. Right for one segment of a path, for a query value and,
 * by RFC 6749, 2.3.1, for the parts of HTTP Basic. */
void escape_url(struct buf *to, const char *text, size_t len);

#endif
