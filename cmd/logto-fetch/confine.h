/* SPDX-License-Identifier: ISC */
/*
 * What a process gives up before it runs a program that it does not trust.
 */
#ifndef CONFINE_H
#define CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Leaves this process the two descriptors, `memory_bytes` of memory, and the
 * environment without the variables in `forget` (ended by NULL). It can open
 * no file and no socket and start no process; it dies with `parent` (at once
 * on Linux, elsewhere when it next reads or writes), and what ends a run by a
 * signal is left to that one. Call first thing in a forked child. */
void confine_process(pid_t parent, int keep_in, int keep_out,
    size_t memory_bytes, const char *const *forget);

/* Whether memory ended by that limit rather than by what the machine has. Of
 * one that was lower before it was not ours. */
bool confine_is_at_limit(size_t memory_bytes);

#endif
