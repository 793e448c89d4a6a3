/* SPDX-License-Identifier: ISC */
/*
 * Writing NDJSON in large blocks.
 */
#include "print.h"

#include <unistd.h>

enum { BLOCK_BYTES = 1 << 18 };

static int
flush(struct buf *block, struct fail *why)
{
	size_t done = 0;

	while (done < block->len) {
		ssize_t n =
		    write(STDOUT_FILENO, block->data + done, block->len - done);

		if (n < 0)
			return fail_errno(why, "cannot write");
		done += (size_t)n;
	}
	buf_clear(block);
	return 0;
}

int
print_list(const struct tenant *t, const char *path, struct fail *why)
{
	const struct list *list = tenant_list(t, path);
	struct buf block;
	int result = 0;

	buf_init(&block, BLOCK_BYTES + RENDER_BYTES + 1);
	for (size_t i = list ? list->count : 0; i-- > 0 && result == 0;) {
		tenant_render(t, list, &list->rows[i], &block);
		buf_add_char(&block, '\n');
		if (block.len >= BLOCK_BYTES)
			result = flush(&block, why);
	}
	if (result == 0)
		result = flush(&block, why);
	buf_free(&block);
	return result;
}
