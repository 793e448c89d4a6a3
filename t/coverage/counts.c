/* SPDX-License-Identifier: ISC */
/*
 * Linked into what `make coverage` builds. A process that leaves by _exit() or
 * by a signal of its own, or that is killed by its parent, would take its
 * counts along: here they are written before. The process of --jq may no
 * longer open files; its limits are made such that this file can lift them.
 *
 * Where writing them would change what a test sees, there are none: strace
 * may kill at a write, a limit that a shell set on the size of files cannot be
 * lifted, and another user may not write into COUNTS, which is the build's
 * directory. Faults that are injected end before.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

/* The linker's --wrap makes these names. */
void __gcov_dump(void);
void __gcov_reset(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
int __real_raise(int number);
int __wrap_raise(int number);
int __real_kill(pid_t process, int number);
int __wrap_kill(pid_t process, int number);
int __real_setrlimit(int resource, const struct rlimit *limit);
int __wrap_setrlimit(int resource, const struct rlimit *limit);

static bool is_silent;

/* Lowers what can be raised again, if writing needs that. */
int
__wrap_setrlimit(int resource, const struct rlimit *limit)
{
	struct rlimit soft;

	if (resource != RLIMIT_NOFILE && resource != RLIMIT_FSIZE)
		return __real_setrlimit(resource, limit);
	if (getrlimit((__rlimit_resource_t)resource, &soft) != 0)
		return -1;
	soft.rlim_cur = limit->rlim_cur;
	return __real_setrlimit(resource, &soft);
}

static void
end_faults(void)
{
	void *end = dlsym(RTLD_DEFAULT, "fault_end");
	void (*call)(void);

	memcpy(&call, &end, sizeof(call));
	if (call)
		call();
}

static void
write_counts(void)
{
	static const int resources[] = {RLIMIT_NOFILE, RLIMIT_FSIZE};
	struct rlimit limit;

	if (is_silent)
		return;
	end_faults();
	for (size_t i = 0; i < sizeof(resources) / sizeof(*resources); i++) {
		(void)getrlimit((__rlimit_resource_t)resources[i], &limit);
		limit.rlim_cur = limit.rlim_max;
		(void)__real_setrlimit(resources[i], &limit);
	}
	__gcov_dump();
	__gcov_reset();
}

_Noreturn void
__wrap__exit(int status)
{
	write_counts();
	__real__exit(status);
}

int
__wrap_raise(int number)
{
	write_counts();
	return __real_raise(number);
}

/* Should it have been interrupted with a lock held, the alarm ends it. */
static void
on_kill(int number)
{
	(void)number;
	(void)alarm(5);
	write_counts();
	__real_raise(SIGKILL);
}

/* strace, which may be there to kill it at its Nth write. */
static bool
is_traced(void)
{
	FILE *in = fopen("/proc/self/status", "r");
	char line[200];
	bool is_found = false;

	while (in && fgets(line, sizeof(line), in))
		if (strncmp(line, "TracerPid:", 10) == 0)
			is_found = strcmp(line, "TracerPid:\t0\n") != 0;
	if (in)
		(void)fclose(in);
	return is_found;
}

/* An orderly end, after which libgcov writes the counts. */
static void
on_end(int status, void *context)
{
	(void)context;
	end_faults();
	if (!is_silent)
		return;
	(void)fflush(NULL);
	__real__exit(status);
}

__attribute__((constructor)) static void
begin(void)
{
	struct sigaction action = {.sa_handler = on_kill};
	struct rlimit files;

	(void)getrlimit(RLIMIT_FSIZE, &files);
	is_silent = is_traced() || files.rlim_max != RLIM_INFINITY ||
	    access(COUNTS, W_OK) != 0;
	(void)on_exit(on_end, NULL);
	(void)sigaction(SIGUSR1, &action, NULL);
}

int
__wrap_kill(pid_t process, int number)
{
	return __real_kill(process, number == SIGKILL ? SIGUSR1 : number);
}
