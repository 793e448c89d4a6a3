/* SPDX-License-Identifier: ISC */
/*
 * How many requests a run makes, before it makes them: --dry-run.
 */
#ifndef FORECAST_H
#define FORECAST_H

#include "attr.h"
#include "fail.h"
#include "fan.h"
#include "job.h"

#include <stdio.h>

/* Prints a table of what the jobs would do: records and requests, and their
 * sum, if nothing changes meanwhile, ties hide no rows, and no request has to
 * be made again. Of lists below parents the parents alone are counted, so
 * that the forecast is cheap. A number is exact but for what stands behind
 * it: "+" at least, "-" at most, "~" about. */
ATTR_NODISCARD
int forecast_print(struct fan *f, const struct job_list *jobs, FILE *to,
    struct fail *why);

#endif
