/* SPDX-License-Identifier: ISC */
/*
 * The command line of logto-fetch.
 */
#ifndef OPTS_H
#define OPTS_H

#include "attr.h"
#include "common.h"
#include "fail.h"
#include "opt.h"

#include <stdbool.h>
#include <stdint.h>

struct opts {
	struct common common;
	struct opt_list operands;
	struct opt_list params; /* "name=value" */
	const char *all;        /* NULL, "" or names */
	const char *since, *until;
	const char *follow; /* NULL: no */
	int64_t interval_ms;
	const char *output;
	const char *jq; /* NULL: none */
	uint64_t limit; /* 0: none */
	uint64_t page_size;
	uint64_t jobs;
	uint64_t rate; /* requests a second; RATE_BY_TENANT: not given */
	int64_t overlap_ms;
	bool is_list, is_count, is_dry_run, is_raw, has_secrets;
	bool is_stable;
};

enum { OPTS_MAX_JOBS = 64 };
#define RATE_BY_TENANT UINT64_MAX

/* As opt_parse; also checks what contradicts itself. */
ATTR_NODISCARD
enum opt_result opts_parse(struct opts *o, int argc, char **argv,
    struct fail *why);

void opts_free(struct opts *o);

#endif
