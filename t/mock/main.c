/* SPDX-License-Identifier: ISC */
/*
 * mock-logto: a Logto tenant on loopback, for tests and benchmarks. Reads the
 * tenant, listens, says where, and waits for the end: a signal, or with
 * --parent-death the end of standard input or of the parent.
 */
#include "msg.h"
#include "print.h"
#include "server.h"
#include "settings.h"
#include "tenant.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t is_ending, is_hung_up;

static void
on_signal(int number)
{
	if (number == SIGHUP)
		is_hung_up = 1;
	else
		is_ending = 1;
}

/* Signals are let in only while we wait, and never by another thread. */
static void
install_signals(sigset_t *while_waiting)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigaddset(&blocked, SIGINT);
	(void)sigaddset(&blocked, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &blocked, while_waiting);
}

static int
write_url(const char *path, const char *url, struct fail *why)
{
	char temporary[1024];
	FILE *file;

	(void)snprintf(temporary, sizeof(temporary), "%s.%ld", path,
	    (long)getpid());
	file = fopen(temporary, "w");
	if (!file)
		return fail_errno(why, "cannot open '%s'", temporary);
	if (fprintf(file, "%s\n", url) < 0 || fclose(file) != 0 ||
	    rename(temporary, path) != 0)
		return fail_errno(why, "cannot write '%s'", path);
	return 0;
}

/* Whether standard input has come to its end. */
static bool
is_input_over(short events)
{
	char ignored[256];

	if (events & (POLLERR | POLLNVAL))
		return true;
	return events & (POLLIN | POLLHUP) &&
	    read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0;
}

static void
wait_for_end(struct server *s, const sigset_t *while_waiting)
{
	bool watches = s->settings->parent_death;
	struct pollfd input = {.fd = watches ? STDIN_FILENO : -1,
	    .events = POLLIN};
	struct timespec second = {.tv_sec = 1};
	pid_t parent = getppid();
	struct fail why;

	while (!is_ending) {
		int ready = ppoll(&input, 1, &second, while_waiting);

		if (watches && getppid() != parent)
			break;
		if (ready > 0 && is_input_over(input.revents))
			break;
		if (is_hung_up) {
			is_hung_up = 0;
			if (server_read_rules(s, &why) != 0)
				(void)msg_fail(&why);
		}
	}
}

static int
run(const struct settings *settings, struct tenant *t, struct fail *why)
{
	struct server server = {.daemon = NULL};
	sigset_t while_waiting;
	int result;

	install_signals(&while_waiting);
	result = server_open(&server, settings, t, why);
	if (result == 0 && settings->url_file)
		result = write_url(settings->url_file, server.base_url, why);
	if (result == 0) {
		(void)printf("%s\n", server.base_url);
		if (fflush(stdout) != 0)
			result = fail_errno(why, "cannot write the URL");
		else
			wait_for_end(&server, &while_waiting);
	}
	server_free(&server);
	return result;
}

/* The recorded tenant as seen from the top of the source tree, or from the
 * program in build/MODE, however it was found. */
static const char *
find_tenant(const char *program, char path[1024])
{
	char own[900];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own));
	const char *slash = len > 0 && (size_t)len < sizeof(own)
	    ? memrchr(own, '/', (size_t)len)
	    : NULL;

	if (access("t/data/tenant", R_OK) == 0)
		return "t/data/tenant";
	if (slash)
		program = own;
	else
		slash = strrchr(program, '/');
	(void)snprintf(path, 1024, "%.*s/../../t/data/tenant",
	    slash ? (int)(slash - program) : 1, slash ? program : ".");
	return path;
}

int
main(int argc, char **argv)
{
	struct settings settings;
	struct tenant tenant;
	struct fail why;
	char path[1024];
	int result = 0;

	msg_init("mock-logto");
	switch (settings_parse(&settings, argc, argv, &why)) {
	case OPT_DONE:
		return STATUS_OK;
	case OPT_BAD:
		return msg_fail(&why);
	case OPT_RUN:
		break;
	}
	if (!settings.tenant && settings.print == PRINT_NOTHING)
		settings.tenant = find_tenant(argv[0], path);
	if (tenant_open(&tenant, &settings, &why) != 0)
		result = -1;
	else if (settings.print != PRINT_NOTHING)
		result = print_list(&tenant,
		    settings.print == PRINT_USERS ? "users" : "logs", &why);
	else
		result = run(&settings, &tenant, &why);
	tenant_free(&tenant);
	return result == 0 ? STATUS_OK : msg_fail(&why);
}
