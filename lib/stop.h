/* SPDX-License-Identifier: ISC */
/*
 * Ctrl-C and kill: INT, TERM and HUP ask for an orderly end. The first one
 * sets a flag and makes a descriptor readable, so that a waiting loop wakes;
 * a second one kills at once, as without us, unless it comes within the same
 * 300 ms, as from a program that signals us and our group. When everything is
 * cleaned up, stop_raise ends the process by that same signal, so that the
 * shell sees it.
 */
#ifndef STOP_H
#define STOP_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

/* Installs the handlers and ignores SIGPIPE: a closed pipe (see out.h) is then
 * a failure, EPIPE, of the write that met it. A signal that is ignored on
 * entry stays ignored (nohup). Call once. */
ATTR_NODISCARD
int stop_install(struct fail *why);

bool stop_is_requested(void);

/* Readable once a signal came; for poll. Never read from it. */
int stop_descriptor(void);

/* Sets `why` to "stopped by signal N"; STATUS_LOCAL. Returns -1. */
int stop_fail(struct fail *why);

/* Dies of the signal that came; returns if none did. */
void stop_raise(void);

#endif
