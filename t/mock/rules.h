/* SPDX-License-Identifier: ISC */
/*
 * The fault rules: which requests they match, how often, and what is to
 * happen then. README.md has the grammar. The effects are carried out by
 * fault.c.
 */
#ifndef MOCK_RULES_H
#define MOCK_RULES_H

#include "attr.h"
#include "buf.h"
#include "request.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum action_kind {
	ACTION_STATUS,
	ACTION_BODY,
	ACTION_JSON,
	ACTION_HTML,
	ACTION_TYPE,
	ACTION_HEADER,
	ACTION_DROP_HEADER,
	ACTION_RETRY_AFTER,
	ACTION_TOTAL,
	ACTION_TOTAL_ADD,
	ACTION_DROP_ROWS,
	ACTION_BAD_JSON,
	ACTION_REDIRECT,
	ACTION_QUOTA,
	ACTION_SECRET_EXPIRED,
	ACTION_RESET,
	ACTION_CLOSE,
	ACTION_CUT,
	ACTION_CUT_RESET,
	ACTION_DELAY,
	ACTION_DRIP,
	ACTION_GZIP_BOMB,
	ACTION_ENDLESS,
	ACTION_INSERT,
	ACTION_DELETE,
	ACTION_UPDATE,
	ACTION_TIE,
	ACTION_LATE,
	ACTION_EXPIRE_TOKENS,
	ACTION_ROTATE_KEY,
};

struct action {
	enum action_kind kind;
	char *text, *more; /* its arguments; NULL: none */
	int64_t number;    /* the last argument where that is a number */
};

struct rule {
	char *line;
	char *method, *path;
	struct query query;
	uint64_t first, last, every, times; /* 0: no limit */
	uint64_t matched, applied;
	struct action *actions;
	size_t action_count, action_capacity;
	unsigned references;
};

struct rules {
	pthread_mutex_t lock;
	struct rule **items;
	size_t count, capacity;
};

void rules_init(struct rules *rules);
void rules_free(struct rules *rules);

/* Reads a text of rules, which replace the present ones or are added to
 * them. -1 and a sentence in `error` where a line is wrong: nothing has
 * changed then. */
ATTR_NODISCARD
int rules_read(struct rules *rules, const char *text, bool adds,
    struct buf *error);

/* Counts the request for every rule it matches and returns the rule that
 * applies; NULL: none. Release it. */
struct rule *rules_match(struct rules *rules, const struct request *rq);
void rules_release(struct rules *rules, struct rule *rule);

/* Lists the rules with their counts. */
void rules_print(struct rules *rules, struct buf *out);

/* Whether `*` in the pattern can stand for something that makes it `text`. */
bool rules_glob(const char *pattern, const char *text);

#endif
