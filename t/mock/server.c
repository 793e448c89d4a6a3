/* SPDX-License-Identifier: ISC */
/*
 * From libmicrohttpd's callbacks to an answer.
 */
#include "server.h"

#include "fault.h"
#include "grant.h"
#include "mem.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Node.js refuses a longer header block with 431. */
	HEADER_BYTES = 16 << 10,
	REQUEST_BODY_BYTES = 16 << 20,
	/* libmicrohttpd's per connection: an answer's links repeat a query
	 * of up to HEADER_BYTES four times. */
	CONNECTION_BYTES = 256 << 10,
	IDLE_TIMEOUT_S = 5,
	MAX_CONNECTIONS = 1000,
};

/* One request from its first line to its answer. */
struct exchange {
	char *target; /* as sent */
	char *path;   /* without query */
	bool has_headers;
	size_t header_bytes;
	struct request request;
};

static void *
start_exchange(void *context, const char *uri, struct MHD_Connection *c)
{
	struct exchange *x = mem_alloc(1, sizeof(*x));
	size_t len = strcspn(uri, "?");

	(void)context;
	(void)c;
	x->target = mem_string(uri);
	x->path = mem_copy(uri, len);
	x->header_bytes = strlen(uri);
	x->request.query_text = uri[len] ? mem_string(uri + len + 1) : NULL;
	query_parse(&x->request.query, x->request.query_text);
	buf_init(&x->request.body, REQUEST_BODY_BYTES);
	return x;
}

static void
end_exchange(void *context, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *state;

	(void)context;
	(void)code;
	if (!x)
		return;
	(void)MHD_set_connection_option(connection,
	    MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S);
	query_free(&x->request.query);
	buf_free(&x->request.body);
	free(x->request.query_text);
	free(x->target);
	free(x->path);
	free(x);
	*state = NULL;
}

static enum MHD_Result
add_header_size(void *context, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct exchange *x = context;

	(void)kind;
	x->header_bytes += strlen(name) + (value ? strlen(value) : 0) + 4;
	return MHD_YES;
}

static void
read_headers(struct server *s, struct exchange *x, struct MHD_Connection *c,
    const char *method)
{
	struct request *rq = &x->request;
	enum MHD_ValueKind kind = MHD_HEADER_KIND;

	rq->method = method;
	rq->target = x->target;
	rq->path = x->path;
	rq->scheme = s->settings->tls_cert ? "https" : "http";
	rq->host = MHD_lookup_connection_value(c, kind, "Host");
	rq->authorization =
	    MHD_lookup_connection_value(c, kind, "Authorization");
	rq->content_type = MHD_lookup_connection_value(c, kind, "Content-Type");
	if (!s->settings->no_gzip)
		rq->accept_encoding =
		    MHD_lookup_connection_value(c, kind, "Accept-Encoding");
	rq->if_none_match =
	    MHD_lookup_connection_value(c, kind, "If-None-Match");
	(void)MHD_get_connection_values(c, kind, add_header_size, x);
	x->has_headers = true;
	/* The idle timeout must not end a slow answer. */
	(void)MHD_set_connection_option(c, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
}

/* The path behind `prefix`, where it ends there or goes on with a slash. */
static const char *
behind(const char *path, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(path, prefix, len) != 0)
		return NULL;
	return path[len] == '\0' || path[len] == '/' ? path + len : NULL;
}

/* The sign-in page that a real server shows for any path it does not know. */
static void
answer_page(struct reply *r)
{
	reply_reset(r, 200, REPLY_HTML);
	reply_header(r, "Logto-Static-Package", "experience");
	reply_header(r, "Cache-Control", "no-cache, no-store, must-revalidate");
	buf_add(&r->body,
	    "<!doctype html><html><head><title>Sign in</title>"
	    "</head><body><div id=\"app\"></div></body></html>\n");
}

static void
add_common_headers(struct reply *r)
{
	char id[17];
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	generate_token(id, 16,
	    generate_mix((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec,
		(uint64_t)(uintptr_t)r));
	id[16] = '\0';
	reply_header(r, "Logto-Core-Request-Id", "%s", id);
	reply_header(r, "Vary", "Accept-Encoding, Origin");
	reply_header(r, "X-Content-Type-Options", "nosniff");
	reply_header(r, "Strict-Transport-Security",
	    "max-age=15552000; includeSubDomains");
}

/* Whether the request is one too many; the refusal is in `r`. */
static bool
is_over_limit(struct server *s, bool is_token, struct reply *r)
{
	uint64_t rate = s->settings->rate_limit, quota = s->settings->quota;
	struct timespec now;
	bool is_fast, is_spent;

	if (rate == 0 && quota == 0)
		return false;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)pthread_mutex_lock(&s->limit_lock);
	if (now.tv_sec - s->window_start_s >= 10) {
		s->window_start_s = now.tv_sec;
		s->window_count = 0;
	}
	is_fast = rate > 0 && ++s->window_count > rate;
	is_spent = is_token && quota > 0 && ++s->token_count > quota;
	(void)pthread_mutex_unlock(&s->limit_lock);
	if (is_fast)
		reply_reason(r, 429);
	else if (is_spent)
		grant_quota(r);
	return is_fast || is_spent;
}

/* What the server would say without any rule. */
static void
answer(struct server *s, const struct request *rq, struct reply *r)
{
	const char *api = behind(rq->path, "/api");
	const char *oidc = behind(rq->path, "/oidc");

	if ((api || oidc) &&
	    is_over_limit(s, oidc && strcmp(oidc, "/token") == 0, r))
		return;
	(void)pthread_rwlock_rdlock(&s->tenant->lock);
	if (api)
		api_answer(&s->api, rq, api, r);
	else if (oidc)
		grant_answer(&s->mint, s->tenant, rq, oidc, r);
	else
		answer_page(r);
	(void)pthread_rwlock_unlock(&s->tenant->lock);
}

static void
count_request(struct server *s, const struct request *rq)
{
	enum journal_count kind = COUNT_OTHER;

	if (behind(rq->path, "/api"))
		kind = COUNT_API;
	else if (strcmp(rq->path, "/oidc/token") == 0)
		kind = COUNT_TOKEN;
	journal_count(&s->journal, kind);
}

/* Answers with whatever the rules order. */
static enum MHD_Result
serve(struct server *s, const struct request *rq, struct MHD_Connection *c)
{
	uint64_t number = journal_number(&s->journal);
	uint64_t wait_ms = s->settings->latency_ms;
	struct rule *rule;
	struct reply reply;
	char fingerprint[9];
	enum MHD_Result result;

	count_request(s, rq);
	token_fingerprint(rq->authorization, fingerprint);
	reply_init(&reply);
	rule = rules_match(&s->rules, rq);
	if (rule)
		wait_ms += fault_before(rule, rq, s->tenant, &s->mint);
	(void)pause_ms(&s->pause, wait_ms);
	if (!rule || !fault_replaces(rule))
		answer(s, rq, &reply);
	if (rule)
		fault_after(rule, &reply);
	add_common_headers(&reply);
	reply_finish(&reply, strcmp(rq->method, "GET") == 0, rq->if_none_match,
	    rq->accept_encoding);
	/* Before the answer leaves, so that a test that has it finds it. */
	journal_add(&s->journal, number, rq->method, rq->target,
	    reply.fate == FATE_SEND ? reply.status : 0, fingerprint);
	result = delivery_send(c, &reply, &s->pause);
	reply_free(&reply);
	rules_release(&s->rules, rule);
	return result;
}

static enum MHD_Result
serve_control(struct server *s, const struct request *rq, const char *path,
    struct MHD_Connection *c)
{
	struct reply reply;
	enum MHD_Result result;

	reply_init(&reply);
	control_answer(&s->control, rq, path, &reply);
	result = delivery_send(c, &reply, &s->pause);
	reply_free(&reply);
	return result;
}

static enum MHD_Result
refuse(struct server *s, struct MHD_Connection *c, unsigned status)
{
	struct reply reply;
	enum MHD_Result result;

	reply_init(&reply);
	reply_reset(&reply, status, status == 404 ? "text/html" : NULL);
	reply_header(&reply, "Connection", "close");
	result = delivery_send(c, &reply, &s->pause);
	reply_free(&reply);
	return result;
}

static enum MHD_Result
handle(void *context, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **state)
{
	struct server *s = context;
	struct exchange *x = *state;
	struct request *rq = &x->request;
	const char *base = s->settings->base_path;
	const char *control = behind(x->path, "/_mock");

	(void)url;
	(void)version;
	if (!x->has_headers) {
		read_headers(s, x, c, method);
		if (x->header_bytes > HEADER_BYTES)
			return refuse(s, c, 431);
		return MHD_YES;
	}
	if (*len > 0) {
		buf_append(&rq->body, data, *len);
		*len = 0;
		return MHD_YES;
	}
	if (control)
		return serve_control(s, rq, control, c);
	if (!behind(x->path, base))
		return refuse(s, c, 404);
	rq->path = x->path + strlen(base);
	return serve(s, rq, c);
}

static void
note_connection(void *context, struct MHD_Connection *c, void **state,
    enum MHD_ConnectionNotificationCode code)
{
	struct server *s = context;

	(void)c;
	(void)state;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		journal_count(&s->journal, COUNT_CONNECTIONS);
}

/* Paths stay as they were sent. */
static size_t
keep_escapes(void *context, struct MHD_Connection *c, char *text)
{
	(void)context;
	(void)c;
	return strlen(text);
}

static int
read_text(const char *path, char **text, struct fail *why)
{
	FILE *file = fopen(path, "rb");
	size_t len = 0, capacity = 0, got;

	if (!file)
		return fail_errno(why, "cannot open '%s'", path);
	do {
		*text = mem_grow(*text, &capacity, len + 4097, 1);
		got = fread(*text + len, 1, 4096, file);
		len += got;
	} while (got > 0);
	(*text)[len] = '\0';
	(void)fclose(file); /* read only: nothing can be lost */
	return 0;
}

int
server_read_rules(struct server *s, struct fail *why)
{
	char *text = NULL;
	struct buf error;
	int result;

	if (!s->settings->rules)
		return 0;
	if (read_text(s->settings->rules, &text, why) != 0)
		return -1;
	buf_init(&error, 1 << 20);
	result = rules_read(&s->rules, text, false, &error);
	if (result != 0)
		(void)fail_set(why, STATUS_USAGE, "rules '%s': %s",
		    s->settings->rules, error.data);
	buf_free(&error);
	free(text);
	return result;
}

/* Our own socket, so that the port is known before a request can come. */
static int
open_listener(struct server *s, struct fail *why)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons((uint16_t)s->settings->port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, SOMAXCONN) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
		(void)fail_errno(why, "cannot listen on port %llu",
		    (unsigned long long)s->settings->port);
		if (fd >= 0)
			(void)close(fd); /* never used */
		return -1;
	}
	(void)snprintf(s->base_url, sizeof(s->base_url), "%s://127.0.0.1:%u%s",
	    s->tls_cert ? "https" : "http", (unsigned)ntohs(address.sin_port),
	    s->settings->base_path);
	return fd;
}

static int
start_daemon(struct server *s, int listener, struct fail *why)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;

	if (s->tls_cert)
		flags |= MHD_USE_TLS;
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, s,
	    MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_URI_LOG_CALLBACK,
	    start_exchange, s, MHD_OPTION_NOTIFY_COMPLETED, end_exchange, s,
	    MHD_OPTION_NOTIFY_CONNECTION, note_connection, s,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S,
	    s->tls_cert ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, s->tls_key,
	    MHD_OPTION_HTTPS_MEM_CERT, s->tls_cert, MHD_OPTION_END);
	if (s->daemon)
		return 0;
	(void)close(listener); /* never used */
	return fail_set(why, STATUS_LOCAL, "cannot start the HTTP server%s",
	    s->tls_cert ? ": is the certificate good?" : "");
}

int
server_open(struct server *s, const struct settings *settings,
    struct tenant *tenant, struct fail *why)
{
	int listener;

	*s = (struct server){.settings = settings, .tenant = tenant};
	view_cache_init(&s->views);
	rules_init(&s->rules);
	pause_init(&s->pause);
	(void)pthread_mutex_init(&s->limit_lock, NULL);
	s->api = (struct api){settings, tenant, &s->views, &s->mint};
	s->control = (struct control){&s->rules, &s->journal, &s->mint};
	if (journal_open(&s->journal, settings->log, why) != 0 ||
	    server_read_rules(s, why) != 0)
		return -1;
	if (settings->tls_cert &&
	    (read_text(settings->tls_cert, &s->tls_cert, why) != 0 ||
		read_text(settings->tls_key, &s->tls_key, why) != 0))
		return -1;
	listener = open_listener(s, why);
	if (listener < 0)
		return -1;
	token_init(&s->mint, settings, s->base_url);
	return start_daemon(s, listener, why);
}

void
server_free(struct server *s)
{
	pause_end(&s->pause);
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	token_free(&s->mint);
	view_cache_free(&s->views);
	rules_free(&s->rules);
	journal_free(&s->journal);
	pause_free(&s->pause);
	(void)pthread_mutex_destroy(&s->limit_lock);
	free(s->tls_cert);
	free(s->tls_key);
	*s = (struct server){0};
}
