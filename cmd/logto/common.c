/* SPDX-License-Identifier: ISC */
/*
 * From the options in common to settings and transport.
 */
#include "common.h"

#include "msg.h"
#include "xdg.h"

#include <string.h>

int
common_load(const struct common *c, const enum setting *unused,
    struct settings *s, struct fail *why)
{
	const char *given[SETTING_COUNT];

	memcpy(given, c->given, sizeof(given));
	if (c->is_insecure_http)
		given[SETTING_INSECURE_HTTP] = "yes";
	msg_set_level(c->is_quiet   ? MSG_QUIET
		: c->verbosity >= 2 ? MSG_TRACE
		: c->verbosity == 1 ? MSG_VERBOSE
				    : MSG_NORMAL);
	return settings_load(s, given, unused, why);
}

void
common_add_network(const struct common *c, struct buf *to)
{
	static const struct common usual = COMMON_DEFAULTS;
	const struct {
		const char *name;
		int64_t given_ms, usual_ms;
	} times[] = {
	    {"retry-max-time", c->retry_max_time_ms, usual.retry_max_time_ms},
	    {"connect-timeout", c->connect_timeout_ms,
		usual.connect_timeout_ms},
	    {"max-time", c->max_time_ms, usual.max_time_ms},
	};

	if (c->retries != usual.retries)
		buf_addf(to, " --retry %llu", (unsigned long long)c->retries);
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (times[i].given_ms != times[i].usual_ms)
			buf_addf(to, " --%s %lldms", times[i].name,
			    (long long)times[i].given_ms);
}

struct http_options
common_http_options(const struct common *c, const struct settings *s)
{
	const char *ca_file = settings_get(s, SETTING_CACERT);

	return (struct http_options){
	    .user_agent = "logto-pipeline/" PROGRAM_VERSION,
	    /* libcurl itself asks only for its built-in bundle. */
	    .ca_file = ca_file ? ca_file : xdg_variable("SSL_CERT_FILE"),
	    .connect_timeout_ms = c->connect_timeout_ms,
	    .max_time_ms = c->max_time_ms,
	    .allow_plain_http = settings_is_on(s, SETTING_INSECURE_HTTP),
	    .retry = {.max_retries = (unsigned)c->retries,
		.max_time_ms = c->retry_max_time_ms},
	};
}
