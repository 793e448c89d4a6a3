/* SPDX-License-Identifier: ISC */
/*
 * The list of what has to be undone; state of the process, since those who
 * run out of memory have no argument for it.
 */
#include "undo.h"

#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct undo *newest;
static _Thread_local bool has_begun;

void
undo_add(struct undo *u, void (*run)(void *context), void *context)
{
	(void)pthread_mutex_lock(&lock);
	*u = (struct undo){.run = run, .context = context, .next = newest};
	newest = u;
	(void)pthread_mutex_unlock(&lock);
}

void
undo_remove(struct undo *u)
{
	struct undo **at = &newest;

	(void)pthread_mutex_lock(&lock);
	while (*at && *at != u)
		at = &(*at)->next;
	if (*at)
		*at = u->next;
	(void)pthread_mutex_unlock(&lock);
}

void
undo_forget(void)
{
	/* Only the thread that forked goes on here, and it held no lock. */
	newest = NULL;
}

bool
undo_begin(void)
{
	if (has_begun)
		return false;
	has_begun = true;
	(void)pthread_mutex_lock(&lock);
	return true;
}

void
undo_all(void)
{
	while (newest) {
		struct undo *u = newest;

		newest = u->next;
		u->run(u->context);
	}
}
