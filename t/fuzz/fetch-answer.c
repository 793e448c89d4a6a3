/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a server's answer, through libcurl: a thread of ours answers on
 * loopback. With an even first byte the rest is all of the answer. With an odd
 * one it is lines of its header, each behind a byte that chooses a name; then
 * what is understood by Total-Number is what a plain reader finds in it.
 *
 * A failure has a status that a server can cause, and a message without
 * control characters. No answer is waited for: the server closes at once.
 */
#include "transfer.h"

#include "buf.h"
#include "num.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { ANSWER_MAX = 4 << 20 };

static const char *const names[] = {"Total-Number", "Total-Number-Is-Capped",
    "Link", "Retry-After", "Content-Type", "Location", "Logto-Core-Request-Id",
    "Content-Encoding", "Content-Length", "Transfer-Encoding", "Connection",
    "Date", "Set-Cookie", "X"};
enum { NAMES = sizeof(names) / sizeof(*names) };

/* What the thread answers; set before it is asked. */
struct server {
	int fd;
	unsigned port;
	struct buf answer;
	pthread_mutex_t lock; /* of that; TSan sees no order in a socket */
};

static void *
serve(void *context)
{
	struct server *s = context;

	for (;;) {
		int fd = accept(s->fd, NULL, NULL);
		char request[4096];
		size_t len = 0;
		ssize_t n = 1;

		while (n > 0 && len < sizeof(request) - 1 &&
		    (len == 0 || !strstr(request, "\r\n\r\n"))) {
			n = read(fd, request + len, sizeof(request) - 1 - len);
			len += n > 0 ? (size_t)n : 0;
			request[len] = '\0';
		}
		(void)pthread_mutex_lock(&s->lock);
		for (size_t at = 0; at < s->answer.len; at += (size_t)n) {
			n = write(fd, s->answer.data + at, s->answer.len - at);
			if (n <= 0)
				break;
		}
		(void)pthread_mutex_unlock(&s->lock);
		(void)close(fd);
	}
	return NULL;
}

static void
start(struct server *s)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	pthread_t thread;

	(void)signal(SIGPIPE, SIG_IGN);
	buf_init(&s->answer, ANSWER_MAX);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd == -1 ||
	    bind(s->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(s->fd, 8) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&address, &len) != 0 ||
	    pthread_create(&thread, NULL, serve, s) != 0)
		abort();
	s->port = ntohs(address.sin_port);
}

/* --- what it answers ---------------------------------------------------- */

/* What a plain reader makes of a Total-Number. */
static int64_t
read_total(const char *value, size_t len)
{
	bool is_negative;
	int64_t total = 0;

	/* A carriage return ends it for libcurl, which takes all kinds of
	 * white space off its end. */
	for (size_t i = 0; i < len; i++)
		if (value[i] == '\r')
			len = i;
	while (len > 0 && strchr(" \t", *value)) {
		value++;
		len--;
	}
	while (len > 0 && strchr(" \t\v\f", value[len - 1]))
		len--;
	is_negative = len > 0 && *value == '-';
	if (len == is_negative)
		return -1;
	for (size_t i = is_negative; i < len; i++)
		if (value[i] < '0' || value[i] > '9' ||
		    __builtin_mul_overflow(total, 10, &total) ||
		    __builtin_add_overflow(total, value[i] - '0', &total))
			return -1;
	return is_negative && total > 0 ? -1 : total;
}

/* The answer with these lines in its header; its total. */
static int64_t
add_lines(struct buf *answer, const char *lines, size_t len)
{
	static const char *const statuses[] = {"200 OK", "200 OK", "429 Wait",
	    "503 No", "302 Found", "401 No", "404 No", "204 None"};
	int64_t total = -2;

	buf_addf(answer, "HTTP/1.1 %s\r\n",
	    statuses[len > 0 ? (unsigned char)*lines % 8 : 0]);
	for (size_t at = 1; at < len;) {
		const char *end = memchr(lines + at, '\n', len - at);
		size_t line = end ? (size_t)(end - lines) - at : len - at;
		const char *name = names[(unsigned char)lines[at] % NAMES];

		if (line > 0) {
			buf_addf(answer, "%s: ", name);
			buf_append(answer, lines + at + 1, line - 1);
			buf_add(answer, "\r\n");
		}
		if (line > 0 && total == -2 && name == names[0])
			total = read_total(lines + at + 1, line - 1);
		at += line + 1;
	}
	buf_add(answer,
	    "Content-Type: application/json\r\n\r\n[{\"id\":\"a\"}]");
	return total == -2 ? -1 : total;
}

/* --- what is made of it ------------------------------------------------- */

static void
check_fault(const struct fail *why)
{
	assert(why->status == STATUS_RETRY || why->status == STATUS_DATA ||
	    why->status == STATUS_USAGE || why->status == STATUS_REFUSED);
	assert(why->text[0] != '\0');
	for (const char *c = why->text; *c; c++)
		assert((unsigned char)*c >= ' ' && *c != 0x7F);
}

static void
ask(const struct server *s, int64_t total, bool has_total)
{
	const struct http_options options = {.user_agent = "fuzz",
	    .max_time_ms = 10000};
	static char resource[] = "https://default.logto.app/api";
	static char token[] = "a.b.c";
	char endpoint[64];
	struct tenant tenant = {.endpoint = endpoint,
	    .resource = resource,
	    .usual_resource = resource};
	struct bearer bearer = {.token = {token, 5},
	    .command = ":", /* which prints no token */
	    .renew_at_ms = INT64_MAX};
	struct transfer *t;
	struct ticket *ticket;
	struct page page;
	struct fail why = {0};

	(void)snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u",
	    s->port);
	t = transfer_new(&options, &tenant, &bearer, &why);
	assert(t);
	ticket = transfer_ask(t, "users", "page=1", &why);
	assert(ticket);
	if (transfer_take(t, ticket, &page, &why) != 0) {
		check_fault(&why);
	} else if (page.problem.kind != PROBLEM_NONE) {
		assert(transfer_explain(t, &page, &why) == -1);
		check_fault(&why);
		page_free(&page);
	} else {
		assert(page.node_count > 0 && page.total >= -1);
		assert(page.response->status >= 200 &&
		    page.response->status <= 299);
		assert(!has_total || page.total == total);
		page_free(&page);
	}
	transfer_free(t);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct server server = {.lock = PTHREAD_MUTEX_INITIALIZER};
	int64_t total = -1;

	if (size == 0)
		return 0;
	if (server.port == 0)
		start(&server);
	(void)pthread_mutex_lock(&server.lock);
	buf_clear(&server.answer);
	if (data[0] % 2 == 1)
		total =
		    add_lines(&server.answer, (const char *)data + 1, size - 1);
	else
		buf_append(&server.answer, data + 1, size - 1);
	(void)pthread_mutex_unlock(&server.lock);
	ask(&server, total, data[0] % 2 == 1);
	return 0;
}
