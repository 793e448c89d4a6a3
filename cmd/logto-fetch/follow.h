/* SPDX-License-Identifier: ISC */
/*
 * Reading a log that goes on: again and again what is newer than the newest
 * row but for an overlap, because rows become visible a little after their
 * time. Rows that were given on before are left out. Times are those of the
 * rows, so the clock of this machine does not matter; that the server's clock
 * is set back would, and is watched for.
 */
#ifndef FOLLOW_H
#define FOLLOW_H

#include "attr.h"
#include "fail.h"
#include "fan.h"
#include "job.h"
#include "seen.h"
#include "stream.h"
#include "watch.h"

#include <stdbool.h>
#include <stdint.h>

struct follow {
	struct fan *fan;
	struct stream *stream;
	int64_t interval_ms, overlap_ms;
	/* Rows of the last overlap: those since a moment, and those of the
	 * overlap before that. */
	struct seen recent, earlier;
	struct watch watch;  /* of what is older than an overlap */
	int64_t since_ms;    /* the moment */
	int64_t complete_ms; /* everything up to here was read */
	int64_t newest_ms;   /* of the poll under way */
	bool is_ailing;      /* the last poll failed */
};

/* Follows the only job, a list of logs, from fan->walk->from_ms on, or from
 * its newest row where that is 0. Failures that may pass are told and
 * outlived. Returns -1 when a signal or another failure ends it, or rows that
 * come with times long past. */
ATTR_NODISCARD
int follow_run(struct follow *f, const struct job *job, struct fail *why);

#endif
