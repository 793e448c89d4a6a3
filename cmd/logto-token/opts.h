/* SPDX-License-Identifier: ISC */
/*
 * The command line of logto-token.
 */
#ifndef OPTS_H
#define OPTS_H

#include "attr.h"
#include "common.h"
#include "fail.h"
#include "opt.h"

#include <stdbool.h>
#include <stdint.h>

/* What is printed. */
enum form {
	FORM_BARE,   /* the token */
	FORM_HEADER, /* a header line for curl -H @- */
	FORM_JSON,   /* the server's answer */
	FORM_CLAIMS, /* what the token says about itself */
	FORM_CHECK,  /* a verdict instead of a token */
};

struct opts {
	struct common common;
	const char *dlt_secrets; /* NULL: no; "": the usual file */
	const char *cache_dir;   /* NULL: the usual one */
	int64_t min_ttl_ms;
	bool without_cache;
	bool is_refresh;
	bool is_header, is_json, is_claims, is_check;
	enum form form; /* what these four come to */
};

/* Parses; OPT_RUN only if the options agree with each other. */
ATTR_NODISCARD
enum opt_result opts_parse(struct opts *o, int argc, char **argv,
    struct fail *why);

#endif
