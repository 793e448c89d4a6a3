/* SPDX-License-Identifier: ISC */
/*
 * The tables of a script.
 */
#ifndef SCRIPT_TABLE_H
#define SCRIPT_TABLE_H

struct script;
struct shape;

/* Adds the table to the script's, which have room for it, as its stage has it;
 * one that the load did not name is left out. Parents come first. */
void script_table_add(struct script *s, const struct shape *shape);

#endif
