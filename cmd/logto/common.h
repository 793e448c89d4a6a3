/* SPDX-License-Identifier: ISC */
/*
 * The options that logto-token and logto-fetch spell alike, and what follows
 * from them. A program's options struct holds a `struct common`; its table
 * holds the rows:
 *
 *      struct opts { struct common common; ... };
 *      static const struct opt table[] = {
 *          ...,
 *          COMMON_TENANT_ROWS(struct opts, common),
 *          COMMON_NETWORK_ROWS(struct opts, common),
 *          COMMON_TALK_ROWS(struct opts, common),
 *      };
 */
#ifndef COMMON_H
#define COMMON_H

#include "completion.h"
#include "http.h"
#include "opt.h"
#include "settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct common {
	const char *given[SETTING_COUNT]; /* values of options, or NULL */
	bool is_insecure_http;            /* --insecure-http was given */
	uint64_t retries;
	int64_t retry_max_time_ms; /* of all requests; 0: no limit */
	int64_t connect_timeout_ms;
	int64_t max_time_ms; /* of one request; 0: no limit */
	unsigned verbosity;  /* -v was given so many times */
	bool is_quiet;
};

/* It would take a row for a block. */
/* clang-format off */
#define COMMON_DEFAULTS                                                        \
	{.retries = 8,                                                         \
	    .retry_max_time_ms = 30 * 60 * 1000,                               \
	    .connect_timeout_ms = 30 * 1000,                                   \
	    .max_time_ms = 5 * 60 * 1000}

#define COMMON_GIVEN(type, member, setting)                                    \
	OPT_STRING, offsetof(type, member.given[setting])

#define COMMON_TENANT_ROWS(type, member)                                       \
	{'P', "profile", "NAME",                                               \
	    COMMON_GIVEN(type, member, SETTING_PROFILE),                       \
	    "section of the configuration file to use", NULL, 0, 0},           \
	{'e', "endpoint", "URL",                                               \
	    COMMON_GIVEN(type, member, SETTING_ENDPOINT),                      \
	    "base URL of the tenant", NULL, 0, 0},                             \
	{0, "tenant-id", "ID",                                                 \
	    COMMON_GIVEN(type, member, SETTING_TENANT_ID), NULL, NULL, 0, 0},  \
	{0, "resource", "URI", COMMON_GIVEN(type, member, SETTING_RESOURCE),   \
	    NULL, NULL, 0, 0}

#define COMMON_NETWORK_ROWS(type, member)                                      \
	{0, "retry", "N", OPT_U64, offsetof(type, member.retries), NULL, NULL, \
	    0, BOUND_RETRIES},                                                 \
	{0, "retry-max-time", "TIME", OPT_DURATION,                            \
	    offsetof(type, member.retry_max_time_ms), NULL, NULL, 0, 0},       \
	{0, "connect-timeout", "TIME", OPT_DURATION,                           \
	    offsetof(type, member.connect_timeout_ms), NULL, NULL, 0, 0},      \
	{0, "max-time", "TIME", OPT_DURATION,                                  \
	    offsetof(type, member.max_time_ms), NULL, NULL, 0, 0},             \
	{0, "cacert", "FILE", COMMON_GIVEN(type, member, SETTING_CACERT),      \
	    NULL, NULL, 0, 0},                                                 \
	{0, "insecure-http", NULL, OPT_FLAG,                                   \
	    offsetof(type, member.is_insecure_http), NULL, NULL, 0, 0}

#define COMMON_TALK_ROWS(type, member)                                         \
	{'q', "quiet", NULL, OPT_FLAG, offsetof(type, member.is_quiet), NULL,  \
	    NULL, 0, 0},                                                       \
	{'v', "verbose", NULL, OPT_COUNT, offsetof(type, member.verbosity),    \
	    "say what is done; -vv shows the requests", NULL, 0, 0},           \
	{'h', "help", NULL, OPT_HELP, 0, NULL, NULL, 0, 0},                    \
	{'V', "version", NULL, OPT_VERSION, 0, NULL, NULL, 0, 0},              \
	{0, "completion", "bash|zsh|fish", OPT_COMPLETION, 0, NULL,            \
	    COMPLETION_SHELLS, 0, 0}
/* clang-format on */

/* Sets the level of messages and loads the settings (settings_load). */
ATTR_NODISCARD
int common_load(const struct common *c, const enum setting *unused,
    struct settings *s, struct fail *why);

/* Appends, for a command line, the options about tries and times that are not
 * as they are without: " --retry 2 --max-time 300ms". */
void common_add_network(const struct common *c, struct buf *to);

/* How to speak to the tenant; strings are borrowed from `s`. `rate` is 0. */
struct http_options common_http_options(const struct common *c,
    const struct settings *s);

#endif
