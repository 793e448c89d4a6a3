/* SPDX-License-Identifier: ISC */
/*
 * A destination. Each is one file sink_NAME.c and one row of the table in
 * sink.c; nothing else knows it.
 *
 * The order of calls, which all come from one thread at a time:
 *
 *      open
 *      survey, read          what is there (the schema, the ledger)
 *      change*, write*       for each batch: its changes, then its rows
 *      finish                all rows were written
 *      change*, write*, finish   the ledger's own tables
 *      commit                now it counts
 *      ...                   again from change, where loads are committed
 *                            now and then
 *      free                  whatever is not committed is gone
 *
 * Tables and columns of changes are those of the schema; a destination may
 * read what schema.h marks as fixed, and nothing else of them.
 */
#ifndef SINK_H
#define SINK_H

#include "attr.h"
#include "batch.h"
#include "fail.h"
#include "mode.h"
#include "pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct dialect;
struct out;
struct schema;
struct sink;

struct sink_options {
	const char *target; /* without the prefix that chose the sink */
	enum mode mode;
	int64_t busy_timeout_ms;
	const char *libduckdb; /* its file; NULL: where the loader finds it */
	bool is_endless;       /* commits come before the end */
	bool closes_absent;    /* MODE_HISTORY: rows that did not come end */
	bool is_scratch; /* SQLite: nobody else's, and gone after the load */
	enum pack_kind pack;   /* how text files are compressed */
	const char *partition; /* COLUMN:UNIT, or NULL */
	const char *schema;    /* that tables are in, or NULL */
	bool is_reading;       /* nothing will be loaded */
	struct out *ddl;       /* print DDL there, change nothing; else NULL */
	/* A row that the destination refuses: NULL, or takes it and returns
	 * 0; -1 ends the load. */
	int (*reject)(void *context, const struct origin *origin,
	    const struct fail *reason, struct fail *why);
	void *context;
};

/* What became of a table's rows. */
struct sink_counts {
	uint64_t inserted, updated, unchanged, deleted;
	uint64_t doubled; /* rows whose key came again in the same load */
	uint64_t rejected;
};

/* One row of a table that is read; `cells` are the columns asked for. */
typedef int sink_visitor(void *context, const struct cell *cells, size_t count,
    struct fail *why);

struct sink_ops {
	/* Tells the schema which tables and columns there are, by
	 * schema_add_existing. */
	int (*survey)(struct sink *s, struct schema *schema, struct fail *why);
	/* Visits the rows of `table`, in the order of its first columns; no
	 * such table has no rows. */
	int (*read)(struct sink *s, const char *table,
	    const char *const *columns, size_t count, sink_visitor *visit,
	    void *context, struct fail *why);
	/* Visits the rows of a SELECT; its names are in double quotes. */
	int (*query)(struct sink *s, const char *sql, size_t count,
	    sink_visitor *visit, void *context, struct fail *why);
	int (*change)(struct sink *s, const struct change *c, struct fail *why);
	int (*write)(struct sink *s, struct batch *b, struct fail *why);
	int (*finish)(struct sink *s, struct fail *why);
	/* Of the table with that id, since the sink was opened. */
	struct sink_counts (*counts)(const struct sink *s, size_t table_id);
	/* `is_last`: nothing but counts and free follows. */
	int (*commit)(struct sink *s, bool is_last, struct fail *why);
	void (*free)(struct sink *s);
};

/* The first member of each sink's own struct. */
struct sink {
	const struct sink_ops *ops;
	/* Both are set after the ledger was read, in milliseconds. */
	int64_t load_id;
	int64_t now_ms; /* when versions of a history begin and end */
};

struct sink_kind {
	const char *name;
	const char *prefix;   /* "sqlite:", or several with spaces; or NULL */
	const char *suffixes; /* ".db .sqlite .sqlite3"; "" is none */
	const char *word;     /* a target by itself, such as "-"; or NULL */
	const char *usage;    /* how its targets look, for messages */
	bool takes_pack;      /* --gzip, --zstd */
	bool takes_partition; /* --partition */
	bool takes_schema;    /* --schema */
	bool is_server;       /* its targets are no files */
	bool is_blind;        /* a load cannot look at what is there */
	bool has_json_lists;  /* lists stay JSON whatever --arrays says */
	/* The dialect whose names columns need (naming.h); "" is that which the
	 * target names, NULL none. */
	const char *dialect;
	size_t max_name_bytes;
	size_t max_columns;
	/* Appends the name and version of the library that it needs, or that
	 * it is missing; NULL: it needs none of its own. */
	void (
	    *add_version)(const struct sink_options *options, struct buf *text);
	int (*open)(const struct sink_options *options, struct sink **sink,
	    struct fail *why);
};

/* The kind that takes the target, and the target without its prefix; NULL
 * (STATUS_USAGE) if there is none. */
ATTR_NODISCARD
const struct sink_kind *sink_find(const char *target, const char **rest,
    struct fail *why);

/* The dialect whose names its columns need; NULL: any name will do. */
const struct dialect *sink_dialect(const struct sink_kind *kind,
    const char *target);

/* Appends a line for each library that the sinks need. */
void sink_add_versions(const struct sink_options *options, struct buf *text);

#endif
