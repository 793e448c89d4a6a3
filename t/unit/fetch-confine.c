/* SPDX-License-Identifier: ISC */
/* What a confined process cannot do any more, and that it dies with its
 * parent. Each case runs in a child, which answers with its exit status. */
#include "confine.h"

#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY_BYTES = 256 << 20 };

static bool
opens_file(void)
{
	return open("/dev/null", O_RDONLY) != -1;
}

static bool
opens_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) != -1;
}

static bool
has_others(void)
{
	for (int fd = 3; fd < 64; fd++)
		if (fd != 40 && fd != 41 && fcntl(fd, F_GETFD) != -1)
			return true;
	return false;
}

static bool
keeps_its_own(void)
{
	return fcntl(40, F_GETFD) != -1 && fcntl(41, F_GETFD) != -1;
}

static bool
sees_secret(void)
{
	return getenv("FORGET_ME") != NULL;
}

static bool
sees_others(void)
{
	return getenv("KEEP_ME") != NULL;
}

/* Mapped, never touched: so that a test without the limit does no harm. */
static bool
takes_memory(void)
{
	return mmap(NULL, 2 * (size_t)MEMORY_BYTES, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		   0) != MAP_FAILED;
}

static bool
outlives_interrupt(void)
{
	return raise(SIGINT) == 0 && raise(SIGTERM) == 0 && raise(SIGHUP) == 0;
}

static const struct confine_case {
	bool (*can)(void);
	bool wanted;
	const char *what;
} cases[] = {
    {opens_file, false, "a file cannot be opened"},
    {opens_socket, false, "nor a socket"},
    {has_others, false, "other descriptors are closed"},
    {keeps_its_own, true, "the two are not"},
    {sees_secret, false, "a secret is not seen"},
    {sees_others, true, "other variables are"},
    {takes_memory, false, "memory is limited"},
    {outlives_interrupt, true, "a terminal's signals are the parent's"},
};

static void
check(const struct confine_case *c)
{
	static const char *const forget[] = {"FORGET_ME", NULL};
	pid_t parent = getpid(), child = fork();
	int ended = -1;

	if (child == 0) {
		confine_process(parent, 40, 41, MEMORY_BYTES, forget);
		_exit(c->can() ? 1 : 0);
	}
	(void)waitpid(child, &ended, 0);
	ok(WIFEXITED(ended) && WEXITSTATUS(ended) == c->wanted, "%s", c->what);
}

/* A grandchild that would sleep holds the write end of a pipe: its end comes
 * when it dies. */
static void
check_orphan(void)
{
	static const char *const forget[] = {NULL};
	int ends[2];
	pid_t child;
	char byte;

	if (!ok(pipe(ends) == 0, "a pipe"))
		return;
	child = fork();
	if (child == 0) {
		pid_t parent = getpid();

		if (fork() == 0) {
			confine_process(parent, ends[0], ends[1], MEMORY_BYTES,
			    forget);
			if (write(ends[1], "x", 1) == 1)
				for (;;)
					(void)pause();
			_exit(1);
		}
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	ok(read(ends[0], &byte, 1) == 1, "it is confined");
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	ok(read(ends[0], &byte, 1) == 0, "it dies with its parent");
	(void)close(ends[0]);
}

int
main(void)
{
	bool has_sanitizer = false;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	has_sanitizer = true;
#endif
	/* A process that is left behind would be waited for. */
	(void)alarm(20);
	(void)setenv("FORGET_ME", "hush", 1);
	(void)setenv("KEEP_ME", "1", 1);
	(void)dup2(STDERR_FILENO, 40);
	(void)dup2(STDERR_FILENO, 41);
	(void)dup2(STDERR_FILENO, 50);
	(void)fflush(stdout);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (cases[i].can != takes_memory || !has_sanitizer)
			check(&cases[i]);
#ifdef __linux__
	check_orphan();
#endif
	return tap_done();
}
