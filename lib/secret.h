/* SPDX-License-Identifier: ISC */
/*
 * A password or token. It is overwritten when freed, no function prints it,
 * and it never travels in argv, a URL, a message, a trace or a core dump.
 */
#ifndef SECRET_H
#define SECRET_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

struct secret {
	char *text; /* NUL-terminated; NULL while there is none */
	size_t len;
};

/* Turns core dumps of this process off, and on Linux its memory away from
 * other processes of the same user. Call before a secret is read. */
void secret_protect_process(void);

/* Copies `len` bytes; frees what the secret held before. */
void secret_set(struct secret *s, const char *text, size_t len);

/* Reads the first line of a descriptor, without its newline and without a
 * carriage return before it. Nothing there is STATUS_USAGE; `name` is for
 * messages. Reads no further than BOUND_SECRET_BYTES. A signal that asks to
 * stop (stop.h) ends the wait. */
ATTR_NODISCARD
int secret_read(struct secret *s, int fd, const char *name, struct fail *why);

/* The same where a line may be missing: 1 read, -1 failed, 0 if nothing came
 * but `*blank_count` newlines, perhaps none. */
ATTR_NODISCARD
int secret_read_any(struct secret *s, int fd, const char *name,
    size_t *blank_count, struct fail *why);

/* secret_read from the file at `path`, or standard input for "-"; where that is
 * a terminal, it is asked for there, and not shown. A file that group or others
 * can read is refused with STATUS_REFUSED. */
ATTR_NODISCARD
int secret_read_file(struct secret *s, const char *path, struct fail *why);

/* Refuses, with STATUS_REFUSED, an open file that holds a secret and that
 * group or others can read, and with STATUS_USAGE a directory. Pipes and
 * sockets have no such readers; a file of root:root with mode 440 has none but
 * root and whom root names, and is how systemd passes credentials. */
ATTR_NODISCARD
int secret_check_mode(int fd, const char *path, struct fail *why);

void secret_free(struct secret *s);

/* free and realloc for a library that leaves copies of secrets in its memory:
 * what is given back is overwritten. */
void secret_release(void *memory);
void *secret_resize(void *memory, size_t size);

#endif
