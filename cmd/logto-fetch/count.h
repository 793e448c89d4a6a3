/* SPDX-License-Identifier: ISC */
/*
 * How many records there are, by the totals that the server tells: --count.
 */
#ifndef COUNT_H
#define COUNT_H

#include "attr.h"
#include "fail.h"
#include "fan.h"
#include "job.h"
#include "stream.h"

#include <stdint.h>

/* Counts the records of all lists of a job; f->is_unknown where --all asks
 * for what the server does not have. */
ATTR_NODISCARD
int count_job(struct fan *f, const struct job *job, uint64_t *rows,
    struct fail *why);

/* Writes {"resource":"users","rows":250} for each job; the lists of all
 * parents are summed up. */
ATTR_NODISCARD
int count_write(struct fan *f, const struct job_list *jobs,
    struct stream *stream, struct fail *why);

#endif
