/* SPDX-License-Identifier: ISC */
/*
 * Files without a name, which nothing has to remove: one that was not given a
 * name is gone when its process is, however that ends.
 */
#ifndef NAMELESS_H
#define NAMELESS_H

#include "attr.h"

/* An empty file in the directory of the file `path`, open for writing and
 * reading, with mode 0600; -1 where the system or the file system has none. */
ATTR_NODISCARD
int nameless_open(const char *path);

/* Gives such a file a name in the directory that it is in, from which a file
 * that has it is removed. */
ATTR_NODISCARD
int nameless_link(int fd, const char *name);

#endif
