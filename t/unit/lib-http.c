/* SPDX-License-Identifier: ISC */
/* The transport where no server is needed: libcurl is there, and what cannot
 * be reached is a failure that may be tried again; and what only shows from
 * inside, that an answer is overwritten. The rest is tested from outside,
 * against a server. */
#include "http.h"

#include "libcurl.h"
#include "stop.h"
#include "tap.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether what was overwritten took in the watched bytes; libc's macro may
 * call either function. */
static const char *watched;
static size_t watched_len;
static bool is_wiped;

void __explicit_bzero_chk(void *at, size_t len, size_t room);

void
__explicit_bzero_chk(void *at, size_t len, size_t room)
{
	(void)room;
	if (watched && at == watched && len >= watched_len)
		is_wiped = true;
	memset(at, 0, len);
}

void
explicit_bzero(void *at, size_t len)
{
	__explicit_bzero_chk(at, len, len);
}

/* The URL of a port of this machine where nobody listens: bound, so that
 * nobody else takes it. */
static void
make_deaf_url(char *text, size_t size)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)(void *)&address, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)(void *)&address, &len) != 0)
		_exit(1);
	(void)snprintf(text, size, "http://127.0.0.1:%d/x",
	    ntohs(address.sin_port));
}

/* Writes an answer; false if it did not get through. */
typedef bool serve(int client);

static bool
serve_token(int client)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: 24\r\nConnection: close\r\n\r\n"
	    "{\"access_token\":\"a.b.c\"}";

	return write(client, answer, sizeof(answer) - 1) ==
	    (ssize_t)sizeof(answer) - 1;
}

/* A header without end, until the client has enough. */
static bool
serve_header(int client)
{
	char line[1024];
	ssize_t written = write(client, "HTTP/1.1 200 OK\r\n", 17);

	(void)signal(SIGPIPE, SIG_IGN);
	memset(line, 'x', sizeof(line));
	memcpy(line, "X-Header:", 9);
	memcpy(line + sizeof(line) - 2, "\r\n", 2);
	for (int i = 0; i < 64 * 1024 && written > 0; i++)
		written = write(client, line, sizeof(line));
	return written < 0;
}

/* The beginning of an answer, and then nothing until the client goes. */
static bool
serve_and_stall(int client)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{";
	char rest;

	return write(client, answer, sizeof(answer) - 1) ==
	    (ssize_t)sizeof(answer) - 1 &&
	    read(client, &rest, 1) == 0;
}

/* Answers one request, in a process of its own. */
static pid_t
serve_once(char *url, size_t size, serve *answer)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char request[4096];
	pid_t pid;

	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)(void *)&address, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)(void *)&address, &len) != 0 ||
	    listen(fd, 1) != 0)
		return -1;
	(void)snprintf(url, size, "http://127.0.0.1:%d/x",
	    ntohs(address.sin_port));
	/* TSan's _exit() writes what is buffered, a second time then. */
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int client = accept(fd, NULL, NULL);

		_exit(
		    read(client, request, sizeof(request)) > 0 && answer(client)
			? 0
			: 1);
	}
	(void)close(fd);
	return pid;
}

/* Freed memory itself cannot be looked at. */
static void
test_wiping(struct http *h)
{
	struct secret password = {0};
	struct http_response *response;
	struct fail why;
	char url[64];
	int status = 1;
	pid_t pid = serve_once(url, sizeof(url), serve_token);

	secret_set(&password, "p", 1);
	is_int(http_call(h,
		   &(struct http_request){.url = url,
		       .user = "u",
		       .password = &password},
		   &response, &why),
	    0, "a call for a token");
	is(response->body.data, "{\"access_token\":\"a.b.c\"}", "brings it");
	watched = response->body.data;
	watched_len = response->body.len;
	http_response_free(response);
	ok(is_wiped, "which is overwritten when the answer is freed");
	watched = NULL;
	secret_free(&password);
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	    "the server saw it through");
}

static void
test_header_size(struct http *h)
{
	struct http_response *response;
	struct fail why;
	char url[64];
	int status;
	pid_t pid = serve_once(url, sizeof(url), serve_header);

	is_int(http_call(h, &(struct http_request){.url = url}, &response,
		   &why),
	    0, "a call to a server whose header has no end");
	is_int(response->why.status, STATUS_DATA, "bad data");
	ok(strstr(response->why.text, "header"), "says what is too large");
	is_int(response->tries, 1, "not tried again");
	http_response_free(response);
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	    "the server was cut short");
}

static void
test_stall(void)
{
	struct http_options options = {.user_agent = "test", .stall_s = 1};
	struct http_response *response;
	struct fail why;
	char url[64];
	int status;
	pid_t pid = serve_once(url, sizeof(url), serve_and_stall);
	struct http *h = http_new(&options, &why);

	is_int(http_call(h, &(struct http_request){.url = url}, &response,
		   &why),
	    0, "a call to a server that falls silent");
	is_int(response->status, 0, "ends without an answer");
	is_int(response->why.status, STATUS_RETRY, "which may come next time");
	ok(strstr(response->why.text, "too slow"), "says why");
	ok(response->elapsed_ms >= 1000, "after the time that was given it");
	http_response_free(response);
	http_free(h);
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	    "the server was left");
}

int
main(void)
{
	struct http_options options = {.user_agent = "test",
	    .retry = {.max_retries = 2, .max_time_ms = 5000}};
	struct http_response *response;
	struct fail why;
	struct http *h;
	char url[64];

	is_int(stop_install(&why), 0, "signals");
	is_int(libcurl_load(&why), 0, "libcurl is there");
	is_int(libcurl_load(&why), 0, "and loading it twice is once");
	h = http_new(&options, &why);
	ok(h != NULL, "starts");
	if (!h)
		return tap_done();
	is_int(http_start(h, &(struct http_request){.url = "http://a.example/"},
		   &why),
	    -1, "plain http is refused before anything is sent");
	is_int(why.status, STATUS_USAGE, "as wrong usage");

	make_deaf_url(url, sizeof(url));
	is_int(http_call(h, &(struct http_request){.url = url, .tag = &url},
		   &response, &why),
	    0, "a call to nobody ends");
	is_int(response->status, 0, "without an answer");
	is_int(response->why.status, STATUS_RETRY, "to be tried again");
	is_int(response->tries, 3, "after three tries");
	ok(response->tag == &url, "the tag comes back");
	ok(!http_header(response, "Content-Type", 0), "no header");
	http_response_free(response);

	is_int(http_start(h, &(struct http_request){.url = url}, &why), 0,
	    "started");
	http_cancel(h);
	is_int(http_next(h, &response, &why), 0, "none comes after cancel");
	test_wiping(h);
	test_header_size(h);
	http_free(h);
	test_stall();
	return tap_done();
}
