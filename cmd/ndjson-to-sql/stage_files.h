/* SPDX-License-Identifier: ISC */
/*
 * The exports of a stage that write rows in a format: files in a directory,
 * or one table to standard output.
 */
#ifndef STAGE_FILES_H
#define STAGE_FILES_H

#include "attr.h"
#include "fail.h"

struct stage;

/* A file for each table that this load named, or for each of its parts; those
 * of the other tables are taken over as they are. At most one is open. */
ATTR_NODISCARD
int stage_files_export(struct stage *s, struct fail *why);

/* The one table, to standard output; nothing if no record came. */
ATTR_NODISCARD
int stage_stream_export(struct stage *s, struct fail *why);

#endif
