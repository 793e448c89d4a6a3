/* SPDX-License-Identifier: ISC */
/*
 * Requests over libcurl's multi interface. A transfer lives in one of three
 * places: waiting (not sent, or to be sent again), in flight (added to the
 * multi handle), finished (its response is the caller's).
 *
 *      http_start --> waiting --> in flight --> finished --> http_next
 *                        ^            |
 *                        +--(retry)---+
 *
 * What may leave `waiting` is gated by one clock value for all: the later of
 * the shared pause after a failure and the next slot of the request rate.
 */
#include "http.h"

#include "json.h"
#include "libcurl.h"
#include "mem.h"
#include "mishap.h"
#include "msg.h"
#include "num.h"
#include "stop.h"
#include "trace.h"
#include "url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Bytes a second below which a transfer counts as stalled, and for
	 * how long, where no time limit was set. */
	STALL_BYTES = 10,
	STALL_SECONDS = 90,
	ERROR_BYTES = CURL_ERROR_SIZE,
};

/* The response comes first, so that a pointer to it is one to its transfer. */
struct transfer {
	struct http_response response;
	struct transfer *next; /* in `waiting` or in flight */
	bool (*is_final)(const struct http_response *response);
	size_t header_bytes;
	bool has_header;  /* all of it; libcurl takes one that ends early */
	int64_t began_ms; /* when the try under way did */
	char error[ERROR_BYTES];
	bool has_bearer;
};

struct http {
	struct http_options options;
	CURLM *multi;
	struct transfer *waiting; /* in the order they were started */
	struct transfer *flying;
	size_t flying_count;
	size_t pending;
	int64_t not_before_ms;  /* nothing is sent earlier */
	struct retry_loss loss; /* of all requests */
	int64_t born_ms;
	/* Time outside http_next, where the caller may wait for its own
	 * reader: no try is to blame for it. */
	int64_t away_ms, left_ms;
	int64_t next_slot_us; /* of the request rate */
	bool has_answered;    /* some server did, since http_new */
	bool has_told_retry;  /* since http_new */
};

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
now_ms(void)
{
	return now_us() / 1000;
}

static struct transfer **
find(struct transfer **list, const struct transfer *wanted)
{
	while (*list && *list != wanted)
		list = &(*list)->next;
	return list;
}

static void
append(struct transfer **list, struct transfer *t)
{
	t->next = NULL;
	*find(list, NULL) = t;
}

/* What was asked for first goes first: its reader waits for it. */
static void
prepend(struct transfer **list, struct transfer *t)
{
	t->next = *list;
	*list = t;
}

static void
unlink_from(struct transfer **list, struct transfer *t)
{
	struct transfer **link = find(list, t);

	if (*link)
		*link = t->next;
	t->next = NULL;
}

struct http *
http_new(const struct http_options *options, struct fail *why)
{
	struct http *h;

	if (libcurl_load(why) != 0)
		return NULL;
	/* It frees copies of credentials, too. */
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, secret_release,
		secret_resize, strdup, calloc) != CURLE_OK) {
		(void)fail_set(why, STATUS_LOCAL, "cannot start libcurl");
		return NULL;
	}
	h = mem_alloc(1, sizeof(*h));
	h->options = *options;
	h->born_ms = h->left_ms = now_ms();
	h->multi = curl_multi_init();
	if (!h->multi) {
		(void)fail_set(why, STATUS_LOCAL, "cannot start libcurl");
		http_free(h);
		return NULL;
	}
	return h;
}

int
http_check_url(const char *url, bool allow_plain_http, struct fail *why)
{
	struct url parts;

	if (url_parse(&parts, url, why) != 0)
		return -1;
	if (!parts.is_https && !allow_plain_http && !url_is_loopback(&parts))
		return fail_set(why, STATUS_USAGE,
		    "'%s' would send the credential unencrypted; use https, "
		    "or --insecure-http if the network is yours",
		    url);
	return 0;
}

static bool
is_plain_loopback(const char *url)
{
	struct url parts;
	struct fail ignored;

	return url_parse(&parts, url, &ignored) == 0 && !parts.is_https &&
	    url_is_loopback(&parts);
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t len = size * count;

	buf_append(&t->response.body, bytes, len);
	/* Behind it the buffer has room for the JSON scanner's padding. */
	return t->response.body.is_overfull ||
		t->response.body.len > BOUND_BODY_BYTES
	    ? 0
	    : len;
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t len = size * count;

	/* An interim answer, too, has an empty line at its end. */
	if (len >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
		t->has_header = false;
	else if (len > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
		t->has_header = true;
	t->header_bytes += len;
	return t->header_bytes > BOUND_HEADER_BYTES ? 0 : len;
}

static int
on_debug(CURL *easy, curl_infotype type, char *bytes, size_t size,
    void *context)
{
	(void)easy;
	(void)context;
	if (type == CURLINFO_HEADER_OUT || type == CURLINFO_HEADER_IN)
		trace_headers(type == CURLINFO_HEADER_OUT ? '>' : '<', bytes,
		    size);
	return 0;
}

/* Sets one option; all of them fail only for want of memory or because this
 * libcurl was built without the feature. */
#define SET(option, value)                                                     \
	do {                                                                   \
		if (result == CURLE_OK)                                        \
			result = curl_easy_setopt(easy, option, value);        \
	} while (0)

static CURLcode
set_transport(CURL *easy, struct transfer *t, const struct http_options *o)
{
	CURLcode result = CURLE_OK;

	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_ACCEPT_ENCODING, ""); /* all that libcurl can undo */
	SET(CURLOPT_USERAGENT, o->user_agent);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)o->max_time_ms);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
	SET(CURLOPT_LOW_SPEED_TIME,
	    (long)(o->stall_s > 0 ? o->stall_s : STALL_SECONDS));
	if (o->ca_file)
		SET(CURLOPT_CAINFO, o->ca_file);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	if (msg_is(MSG_TRACE)) {
		SET(CURLOPT_DEBUGFUNCTION, on_debug);
		SET(CURLOPT_VERBOSE, 1L);
	}
	return result;
}

static CURLcode
set_request(CURL *easy, const struct http_request *request)
{
	CURLcode result = CURLE_OK;

	SET(CURLOPT_URL, request->url);
	/* A proxy would get in the clear what shall not leave the machine. */
	if (is_plain_loopback(request->url))
		SET(CURLOPT_PROXY, "");
	if (request->form)
		SET(CURLOPT_COPYPOSTFIELDS, request->form);
	if (request->bearer) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		SET(CURLOPT_XOAUTH2_BEARER, request->bearer->text);
	} else if (request->user) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, request->user);
		SET(CURLOPT_PASSWORD, request->password->text);
	}
	return result;
}

#undef SET

int
http_start(struct http *h, const struct http_request *request, struct fail *why)
{
	struct transfer *t;
	CURL *easy;

	if (http_check_url(request->url, h->options.allow_plain_http, why) != 0)
		return -1;
	t = mem_alloc(1, sizeof(*t));
	t->is_final = request->is_final;
	t->response.tag = request->tag;
	t->has_bearer = request->bearer != NULL;
	t->response.url = mem_string(request->url);
	buf_init(&t->response.body, BOUND_BODY_BYTES + JSON_PADDING);
	if (request->user) /* answered by a token: see buf_wipe */
		(void)buf_reserve(&t->response.body, BOUND_SECRET_BYTES);
	easy = curl_easy_init();
	t->response.handle = easy;
	if (!easy || set_transport(easy, t, &h->options) != CURLE_OK ||
	    set_request(easy, request) != CURLE_OK) {
		http_response_free(&t->response);
		return fail_set(why, STATUS_LOCAL,
		    "cannot set up a request in libcurl");
	}
	append(&h->waiting, t);
	h->pending++;
	return 0;
}

static bool
is_full(const struct http *h)
{
	return h->options.max_flying > 0 &&
	    h->flying_count >= h->options.max_flying;
}

/* The time that we spent on requests, and some. */
static int64_t
clock_ms(const struct http *h)
{
	return now_ms() - h->away_ms;
}

/* Sends what may be sent now. */
static int
launch(struct http *h, struct fail *why)
{
	while (h->waiting && !is_full(h) && now_ms() >= h->not_before_ms) {
		struct transfer *t = h->waiting;
		int64_t now = now_us();

		if (h->options.rate > 0) {
			if (now < h->next_slot_us)
				return 0;
			h->next_slot_us =
			    now + (int64_t)(1000000 / h->options.rate);
		}
		unlink_from(&h->waiting, t);
		append(&h->flying, t);
		h->flying_count++;
		t->response.tries++;
		t->began_ms = clock_ms(h);
		if (curl_multi_add_handle(h->multi, t->response.handle) !=
		    CURLM_OK)
			return fail_set(why, STATUS_LOCAL,
			    "cannot start a transfer in libcurl");
	}
	return 0;
}

static int64_t
retry_after_ms(const struct transfer *t)
{
	curl_off_t seconds = 0;

	/* Negative for a date that has passed: libcurl 7.88 subtracts. */
	if (!http_header(&t->response, "Retry-After", 0) ||
	    curl_easy_getinfo(t->response.handle, CURLINFO_RETRY_AFTER,
		&seconds) != CURLE_OK)
		return -1;
	if (seconds < 0)
		return 0;
	if (seconds > BOUND_RETRY_AFTER_MS / 1000)
		return BOUND_RETRY_AFTER_MS;
	return (int64_t)seconds * 1000;
}

/* Forgets what a try brought. */
static void
rewind_transfer(struct transfer *t)
{
	buf_clear(&t->response.body);
	t->header_bytes = 0;
	t->has_header = false;
	t->error[0] = '\0';
}

/* Decides on another try; true if one was scheduled. */
static bool
schedule_retry(struct http *h, struct transfer *t, const char *reason)
{
	uint64_t chance = 0;
	int64_t now = now_ms(), delay;
	char limits[RETRY_LIMITS_BYTES];

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) == -1)
		chance = (uint64_t)now_us(); /* early in boot: any spread */
	retry_lose(&h->loss, t->began_ms, clock_ms(h));
	delay = retry_delay_ms(&h->options.retry, t->response.tries,
	    h->loss.lost_ms, now - h->born_ms, retry_after_ms(t), chance);
	if (delay == RETRY_GIVE_UP) {
		msg_at(MSG_VERBOSE,
		    "%s; no more tries after %u, and %.1f s of them and of "
		    "waits",
		    reason, t->response.tries, (double)h->loss.lost_ms / 1000);
		return false;
	}
	retry_lose(&h->loss, clock_ms(h), clock_ms(h) + delay);
	/* Silence would look like a hang; who sits there is told each time. */
	if (t->response.tries == 1 &&
	    (!h->has_told_retry || isatty(STDERR_FILENO))) {
		h->has_told_retry = true;
		retry_describe(&h->options.retry, limits, sizeof(limits));
		msg_warning("%s; trying again %s", reason, limits);
	}
	msg_at(MSG_VERBOSE, "%s; next try in %.1f s", reason,
	    (double)delay / 1000);
	if (h->not_before_ms < now + delay)
		h->not_before_ms = now + delay;
	rewind_transfer(t);
	prepend(&h->waiting, t);
	return true;
}

/* Whether the first byte of an answer has come. */
static bool
has_begun(CURL *easy)
{
	curl_off_t first_us = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
	return first_us > 0;
}

/* Looks at a transfer that ended; true if it is final. */
static bool
finish(struct http *h, struct transfer *t, CURLcode code)
{
	struct http_response *r = &t->response;
	curl_off_t total_us = 0;
	bool may_retry;

	(void)curl_multi_remove_handle(h->multi, r->handle);
	unlink_from(&h->flying, t);
	h->flying_count--;
	r->status = 0;
	if (code == CURLE_OK && !t->has_header) {
		code = CURLE_PARTIAL_FILE;
		(void)snprintf(t->error, sizeof(t->error),
		    "the answer ends within its header");
	}
	if (code == CURLE_OK)
		(void)curl_easy_getinfo(r->handle, CURLINFO_RESPONSE_CODE,
		    &r->status);
	(void)curl_easy_getinfo(r->handle, CURLINFO_TOTAL_TIME_T, &total_us);
	r->elapsed_ms = total_us / 1000;
	if (code == CURLE_OK) {
		h->has_answered = true;
		/* Within the ceiling, which counts the padding in. */
		(void)buf_reserve(&r->body, JSON_PADDING);
		may_retry = retry_is_transient(r->status) &&
		    !(t->is_final && t->is_final(r));
		(void)fail_set(&r->why, STATUS_RETRY, "%s: HTTP %ld", r->url,
		    r->status);
		msg_at(MSG_VERBOSE, "%s -> %ld, %zu bytes, %lld ms", r->url,
		    r->status, r->body.len, (long long)r->elapsed_ms);
	} else {
		may_retry =
		    mishap_explain(&(struct mishap){.code = (int)code,
				       .text = t->error,
				       .url = r->url,
				       .elapsed_ms = r->elapsed_ms,
				       .header_bytes = t->header_bytes,
				       .body_bytes = r->body.len,
				       .has_begun = has_begun(r->handle),
				       .has_answered = h->has_answered},
			&r->why);
	}
	return !may_retry || !schedule_retry(h, t, r->why.text);
}

/* The wait until something can happen, in milliseconds for curl_multi_poll. */
static int
poll_timeout(const struct http *h)
{
	enum { LONGEST = 1000 };
	int64_t wait = h->not_before_ms - now_ms();
	int64_t slot = (h->next_slot_us - now_us() + 999) / 1000;

	if (!h->waiting || is_full(h))
		return LONGEST;
	if (h->options.rate > 0 && wait < slot)
		wait = slot;
	if (wait < 0)
		wait = 0;
	return wait > LONGEST ? LONGEST : (int)wait;
}

/* Moves the transfers on: 1 and the one that became final, or 0. */
static int
step(struct http *h, struct transfer **done, struct fail *why)
{
	struct curl_waitfd wake = {.fd = stop_descriptor(),
	    .events = CURL_WAIT_POLLIN};
	int running, left;
	CURLMsg *message;

	if (launch(h, why) != 0)
		return -1;
	if (curl_multi_perform(h->multi, &running) != CURLM_OK)
		return fail_set(why, STATUS_LOCAL, "libcurl failed");
	while ((message = curl_multi_info_read(h->multi, &left))) {
		CURLcode code = message->data.result;
		char *private = NULL;

		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
		    &private);
		*done = (struct transfer *)(void *)private;
		if (finish(h, *done, code))
			return 1;
	}
	if (curl_multi_poll(h->multi, &wake, wake.fd != -1, poll_timeout(h),
		NULL) != CURLM_OK)
		return fail_set(why, STATUS_LOCAL, "libcurl cannot wait");
	return 0;
}

/* As http_next. */
static int
run(struct http *h, struct http_response **response, struct fail *why)
{
	while (h->pending > 0) {
		struct transfer *done = NULL;
		int result;

		if (stop_is_requested())
			return stop_fail(why);
		result = step(h, &done, why);
		if (result < 0)
			return -1;
		if (result == 0)
			continue;
		h->pending--;
		*response = &done->response;
		return 1;
	}
	return 0;
}

int
http_next(struct http *h, struct http_response **response, struct fail *why)
{
	int result;

	h->away_ms += now_ms() - h->left_ms;
	result = run(h, response, why);
	h->left_ms = now_ms();
	return result;
}

int
http_call(struct http *h, const struct http_request *request,
    struct http_response **response, struct fail *why)
{
	if (http_start(h, request, why) != 0)
		return -1;
	return http_next(h, response, why) == 1 ? 0 : -1;
}

void
http_cancel(struct http *h)
{
	while (h->flying) {
		struct transfer *t = h->flying;

		(void)curl_multi_remove_handle(h->multi, t->response.handle);
		unlink_from(&h->flying, t);
		http_response_free(&t->response);
	}
	while (h->waiting) {
		struct transfer *t = h->waiting;

		unlink_from(&h->waiting, t);
		http_response_free(&t->response);
	}
	h->pending = 0;
	h->flying_count = 0;
}

const char *
http_header(const struct http_response *response, const char *name,
    size_t index)
{
	struct curl_header *header;

	if (curl_easy_header(response->handle, name, index, CURLH_HEADER, -1,
		&header) != CURLHE_OK)
		return NULL;
	return header->value;
}

static struct transfer *
transfer_of(struct http_response *response)
{
	return (struct transfer *)(void *)response;
}

bool
http_again(struct http *h, struct http_response *response, const char *reason)
{
	struct transfer *t = transfer_of(response);

	/* The answer has waited for its reader since it came. */
	t->began_ms = clock_ms(h);
	if (!schedule_retry(h, t, reason))
		return false;
	h->pending++;
	return true;
}

static int
set_bearer(struct transfer *t, const struct secret *bearer, struct fail *why)
{
	if (curl_easy_setopt(t->response.handle, CURLOPT_XOAUTH2_BEARER,
		bearer->text) != CURLE_OK)
		return fail_set(why, STATUS_LOCAL,
		    "cannot set up a request in libcurl");
	return 0;
}

int
http_set_bearer(struct http *h, const struct secret *bearer, struct fail *why)
{
	for (struct transfer *t = h->waiting; t; t = t->next)
		if (t->has_bearer && set_bearer(t, bearer, why) != 0)
			return -1;
	return 0;
}

int
http_resend(struct http *h, struct http_response *response,
    const struct secret *bearer, struct fail *why)
{
	struct transfer *t = transfer_of(response);

	if (set_bearer(t, bearer, why) != 0) {
		http_response_free(response);
		return -1;
	}
	rewind_transfer(t);
	prepend(&h->waiting, t);
	h->pending++;
	return 0;
}

void
http_response_free(struct http_response *response)
{
	if (!response)
		return;
	curl_easy_cleanup(response->handle);
	/* It may hold a token. */
	buf_wipe(&response->body);
	free(response->url);
	free(transfer_of(response));
}

void
http_free(struct http *h)
{
	if (!h)
		return;
	http_cancel(h);
	if (h->multi)
		(void)curl_multi_cleanup(h->multi);
	free(h);
	curl_global_cleanup();
}
