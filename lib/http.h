/* SPDX-License-Identifier: ISC */
/*
 * HTTP requests, many at a time, over libcurl: the one door to it. Requests
 * are started and finished answers taken, in whatever order they come:
 *
 *      http_start(h, &request, ...)   as many as wanted
 *      http_next(h, &response, ...)   until it returns 0
 *
 * Transient failures are tried again by lib/retry's policy. A wait that one
 * request has to make holds all of them back, since they meet the same
 * server. Redirects are never followed, so a credential cannot travel to a
 * host that was not named. Bodies and headers have ceilings, which hold after
 * decompression.
 */
#ifndef HTTP_H
#define HTTP_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "retry.h"
#include "secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;

struct http_options {
	const char *user_agent;
	const char *ca_file;        /* PEM; NULL: the system's */
	int64_t connect_timeout_ms; /* 0: libcurl's default, 5 minutes */
	int64_t max_time_ms;        /* of one try; 0: none */
	unsigned stall_s;           /* a try ends after so long without
	                             * progress; 0: a minute and a half */
	double rate;                /* requests per second; 0: unlimited */
	unsigned max_flying;        /* requests at once; 0: any number */
	bool allow_plain_http;      /* beyond loopback */
	struct retry_policy retry;
};

struct http_response;

/* All is copied by http_start. Either `bearer`, or `user` and `password`,
 * or neither. */
struct http_request {
	const char *url;
	const char *form; /* body of a POST; NULL: GET */
	const struct secret *bearer;
	const char *user; /* HTTP Basic */
	const struct secret *password;
	/* Whether a transient-looking answer is final after all; may be
	 * NULL. */
	bool (*is_final)(const struct http_response *response);
	void *tag; /* comes back in the response */
};

struct http_response {
	void *tag;
	long status; /* 0: no answer came; `why` says what happened */
	struct fail why;
	struct buf body; /* followed by JSON_PADDING readable bytes */
	unsigned tries;
	int64_t elapsed_ms; /* of the last try */
	char *url;
	void *handle; /* http.c's own */
};

/* Fails with STATUS_LOCAL. Options are copied, strings borrowed until
 * http_free. */
ATTR_NODISCARD
struct http *http_new(const struct http_options *options, struct fail *why);

/* Whether a request to `url` would be allowed: a URL that url_parse takes,
 * and https unless the host is loopback or `allow_plain_http`. STATUS_USAGE
 * if not. */
ATTR_NODISCARD
int http_check_url(const char *url, bool allow_plain_http, struct fail *why);

/* Queues a request; it is sent by http_next. */
ATTR_NODISCARD
int http_start(struct http *h, const struct http_request *request,
    struct fail *why);

/* Runs until an answer is final: 1 and the response, which the caller frees;
 * 0 if no request is under way; -1 if a signal asked us to stop, or for a
 * local failure. A request that failed for good is a response whose status
 * is 0, or the transient status that the last try brought. */
ATTR_NODISCARD
int http_next(struct http *h, struct http_response **response,
    struct fail *why);

/* One request from start to end; nothing else may be under way. */
ATTR_NODISCARD
int http_call(struct http *h, const struct http_request *request,
    struct http_response **response, struct fail *why);

/* Sends the request of a response that turned out to be no good, such as a
 * body that was cut, once more by the retry policy, as after a transient
 * status; `reason` is told under -v. True: it was taken. False: there were
 * tries enough, and the response is still the caller's. */
ATTR_NODISCARD
bool http_again(struct http *h, struct http_response *response,
    const char *reason);

/* Sends the request once more at once, with another token. Takes it. */
ATTR_NODISCARD
int http_resend(struct http *h, struct http_response *response,
    const struct secret *bearer, struct fail *why);

/* Requests that carry a token and were not sent yet get this one instead. */
ATTR_NODISCARD
int http_set_bearer(struct http *h, const struct secret *bearer,
    struct fail *why);

/* Forgets all requests under way, as when one answer made the rest moot. */
void http_cancel(struct http *h);

/* The header's `index`th value (from 0), or NULL; borrowed. */
const char *http_header(const struct http_response *response, const char *name,
    size_t index);

void http_response_free(struct http_response *response);
void http_free(struct http *h);

#endif
