/* SPDX-License-Identifier: ISC */
/*
 * Building a directory beside its place, and the exchange of the two.
 */
#include "directory.h"

#include "buf.h"
#include "mem.h"
#include "stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LOCK_STEP_MS = 20,
	/* Directories that a walk holds open at a time. */
	WALK_DESCRIPTORS = 16,
};

/* Of the names in `loading`. */
#define OUR_PREFIX "ndjson-to-sql."

int
directory_fail(struct fail *why, const char *verb, const char *path)
{
	int saved = errno;

	(void)fail_errno(why, "cannot %s '%s'", verb, path);
	if (saved == EACCES || saved == EPERM || saved == EROFS)
		why->status = STATUS_REFUSED;
	else if (saved == ENOENT || saved == ENOTDIR || saved == ELOOP ||
	    saved == ENAMETOOLONG)
		why->status = STATUS_USAGE;
	return -1;
}

static char *
join(const char *first, const char *between, const char *last)
{
	struct buf name;

	buf_init(&name, 4 * PATH_MAX);
	buf_add(&name, first);
	buf_add(&name, between);
	buf_add(&name, last);
	return buf_detach(&name);
}

char *
directory_join(const char *directory, const char *name)
{
	return join(directory, "/", name);
}

/* --- walking ------------------------------------------------------------ */

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int
remove_tree(const char *path)
{
	return nftw(path, remove_entry, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

/* Some file systems cannot sync a directory; nothing is to be done then. */
static int
sync_one(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int result, saved;

	if (fd == -1)
		return -1;
	result = fsync(fd) != 0 && errno != EINVAL ? -1 : 0;
	saved = errno;
	(void)close(fd);
	errno = saved;
	return result;
}

static int
sync_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return sync_one(path);
}

/* Everything in the tree. Where there are many files, each fsync would wait
 * for a commit of the file system of its own; one syncfs commits them all, and
 * fsync then only reports. 5,000 parts took 42 s on a busy disk; 23 so. */
static int
sync_tree(const char *path)
{
	struct stat st;

#ifdef __linux__
	/* A directory has a link from each directory in it. */
	if (lstat(path, &st) == 0 && st.st_nlink > 2) {
		int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd == -1)
			return -1;
		(void)syncfs(fd);
		(void)close(fd);
	}
#else
	(void)st;
#endif
	return nftw(path, sync_entry, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

static int
sync_parent(const char *path, struct fail *why)
{
	char *parent = mem_string(path);
	char *slash = strrchr(parent, '/');
	int result;

	slash[slash == parent] = '\0';
	result = sync_one(parent);
	if (result != 0)
		result = directory_fail(why, "sync the directory", parent);
	free(parent);
	return result;
}

/* --- opening ------------------------------------------------------------ */

/* A path that is not there yet: its directory must be. */
static char *
resolve_new(const char *path, struct fail *why)
{
	char *plain = mem_string(path), *parent = NULL, *result = NULL;
	size_t len = strlen(plain);
	char *slash;

	while (len > 1 && plain[len - 1] == '/')
		plain[--len] = '\0';
	slash = strrchr(plain, '/');
	if (slash)
		*slash = '\0';
	parent = realpath(!slash ? "." : slash == plain ? "/" : plain, NULL);
	if (!parent)
		(void)directory_fail(why, "make", path);
	else
		result = directory_join(strcmp(parent, "/") == 0 ? "" : parent,
		    slash ? slash + 1 : plain);
	free(parent);
	free(plain);
	return result;
}

static int
resolve(struct directory *d, const char *path, struct fail *why)
{
	char *resolved = realpath(path, NULL);

	if (resolved) {
		d->path = mem_string(resolved);
		free(resolved);
		return 0;
	}
	if (errno != ENOENT)
		return directory_fail(why, "open", path);
	d->path = resolve_new(path, why);
	return d->path ? 0 : -1;
}

static int
look(struct directory *d, struct fail *why)
{
	struct stat st;

	d->was_there = false;
	if (lstat(d->path, &st) != 0)
		return errno == ENOENT ? 0
				       : directory_fail(why, "open", d->path);
	if (!S_ISDIR(st.st_mode))
		return fail_set(why, STATUS_USAGE, "'%s' is no directory",
		    d->path);
	d->was_there = true;
	d->device = st.st_dev;
	d->inode = st.st_ino;
	return 0;
}

/* Who stands in a directory would go on standing in the old one. */
static int
check_place(const struct directory *d, struct fail *why)
{
	char *here = realpath(".", NULL);
	bool is_here = here && strcmp(here, d->path) == 0;

	free(here);
	if (is_here || strcmp(d->path, "/") == 0)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is %s, which cannot be replaced; name a directory "
		    "below it",
		    d->path,
		    is_here ? "the working directory" : "the root directory");
	if (d->was_there && access(d->path, W_OK | X_OK) != 0)
		return directory_fail(why, "write to", d->path);
	return 0;
}

/* 0; or 1 where the name means another directory by now. */
static int
lock(struct directory *d, int64_t timeout_ms, struct fail *why)
{
	struct stat held, named;

	while (flock(d->lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			/* Where there are no locks, nobody has it. */
			(void)directory_fail(why, "lock", d->loading);
			(void)rmdir(d->loading);
			return -1;
		}
		if (stop_is_requested())
			return stop_fail(why);
		if (timeout_ms <= 0)
			return fail_set(why, STATUS_RETRY,
			    "'%s' is being written by another loader; wait "
			    "for it, or give more --busy-timeout",
			    d->path);
		(void)poll(NULL, 0, LOCK_STEP_MS);
		timeout_ms -= LOCK_STEP_MS;
	}
	if (fstat(d->lock, &held) != 0 || stat(d->loading, &named) != 0)
		return errno == ENOENT
		    ? 1
		    : directory_fail(why, "examine", d->loading);
	return held.st_dev != named.st_dev || held.st_ino != named.st_ino;
}

static int
take_lock(struct directory *d, int64_t timeout_ms, struct fail *why)
{
	int result;

	do {
		bool is_made = mkdir(d->loading, 0777) == 0;

		if (!is_made && errno != EEXIST)
			return directory_fail(why, "make", d->loading);
		if (d->lock != -1)
			(void)close(d->lock);
		d->lock = open(d->loading,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* Who had it may have removed it just now. */
		if (d->lock == -1 && errno != ENOENT) {
			(void)directory_fail(why, "open", d->loading);
			if (is_made)
				(void)rmdir(d->loading);
			return -1;
		}
		result = d->lock == -1 ? 1 : lock(d, timeout_ms, why);
	} while (result == 1);
	return result;
}

static int
is_ours(const struct dirent *entry)
{
	return strncmp(entry->d_name, OUR_PREFIX, strlen(OUR_PREFIX)) == 0;
}

/* Removes all of ours in `loading`, scratch databases included. */
static int
clean(const struct directory *d, struct fail *why)
{
	struct dirent **entries;
	int count = scandir(d->loading, &entries, is_ours, NULL), result = 0;

	if (count < 0)
		return directory_fail(why, "read", d->loading);
	for (int i = 0; i < count; i++) {
		char *path = directory_join(d->loading, entries[i]->d_name);

		if (result == 0 && remove_tree(path) != 0)
			result = directory_fail(why, "remove", path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return result;
}

/* Puts back, or removes, what one who was killed has left. */
static int
recover(struct directory *d, struct fail *why)
{
	struct stat st;

	if (lstat(d->path, &st) != 0 && errno == ENOENT &&
	    lstat(d->old, &st) == 0 && rename(d->old, d->path) != 0)
		return directory_fail(why, "put back", d->path);
	return clean(d, why);
}

static int
make_fresh(struct directory *d, struct fail *why)
{
	struct stat st;

	if (mkdir(d->fresh, 0777) != 0)
		return directory_fail(why, "make", d->fresh);
	if (d->was_there && lstat(d->path, &st) == 0 &&
	    chmod(d->fresh, st.st_mode & 07777) != 0)
		return directory_fail(why, "set the mode of", d->fresh);
	return 0;
}

static void
remove_loading(void *context)
{
	struct directory *d = context;
	struct fail ignored; /* the next loader tries again, and says so */

	(void)recover(d, &ignored);
	/* Only if it is empty: what is not ours stays. */
	(void)rmdir(d->loading);
}

int
directory_open(struct directory *d, const char *path, int64_t timeout_ms,
    bool is_looking, struct fail *why)
{
	*d = (struct directory){.lock = -1};
	if (resolve(d, path, why) != 0)
		return -1;
	if (is_looking)
		return look(d, why);
	if (look(d, why) != 0 || check_place(d, why) != 0)
		return -1;
	d->loading = join(d->path, "-loading", "");
	if (take_lock(d, timeout_ms, why) != 0)
		return -1;
	d->fresh = directory_join(d->loading, OUR_PREFIX "new");
	d->old = directory_join(d->loading, OUR_PREFIX "old");
	undo_add(&d->undo, remove_loading, d);
	/* Another loader may have been here meanwhile. */
	if (recover(d, why) != 0 || look(d, why) != 0)
		return -1;
	return make_fresh(d, why);
}

int
directory_check(const struct directory *d, struct fail *why)
{
	struct stat st;

	if (!d->was_there ||
	    (lstat(d->path, &st) == 0 && st.st_dev == d->device &&
		st.st_ino == d->inode))
		return 0;
	return fail_set(why, STATUS_RETRY,
	    "'%s' was replaced while it was read; try again", d->path);
}

/* --- the end ------------------------------------------------------------ */

static int
put_in_place(const struct directory *d)
{
	/* This replaces an empty directory, and fails on any other. */
	if (!d->was_there)
		return rename(d->fresh, d->path);
#ifdef RENAME_EXCHANGE
	if (renameat2(AT_FDCWD, d->fresh, AT_FDCWD, d->path, RENAME_EXCHANGE) ==
	    0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
#endif
	if (rename(d->path, d->old) != 0)
		return -1;
	if (rename(d->fresh, d->path) == 0)
		return 0;
	(void)rename(d->old, d->path);
	return -1;
}

int
directory_commit(struct directory *d, struct fail *why)
{
	if (sync_tree(d->fresh) != 0)
		return directory_fail(why, "flush to disk", d->fresh);
	if (stop_is_requested())
		return stop_fail(why);
	if (put_in_place(d) != 0) {
		if (errno == ENOTEMPTY || errno == EEXIST)
			return fail_set(why, STATUS_RETRY,
			    "'%s' has appeared meanwhile; nothing was loaded "
			    "into it",
			    d->path);
		return directory_fail(why, "replace", d->path);
	}
	return sync_parent(d->path, why);
}

void
directory_free(struct directory *d)
{
	undo_remove(&d->undo);
	if (d->old)
		remove_loading(d);
	if (d->lock != -1)
		(void)close(d->lock);
	free(d->path);
	free(d->loading);
	free(d->fresh);
	free(d->old);
	*d = (struct directory){.lock = -1};
}
