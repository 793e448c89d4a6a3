/* SPDX-License-Identifier: ISC */
/*
 * What was asked of the server so far: a line a request, and counts. Tokens
 * appear as fingerprints only.
 */
#ifndef MOCK_JOURNAL_H
#define MOCK_JOURNAL_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

#include <pthread.h>
#include <stdint.h>

enum journal_count {
	COUNT_TOKEN,
	COUNT_API,
	COUNT_OTHER,
	COUNT_CONNECTIONS,
	COUNT_KINDS,
};

struct journal {
	pthread_mutex_t lock;
	struct buf lines;
	uint64_t next; /* number of the next request */
	uint64_t counts[COUNT_KINDS];
	int fd; /* of the log file; -1: none */
};

/* `path` may be NULL. */
ATTR_NODISCARD
int journal_open(struct journal *j, const char *path, struct fail *why);
void journal_free(struct journal *j);

void journal_count(struct journal *j, enum journal_count kind);

/* Numbers a request when it arrives. */
uint64_t journal_number(struct journal *j);

/* Writes its line when it is answered; status 0: it was not. */
void journal_add(struct journal *j, uint64_t number, const char *method,
    const char *target, unsigned status, const char *fingerprint);

void journal_print(struct journal *j, struct buf *out);
void journal_print_counts(struct journal *j, uint64_t tokens_issued,
    struct buf *out);
void journal_clear(struct journal *j);

#endif
