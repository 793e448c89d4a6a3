/* SPDX-License-Identifier: ISC */
/*
 * Records that could not be loaded, as NDJSON in a file:
 *
 *      {"line":7,"offset":512,"reason":"...","raw":"..."}
 *
 * `raw` is the line, byte for byte; where it is no UTF-8, a JSON string
 * cannot hold it, and `raw_base64` stands in its place. A line that is longer
 * than may be in memory comes piece by piece, whole, and as base64: whether it
 * is UTF-8 would be known too late. The file appears when the load is done; a
 * load that fails leaves none.
 */
#ifndef REJECTS_H
#define REJECTS_H

#include "attr.h"
#include "batch.h"
#include "fail.h"
#include "out.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct rejects {
	bool is_open;
	struct out out;
	uint64_t count;
	uint64_t settled_bytes, held_bytes;
	pthread_mutex_t lock; /* both threads find records at fault */
	char carry[3];        /* of a long line: no whole group yet */
	size_t carry_len;
};

/* `path` of NULL: there is no file, and rejects_add refuses. */
ATTR_NODISCARD
int rejects_open(struct rejects *r, const char *path, struct fail *why);

/* Takes a record: 0; or -1 and `why` is the reason itself, with the line in
 * front, where there is no file. */
ATTR_NODISCARD
int rejects_add(struct rejects *r, const struct origin *origin,
    const struct fail *reason, struct fail *why);

/* A line in pieces. Each rejects_begin, a failed one too, is followed by
 * rejects_end. Without a file, rejects_begin refuses. */
ATTR_NODISCARD
int rejects_begin(struct rejects *r, const struct origin *origin,
    const struct fail *reason, struct fail *why);
ATTR_NODISCARD
int rejects_piece(struct rejects *r, const char *bytes, size_t len,
    struct fail *why);
ATTR_NODISCARD
int rejects_end(struct rejects *r, struct fail *why);

/* Makes the entries durable: before the load is committed. */
ATTR_NODISCARD
int rejects_settle(struct rejects *r, struct fail *why);

/* Puts the file in its place: after that. */
ATTR_NODISCARD
int rejects_commit(struct rejects *r, struct fail *why);

/* A part of the load is committed: what was settled before stays, also if the
 * rest fails. Then rejects_keep puts the file in its place, with that alone. */
void rejects_hold(struct rejects *r);
ATTR_NODISCARD
int rejects_keep(struct rejects *r, struct fail *why);

void rejects_free(struct rejects *r);

#endif
