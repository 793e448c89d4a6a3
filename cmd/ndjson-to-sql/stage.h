/* SPDX-License-Identifier: ISC */
/*
 * The sink of destinations that are written whole at the end: files in a
 * directory, a script, standard output. Rows go into a scratch database
 * first, through the SQLite sink itself, so that columns that come late,
 * types, modes, keys, rejects and the ledger mean the same as there. At the
 * commit every table is written from it.
 *
 *      survey, read, query, change, write, finish, counts -> sqlite
 *      open      reads the directory's _loads and _columns back into sqlite
 *      change    reads a table's files back, before its first row comes
 *      commit    export; then the new directory changes places
 *
 * Tables that a load does not name are not read: their files go into the new
 * directory as they are.
 */
#ifndef STAGE_H
#define STAGE_H

#include "attr.h"
#include "directory.h"
#include "fail.h"
#include "format.h"
#include "partition.h"
#include "shape.h"
#include "sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schema;
struct stage;

struct stage_kind {
	const struct format *format; /* NULL: no files are written or read */
	bool is_stream; /* to standard output; there is no directory */
	bool is_single; /* one table besides the ledger's */
	/* Scripts in files: their dialect; NULL: the target is its name. */
	const char *dialect;
	/* What a directory that is there must be, since it will be gone; NULL:
	 * as layout_find says. */
	int (*look)(const char *directory, struct fail *why);
	/* Names of other files in the directory; NULL: none. */
	const char *extra;
	/* Writes all that there is, with the functions below, as
	 * stage_files_export does (stage_files.h). */
	int (*export)(struct stage *s, struct fail *why);
	/* Looks at rows on their way in; NULL: they are all welcome. Drops and
	 * rejects what cannot be written (struct origin). */
	int (*check)(struct stage *s, struct batch *b, struct fail *why);
};

/* What became of a table in this load, by its id. */
struct stage_table {
	const struct table *table; /* NULL: nothing */
	uint64_t replaced;         /* old rows that were not read */
	enum type *types;          /* of its columns so far, by their index */
	size_t type_count, type_capacity;
};

struct stage {
	struct sink base;
	struct sink *inner; /* SQLite */
	const struct stage_kind *kind;
	struct sink_options options;
	struct partition partition;
	struct directory directory;
	struct shape_list before; /* what the directory has */
	bool *is_read;            /* of `before`: its rows are in `inner` */
	struct stage_table *tables;
	size_t table_count, table_capacity;
	const struct schema *schema; /* for exports: complete by then */
};

/* For sink_kind.open; options->target is the directory. Fails as
 * directory_open does, and with STATUS_USAGE where there are files of others,
 * or commits before the end are asked for. */
ATTR_NODISCARD
int stage_open(const struct stage_kind *kind,
    const struct sink_options *options, struct sink **sink, struct fail *why);

/* The type that the table's column has for the rows which are written now. */
enum type stage_type(const struct stage *s, const struct table *t,
    uint32_t index);

/* --- for exports -------------------------------------------------------- */

/* Lists all tables, parents before their children and the ledger's two last,
 * with their columns in order. The caller frees the list. */
ATTR_NODISCARD
int stage_list(struct stage *s, struct shape_list *tables, struct fail *why);

/* Whether this load named the table; else its files are as they were. */
bool stage_is_used(const struct stage *s, const struct shape *shape);

/* Visits the rows in the order in which they came; the cells are the shape's
 * columns. Where `by` is one of these, rows with the same first `digits`
 * bytes there come together. */
ATTR_NODISCARD
int stage_visit(struct stage *s, const struct shape *shape, size_t by,
    size_t digits, sink_visitor *visit, void *context, struct fail *why);

#endif
