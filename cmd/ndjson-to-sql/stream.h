/* SPDX-License-Identifier: ISC */
/*
 * The rules of the stream: it is complete when its last byte is a newline. A
 * producer that died leaves a line without one, a producer that failed says
 * why in it: {"_error":{"status":4,"message":"...
 */
#ifndef STREAM_H
#define STREAM_H

#include "attr.h"
#include "fail.h"
#include "line.h"

#include <stdbool.h>

/* Whether the line holds nothing but white space. */
bool stream_is_blank(const struct line *line);

/* Removes a byte order mark from the first line of a stream. */
void stream_skip_mark(struct line *line);

/* What a line without its newline means: sets `why` to the status that the
 * producer's fragment names, or STATUS_RETRY. `has_commits`: --commit-every
 * has stored a part. Returns -1. */
int stream_fail_cut(const struct line *line, const char *name, bool has_commits,
    struct fail *why);

#endif
