/* SPDX-License-Identifier: ISC */
/*
 * The filtering process of --jq: reads records, runs the program on each and
 * writes what comes out, as frame.h has it.
 */
#ifndef WORKER_H
#define WORKER_H

#include "attr.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/* A program may not take more; a record of a megabyte takes some 20. */
enum { WORKER_MEMORY_BYTES = 1 << 30 };

struct worker_task {
	const char *program;
	const char *const *left_out; /* as filter_new has it */
	pid_t parent;
	int in, out;
	/* Shared with the parent: of this batch nothing more is wanted. */
	const _Atomic uint32_t *enough;
};

/* Call in the forked child; ends the process. */
ATTR_NORETURN void worker_main(const struct worker_task *task);

#endif
