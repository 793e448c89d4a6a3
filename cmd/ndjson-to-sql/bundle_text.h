/* SPDX-License-Identifier: ISC */
/*
 * What is written for each warehouse besides what its dialect has: how it
 * loads a file, and what its README says. Words in braces stand for:
 *
 *      {stage}        the stage, in quotes
 *      {columns}      (a,b)
 *      {definitions}  (a BIGINT, b VARCHAR)
 *      {fields}       `field` for each column, with commas
 *      {file}         0-users.ndjson.gz
 * in `field`
 *      {name}         the column, in quotes
 *      {key}          its member of the file's objects, in double quotes
 *      {type}         its type in the stage
 */
#ifndef BUNDLE_TEXT_H
#define BUNDLE_TEXT_H

#include <stdbool.h>

struct bundle_text {
	const char *dialect; /* its name */
	const char *head;    /* of load.sql, behind the dialect's */
	const char *load;
	const char *field;
	bool is_stage_made;    /* by `load`, so that nothing else makes it */
	bool is_empty_skipped; /* no `load` for a table without rows */
	const char *readme;
};

/* NULL: there is none for that dialect. */
const struct bundle_text *bundle_text_find(const char *dialect);

#endif
