/* SPDX-License-Identifier: ISC */
/*
 * Output with every write checked. A stream goes to standard output, or to a
 * file that appears whole or not at all: written in its directory without a
 * name (under a temporary one where the system has no such files), flushed to
 * disk, and put in its place by out_commit. A process that is killed leaves
 * nothing then; if that is in out_commit, FILE.PROGRAM.new, which the next one
 * takes for itself.
 *
 * Where the reader of a pipe has gone, the process dies silently of SIGPIPE,
 * as users of `| head` expect; the signal is ignored until then so that no
 * other write can kill us. A reader that has stopped reading keeps us waiting,
 * but not once a signal asks to stop (stop.h): then the write fails.
 */
#ifndef OUT_H
#define OUT_H

#include "attr.h"
#include "fail.h"
#include "undo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a pipe takes at a time: a process that is killed within a write leaves
 * a multiple of it behind, counted from the write's first byte. Writes are of
 * whole pages, but for the last one of out_flush, which is of less than one, so
 * `len` modulo this is the place in a page of the next byte. */
enum { OUT_PAGE_BYTES = 4096 };

struct out {
	int fd;
	char *name;       /* for messages; of a file, where it will be */
	char *temporary;  /* NULL: not a file to be renamed */
	bool is_nameless; /* that is the name it will have for a moment */
	struct undo undo;
	char *data; /* what is not written yet */
	size_t len;
	size_t most; /* the largest `len` that was flushed */
	bool is_settled;
};

/* Standard output. */
ATTR_NODISCARD
int out_open_stdout(struct out *o, struct fail *why);

/* The file at `path`, replaced by out_commit; its directory must exist. Where
 * that is a symbolic link, what it points to is replaced and the link stays.
 * An existing file that is no regular file (/dev/full, a FIFO, the pipe behind
 * /dev/fd/3) is written to in place. New files get `mode` less the umask; one
 * that replaces another has its mode and, where we may give files away, its
 * owner. */
ATTR_NODISCARD
int out_open_file(struct out *o, const char *path, unsigned mode,
    struct fail *why);

/* A file that must not exist yet, under its own name from the start: for
 * directories that appear whole. Whoever puts the directory in its place
 * makes the file durable, and removes it where it was not committed. */
ATTR_NODISCARD
int out_open_new(struct out *o, const char *path, unsigned mode,
    struct fail *why);

ATTR_NODISCARD
int out_write(struct out *o, const void *bytes, size_t len, struct fail *why);

/* Hands what is buffered to the system. */
ATTR_NODISCARD
int out_flush(struct out *o, struct fail *why);

/* Makes what was written durable: out_commit then only has to put the file in
 * its place, which fails for next to nothing. For what must appear together
 * with something else. */
ATTR_NODISCARD
int out_settle(struct out *o, struct fail *why);

/* How many bytes of a file are flushed; 0 for what is none. */
uint64_t out_size(const struct out *o);

/* Takes back what was written to a file behind its first `bytes`, which were
 * flushed; nothing can be written behind them any more. */
ATTR_NODISCARD
int out_cut(struct out *o, uint64_t bytes, struct fail *why);

/* Flushes, makes the file durable and puts it in its place; for standard
 * output, flushes and closes. Status 0 is impossible before this succeeded. */
ATTR_NODISCARD
int out_commit(struct out *o, struct fail *why);

/* Overwrites what was buffered and releases; what was not committed is removed.
 * Harmless after out_commit, on a zeroed struct, and twice. */
void out_free(struct out *o);

#endif
