/* SPDX-License-Identifier: ISC */
/*
 * Building a new database beside its place.
 */
#include "target_file.h"

#include "buf.h"
#include "mem.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_STEP_MS = 20 };

/* As fail_errno, but want of permission is a refusal. */
static int
fail_file(struct fail *why, const char *what, const char *path)
{
	int saved = errno;

	(void)fail_errno(why, "cannot %s '%s'", what, path);
	if (saved == EACCES || saved == EPERM || saved == EROFS)
		why->status = STATUS_REFUSED;
	else if (saved == ENOENT || saved == ENOTDIR || saved == EISDIR ||
	    saved == ELOOP || saved == ENAMETOOLONG)
		why->status = STATUS_USAGE;
	return -1;
}

static char *
beside(const char *path, const char *suffix)
{
	struct buf name;

	buf_init(&name, PATH_MAX + 32);
	buf_add(&name, path);
	buf_add(&name, suffix);
	return buf_detach(&name);
}

/* The name of a journal that is there; NULL: there is none, or an empty one,
 * which a loss of power may leave of a file that was new, and which does no
 * harm. The caller frees. */
static char *
find_leftover(const struct target_file *f)
{
	for (size_t i = 0; f->kind->journals[i]; i++) {
		char *name = beside(f->path, f->kind->journals[i]);
		struct stat st;

		if (stat(name, &st) == 0 && st.st_size > 0)
			return name;
		free(name);
	}
	return NULL;
}

/* The journal of a deleted database would be played into the new one. */
static int
check_leftover(const struct target_file *f, struct fail *why)
{
	char *name = find_leftover(f);

	if (!name)
		return 0;
	(void)fail_set(why, STATUS_USAGE,
	    "'%s' is left over from a database that is gone; remove it first",
	    name);
	free(name);
	return -1;
}

/* Whether another process holds a lock on the file, as a library does while
 * it fills a database that is empty so far. */
static bool
is_in_use(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool result = fd != -1 && fcntl(fd, F_GETLK, &lock) == 0 &&
	    lock.l_type != F_UNLCK;

	if (fd != -1)
		(void)close(fd);
	return result;
}

/* 1: a database to open; 0: nothing there yet. */
static int
look(struct target_file *f, struct fail *why)
{
	char *leftover;
	struct stat st;

	f->was_there = false;
	if (stat(f->path, &st) != 0) {
		if (errno == ENOENT)
			return check_leftover(f, why);
		return fail_file(why, "open", f->path);
	}
	if (S_ISDIR(st.st_mode))
		return fail_set(why, STATUS_USAGE,
		    "'%s' is a directory, not a database", f->path);
	if (!S_ISREG(st.st_mode))
		return fail_set(why, STATUS_USAGE,
		    "'%s' is no regular file and can be no database", f->path);
	/* Of one that is in use, the library waits for the lock. */
	if (st.st_size > 0 || is_in_use(f->path))
		return access(f->path, R_OK) == 0
		    ? 1
		    : fail_file(why, "read", f->path);
	f->was_there = true;
	if (!f->kind->clears_journals)
		return check_leftover(f, why);
	leftover = find_leftover(f);
	free(leftover);
	return leftover != NULL;
}

/* Waits for the lock: 0; or 1 where the name now means another file. */
static int
lock_loading(struct target_file *f, int64_t timeout_ms, struct fail *why)
{
	struct stat held, named;

	while (flock(f->lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			/* Where there are no locks, nobody has it. */
			(void)fail_file(why, "lock", f->loading);
			(void)unlink(f->loading);
			return -1;
		}
		if (stop_is_requested())
			return stop_fail(why);
		if (timeout_ms <= 0)
			return fail_set(why, STATUS_RETRY,
			    "'%s' is being made by another loader; wait for "
			    "it, or give more --busy-timeout",
			    f->path);
		(void)poll(NULL, 0, LOCK_STEP_MS);
		timeout_ms -= LOCK_STEP_MS;
	}
	if (fstat(f->lock, &held) != 0 || stat(f->loading, &named) != 0)
		return errno == ENOENT ? 1
				       : fail_file(why, "examine", f->loading);
	return held.st_dev != named.st_dev || held.st_ino != named.st_ino;
}

/* Removes what a crash has left of what is built. */
static void
remove_built(const struct target_file *f)
{
	char name[PATH_MAX]; /* a longer one was never made */

	(void)unlink(f->built);
	for (size_t i = 0; f->kind->journals[i]; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", f->built,
		    f->kind->journals[i]);
		(void)unlink(name);
	}
}

static void
remove_loading(void *context)
{
	const struct target_file *f = context;

	remove_built(f);
	(void)unlink(f->loading);
}

/* 0: ours to build; 1: look again; -1. */
static int
make_loading(struct target_file *f, int64_t timeout_ms, struct fail *why)
{
	struct stat st;
	mode_t mode = 0644;
	int result;

	if (f->was_there && stat(f->path, &st) == 0)
		mode = st.st_mode & 0777;
	/* Names come first: when memory ends, what was made must be known. */
	f->loading = beside(f->path, "-loading");
	f->built = f->kind->is_made_anew ? beside(f->loading, ".new")
					 : mem_string(f->loading);
	f->lock =
	    open(f->loading, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
	if (f->lock == -1 && errno == ENOENT)
		return fail_set(why, STATUS_USAGE,
		    "cannot create '%s': No such file or directory; make its "
		    "directory first",
		    f->loading);
	if (f->lock == -1)
		return fail_file(why, "create", f->loading);
	result = lock_loading(f, timeout_ms, why);
	if (result == 0 && ftruncate(f->lock, 0) != 0) {
		result = fail_file(why, "empty", f->loading);
		(void)unlink(f->loading);
	}
	if (result == 0) {
		if (f->kind->is_made_anew)
			remove_built(f);
		undo_add(&f->undo, remove_loading, f);
	}
	return result;
}

/* Gives up what make_loading made. */
static void
forget_loading(struct target_file *f)
{
	undo_remove(&f->undo);
	if (f->lock != -1)
		(void)close(f->lock);
	f->lock = -1;
	free(f->loading);
	free(f->built);
	f->loading = f->built = NULL;
}

/* One that was killed may have left its file though the database came. */
static void
remove_stale_loading(const struct target_file *f)
{
	char *name = beside(f->path, "-loading");
	int fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat held, named;

	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    fstat(fd, &held) == 0 && stat(name, &named) == 0 &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino)
		(void)unlink(name);
	if (fd != -1)
		(void)close(fd);
	free(name);
}

/* Where a link leads that points to nothing yet; else the path itself. */
static char *
follow(const char *path)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	const char *slash = strrchr(path, '/');
	struct buf name;

	if (len < 0)
		return mem_string(path);
	target[len] = '\0';
	buf_init(&name, 2 * PATH_MAX);
	if (slash && target[0] != '/')
		buf_append(&name, path, (size_t)(slash - path) + 1);
	buf_add(&name, target);
	return buf_detach(&name);
}

int
target_file_open(struct target_file *f, const char *path,
    const struct target_kind *kind, int64_t timeout_ms, bool is_in_place,
    struct fail *why)
{
	char *resolved = realpath(path, NULL);

	*f = (struct target_file){.lock = -1, .kind = kind};
	f->path = resolved ? mem_string(resolved) : follow(path);
	free(resolved);
	for (;;) {
		int result = look(f, why);

		f->is_new = result == 0;
		f->is_in_place = f->is_new && is_in_place;
		if (result == 1 && !is_in_place)
			remove_stale_loading(f);
		if (result != 0 || is_in_place)
			return result < 0 ? -1 : 0;
		result = make_loading(f, timeout_ms, why);
		if (result < 0) {
			/* It is another's, or cannot be had. */
			free(f->loading);
			free(f->built);
			f->loading = f->built = NULL;
			return -1;
		}
		if (result == 0) {
			result = look(f, why);
			if (result != 1)
				return result;
			/* Another loader's database has come meanwhile. */
			(void)unlink(f->loading);
		}
		forget_loading(f);
	}
}

static int
put_in_place(const struct target_file *f)
{
	struct stat st;

	/* The file was empty, and may not be any more. */
	if (f->was_there && stat(f->path, &st) == 0 &&
	    (st.st_size > 0 || is_in_use(f->path))) {
		errno = EEXIST;
		return -1;
	}
#ifdef RENAME_NOREPLACE
	if (!f->was_there &&
	    (renameat2(AT_FDCWD, f->built, AT_FDCWD, f->path,
		 RENAME_NOREPLACE) == 0 ||
		errno == EEXIST))
		return errno == EEXIST ? -1 : 0;
#endif
	return rename(f->built, f->path);
}

/* What the library made has the mode that it chose. */
static int
flush_built(const struct target_file *f, struct fail *why)
{
	int fd = f->lock, result = 0;
	struct stat st;

	if (f->kind->is_made_anew)
		fd = open(f->built, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return fail_file(why, "open", f->built);
	if (fd != f->lock && fstat(f->lock, &st) == 0)
		(void)fchmod(fd, st.st_mode & 0777);
	if (fsync(fd) != 0)
		result = fail_file(why, "flush to disk", f->built);
	if (fd != f->lock)
		(void)close(fd);
	return result;
}

static int
sync_directory(const char *path, struct fail *why)
{
	char *directory = mem_string(path);
	char *slash = strrchr(directory, '/');
	int fd, result = 0;

	if (slash)
		slash[slash == directory] = '\0';
	fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	if (fd == -1)
		return fail_file(why, "open the directory of", path);
	if (fsync(fd) != 0 && errno != EINVAL)
		result = fail_file(why, "sync the directory of", path);
	(void)close(fd);
	return result;
}

int
target_file_commit(struct target_file *f, struct fail *why)
{
	if (!f->loading)
		return 0;
	if (flush_built(f, why) != 0)
		return -1;
	undo_remove(&f->undo);
	errno = 0;
	if (put_in_place(f) != 0) {
		if (errno == EEXIST)
			return fail_set(why, STATUS_RETRY,
			    "'%s' has appeared meanwhile; nothing was loaded "
			    "into it",
			    f->path);
		return fail_file(why, "put the new database in place of",
		    f->path);
	}
	if (f->kind->is_made_anew)
		(void)unlink(f->loading);
	forget_loading(f);
	return sync_directory(f->path, why);
}

void
target_file_free(struct target_file *f)
{
	if (f->built)
		remove_built(f);
	if (f->loading)
		(void)unlink(f->loading);
	forget_loading(f);
	free(f->path);
	*f = (struct target_file){.lock = -1};
}
