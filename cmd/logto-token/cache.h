/* SPDX-License-Identifier: ISC */
/*
 * Tokens kept between runs, one file each, and the lock that makes one of
 * many processes ask for a token while the others wait for it.
 *
 *      logto-token 1                                   version
 *      https%3A%2F%2F... app https%3A%2F%2F... all     whose token it is
 *      1795499150123 8123456 3600 633                  stored at (wall clock
 *      {"access_token":...                             and clock since boot,
 *                                                      ms), lifetime (s),
 *                                                      bytes of the answer
 *
 * A file that is not wholly right, by its form, its key, its owner, its mode
 * or its times, counts as absent; so does a directory that others can enter.
 * Trouble with the cache never keeps a token from the user.
 */
#ifndef CACHE_H
#define CACHE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A point in time by two clocks: the one that can be set, and the one that
 * cannot. An age is the greater one of both. */
struct cache_time {
	int64_t wall_ms;
	int64_t boot_ms; /* since the machine started, sleep included */
};

struct cache_time cache_now(void);

struct cache {
	int directory; /* descriptor; -1: there is no cache */
	int lock;      /* descriptor; -1: not locked */
	char *path;    /* of the directory, for messages */
	char *key;
	char name[24]; /* of the token's file */
};

/* What the token is for; parts are percent-encoded. The caller frees. */
char *cache_key(const char *endpoint, const char *app_id, const char *resource,
    const char *scope);

/* Opens the directory, and makes it if it is missing (its parent must be
 * there). `key` is copied. -1 if there can be no cache; `why` tells. */
ATTR_NODISCARD
int cache_open(struct cache *c, const char *directory, const char *key,
    struct fail *why);

/* The seconds that a token of `lifetime_s` has to be good for at least, lest
 * it expire in the user's hands: min(60, lifetime / 10), or `min_ttl_s`. */
int64_t cache_margin_s(int64_t lifetime_s, int64_t min_ttl_s);

/* The reply that is stored, if it will live longer than its margin: true,
 * with the seconds it has left. */
bool cache_find(struct cache *c, const struct cache_time *now,
    int64_t min_ttl_s, struct reply *reply, int64_t *left_s);

enum { CACHE_WAIT_MS = 60 * 1000 };

/* Waits until no other process asks for this token, at most `wait_ms` (be it
 * CACHE_WAIT_MS): then the other one is stuck, and asking twice is better than
 * not at all. -1 only if a signal asked us to stop. */
ATTR_NODISCARD
int cache_lock(struct cache *c, int wait_ms, struct fail *why);

/* Replaces the file. `asked_at` is when the request began: the token's life
 * may have started then. */
ATTR_NODISCARD
int cache_store(struct cache *c, const struct cache_time *asked_at,
    const struct reply *reply, struct fail *why);

/* Unlocks and closes. */
void cache_close(struct cache *c);

/* The text of a file, and what it says: pure, for cache_find and
 * cache_store, and for tests. The buffer must have its room reserved. */
void cache_format(struct buf *to, const char *key,
    const struct cache_time *asked_at, const struct reply *reply);
bool cache_parse(const char *text, size_t len, const char *key,
    const struct cache_time *now, int64_t min_ttl_s, struct reply *reply,
    int64_t *left_s);

#endif
