/* SPDX-License-Identifier: ISC */
/*
 * How many records there are, and how many requests reading them takes, from
 * the totals that the server tells: --count and --dry-run.
 */
#ifndef COUNT_H
#define COUNT_H

#include "attr.h"
#include "fail.h"
#include "fan.h"
#include "job.h"
#include "stream.h"

#include <stdio.h>

/* Writes {"resource":"users","rows":250} for each job; the lists of all
 * parents are summed up. Sets the walk of `f` to counting. */
ATTR_NODISCARD
int count_write(struct fan *f, const struct job_list *jobs,
    struct stream *stream, struct fail *why);

/* Prints a table of what the jobs would do: records and requests, and their
 * sum. Of lists below parents only the parents are counted, so that the
 * forecast is cheap; such numbers have a "+". */
ATTR_NODISCARD
int count_print(struct fan *f, const struct job_list *jobs, FILE *to,
    struct fail *why);

#endif
