/* SPDX-License-Identifier: ISC */
/*
 * From a JSON record to rows: objects are flattened into columns, lists
 * become rows of child tables, and the schema grows where something is new.
 */
#ifndef RECORD_H
#define RECORD_H

#include "attr.h"
#include "batch.h"
#include "contract.h"
#include "fail.h"
#include "mode.h"
#include "opt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_node;
struct schema;

/* Recursion goes as deep as this at most. */
enum { RECORD_DEPTH_MAX = 100 };

struct record_options {
	unsigned depth;       /* levels that are flattened; the rest is JSON */
	bool has_json_arrays; /* lists are JSON */
	enum mode mode;
	const struct opt_list *key; /* --key; empty: the stream's, else id */
	bool is_blind;     /* nobody knows which tables the destination has */
	const char *table; /* -t; NULL: the stream says */
	const char *fallback_table; /* where the stream does not; or NULL */
	enum contract contract[CONTRACT_PARTS];
	int64_t load_id;
	int64_t now_ms; /* when versions of a history begin */
};

struct record {
	struct schema *schema;
	struct record_options options;
	struct batch *batch; /* that rows go to; set by the caller */
	struct table *table; /* of the last record */
	char *resource;      /* that it was for */
	size_t resource_len;
	uint64_t object; /* number of the object being read */
	/* The members of the objects being read, the innermost one's last. */
	struct member **found;
	size_t found_count, found_capacity;
	struct member *doubled; /* a member that its object had twice */
	/* The record's _parent, in its nodes; NULL: it has none. */
	const struct json_node *parent, *nodes;
	/* What the contract makes of the record being read. */
	enum contract verdict;
	struct fail reason;
	uint64_t discarded_values;
};

void record_init(struct record *r, struct schema *schema,
    const struct record_options *options);
void record_free(struct record *r);

/* Adds a record's rows to r->batch: 0. Or 1 where the record is at fault and
 * `why` says how; the batch is as before. Or -1 (STATUS_USAGE) where no
 * record of the stream could be loaded with these options. */
ATTR_NODISCARD
int record_add(struct record *r, const struct json_node *nodes,
    const struct origin *origin, struct fail *why);

#endif
