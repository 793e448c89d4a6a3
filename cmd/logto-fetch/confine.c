/* SPDX-License-Identifier: ISC */
/*
 * Confinement by what every Unix has: limits, closed descriptors, no
 * environment. Lowering a limit cannot fail.
 */
#include "confine.h"

#include "child.h"
#include "undo.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* A sanitizer maps more than any limit. gcc and clang tell of it in different
 * ways. */
#ifdef __has_feature
#define HAS(feature) __has_feature(feature)
#else
#define HAS(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    HAS(address_sanitizer) || HAS(thread_sanitizer)
enum { HAS_SANITIZER = 1 };
#else
enum { HAS_SANITIZER = 0 };
#endif

/* OpenBSD has no other. */
#ifndef RLIMIT_AS
#define RLIMIT_AS RLIMIT_DATA
#endif

/* Unless the limit is lower already. */
static void
limit_memory(size_t bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_max > bytes) {
		limit = (struct rlimit){bytes, bytes};
		(void)setrlimit(RLIMIT_AS, &limit);
	}
}

/* The standard descriptors become nothing, the others go. */
static void
close_all(int keep_in, int keep_out)
{
	enum { MOST = 4096 };
	long count = sysconf(_SC_OPEN_MAX);
	int nothing = open("/dev/null", O_RDWR);

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fd != keep_in && fd != keep_out)
			(void)dup2(nothing, fd);
	if (count < 0 || count > MOST)
		count = MOST;
	for (int fd = STDERR_FILENO + 1; fd < count; fd++)
		if (fd != keep_in && fd != keep_out)
			(void)close(fd);
}

static void
set_signals(void)
{
	static const int terminal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT,
	    SIGTSTP};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction normal = {.sa_handler = SIG_DFL};

	for (size_t i = 0; i < sizeof(terminal) / sizeof(*terminal); i++)
		(void)sigaction(terminal[i], &ignore, NULL);
	(void)sigaction(SIGPIPE, &normal, NULL);
}

void
confine_process(pid_t parent, int keep_in, int keep_out, size_t memory_bytes,
    const char *const *forget)
{
	struct rlimit none = {0, 0};

#ifdef __linux__
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
	/* It may have died before. */
	if (getppid() != parent)
		(void)raise(SIGKILL);
	undo_forget();
	set_signals();
	close_all(keep_in, keep_out);
	environ = child_environment(forget);
	/* Reads the time zone while files can be opened. */
	tzset();
	(void)setrlimit(RLIMIT_FSIZE, &none);
	(void)setrlimit(RLIMIT_NOFILE, &none);
	if (HAS_SANITIZER)
		return;
#ifdef RLIMIT_NPROC
	(void)setrlimit(RLIMIT_NPROC, &none);
#endif
	limit_memory(memory_bytes);
}

bool
confine_is_at_limit(size_t memory_bytes)
{
	/* What was asked for is not known. Of a value that doubles it is at
	 * most two thirds of all, so less than this part was free. */
	size_t most = memory_bytes / 4 * 3;
	struct rlimit limit;
	void *room;

	if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur != memory_bytes)
		return false;
	/* Takes addresses only. */
	room = mmap(NULL, most, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room != MAP_FAILED)
		(void)munmap(room, most);
	return room == MAP_FAILED;
}
