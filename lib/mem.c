/* SPDX-License-Identifier: ISC */
/*
 * Allocation that ends the program instead of failing.
 */
#include "mem.h"

#include "attr.h"
#include "msg.h"
#include "status.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

ATTR_NORETURN
static void
out_of_memory(void)
{
	msg_error("out of memory");
	exit(STATUS_LOCAL);
}

void *
mem_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		out_of_memory();
	return memory;
}

void *
mem_resize(void *old, size_t count, size_t size)
{
	void *memory;

	if (count == 0)
		count = 1;
	if (count > SIZE_MAX / size)
		out_of_memory();
	memory = realloc(old, count * size);
	if (!memory)
		out_of_memory();
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
			out_of_memory();
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
		out_of_memory();
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
