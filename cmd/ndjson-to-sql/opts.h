/* SPDX-License-Identifier: ISC */
/*
 * The command line of ndjson-to-sql.
 */
#ifndef OPTS_H
#define OPTS_H

#include "attr.h"
#include "fail.h"
#include "mode.h"
#include "opt.h"
#include "record.h"
#include "schema.h"

#include <stdbool.h>
#include <stdint.h>

struct opts {
	const char *target;
	struct opt_list files; /* none: standard input */
	const char *table;
	const char *schema;
	struct opt_list key;
	uint64_t depth;
	uint64_t max_columns;
	unsigned arrays; /* 0: tables, 1: json */
	bool is_merge, is_append, is_replace, is_sync, is_history;
	enum mode mode;                /* what these come to */
	struct opt_list types;         /* --type */
	const char *types_file;        /* --types */
	struct schema_typing *typings; /* what these come to */
	size_t typing_count, typing_capacity;
	char *types_text; /* what the typings point into */
	struct opt_list contracts;
	enum contract contract[CONTRACT_PARTS];
	const char *rejects;
	int64_t commit_every_ms; /* 0: once, at the end */
	unsigned stats;
	bool allows_empty;
	bool accepts_truncated;
	bool is_dry;
	bool is_gzip, is_zstd;
	const char *partition; /* COLUMN:UNIT, or NULL */
	int64_t busy_timeout_ms;
	const char *libduckdb;    /* NULL: where the loader finds it */
	const char *describe;     /* NULL: load; else the format's name or "" */
	unsigned describe_format; /* enum describe_format */
	const char *last;         /* TABLE.COLUMN; NULL: load */
	unsigned verbosity;
	bool is_quiet;
	struct opt_list operands; /* target and files; owns their array */
};

/* Parses; OPT_RUN only if the options agree with each other. Release with
 * opts_free in any case. */
ATTR_NODISCARD
enum opt_result opts_parse(struct opts *o, int argc, char **argv,
    struct fail *why);

void opts_free(struct opts *o);

#endif
