/* SPDX-License-Identifier: ISC */
/*
 * A library to be preloaded (LD_PRELOAD) that makes the Nth call of a kind
 * fail, whoever makes it: the program, libcurl, libjq, SQLite or libstdc++.
 * The environment says which:
 *
 *	FAULT_CALL	the kind, as in the table `kinds`
 *	FAULT_NTH	the number of the call, from 1
 *	FAULT_HOW	the error: a name as in `hows`; `short` for a read or a
 *			write of half of what was asked
 *	FAULT_ON	set: all later calls fail as well
 *	FAULT_REPORT	a file of REPORT_BYTES that gets a struct report; it is
 *			shared by all processes that are forked
 *	FAULT_TRACE	a file that gets the stack of the first fault
 *	FAULT_PLACES	a file that gets a struct place for each call of the
 *			kind
 *	FAULT_DEPTH	how many callers inside each other are a place, up to
 *			two digits
 *
 * Programs that are started by execve are spared. What libc calls inside
 * itself, such as the read of an fread, does not come by here; strace(1) does
 * that (t/torture/run).
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
	NONE,
	ALLOC,
	READ,
	WRITE,
	SYNC,
	RENAME,
	OPEN,
	TEMPORARY,
	MAP,
	TRUNCATE,
	UNLINK,
	MAKE,
	STAT,
	LOCK,
	CLOSE,
	SOCKET,
	NETWORK,
	POLL,
	PROCESS,
	THREAD,
	STEP,
	KINDS
};

static const char *const kinds[KINDS] = {
    [ALLOC] = "alloc",
    [READ] = "read",
    [WRITE] = "write",
    [SYNC] = "sync",
    [RENAME] = "rename",
    [OPEN] = "open",
    [TEMPORARY] = "temporary",
    [MAP] = "map",
    [TRUNCATE] = "truncate",
    [UNLINK] = "unlink",
    [MAKE] = "make",
    [STAT] = "stat",
    [LOCK] = "lock",
    [CLOSE] = "close",
    [SOCKET] = "socket",
    [NETWORK] = "network",
    [POLL] = "poll",
    [PROCESS] = "process",
    [THREAD] = "thread",
    [STEP] = "step",
};

static const struct {
	const char *name;
	int error, sqlite;
} hows[] = {
    {"ENOMEM", ENOMEM, SQLITE_NOMEM},
    {"EIO", EIO, SQLITE_IOERR},
    {"ENOSPC", ENOSPC, SQLITE_FULL},
    {"EDQUOT", EDQUOT, SQLITE_FULL},
    {"EINTR", EINTR, SQLITE_INTERRUPT},
    {"EAGAIN", EAGAIN, SQLITE_BUSY},
    {"EACCES", EACCES, SQLITE_PERM},
    {"EROFS", EROFS, SQLITE_READONLY},
    {"EMFILE", EMFILE, SQLITE_CANTOPEN},
    {"ENOENT", ENOENT, SQLITE_CORRUPT},
    {"EINVAL", EINVAL, SQLITE_MISUSE},
    {"ECONNREFUSED", ECONNREFUSED, SQLITE_IOERR},
    {"ECONNRESET", ECONNRESET, SQLITE_IOERR},
    {"ETIMEDOUT", ETIMEDOUT, SQLITE_IOERR},
    {"short", 0, SQLITE_ERROR},
};

enum { REPORT_BYTES = 4096, WHAT_BYTES = 2048, DEEP = 40 };

struct report {
	atomic_ullong faults;
	char what[WHAT_BYTES]; /* function and subject of the first fault */
	atomic_ullong calls[KINDS];
};

/* Which call it was, and what tells its callers from others. */
struct place {
	unsigned long long nth, hash;
};

/* What the environment says; NONE is none. */
static struct {
	enum kind kind;
	unsigned long long nth;
	size_t how;
	bool is_on;
	int trace, places, depth;
	struct report *report;
	sqlite3 *db; /* the connection whose last call failed by us */
	sqlite3_stmt *statement;
} plan = {.kind = NONE, .trace = -1, .places = -1};

/* --- when to strike ------------------------------------------------------ */

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

__attribute__((constructor)) static void
start(void)
{
	int fd = open(variable("FAULT_REPORT"), O_RDWR | O_CLOEXEC);
	enum kind kind = NONE;
	void *stack[1], *at;

	for (const char *c = variable("FAULT_NTH"); *c; c++)
		plan.nth = plan.nth * 10 + (unsigned long long)(*c - '0');
	while (plan.how < sizeof(hows) / sizeof(*hows) - 1 &&
	    strcmp(hows[plan.how].name, variable("FAULT_HOW")) != 0)
		plan.how++;
	plan.is_on = *variable("FAULT_ON") != '\0';
	if (*variable("FAULT_TRACE"))
		plan.trace = open(variable("FAULT_TRACE"),
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (const char *c = variable("FAULT_DEPTH"); *c; c++)
		plan.depth = plan.depth * 10 + (*c - '0');
	if (plan.depth > 0)
		plan.places = open(variable("FAULT_PLACES"),
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (size_t i = NONE + 1; i < KINDS; i++)
		if (strcmp(kinds[i], variable("FAULT_CALL")) == 0)
			kind = (enum kind)i;
	if (fd == -1)
		return;
	at =
	    mmap(NULL, REPORT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	/* Allocates when it is called for the first time. */
	(void)backtrace(stack, 1);
	(void)unsetenv("LD_PRELOAD");
	plan.kind = kind;
	if (at != MAP_FAILED)
		plan.report = at;
}

/* From here on nothing fails: for what a process does for its observer
 * (t/coverage/counts.c). */
void fault_end(void);
void
fault_end(void)
{
	plan.report = NULL;
}

static void
report(const char *function, int fd, const char *path)
{
	char link[64], target[1024] = "";
	void *stack[DEEP];
	long n = 0;

	if (fd >= 0) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = syscall(SYS_readlinkat, AT_FDCWD, link, target,
		    sizeof(target) - 1);
		path = target;
	}
	target[n > 0 ? n : 0] = '\0';
	(void)snprintf(plan.report->what, WHAT_BYTES, "%s %d %s", function, fd,
	    path ? path : "");
	if (plan.trace != -1)
		backtrace_symbols_fd(stack, backtrace(stack, DEEP), plan.trace);
}

static void
note_place(unsigned long long nth)
{
	static _Thread_local bool is_busy;
	struct place place = {nth, 14695981039346656037U};
	void *stack[2 + DEEP];
	int depth = plan.depth < DEEP ? plan.depth : DEEP;

	if (is_busy)
		return;
	is_busy = true;
	/* Behind this function and the one that was called. */
	depth = backtrace(stack, 2 + depth);
	for (int i = 2; i < depth; i++)
		place.hash = (place.hash ^ (uintptr_t)stack[i]) * 1099511628211;
	(void)syscall(SYS_write, plan.places, &place, sizeof(place));
	is_busy = false;
}

/* Whether this call is to fail; sets errno then. */
static bool
strikes(enum kind kind, const char *function, int fd, const char *path)
{
	unsigned long long n;

	if (!plan.report)
		return false;
	n = atomic_fetch_add(&plan.report->calls[kind], 1) + 1;
	if (kind != plan.kind)
		return false;
	if (plan.places != -1)
		note_place(n);
	if (n != plan.nth && !(plan.is_on && n > plan.nth && plan.nth > 0))
		return false;
	if (atomic_fetch_add(&plan.report->faults, 1) == 0) {
		/* What the report itself calls is spared. */
		plan.kind = NONE;
		report(function, fd, path);
		plan.kind = kind;
	}
	/* Who waits for a connection that is lost must be told. */
	if (kind == NETWORK && hows[plan.how].error != 0 &&
	    hows[plan.how].error != EINTR)
		(void)shutdown(fd, SHUT_RDWR);
	errno = hows[plan.how].error;
	return true;
}

/* A short read or write is no failure: half of it is done. */
static bool
is_short(void)
{
	return hows[plan.how].error == 0;
}

static size_t
half(size_t count)
{
	return count > 1 ? count / 2 : count;
}

/* --- the calls ----------------------------------------------------------- */

/* The function that this one stands before, into a variable of its type. */
#define FIND(name)                                                             \
	do {                                                                   \
		void *found = real ? NULL : dlsym(RTLD_NEXT, #name);           \
		if (found)                                                     \
			memcpy(&real, &found, sizeof(real));                   \
	} while (0)

#define CALL(type, otherwise, kind, name, params, args, fd, path)              \
	type name params;                                                      \
	type name params                                                       \
	{                                                                      \
		static type(*real) params;                                     \
		FIND(name);                                                    \
		if (strikes(kind, #name, fd, path))                            \
			return otherwise;                                      \
		return real args;                                              \
	}

/* For those that move bytes. */
#define MOVE(kind, name, params, args, fd, count)                              \
	ssize_t name params;                                                   \
	ssize_t name params                                                    \
	{                                                                      \
		static ssize_t(*real) params;                                  \
		FIND(name);                                                    \
		if (strikes(kind, #name, fd, NULL)) {                          \
			if (!is_short())                                       \
				return -1;                                     \
			count = half(count);                                   \
		}                                                              \
		return real args;                                              \
	}

CALL(void *, NULL, ALLOC, malloc, (size_t n), (n), -1, NULL)
CALL(void *, NULL, ALLOC, calloc, (size_t n, size_t m), (n, m), -1, NULL)
CALL(void *, NULL, ALLOC, realloc, (void *p, size_t n), (p, n), -1, NULL)
CALL(void *, NULL, ALLOC, memalign, (size_t a, size_t n), (a, n), -1, NULL)
CALL(void *, NULL, ALLOC, aligned_alloc, (size_t a, size_t n), (a, n), -1, NULL)
CALL(int, ENOMEM, ALLOC, posix_memalign, (void **p, size_t a, size_t n),
    (p, a, n), -1, NULL)

MOVE(READ, read, (int fd, void *to, size_t n), (fd, to, n), fd, n)
MOVE(READ, pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at), fd,
    n)
MOVE(READ, pread64, (int fd, void *to, size_t n, off64_t at), (fd, to, n, at),
    fd, n)
MOVE(READ, __read_chk, (int fd, void *to, size_t n, size_t room),
    (fd, to, n, room), fd, n)
MOVE(READ, __pread_chk, (int fd, void *to, size_t n, off_t at, size_t room),
    (fd, to, n, at, room), fd, n)
MOVE(READ, __pread64_chk, (int fd, void *to, size_t n, off64_t at, size_t room),
    (fd, to, n, at, room), fd, n)

MOVE(WRITE, write, (int fd, const void *from, size_t n), (fd, from, n), fd, n)
MOVE(WRITE, pwrite, (int fd, const void *from, size_t n, off_t at),
    (fd, from, n, at), fd, n)
MOVE(WRITE, pwrite64, (int fd, const void *from, size_t n, off64_t at),
    (fd, from, n, at), fd, n)
CALL(ssize_t, -1, WRITE, writev, (int fd, const struct iovec *v, int n),
    (fd, v, n), fd, NULL)

CALL(int, -1, SYNC, fsync, (int fd), (fd), fd, NULL)
CALL(int, -1, SYNC, fdatasync, (int fd), (fd), fd, NULL)

CALL(int, -1, RENAME, rename, (const char *from, const char *to), (from, to),
    -1, from)
CALL(int, -1, RENAME, renameat,
    (int from_dir, const char *from, int to_dir, const char *to),
    (from_dir, from, to_dir, to), -1, from)
CALL(int, -1, RENAME, renameat2,
    (int from_dir, const char *from, int to_dir, const char *to,
	unsigned flags),
    (from_dir, from, to_dir, to, flags), -1, from)

CALL(int, -1, OPEN, __open_2, (const char *path, int flags), (path, flags), -1,
    path)
CALL(int, -1, OPEN, __open64_2, (const char *path, int flags), (path, flags),
    -1, path)
CALL(int, -1, OPEN, __openat_2, (int dir, const char *path, int flags),
    (dir, path, flags), -1, path)
CALL(FILE *, NULL, OPEN, fopen, (const char *path, const char *mode),
    (path, mode), -1, path)
CALL(FILE *, NULL, OPEN, fopen64, (const char *path, const char *mode),
    (path, mode), -1, path)
CALL(FILE *, NULL, OPEN, fdopen, (int fd, const char *mode), (fd, mode), fd,
    NULL)

CALL(int, -1, TEMPORARY, mkstemp, (char *path), (path), -1, path)
CALL(int, -1, TEMPORARY, mkstemp64, (char *path), (path), -1, path)
CALL(int, -1, TEMPORARY, mkostemp, (char *path, int flags), (path, flags), -1,
    path)
CALL(int, -1, TEMPORARY, mkostemp64, (char *path, int flags), (path, flags), -1,
    path)
CALL(char *, NULL, TEMPORARY, mkdtemp, (char *path), (path), -1, path)

CALL(void *, MAP_FAILED, MAP, mmap,
    (void *at, size_t n, int prot, int flags, int fd, off_t from),
    (at, n, prot, flags, fd, from), fd, NULL)
CALL(void *, MAP_FAILED, MAP, mmap64,
    (void *at, size_t n, int prot, int flags, int fd, off64_t from),
    (at, n, prot, flags, fd, from), fd, NULL)

CALL(int, -1, TRUNCATE, ftruncate, (int fd, off_t n), (fd, n), fd, NULL)
CALL(int, -1, TRUNCATE, ftruncate64, (int fd, off64_t n), (fd, n), fd, NULL)

CALL(int, -1, UNLINK, unlink, (const char *path), (path), -1, path)
CALL(int, -1, UNLINK, unlinkat, (int dir, const char *path, int flags),
    (dir, path, flags), -1, path)
CALL(int, -1, UNLINK, rmdir, (const char *path), (path), -1, path)

CALL(int, -1, MAKE, mkdir, (const char *path, mode_t mode), (path, mode), -1,
    path)
CALL(int, -1, MAKE, mkdirat, (int dir, const char *path, mode_t mode),
    (dir, path, mode), -1, path)
CALL(int, -1, MAKE, fchmod, (int fd, mode_t mode), (fd, mode), fd, NULL)
CALL(int, -1, MAKE, fchown, (int fd, uid_t user, gid_t group),
    (fd, user, group), fd, NULL)
CALL(int, -1, MAKE, linkat,
    (int from_dir, const char *from, int to_dir, const char *to, int flags),
    (from_dir, from, to_dir, to, flags), -1, from)
CALL(int, -1, MAKE, link, (const char *from, const char *to), (from, to), -1,
    from)

CALL(int, -1, STAT, stat, (const char *path, struct stat *to), (path, to), -1,
    path)
CALL(int, -1, STAT, lstat, (const char *path, struct stat *to), (path, to), -1,
    path)
CALL(int, -1, STAT, fstat, (int fd, struct stat *to), (fd, to), fd, NULL)
CALL(int, -1, STAT, stat64, (const char *path, struct stat64 *to), (path, to),
    -1, path)
CALL(int, -1, STAT, fstat64, (int fd, struct stat64 *to), (fd, to), fd, NULL)
CALL(int, -1, STAT, fstatat,
    (int dir, const char *path, struct stat *to, int flags),
    (dir, path, to, flags), -1, path)
CALL(int, -1, STAT, access, (const char *path, int mode), (path, mode), -1,
    path)
CALL(ssize_t, -1, STAT, readlink, (const char *path, char *to, size_t n),
    (path, to, n), -1, path)
CALL(char *, NULL, STAT, realpath, (const char *path, char *to), (path, to), -1,
    path)
CALL(char *, NULL, STAT, getcwd, (char *to, size_t n), (to, n), -1, NULL)

CALL(int, -1, LOCK, flock, (int fd, int how), (fd, how), fd, NULL)

CALL(int, -1, SOCKET, socket, (int a, int b, int c), (a, b, c), -1, NULL)
CALL(int, -1, SOCKET, connect, (int fd, __CONST_SOCKADDR_ARG to, socklen_t n),
    (fd, to, n), fd, NULL)
MOVE(NETWORK, send, (int fd, const void *from, size_t n, int flags),
    (fd, from, n, flags), fd, n)
MOVE(NETWORK, sendto,
    (int fd, const void *from, size_t n, int flags, __CONST_SOCKADDR_ARG to,
	socklen_t to_len),
    (fd, from, n, flags, to, to_len), fd, n)
CALL(ssize_t, -1, NETWORK, sendmsg,
    (int fd, const struct msghdr *from, int flags), (fd, from, flags), fd, NULL)
MOVE(NETWORK, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags),
    fd, n)
MOVE(NETWORK, __recv_chk, (int fd, void *to, size_t n, size_t room, int flags),
    (fd, to, n, room, flags), fd, n)
CALL(ssize_t, -1, NETWORK, recvmsg, (int fd, struct msghdr *to, int flags),
    (fd, to, flags), fd, NULL)
CALL(int, -1, SOCKET, getsockopt,
    (int fd, int level, int name, void *to, socklen_t *n),
    (fd, level, name, to, n), fd, NULL)
CALL(int, -1, SOCKET, setsockopt,
    (int fd, int level, int name, const void *from, socklen_t n),
    (fd, level, name, from, n), fd, NULL)

CALL(int, -1, POLL, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms),
    -1, NULL)
CALL(int, -1, POLL, __poll_chk,
    (struct pollfd * fds, nfds_t n, int ms, size_t room), (fds, n, ms, room),
    -1, NULL)

CALL(pid_t, -1, PROCESS, fork, (void), (), -1, NULL)
CALL(int, -1, PROCESS, pipe, (int ends[2]), (ends), -1, NULL)
CALL(int, -1, PROCESS, pipe2, (int ends[2], int flags), (ends, flags), -1, NULL)
CALL(int, -1, PROCESS, socketpair, (int a, int b, int c, int ends[2]),
    (a, b, c, ends), -1, NULL)
CALL(int, errno, PROCESS, posix_spawn,
    (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const argv[],
	char *const environment[]),
    (pid, path, actions, attributes, argv, environment), -1, path)
CALL(pid_t, -1, PROCESS, waitpid, (pid_t pid, int *status, int options),
    (pid, status, options), -1, NULL)

CALL(int, errno, THREAD, pthread_create,
    (pthread_t * thread, const pthread_attr_t *attributes,
	void *(*body)(void *), void *argument),
    (thread, attributes, body, argument), -1, NULL)

/* As on NFS: the descriptor is gone all the same. */
int
close(int fd)
{
	static int (*real)(int);

	FIND(close);
	if (strikes(CLOSE, "close", fd, NULL)) {
		(void)real(fd);
		errno = hows[plan.how].error;
		return -1;
	}
	return real(fd);
}

/* --- those with an argument that may be missing -------------------------- */

#define OPEN_AS(name, params, last, args, path)                                \
	int name params                                                        \
	{                                                                      \
		static int(*real) params;                                      \
		mode_t mode = 0;                                               \
		va_list more;                                                  \
		va_start(more, last);                                          \
		if (last & (O_CREAT | O_TMPFILE))                              \
			mode = va_arg(more, mode_t);                           \
		va_end(more);                                                  \
		FIND(name);                                                    \
		if (strikes(OPEN, #name, -1, path))                            \
			return -1;                                             \
		return real args;                                              \
	}

OPEN_AS(open, (const char *path, int flags, ...), flags, (path, flags, mode),
    path)
OPEN_AS(open64, (const char *path, int flags, ...), flags, (path, flags, mode),
    path)
OPEN_AS(openat, (int dir, const char *path, int flags, ...), flags,
    (dir, path, flags, mode), path)
OPEN_AS(openat64, (int dir, const char *path, int flags, ...), flags,
    (dir, path, flags, mode), path)

/* Only what locks can be refused. An argument that is a number is passed on as
 * the pointer that it would be in the same register. */
#define CONTROL_AS(name)                                                       \
	int name(int fd, int command, ...)                                     \
	{                                                                      \
		static int (*real)(int, int, ...);                             \
		void *argument;                                                \
		va_list more;                                                  \
		va_start(more, command);                                       \
		argument = va_arg(more, void *);                               \
		va_end(more);                                                  \
		FIND(name);                                                    \
		if ((command == F_SETLK || command == F_SETLKW) &&             \
		    strikes(LOCK, #name, fd, NULL))                            \
			return -1;                                             \
		return real(fd, command, argument);                            \
	}

CONTROL_AS(fcntl)
CONTROL_AS(fcntl64)

/* --- SQLite's steps ------------------------------------------------------ */

/* Whether the code at `caller` is SQLite's own: what it does inside, such as
 * the steps of sqlite3_exec, takes no failure from another than itself. */
static bool
is_inside(void *caller)
{
	Dl_info there, sqlite;
	void *known = dlsym(RTLD_NEXT, "sqlite3_libversion");

	return dladdr(caller, &there) != 0 && dladdr(known, &sqlite) != 0 &&
	    there.dli_fbase == sqlite.dli_fbase;
}

static bool
step_strikes(const char *function, sqlite3 *db, sqlite3_stmt *statement,
    const char *sql)
{
	plan.db = NULL;
	plan.statement = NULL;
	if (!strikes(STEP, function, -1, sql))
		return false;
	plan.db = db;
	plan.statement = statement;
	return true;
}

/* A step that fails before it does anything. Its connection tells of the
 * failure until the next one, and the reset of the statement once more. */
int
sqlite3_step(sqlite3_stmt *statement)
{
	static int (*real)(sqlite3_stmt *);

	FIND(sqlite3_step);
	if (!is_inside(__builtin_return_address(0)) &&
	    step_strikes("sqlite3_step", sqlite3_db_handle(statement),
		statement, sqlite3_sql(statement)))
		return hows[plan.how].sqlite;
	return real(statement);
}

int
sqlite3_exec(sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *context, char **message)
{
	static int (*real)(sqlite3 *, const char *,
	    int (*)(void *, int, char **, char **), void *, char **);

	FIND(sqlite3_exec);
	if (!is_inside(__builtin_return_address(0)) &&
	    step_strikes("sqlite3_exec", db, NULL, sql)) {
		if (message)
			*message = NULL;
		return hows[plan.how].sqlite;
	}
	return real(db, sql, row, context, message);
}

#define RESET_AS(name)                                                         \
	int name(sqlite3_stmt *statement)                                      \
	{                                                                      \
		static int (*real)(sqlite3_stmt *);                            \
		bool is_ours = statement && statement == plan.statement;       \
		int code;                                                      \
		FIND(name);                                                    \
		code = real(statement);                                        \
		return is_ours ? hows[plan.how].sqlite : code;                 \
	}

RESET_AS(sqlite3_reset)
RESET_AS(sqlite3_finalize)

#define CODE_AS(name)                                                          \
	int name(sqlite3 *db)                                                  \
	{                                                                      \
		static int (*real)(sqlite3 *);                                 \
		FIND(name);                                                    \
		return db && db == plan.db ? hows[plan.how].sqlite : real(db); \
	}

CODE_AS(sqlite3_errcode)
CODE_AS(sqlite3_extended_errcode)

const char *
sqlite3_errmsg(sqlite3 *db)
{
	static const char *(*real)(sqlite3 *);

	FIND(sqlite3_errmsg);
	return db && db == plan.db ? sqlite3_errstr(hows[plan.how].sqlite)
				   : real(db);
}
