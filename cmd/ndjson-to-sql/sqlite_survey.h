/* SPDX-License-Identifier: ISC */
/*
 * What a database of SQLite holds: its tables and views, and their columns.
 */
#ifndef SQLITE_SURVEY_H
#define SQLITE_SURVEY_H

#include "attr.h"
#include "fail.h"

struct schema;
struct sink;

/* Tells the schema of all of them (sink.h). What does not work, such as a
 * view of a table that is gone, is no failure: its name is taken, and nothing
 * is known of its columns. */
ATTR_NODISCARD
int sqlite_survey(struct sink *sink, struct schema *schema, struct fail *why);

#endif
