/* SPDX-License-Identifier: ISC */
/*
 * Frames into and out of buffers.
 */
#include "frame.h"

#include <string.h>

void
frame_add(struct buf *to, enum frame_kind kind, uint32_t tag, const char *text,
    size_t len)
{
	struct frame_head head = {(uint32_t)kind, tag, (uint32_t)len};
	char *at = buf_reserve(to, sizeof(head) + len);

	/* In one piece: half a frame must never be seen. */
	if (!at)
		return;
	memcpy(at, &head, sizeof(head));
	if (len > 0)
		memcpy(at + sizeof(head), text, len);
	to->len += sizeof(head) + len;
}

size_t
frame_take(const char *bytes, size_t len, struct frame_head *head)
{
	if (len < sizeof(*head))
		return 0;
	memcpy(head, bytes, sizeof(*head));
	return len - sizeof(*head) < head->len ? 0 : sizeof(*head) + head->len;
}
