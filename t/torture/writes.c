/* SPDX-License-Identifier: ISC */
/*
 * A library to be preloaded (LD_PRELOAD) that knows each change a program
 * makes to files and directories. It numbers them from 1, and as the
 * environment says
 *
 *	WRITES_LOG	appends them to this file, for t/torture/disk.pm, which
 *			says what a disk may hold after a loss of power
 *	WRITES_KILL	kills the process at the change of this number
 *	WRITES_HOW	before: nothing of it is done (the default); torn: half
 *			of what a write writes; after: all of it
 *	WRITES_OF	the name of the program to do so in; others are spared
 *
 * In the log files are called by their device and inode. A line is the number
 * of a change and what it was, as the table below has it; behind a W come the
 * bytes that were written.
 *
 *	W FILE OFFSET LENGTH	T FILE SIZE		S FILE (fsync)
 *	C FILE DIR NAME MODE	D FILE DIR NAME MODE	U DIR NAME
 *	R DIR NAME DIR NAME	X DIR NAME DIR NAME	L FILE DIR NAME
 *	M FILE MODE		Y (syncfs)
 *
 * Calls that libc makes inside itself do not come by here: so the few
 * functions that make files so are written out.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { BEFORE, TORN, AFTER };

static struct {
	bool is_on;
	int log; /* -1: none */
	unsigned long long kill_at, count;
	enum how how;
	pthread_mutex_t lock;
} state = {.log = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

__attribute__((constructor)) static void
start(void)
{
	const char *of = getenv("WRITES_OF"), *log = getenv("WRITES_LOG");
	const char *at = getenv("WRITES_KILL"), *how = getenv("WRITES_HOW");

	if (!of || strcmp(of, program_invocation_short_name) != 0)
		return;
	if (log)
		state.log = (int)syscall(SYS_openat, AT_FDCWD, log,
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (; at && *at >= '0' && *at <= '9'; at++)
		state.kill_at =
		    state.kill_at * 10 + (unsigned long long)(*at - '0');
	if (how)
		state.how = *how == 't' ? TORN : *how == 'a' ? AFTER : BEFORE;
	state.is_on = true;
}

static void
die(void)
{
	(void)syscall(SYS_kill, getpid(), SIGKILL);
}

/* --- the log ------------------------------------------------------------ */

/* Of a change that is going on: its line of the log. */
struct change {
	char text[2 * NAME_MAX + 256];
	size_t len;
};

__attribute__((__format__(__printf__, 2, 3))) static void
put(struct change *c, const char *format, ...)
{
	va_list values;
	int len;

	va_start(values, format);
	len = vsnprintf(c->text + c->len, sizeof(c->text) - c->len, format,
	    values);
	va_end(values);
	c->len += (size_t)len;
}

static void
put_file(struct change *c, const struct stat *st)
{
	put(c, " %llx:%llu", (unsigned long long)st->st_dev,
	    (unsigned long long)st->st_ino);
}

/* Of a path: its directory, and its name there. */
static void
put_name(struct change *c, int at, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX] = ".";
	struct stat st = {0};
	size_t len = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;

	if (len > 0 && len < sizeof(parent)) {
		memcpy(parent, path, len);
		parent[len] = '\0';
	}
	(void)fstatat(at, parent, &st, 0);
	put_file(c, &st);
	put(c, " %s", slash ? slash + 1 : path);
}

/* Each change is one call between `begin` and `end`, one at a time, so that
 * the log has them in their order. */
static void
begin(struct change *c)
{
	(void)pthread_mutex_lock(&state.lock);
	c->len = 0;
	state.count++;
	put(c, "%llu", state.count);
	if (state.count == state.kill_at && state.how == BEFORE)
		die();
}

/* What was done is logged with the bytes behind it, in one call, since other
 * processes may write to the log. */
static void
end(struct change *c, bool is_done, const void *bytes, size_t len)
{
	struct iovec parts[] = {{c->text, c->len + 1},
	    {(void *)(uintptr_t)bytes, len}};
	int saved = errno;

	c->text[c->len] = '\n';
	if (state.log != -1 && is_done)
		(void)syscall(SYS_writev, state.log, parts, len > 0 ? 2 : 1);
	if (state.count == state.kill_at)
		die();
	(void)pthread_mutex_unlock(&state.lock);
	errno = saved;
}

/* --- what is in files --------------------------------------------------- */

/* Whether the descriptor is of a file that keeps what is written. */
static bool
is_kept(int fd, struct stat *st)
{
	return state.is_on && fd != STDERR_FILENO && fstat(fd, st) == 0 &&
	    S_ISREG(st->st_mode);
}

/* `at` is -1 for the place where the file stands. */
static ssize_t
do_write(int fd, const void *bytes, size_t len, off_t at)
{
	struct change c;
	struct stat st;
	bool is_torn;
	off_t place = at;
	ssize_t done;

	if (!is_kept(fd, &st))
		return at == -1 ? syscall(SYS_write, fd, bytes, len)
				: syscall(SYS_pwrite64, fd, bytes, len, at);
	begin(&c);
	is_torn = state.count == state.kill_at && state.how == TORN;
	if (at == -1)
		place = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size
						      : lseek(fd, 0, SEEK_CUR);
	done = at == -1
	    ? syscall(SYS_write, fd, bytes, is_torn ? len / 2 : len)
	    : syscall(SYS_pwrite64, fd, bytes, is_torn ? len / 2 : len, at);
	put(&c, " W");
	put_file(&c, &st);
	put(&c, " %lld %lld", (long long)place, (long long)done);
	end(&c, done >= 0, bytes, done > 0 ? (size_t)done : 0);
	return done;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	return do_write(fd, bytes, len, -1);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return do_write(fd, bytes, len, at);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	return do_write(fd, bytes, len, at);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	ssize_t all = 0;
	struct stat st;

	if (!is_kept(fd, &st))
		return syscall(SYS_writev, fd, parts, count);
	for (int i = 0; i < count; i++) {
		ssize_t n =
		    do_write(fd, parts[i].iov_base, parts[i].iov_len, -1);

		if (n < 0)
			return all > 0 ? all : -1;
		all += n;
	}
	return all;
}

int
ftruncate(int fd, off_t size)
{
	struct change c;
	struct stat st;
	int result;

	if (!is_kept(fd, &st))
		return (int)syscall(SYS_ftruncate, fd, size);
	begin(&c);
	result = (int)syscall(SYS_ftruncate, fd, size);
	put(&c, " T");
	put_file(&c, &st);
	put(&c, " %lld", (long long)size);
	end(&c, result == 0, NULL, 0);
	return result;
}

int
ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

/* Makes room, by zeros. */
int
posix_fallocate(int fd, off_t at, off_t len)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return errno;
	if (at + len > st.st_size && ftruncate(fd, at + len) != 0)
		return errno;
	return 0;
}

int
posix_fallocate64(int fd, off64_t at, off64_t len)
{
	return posix_fallocate(fd, at, len);
}

int
fallocate(int fd, int mode, off_t at, off_t len)
{
	if (mode != 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	errno = posix_fallocate(fd, at, len);
	return errno == 0 ? 0 : -1;
}

int
fallocate64(int fd, int mode, off64_t at, off64_t len)
{
	return fallocate(fd, mode, at, len);
}

static int
do_sync(int fd, long call, const char *kind)
{
	struct change c;
	struct stat st;
	int result;

	if (!state.is_on || fstat(fd, &st) != 0)
		return (int)syscall(call, fd);
	begin(&c);
	/* The disk of a test need not keep anything. */
	result = 0;
	put(&c, " %s", kind);
	put_file(&c, &st);
	end(&c, result == 0, NULL, 0);
	return result;
}

int
fsync(int fd)
{
	return do_sync(fd, SYS_fsync, "S");
}

int
fdatasync(int fd)
{
	return do_sync(fd, SYS_fdatasync, "S");
}

int
syncfs(int fd)
{
	return do_sync(fd, SYS_syncfs, "Y");
}

int
fchmod(int fd, mode_t mode)
{
	struct change c;
	struct stat st;
	int result;

	if (!state.is_on || fstat(fd, &st) != 0)
		return (int)syscall(SYS_fchmod, fd, mode);
	begin(&c);
	result = (int)syscall(SYS_fchmod, fd, mode);
	put(&c, " M");
	put_file(&c, &st);
	put(&c, " %o", mode);
	end(&c, result == 0, NULL, 0);
	return result;
}

int
chmod(const char *path, mode_t mode)
{
	struct change c;
	struct stat st;
	int result;

	if (!state.is_on || stat(path, &st) != 0)
		return (int)syscall(SYS_fchmodat, AT_FDCWD, path, mode);
	begin(&c);
	result = (int)syscall(SYS_fchmodat, AT_FDCWD, path, mode);
	put(&c, " M");
	put_file(&c, &st);
	put(&c, " %o", mode);
	end(&c, result == 0, NULL, 0);
	return result;
}

/* --- what is in directories --------------------------------------------- */

/* A name of its own for O_TMPFILE, which no directory has. */
static int
do_open(int at, const char *path, int flags, mode_t mode)
{
	struct change c;
	struct stat st = {0};
	bool is_new, is_emptied;
	int fd;

	if (!state.is_on ||
	    ((flags & (O_CREAT | O_TRUNC)) == 0 &&
		(flags & O_TMPFILE) != O_TMPFILE))
		return (int)syscall(SYS_openat, at, path, flags, mode);
	is_new =
	    (flags & O_TMPFILE) == O_TMPFILE || fstatat(at, path, &st, 0) != 0;
	is_emptied = !is_new && (flags & O_TRUNC) != 0 && S_ISREG(st.st_mode);
	if (!is_new && !is_emptied)
		return (int)syscall(SYS_openat, at, path, flags, mode);
	begin(&c);
	fd = (int)syscall(SYS_openat, at, path, flags, mode);
	if (fd != -1)
		(void)fstat(fd, &st);
	put(&c, is_new ? " C" : " T");
	put_file(&c, &st);
	if (!is_new)
		put(&c, " 0");
	else if ((flags & O_TMPFILE) == O_TMPFILE)
		put(&c, " 0:0 - %o", st.st_mode & 07777);
	else {
		put_name(&c, at, path);
		put(&c, " %o", st.st_mode & 07777);
	}
	end(&c, fd != -1, NULL, 0);
	return fd;
}

/* The mode follows where the flags ask for one. */
#define TAKE_MODE(flags, mode)                                                 \
	do {                                                                   \
		va_list values;                                                \
                                                                               \
		va_start(values, flags);                                       \
		mode = va_arg(values, mode_t);                                 \
		va_end(values);                                                \
	} while (0)

static bool
has_mode(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (has_mode(flags))
		TAKE_MODE(flags, mode);
	return do_open(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (has_mode(flags))
		TAKE_MODE(flags, mode);
	return do_open(AT_FDCWD, path, flags, mode);
}

int
openat(int at, const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (has_mode(flags))
		TAKE_MODE(flags, mode);
	return do_open(at, path, flags, mode);
}

int
openat64(int at, const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (has_mode(flags))
		TAKE_MODE(flags, mode);
	return do_open(at, path, flags, mode);
}

int
creat(const char *path, mode_t mode)
{
	return do_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

/* As the one of libc, which opens the file past us. */
static int
do_temporary(char *pattern, int flags)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	char *end_of = pattern + strlen(pattern) - 6;
	unsigned char bytes[6];
	int fd = -1;

	for (int tries = 0; tries < 100 && fd == -1; tries++) {
		if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
			return -1;
		for (size_t i = 0; i < sizeof(bytes); i++)
			end_of[i] = letters[bytes[i] % 32];
		fd = do_open(AT_FDCWD, pattern,
		    flags | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd == -1 && errno != EEXIST)
			return -1;
	}
	return fd;
}

int
mkostemp(char *pattern, int flags)
{
	return do_temporary(pattern, flags);
}

int
mkostemp64(char *pattern, int flags)
{
	return do_temporary(pattern, flags);
}

int
mkstemp(char *pattern)
{
	return do_temporary(pattern, 0);
}

int
mkstemp64(char *pattern)
{
	return do_temporary(pattern, 0);
}

int
mkdirat(int at, const char *path, mode_t mode)
{
	struct change c;
	struct stat st = {0};
	int result;

	if (!state.is_on || fstatat(at, path, &st, 0) == 0)
		return (int)syscall(SYS_mkdirat, at, path, mode);
	begin(&c);
	result = (int)syscall(SYS_mkdirat, at, path, mode);
	if (result == 0)
		(void)fstatat(at, path, &st, 0);
	put(&c, " D");
	put_file(&c, &st);
	put_name(&c, at, path);
	put(&c, " %o", st.st_mode & 07777);
	end(&c, result == 0, NULL, 0);
	return result;
}

int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int
unlinkat(int at, const char *path, int flags)
{
	struct change c;
	struct stat st;
	int result;

	if (!state.is_on || fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return (int)syscall(SYS_unlinkat, at, path, flags);
	begin(&c);
	put(&c, " U");
	put_name(&c, at, path);
	result = (int)syscall(SYS_unlinkat, at, path, flags);
	end(&c, result == 0, NULL, 0);
	return result;
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int
remove(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return -1;
	return S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path);
}

int
renameat2(int from_at, const char *from, int to_at, const char *to,
    unsigned flags)
{
	struct change c;
	int result;

	if (!state.is_on)
		return (
		    int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
	begin(&c);
	put(&c, flags & RENAME_EXCHANGE ? " X" : " R");
	put_name(&c, from_at, from);
	put_name(&c, to_at, to);
	result = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
	end(&c, result == 0, NULL, 0);
	return result;
}

int
renameat(int from_at, const char *from, int to_at, const char *to)
{
	return renameat2(from_at, from, to_at, to, 0);
}

int
rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
	struct change c;
	struct stat st = {0};
	int result;

	if (!state.is_on)
		return (
		    int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
	begin(&c);
	result = (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
	if (result == 0)
		(void)fstatat(to_at, to, &st, 0);
	put(&c, " L");
	put_file(&c, &st);
	put_name(&c, to_at, to);
	end(&c, result == 0, NULL, 0);
	return result;
}

int
link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}
