/* SPDX-License-Identifier: ISC */
/*
 * Allocation that ends the program instead of failing.
 */
#include "mem.h"

#include "msg.h"
#include "status.h"
#include "undo.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not exit: what libraries do there may need memory as well, or be under way
 * in another thread. */
void
mem_exhausted(void)
{
	if (undo_begin()) {
		msg_show(NULL);
		msg_error("out of memory");
		undo_all();
	}
	_exit(STATUS_LOCAL);
}

void *
mem_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		mem_exhausted();
	return memory;
}

void *
mem_resize(void *old, size_t count, size_t size)
{
	void *memory;

	if (count == 0)
		count = 1;
	if (count > SIZE_MAX / size)
		mem_exhausted();
	memory = realloc(old, count * size);
	if (!memory)
		mem_exhausted();
	return memory;
}

void *
mem_grow_more(void *old, size_t *capacity, size_t need, size_t size)
{
	size_t wanted = *capacity;

	if (wanted < 8)
		wanted = 8;
	while (wanted < need) {
		if (wanted > SIZE_MAX / 2)
			mem_exhausted();
		wanted *= 2;
	}
	old = mem_resize(old, wanted, size);
	*capacity = wanted;
	return old;
}

char *
mem_copy(const char *text, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		mem_exhausted();
	copy = mem_resize(NULL, len + 1, 1);
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *
mem_string(const char *text)
{
	return mem_copy(text, strlen(text));
}
