/* SPDX-License-Identifier: ISC */
/*
 * Apache Arrow's C data interface, as its specification lays it out: columns
 * of rows in memory that two libraries share without copying. What is
 * released is marked by a `release` of NULL.
 */
#ifndef ARROW_H
#define ARROW_H

#include <stdint.h>

enum { ARROW_NULLABLE = 2 }; /* a flag of a schema */

struct arrow_schema {
	const char *format; /* the type: "l", "u", "tsu:UTC", ... */
	const char *name;
	const char *metadata; /* see the specification; or NULL */
	int64_t flags;
	int64_t child_count;
	struct arrow_schema **children;
	struct arrow_schema *dictionary;
	void (*release)(struct arrow_schema *);
	void *context;
};

struct arrow_array {
	int64_t row_count;
	int64_t null_count; /* -1: not counted */
	int64_t offset;
	int64_t buffer_count;
	int64_t child_count;
	const void **buffers; /* first a bit for each row that has a value */
	struct arrow_array **children;
	struct arrow_array *dictionary;
	void (*release)(struct arrow_array *);
	void *context;
};

/* The functions return 0 or an errno. */
struct arrow_stream {
	int (*get_schema)(struct arrow_stream *, struct arrow_schema *);
	int (*get_next)(struct arrow_stream *, struct arrow_array *);
	const char *(*get_last_error)(struct arrow_stream *);
	void (*release)(struct arrow_stream *);
	void *context;
};

#endif
