/* SPDX-License-Identifier: ISC */
/*
 * What has to be done should the process end at once, for want of memory:
 * a temporary name must not stay, and a stream must not look whole. Whoever
 * makes such a thing adds what undoes it, and removes that again when the
 * thing is finished or gone. Nothing here allocates.
 */
#ifndef UNDO_H
#define UNDO_H

#include <stdbool.h>

/* The caller's, at one place until it is removed. */
struct undo {
	void (*run)(void *context);
	void *context;
	struct undo *next;
};

/* `run` may fail, and may run out of memory itself: it is done once. It must
 * not add or remove anything. */
void undo_add(struct undo *u, void (*run)(void *context), void *context);

/* Harmless where it was never added, and twice. */
void undo_remove(struct undo *u);

/* In a process that was forked: all is the parent's to undo. */
void undo_forget(void);

/* Stops other threads at their next call of this module, for ever. False in
 * the thread that did this before. */
bool undo_begin(void);

/* Runs what was added, the newest first; behind undo_begin. */
void undo_all(void);

#endif
