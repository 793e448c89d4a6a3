/* SPDX-License-Identifier: ISC */
/*
 * Rows that a dialect has no words for: texts with U+0000, for a database
 * that keeps none.
 */
#ifndef SCRIPT_CHECK_H
#define SCRIPT_CHECK_H

#include "attr.h"
#include "batch.h"
#include "fail.h"

struct stage;

/* For struct stage_kind; the target is the name of a dialect. Drops records
 * with such a row and rejects them, or fails with STATUS_DATA. */
ATTR_NODISCARD
int script_check(struct stage *s, struct batch *b, struct fail *why);

#endif
