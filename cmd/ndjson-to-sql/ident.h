/* SPDX-License-Identifier: ISC */
/*
 * Names of tables and columns out of JSON keys: those that dlt's snake_case
 * convention makes, byte for byte, so that queries written for its tables go
 * on working. Pure.
 *
 *      userName   user_name       9lives     _9lives
 *      HTTPServer http_server     trailing_  trailingx
 *      a.b        a_b             a__b       a__b
 *      a+b*c      axbxc           (empty)    _empty
 *
 * The one exception are names that are not ASCII, which dlt makes alike: its
 * 日本 and 東京 are both `x`, größe and grüße both `gr_e`. Here every other
 * character stays as it is, so 日本 is 日本 and naïve is naïve (dlt: na_ve),
 * but for white space, punctuation and invisible characters: they become `_`
 * as ASCII's do. Case is folded in ASCII alone, as SQLite compares names.
 *
 * Two keys may still get one name (userId and user_id); telling them apart
 * is for schema.h. A name can hold no quote and no control character.
 */
#ifndef IDENT_H
#define IDENT_H

#include "buf.h"

#include <stddef.h>

/* Appends the name for a key, given as UTF-8. A key that contains `__` is a
 * path whose parts are named by themselves. Where `max_bytes` is not 0, a
 * longer name is shortened as by ident_shorten, with a tag of the key. */
void ident_normalize(const char *key, size_t len, size_t max_bytes,
    struct buf *name);

/* Goes one level down a path of names: appends `__`, unless the path is
 * empty, and the name. */
void ident_join(struct buf *path, const char *name, size_t len);

/* Brings a path of names down to `max_bytes`, if it is longer, by putting a
 * tag of 6 characters, a hash of the whole path, in the place of its middle.
 * Never cuts a character in two. `max_bytes` is at least 16. */
void ident_shorten(struct buf *path, size_t max_bytes);

#endif
