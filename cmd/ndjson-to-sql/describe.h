/* SPDX-License-Identifier: ISC */
/*
 * Telling what a destination holds: --describe and --last. Both only read.
 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

struct catalog;

enum describe_format {
	DESCRIBE_TEXT, /* for people at a terminal */
	DESCRIBE_JSON, /* for programs; only ever gets more members */
	DESCRIBE_MARKDOWN,
	DESCRIBE_MERMAID, /* an entity-relationship diagram */
	DESCRIBE_DOT,     /* the same for Graphviz */
};

/* What is looked at. */
struct describe_source {
	const char *target;
	const char *schema; /* of a database that has some; NULL: its default */
	const char *libduckdb; /* sink.h */
};

/* Their names, in this order: for the help, and one by one. */
#define DESCRIBE_FORMATS "text json markdown mermaid dot"
#define DESCRIBE_FORMAT_LIST "text", "json", "markdown", "mermaid", "dot"

/* Appends the catalog in a format. */
void describe_write(struct buf *to, const struct catalog *c,
    enum describe_format format);

/* Writes what the target holds to standard output. A target that is not there
 * or of an unknown kind is STATUS_USAGE. */
ATTR_NODISCARD
int describe_target(const struct describe_source *from,
    enum describe_format format, struct fail *why);

/* Writes the greatest value of `place`, TABLE.COLUMN, to standard output, and
 * nothing where there is none yet. It is what --since takes. A table or
 * column that is not there is STATUS_USAGE. */
ATTR_NODISCARD
int describe_last(const struct describe_source *from, const char *place,
    struct fail *why);

#endif
