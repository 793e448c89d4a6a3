/* SPDX-License-Identifier: ISC */
/*
 * Files without a name, where Linux has them.
 */
#include "nameless.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef O_TMPFILE

/* A name is given by way of it; a sandbox may lack it. */
#define DESCRIPTORS "/proc/self/fd"

int
nameless_open(const char *path)
{
	char *directory = mem_string(path);
	char *slash = strrchr(directory, '/');
	int fd = -1;

	if (slash)
		slash[slash == directory] = '\0';
	if (access(DESCRIPTORS, X_OK) == 0)
		fd = open(slash ? directory : ".",
		    O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
	free(directory);
	return fd;
}

int
nameless_link(int fd, const char *name)
{
	/* Others may take the same name meanwhile, but not for long. */
	enum { TRIES = 100 };
	char path[sizeof(DESCRIPTORS) + 16];

	(void)snprintf(path, sizeof(path), "%s/%d", DESCRIPTORS, fd);
	for (int i = 0; i < TRIES; i++) {
		if (linkat(AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW) ==
		    0)
			return 0;
		if (errno != EEXIST || (unlink(name) != 0 && errno != ENOENT))
			return -1;
	}
	return -1;
}

#else

int
nameless_open(const char *path)
{
	(void)path;
	errno = ENOSYS;
	return -1;
}

int
nameless_link(int fd, const char *name)
{
	(void)fd;
	(void)name;
	errno = ENOSYS;
	return -1;
}

#endif
