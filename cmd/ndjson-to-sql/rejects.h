/* SPDX-License-Identifier: ISC */
/*
 * Records that could not be loaded, as NDJSON in a file:
 *
 *      {"line":7,"offset":512,"reason":"...","raw":"..."}
 *
 * `raw` is the line, byte for byte; where it is no UTF-8, a JSON string
 * cannot hold it, and `raw_base64` stands in its place. The file appears
 * when the load is done; a load that fails leaves none.
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
	pthread_mutex_t lock; /* both threads find records at fault */
};

/* `path` of NULL: there is no file, and rejects_add refuses. */
ATTR_NODISCARD
int rejects_open(struct rejects *r, const char *path, struct fail *why);

/* Takes a record: 0; or -1 and `why` is the reason itself, with the line in
 * front, where there is no file. */
ATTR_NODISCARD
int rejects_add(struct rejects *r, const struct origin *origin,
    const struct fail *reason, struct fail *why);

ATTR_NODISCARD
int rejects_commit(struct rejects *r, struct fail *why);
void rejects_free(struct rejects *r);

#endif
