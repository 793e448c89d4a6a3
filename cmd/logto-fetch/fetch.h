/* SPDX-License-Identifier: ISC */
/*
 * A whole run of logto-fetch, once the command line is understood.
 */
#ifndef FETCH_H
#define FETCH_H

#include "attr.h"
#include "fail.h"
#include "job.h"
#include "opts.h"
#include "stream.h"

/* Reads the jobs into the stream, which it opens, and closes on success; on
 * failure it is left to be poisoned. */
ATTR_NODISCARD
int fetch_run(const struct opts *o, const struct job_list *jobs,
    struct stream *stream, struct fail *why);

#endif
