/* SPDX-License-Identifier: ISC */
/*
 * What the two processes of --jq say to each other, over a pipe each way:
 *
 *      fetching (sieve.h)                    filtering (worker.h)
 *                            <- READY        or FAIL: the program is wrong
 *      RECORD, RECORD, ... ->
 *                            <- SAME, VALUE, NOTE, ...  of the first record
 *                            <- DONE
 *                            <- ...          of the second
 *
 * A frame is its head and `len` bytes. Both ends are one program, so numbers
 * go as they lie in memory.
 */
#ifndef FRAME_H
#define FRAME_H

#include "buf.h"

#include <stddef.h>
#include <stdint.h>

enum frame_kind {
	FRAME_READY,  /* the program is compiled */
	FRAME_RECORD, /* `tag`: the number of its batch */
	FRAME_SAME,   /* the record came out as it went in */
	FRAME_VALUE,  /* something else came out */
	FRAME_NOTE,   /* from `debug` */
	FRAME_DONE,   /* that was all of a record */
	FRAME_FAIL,   /* a failure; `tag`: its status */
};

struct frame_head {
	uint32_t kind, tag, len;
};

void frame_add(struct buf *to, enum frame_kind kind, uint32_t tag,
    const char *text, size_t len);

/* The whole frame at the start of bytes[0..len): its size, head included, and
 * its head; 0 if it is not whole. */
size_t frame_take(const char *bytes, size_t len, struct frame_head *head);

#endif
