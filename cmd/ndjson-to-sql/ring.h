/* SPDX-License-Identifier: ISC */
/*
 * Batches going round between the thread that fills them and the thread that
 * writes them. There are few: whoever is faster waits for the other, so that
 * memory does not grow with the input.
 */
#ifndef RING_H
#define RING_H

#include "attr.h"
#include "batch.h"
#include "fail.h"

#include <stdbool.h>

struct ring;

/* Writes one batch; called by the ring's own thread. */
typedef int ring_writer(void *context, struct batch *b, struct fail *why);

/* Starts the thread. */
ATTR_NODISCARD
struct ring *ring_new(ring_writer *write, void *context, struct fail *why);

/* An empty batch to fill: or NULL where writing has failed. */
struct batch *ring_take(struct ring *r);

/* Hands a batch that ring_take gave over to be written. */
void ring_put(struct ring *r, struct batch *b);

/* Waits until all is written: 0, or -1 and what went wrong. Until the next
 * ring_put the other thread rests, and what it uses may be used. */
ATTR_NODISCARD
int ring_wait(struct ring *r, struct fail *why);

/* Waits for the batch being written, and writes none any more. */
void ring_stop(struct ring *r);

/* Ends the thread; what was put and is not written yet is forgotten. */
void ring_free(struct ring *r);

#endif
