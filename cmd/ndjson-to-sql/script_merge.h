/* SPDX-License-Identifier: ISC */
/*
 * From the stages of a script into its tables.
 */
#ifndef SCRIPT_MERGE_H
#define SCRIPT_MERGE_H

#include "attr.h"
#include "fail.h"
#include "mode.h"

struct script;
struct sql_table;

/* The mode in which the root is loaded: the user's, else that of its key. */
enum mode script_merge_mode(const struct script *s,
    const struct sql_table *root);

/* Writes what merges the root and all below it. STATUS_DATA for a parent that
 * the dialect has no text for. */
ATTR_NODISCARD
int script_merge_put(struct script *s, const struct sql_table *root,
    struct fail *why);

/* The same for a table of the ledger's. */
ATTR_NODISCARD
int script_merge_put_ledger(struct script *s, const struct sql_table *t,
    struct fail *why);

#endif
