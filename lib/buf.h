/* SPDX-License-Identifier: ISC */
/*
 * A growing byte string with a ceiling. `data` is never NULL and has a NUL at
 * data[len]. An append that would pass the ceiling stores nothing and marks
 * the buffer overfull; further appends do nothing. So a value is put together
 * in one go and checked once, with buf_check().
 */
#ifndef BUF_H
#define BUF_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t capacity; /* bytes allocated; 0 while data is static */
	size_t max;      /* ceiling of len */
	bool is_overfull;
};

/* Cannot fail; allocates nothing yet. */
void buf_init(struct buf *b, size_t max_bytes);
void buf_append(struct buf *b, const void *bytes, size_t len);
void buf_add(struct buf *b, const char *text);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) ATTR_PRINTF(2, 3);

/* Room for `len` more bytes, to be filled by the caller who then adds to
 * b->len; NULL (and overfull) past the ceiling. */
char *buf_reserve(struct buf *b, size_t len);

/* Fails with STATUS_DATA, naming `what` and the limit, if overfull. */
ATTR_NODISCARD
int buf_check(const struct buf *b, const char *what, struct fail *why);

/* Empties; keeps the memory and the ceiling. */
void buf_clear(struct buf *b);

/* The text as a string that the caller frees; leaves the buffer empty. */
char *buf_detach(struct buf *b);

/* Releases the memory; the buffer is as after buf_init. */
void buf_free(struct buf *b);

/* As buf_free, overwriting the bytes first: for buffers that held a secret.
 * Such a buffer must be reserved whole before use: growth would leave copies
 * behind in freed memory. */
void buf_wipe(struct buf *b);

#endif
