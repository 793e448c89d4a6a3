/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a key: its name can be quoted, is not empty, and is not longer
 * than the first byte of the input allows.
 */
#include "ident.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct buf name;
	size_t max;

	if (size == 0)
		return 0;
	max = 16 + data[0] % 64;
	buf_init(&name, 1 << 20);
	ident_normalize((const char *)data + 1, size - 1, max, &name);
	assert(name.len > 0 && name.len <= max);
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];

		assert(c >= 0x20 && c != 0x7F && !strchr("\"`[]'", c));
	}
	buf_free(&name);
	return 0;
}
