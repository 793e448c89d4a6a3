/* SPDX-License-Identifier: ISC */
/*
 * A load from start to end: lines are read and flattened by this thread,
 * batches written by another (ring.h), and committed only if the stream was
 * whole.
 */
#ifndef LOAD_H
#define LOAD_H

#include "attr.h"
#include "fail.h"

struct opts;

/* Carries out what the options say. */
ATTR_NODISCARD
int load_run(const struct opts *o, struct fail *why);

#endif
