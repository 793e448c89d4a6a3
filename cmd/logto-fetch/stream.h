/* SPDX-License-Identifier: ISC */
/*
 * The stream of records: NDJSON whose last byte is a newline exactly when it
 * is complete. The newline of the newest record is held back until the next
 * record or the successful end, so that a process that dies in any way
 * leaves an unterminated line:
 *
 *      {"_resource":"users",...}\n
 *      {"_resource":"users",...            <- killed here, or at any byte
 *
 * One that fails in its senses adds a fragment that no JSON reader takes:
 *
 *      {"_error":{"status":4,"message":"..."
 *
 * One without an end rests with a space behind its newest record's newline:
 * a reader of lines has that record, and the line after it stays open.
 */
#ifndef STREAM_H
#define STREAM_H

#include "attr.h"
#include "fail.h"
#include "out.h"
#include "undo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
	struct out out;
	uint64_t record_count;
	bool is_open;
	bool is_stdout;
	bool has_held_newline;
};

/* To the file at `path`, which appears whole or not at all, or to standard
 * output where `path` is NULL or "-". Fails with STATUS_LOCAL. */
ATTR_NODISCARD
int stream_open(struct stream *s, const char *path, struct fail *why);

/* Begins a record; its bytes, which hold no newline, follow by
 * stream_write. Where the record before ended, this tells. */
ATTR_NODISCARD
int stream_begin(struct stream *s, struct fail *why);
ATTR_NODISCARD
int stream_write(struct stream *s, const void *bytes, size_t len,
    struct fail *why);

/* Hands all that was written to the system, for readers of an endless stream;
 * the newest record still lacks its newline. */
ATTR_NODISCARD
int stream_flush(struct stream *s, struct fail *why);

/* The same where all there is at this time was written: the newest record
 * gets its newline, and the next line is begun by a space. */
ATTR_NODISCARD
int stream_rest(struct stream *s, struct fail *why);

/* The successful end: writes the last newline and commits. */
ATTR_NODISCARD
int stream_close(struct stream *s, struct fail *why);

/* The end by a failure: what was written, then the fragment, unless the
 * stream is a file, which is removed, or a terminal, where the message is
 * seen anyway. A stream that was never opened is standard output. Whether it
 * can be written does not matter any more. */
void stream_poison(struct stream *s, const struct fail *why);

/* From now on the same happens for want of memory, and without any. `u` is the
 * caller's, and stays where it is as long as the stream. */
void stream_guard(struct stream *s, struct undo *u);

/* Releases; harmless on a zeroed struct, and twice. */
void stream_free(struct stream *s);

#endif
