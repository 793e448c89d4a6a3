/* SPDX-License-Identifier: ISC */
/*
 * What the command line decides. README.md describes each option.
 */
#ifndef MOCK_SETTINGS_H
#define MOCK_SETTINGS_H

#include "attr.h"
#include "fail.h"
#include "opt.h"

#include <stdbool.h>
#include <stdint.h>

enum print { PRINT_NOTHING, PRINT_USERS, PRINT_LOGS };

/* In the order of the server's releases. */
enum logto_version { LOGTO_1_39, LOGTO_1_40, LOGTO_1_41, LOGTO_1_42 };

struct settings {
	uint64_t port;
	const char *url_file;
	bool parent_death;
	bool no_gzip;
	const char *tenant;
	uint64_t users, logs, seed, ties, now_ms;
	unsigned print;
	unsigned version;
	const char *app_id, *app_secret;
	const char *tenant_name;
	const char *resource; /* NULL: made from tenant_name */
	const char *endpoint; /* NULL: the base URL */
	const char *base_path;
	uint64_t token_lifetime_s, token_leeway_s, quota, rate_limit,
	    latency_ms;
	const char *rules, *log;
	const char *tls_cert, *tls_key;
};

ATTR_NODISCARD
enum opt_result settings_parse(struct settings *s, int argc, char **argv,
    struct fail *why);

#endif
