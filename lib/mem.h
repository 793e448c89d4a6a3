/* SPDX-License-Identifier: ISC */
/*
 * Allocation that does not fail: on exhaustion it prints one message, undoes
 * what must not stay (undo.h) and ends the process with STATUS_LOCAL. That is
 * safe because no output is ever half committed. Sizes are checked for
 * overflow. free() frees.
 */
#ifndef MEM_H
#define MEM_H

#include "attr.h"

#include <stddef.h>

/* The end; also for allocators that are not ours. */
ATTR_NORETURN
void mem_exhausted(void);

/* Zeroed memory for `count` members of `size` bytes; never NULL. */
void *mem_alloc(size_t count, size_t size);

/* As realloc; takes `old`. New bytes are not zeroed. */
void *mem_resize(void *old, size_t count, size_t size);

/* Makes room for `need` members in an array that has room for `*capacity`,
 * growing geometrically; takes `old` and returns its successor. */
void *mem_grow_more(void *old, size_t *capacity, size_t need, size_t size);

/* Inline, for loops that add one member at a time. */
static inline void *
mem_grow(void *old, size_t *capacity, size_t need, size_t size)
{
	return need <= *capacity ? old
				 : mem_grow_more(old, capacity, need, size);
}

/* A NUL-terminated copy of `len` bytes, or of a whole string. */
char *mem_copy(const char *text, size_t len);
char *mem_string(const char *text);

#endif
