/* SPDX-License-Identifier: ISC */
/*
 * The rows of a script's stages.
 */
#ifndef SCRIPT_ROWS_H
#define SCRIPT_ROWS_H

#include "attr.h"
#include "fail.h"

struct script;
struct script_table;

/* For struct script: as statements of the script itself. */
ATTR_NODISCARD
int script_rows_put(struct script *s, const struct script_table *t,
    struct fail *why);

#endif
