/* SPDX-License-Identifier: ISC */
/*
 * Two queues under one lock.
 */
#include "ring.h"

#include "mem.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One being filled, one being written, two for an uneven pace. */
enum { RING_BATCHES = 4 };

struct queue {
	struct batch *items[RING_BATCHES];
	size_t head, count;
};

struct ring {
	struct batch batches[RING_BATCHES];
	struct queue empty, full;
	bool is_writing;
	bool is_ending;
	bool has_failed;
	struct fail failure;
	ring_writer *write;
	void *context;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
};

static void
push(struct queue *q, struct batch *b)
{
	q->items[(q->head + q->count++) % RING_BATCHES] = b;
}

static struct batch *
pop(struct queue *q)
{
	struct batch *b = q->items[q->head];

	q->head = (q->head + 1) % RING_BATCHES;
	q->count--;
	return b;
}

static void *
run(void *context)
{
	struct ring *r = context;
	struct fail why;

	(void)pthread_mutex_lock(&r->lock);
	for (;;) {
		struct batch *b;
		int result = 0;

		while (r->full.count == 0 && !r->is_ending)
			(void)pthread_cond_wait(&r->changed, &r->lock);
		if (r->is_ending)
			break;
		b = pop(&r->full);
		r->is_writing = true;
		(void)pthread_mutex_unlock(&r->lock);
		if (!r->has_failed)
			result = r->write(r->context, b, &why);
		(void)pthread_mutex_lock(&r->lock);
		r->is_writing = false;
		if (result != 0) {
			r->has_failed = true;
			r->failure = why;
		}
		push(&r->empty, b);
		(void)pthread_cond_broadcast(&r->changed);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

struct ring *
ring_new(ring_writer *write, void *context, struct fail *why)
{
	struct ring *r = mem_alloc(1, sizeof(*r));

	r->write = write;
	r->context = context;
	for (size_t i = 0; i < RING_BATCHES; i++)
		push(&r->empty, &r->batches[i]);
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->changed, NULL);
	errno = pthread_create(&r->thread, NULL, run, r);
	if (errno != 0) {
		(void)fail_errno(why, "cannot start a thread");
		free(r);
		return NULL;
	}
	return r;
}

struct batch *
ring_take(struct ring *r)
{
	struct batch *b = NULL;

	(void)pthread_mutex_lock(&r->lock);
	while (r->empty.count == 0 && !r->has_failed)
		(void)pthread_cond_wait(&r->changed, &r->lock);
	if (!r->has_failed)
		b = pop(&r->empty);
	(void)pthread_mutex_unlock(&r->lock);
	return b;
}

void
ring_put(struct ring *r, struct batch *b)
{
	(void)pthread_mutex_lock(&r->lock);
	push(&r->full, b);
	(void)pthread_cond_broadcast(&r->changed);
	(void)pthread_mutex_unlock(&r->lock);
}

int
ring_wait(struct ring *r, struct fail *why)
{
	bool has_failed;

	(void)pthread_mutex_lock(&r->lock);
	while ((r->full.count > 0 || r->is_writing) && !r->has_failed)
		(void)pthread_cond_wait(&r->changed, &r->lock);
	has_failed = r->has_failed;
	if (has_failed)
		*why = r->failure;
	(void)pthread_mutex_unlock(&r->lock);
	return has_failed ? -1 : 0;
}

void
ring_stop(struct ring *r)
{
	(void)pthread_mutex_lock(&r->lock);
	while (r->full.count > 0)
		push(&r->empty, pop(&r->full));
	while (r->is_writing)
		(void)pthread_cond_wait(&r->changed, &r->lock);
	(void)pthread_mutex_unlock(&r->lock);
}

void
ring_free(struct ring *r)
{
	if (!r)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->is_ending = true;
	(void)pthread_cond_broadcast(&r->changed);
	(void)pthread_mutex_unlock(&r->lock);
	(void)pthread_join(r->thread, NULL);
	for (size_t i = 0; i < RING_BATCHES; i++)
		batch_free(&r->batches[i]);
	(void)pthread_mutex_destroy(&r->lock);
	(void)pthread_cond_destroy(&r->changed);
	free(r);
}
