/* SPDX-License-Identifier: ISC */
/*
 * A kind of file that holds the rows of one table, and can be read back. What
 * a table is called there is for layout.h, which rows go where for stage.h.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include "attr.h"
#include "fail.h"
#include "shape.h"
#include "sink.h"

#include <stddef.h>

struct cell;

/* The first member of each format's own struct. */
struct format_file {
	const struct format *format;
};

struct format {
	const char *name;   /* "csv" */
	const char *suffix; /* ".csv" */
	/* Begins a file, which must not exist yet; NULL is standard output.
	 * `shape` is borrowed until free. Sets *file even where it fails. */
	int (*open)(struct format_file **file, const char *path,
	    const struct shape *shape, const struct sink_options *options,
	    struct fail *why);
	/* Adds a row; the cells are the shape's columns. */
	int (*write)(struct format_file *file, const struct cell *cells,
	    struct fail *why);
	/* Ends the file; directory_commit makes it durable. */
	int (*commit)(struct format_file *file, struct fail *why);
	void (*free)(struct format_file *file); /* takes NULL, too */
	/* Visits the rows of a file, compressed or not: the cells are the
	 * shape's columns, null where the file has no such one. A file that
	 * this program did not write so is STATUS_DATA. */
	int (*read)(const char *path, const struct shape *shape,
	    const struct sink_options *options, sink_visitor *visit,
	    void *context, struct fail *why);
};

#endif
