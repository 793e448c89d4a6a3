/* SPDX-License-Identifier: ISC */
/*
 * Checked output, to standard output or to a file that is whole or absent.
 */
#include "out.h"

#include "mem.h"
#include "msg.h"
#include "nameless.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 64 KB is the default capacity of a pipe on Linux. */
enum { OUT_BUFFER_BYTES = 16 * OUT_PAGE_BYTES };

static void
init(struct out *o, const char *name)
{
	*o = (struct out){.fd = -1, .name = mem_string(name)};
	o->data = mem_resize(NULL, OUT_BUFFER_BYTES, 1);
}

int
out_open_stdout(struct out *o, struct fail *why)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	init(o, "standard output");
	o->fd = STDOUT_FILENO;
	/* Closed by the caller's shell (>&-), which leaves it as msg_init has
	 * it: say so before any work. */
	if (flags != -1 && (flags & O_ACCMODE) == O_RDONLY) {
		errno = EBADF;
		flags = -1;
	}
	if (flags == -1)
		return fail_errno(why, "cannot write to standard output");
	return 0;
}

/* Where a path leads that may be a symbolic link, to nothing perhaps; the
 * caller frees. The system's own ceiling for links is as high. */
static char *
follow_links(const char *path)
{
	enum { MAX_LINKS = 40 };
	char *at = mem_string(path);
	char target[PATH_MAX];

	for (int i = 0; i < MAX_LINKS; i++) {
		ssize_t n = readlink(at, target, sizeof(target) - 1);
		const char *slash = strrchr(at, '/');
		size_t directory = slash ? (size_t)(slash - at) + 1 : 0;
		char *next;

		if (n <= 0)
			break;
		target[n] = '\0';
		if (*target == '/')
			directory = 0;
		next = mem_resize(NULL, directory + (size_t)n + 1, 1);
		memcpy(next, at, directory);
		memcpy(next + directory, target, (size_t)n + 1);
		free(at);
		at = next;
	}
	return at;
}

/* Gives the temporary file what the one that it replaces has, or `mode` less
 * the umask where that is NULL. */
static int
set_mode(struct out *o, const struct stat *existing, mode_t mode,
    struct fail *why)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	mode &= ~mask;
	if (existing) {
		mode = existing->st_mode & 0777;
		/* Its group is not ours to give: nor may another have it. */
		if (fchown(o->fd, existing->st_uid, existing->st_gid) != 0 &&
		    fchown(o->fd, (uid_t)-1, existing->st_gid) != 0)
			mode &= ~(mode_t)S_IRWXG;
	}
	if (fchmod(o->fd, mode) != 0)
		return fail_errno(why, "cannot set the mode of '%s'",
		    o->temporary);
	return 0;
}

static void
remove_temporary(void *context)
{
	const struct out *o = context;

	if (!o->is_nameless)
		(void)unlink(o->temporary);
}

static char *
join(const char *first, const char *second, const char *third)
{
	size_t size = strlen(first) + strlen(second) + strlen(third) + 1;
	char *name = mem_resize(NULL, size, 1);

	(void)snprintf(name, size, "%s%s%s", first, second, third);
	return name;
}

/* Makes the file that is to be put in the place of o->name. */
static void
open_temporary(struct out *o)
{
	const char *slash = strrchr(o->name, '/');
	char *suffix = join(".", msg_program(), ".new");

	if (strlen(slash ? slash + 1 : o->name) + strlen(suffix) <= NAME_MAX)
		o->fd = nameless_open(o->name);
	o->is_nameless = o->fd != -1;
	o->temporary = join(o->name, o->is_nameless ? suffix : ".XXXXXX", "");
	if (!o->is_nameless)
		o->fd = mkostemp(o->temporary, O_CLOEXEC);
	free(suffix);
}

int
out_open_file(struct out *o, const char *path, unsigned mode, struct fail *why)
{
	struct stat existing;
	bool is_there = stat(path, &existing) == 0;
	bool is_loop = !is_there && errno == ELOOP;
	bool is_in_place = is_there && !S_ISREG(existing.st_mode);
	/* The links of /dev/fd to pipes are names of nothing. */
	char *target = is_in_place ? mem_string(path) : follow_links(path);

	init(o, target);
	free(target);
	if (is_loop)
		return fail_set(why, STATUS_LOCAL,
		    "cannot write '%s': its links lead nowhere", path);
	if (is_in_place) {
		o->fd = open(o->name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (o->fd == -1)
			return fail_errno(why, "cannot write '%s'", o->name);
		return 0;
	}
	open_temporary(o);
	if (o->fd == -1) {
		free(o->temporary);
		o->temporary = NULL;
		return fail_errno(why, "cannot create a file beside '%s'",
		    o->name);
	}
	undo_add(&o->undo, remove_temporary, o);
	return set_mode(o, is_there ? &existing : NULL, (mode_t)mode, why);
}

int
out_open_new(struct out *o, const char *path, unsigned mode, struct fail *why)
{
	init(o, path);
	o->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    (mode_t)mode);
	if (o->fd == -1)
		return fail_errno(why, "cannot make '%s'", path);
	return 0;
}

/* The reader has gone: die as a program that never heard of SIGPIPE. */
static void
die_of_closed_pipe(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	msg_show(NULL);
	(void)sigaction(SIGPIPE, &action, NULL);
	(void)raise(SIGPIPE);
	exit(128 + SIGPIPE); /* blocked by our caller: tell the shell anyway */
}

/* Waits until there is room for a page: for ever, or once we are to stop only
 * as long as a reader that works may take. */
static int
await_room(const struct out *o, struct fail *why)
{
	enum { GRACE_MS = 400 };
	bool is_stopping = stop_is_requested();
	struct pollfd wait[] = {{.fd = o->fd, .events = POLLOUT},
	    {.fd = stop_descriptor(), .events = POLLIN}};
	int ready = is_stopping ? poll(wait, 1, GRACE_MS) : poll(wait, 2, -1);

	return ready == 0 ? stop_fail(why) : 0;
}

static int
write_all(struct out *o, const char *bytes, size_t len, struct fail *why)
{
	while (len > 0) {
		size_t step = len;
		ssize_t n;

		/* Then no write may wait for a reader: of one page none
		 * does. */
		if (stop_is_requested()) {
			if (await_room(o, why) != 0)
				return -1;
			if (step > OUT_PAGE_BYTES)
				step = OUT_PAGE_BYTES;
		}
		n = write(o->fd, bytes, step);
		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EPIPE && !o->temporary) {
			die_of_closed_pipe();
		} else if (errno == EAGAIN) { /* whoever gave it to us */
			if (await_room(o, why) != 0)
				return -1;
		} else if (errno != EINTR) {
			return fail_errno(why, "cannot write %s", o->name);
		}
	}
	return 0;
}

int
out_flush(struct out *o, struct fail *why)
{
	size_t rest = o->len % OUT_PAGE_BYTES;
	size_t pages = o->len - rest;

	if (o->most < o->len)
		o->most = o->len;
	/* Less than a page goes into a pipe whole or not at all. Together with
	 * pages, Linux would put it before them, into a page that has room,
	 * and a process that is killed then might leave any number of bytes. */
	o->len = 0;
	if (write_all(o, o->data, pages, why) != 0)
		return -1;
	return write_all(o, o->data + pages, rest, why);
}

int
out_write(struct out *o, const void *bytes, size_t len, struct fail *why)
{
	const char *from = bytes;

	o->is_settled = false;
	while (len > 0) {
		size_t room = OUT_BUFFER_BYTES - o->len;
		size_t n = len < room ? len : room;

		if (o->len == 0 && len >= OUT_BUFFER_BYTES) {
			n = len - len % OUT_BUFFER_BYTES;
			if (write_all(o, from, n, why) != 0)
				return -1;
		} else {
			memcpy(o->data + o->len, from, n);
			o->len += n;
			if (o->len == OUT_BUFFER_BYTES &&
			    out_flush(o, why) != 0)
				return -1;
		}
		from += n;
		len -= n;
	}
	return 0;
}

/* The rename is durable once the directory is. */
static int
sync_directory(const char *path, struct fail *why)
{
	char *directory = mem_string(path);
	char *slash = strrchr(directory, '/');
	int fd, result;

	if (slash == directory)
		slash++;
	if (slash)
		*slash = '\0';
	fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	if (fd == -1)
		return fail_errno(why, "cannot open the directory of '%s'",
		    path);
	result = fsync(fd);
	/* Some file systems cannot sync a directory; nothing to be done. */
	if (result != 0 && errno != EINVAL)
		(void)fail_errno(why, "cannot sync the directory of '%s'",
		    path);
	else
		result = 0;
	(void)close(fd);
	return result;
}

int
out_settle(struct out *o, struct fail *why)
{
	if (out_flush(o, why) != 0)
		return -1;
	if (o->temporary && fsync(o->fd) != 0)
		return fail_errno(why, "cannot flush '%s' to disk", o->name);
	o->is_settled = true;
	return 0;
}

uint64_t
out_size(const struct out *o)
{
	off_t at = o->temporary ? lseek(o->fd, 0, SEEK_CUR) : 0;

	return at > 0 ? (uint64_t)at : 0;
}

int
out_cut(struct out *o, uint64_t bytes, struct fail *why)
{
	o->len = 0;
	if (!o->temporary)
		return 0;
	o->is_settled = false;
	if (ftruncate(o->fd, (off_t)bytes) != 0)
		return fail_errno(why, "cannot cut '%s'", o->name);
	return 0;
}

int
out_commit(struct out *o, struct fail *why)
{
	int fd = o->fd;

	if (!o->is_settled && out_settle(o, why) != 0)
		return -1;
	if (o->is_nameless && nameless_link(fd, o->temporary) != 0)
		return fail_errno(why, "cannot create '%s'", o->temporary);
	o->is_nameless = false;
	/* A network file system may report a failed write only here. */
	o->fd = -1;
	if (close(fd) != 0)
		return fail_errno(why, "cannot write %s", o->name);
	if (!o->temporary)
		return 0;
	undo_remove(&o->undo);
	if (rename(o->temporary, o->name) != 0)
		return fail_errno(why, "cannot rename '%s' to '%s'",
		    o->temporary, o->name);
	free(o->temporary);
	o->temporary = NULL;
	return sync_directory(o->name, why);
}

void
out_free(struct out *o)
{
	if (o->temporary) {
		undo_remove(&o->undo);
		remove_temporary(o);
	}
	if (o->fd > STDERR_FILENO)
		(void)close(o->fd);
	free(o->temporary);
	free(o->name);
	/* It may have held a token. */
	if (o->data)
		explicit_bzero(o->data, o->most > o->len ? o->most : o->len);
	free(o->data);
	*o = (struct out){.fd = -1};
}
