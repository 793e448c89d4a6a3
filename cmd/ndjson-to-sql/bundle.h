/* SPDX-License-Identifier: ISC */
/*
 * A load as a directory, for a warehouse that reads files better than
 * statements:
 *
 *      0-users.ndjson.gz    the rows of a table
 *      1-table.ndjson.gz    ... whose name is none for files everywhere
 *      load.sql             a script (script.h), whose stages come from these
 *      README               three commands
 *
 * Each load makes the directory anew: what is in it was one load.
 */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "attr.h"
#include "fail.h"

struct stage;

/* For struct stage_kind, whose dialect is a warehouse's. */
ATTR_NODISCARD
int bundle_export(struct stage *stage, struct fail *why);

/* For struct stage_kind: STATUS_USAGE if anything is there that is no file of
 * a bundle. */
ATTR_NODISCARD
int bundle_look(const char *directory, struct fail *why);

#endif
