/* SPDX-License-Identifier: ISC */
/* What a cache file says, by two clocks; and that half of one says nothing. */
#include "cache.h"

#include "mem.h"
#include "tap.h"

#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define KEY "https%3A%2F%2Fid.example.com app r all"

static const int64_t STORED_WALL = 1700000000000, STORED_BOOT = 5000000;

static const struct moment {
	const char *name;
	int64_t wall_s, boot_s; /* since the file was stored */
	int64_t min_ttl_s;
	int64_t left_s; /* 0: no token */
} moments[] = {
    {"at once", 0, 0, 0, 3600},
    {"after a minute", 60, 60, 0, 3540},
    {"a second before the leeway", 3539, 3539, 0, 61},
    {"at the leeway", 3540, 3540, 0, 0},
    {"after its life", 4000, 4000, 0, 0},
    {"--min-ttl below the leeway", 3539, 3539, 30, 61},
    {"--min-ttl not met", 0, 0, 3600, 0},
    {"--min-ttl just met", 0, 0, 3599, 3600},
    {"clock set forward", 3000, 60, 0, 600},
    {"clock set far forward", 100000, 60, 0, 0},
    {"clock set back, but not before", 60, 3000, 0, 600},
    {"clock set back before the file", -1, 60, 0, 0},
    {"clock set back, and the life is over", 60, 3600, 0, 0},
    {"machine restarted", 60, -100, 0, 0},
};

static void
make_reply(struct reply *reply, int64_t lifetime_s)
{
	char text[200];
	struct fail why;

	(void)snprintf(text, sizeof(text),
	    "{\"access_token\":\"t.o.k\",\"token_type\":\"Bearer\","
	    "\"scope\":\"all\",\"expires_in\":%lld}",
	    (long long)lifetime_s);
	if (reply_parse(reply, text, strlen(text), &why) != 0)
		exit(1);
}

static bool
parse(const struct buf *text, size_t len, const char *key, int64_t wall_s,
    int64_t boot_s, int64_t min_ttl_s, int64_t *left_s)
{
	struct cache_time now = {.wall_ms = STORED_WALL + wall_s * 1000,
	    .boot_ms = STORED_BOOT + boot_s * 1000};
	struct reply reply = {0};
	bool is_found =
	    cache_parse(text->data, len, key, &now, min_ttl_s, &reply, left_s);

	if (is_found && strcmp(reply.token.text, "t.o.k") != 0)
		is_found = false;
	reply_free(&reply);
	return is_found;
}

static void
test_margin(void)
{
	is_int(cache_margin_s(3600, 0), 60, "a minute of an hour");
	is_int(cache_margin_s(600, 0), 60, "a minute of ten");
	is_int(cache_margin_s(300, 0), 30, "a tenth of less");
	is_int(cache_margin_s(5, 0), 0, "nothing of almost nothing");
	is_int(cache_margin_s(3600, 900), 900, "or what is wanted");
}

static void
test_key(void)
{
	char *a = cache_key("e", "a b", "r", "all");
	char *b = cache_key("e", "a", "b r", "all");

	is(a, "e a%20b r all", "parts cannot run into each other");
	ok(strcmp(a, b) != 0, "so that two keys differ");
	free(a);
	free(b);
}

/* Whether somebody else holds the lock, and one goes on without it. */
static bool
is_locked_out(const char *directory)
{
	struct cache other;
	struct fail why;
	bool is_out;

	if (cache_open(&other, directory, KEY, &why) != 0 ||
	    cache_lock(&other, 50, &why) != 0)
		exit(1);
	/* To take a lock that one has is allowed. */
	is_out = flock(other.lock, LOCK_EX | LOCK_NB) != 0;
	cache_close(&other);
	return is_out;
}

/* A holder that is stuck keeps the others for so long and no longer. */
static void
test_lock(void)
{
	char directory[] = "/tmp/token-cache.XXXXXX";
	char lock[sizeof(directory) + 40];
	struct cache c;
	struct fail why;

	if (!mkdtemp(directory) || cache_open(&c, directory, KEY, &why) != 0) {
		ok(false, "a directory for the lock");
		return;
	}
	(void)snprintf(lock, sizeof(lock), "%s/%s.lock", directory, c.name);
	ok(!is_locked_out(directory), "nobody holds the lock");
	is_int(cache_lock(&c, 0, &why), 0, "no time to take it in");
	ok(!is_locked_out(directory), "so that it is still free");
	is_int(cache_lock(&c, CACHE_WAIT_MS, &why), 0, "taken at once");
	ok(is_locked_out(directory), "the next one waits, and goes on");
	cache_close(&c);
	ok(!is_locked_out(directory), "free with its holder's end");
	(void)unlink(lock);
	is_int(rmdir(directory), 0, "and no other file came of it");
}

int
main(void)
{
	struct cache_time stored = {.wall_ms = STORED_WALL,
	    .boot_ms = STORED_BOOT};
	struct reply reply;
	struct buf text;
	int64_t left_s;
	size_t taken = 0, head_len;

	buf_init(&text, 4096);
	make_reply(&reply, 3600);
	cache_format(&text, KEY, &stored, &reply);
	for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++) {
		const struct moment *m = &moments[i];
		bool is_found = parse(&text, text.len, KEY, m->wall_s,
		    m->boot_s, m->min_ttl_s, &left_s);

		ok(is_found == (m->left_s != 0) &&
			(!is_found || left_s == m->left_s),
		    "%s", m->name);
	}
	/* Part of a second counts as a whole one. */
	stored.wall_ms--;
	buf_clear(&text);
	cache_format(&text, KEY, &stored, &reply);
	ok(parse(&text, text.len, KEY, 0, 0, 0, &left_s),
	    "a millisecond later");
	is_int(left_s, 3599, "a second is gone");

	for (size_t len = 0; len < text.len; len++)
		taken += parse(&text, len, KEY, 0, 0, 0, &left_s);
	is_int((long long)taken, 0, "no part of a file is taken for one");
	head_len = text.len - reply.body.len - 1;
	for (size_t i = 0; i < head_len; i++) {
		char kept = text.data[i];

		text.data[i] = kept == '\n' ? ' ' : '\n';
		taken += parse(&text, text.len, KEY, 0, 0, 0, &left_s);
		text.data[i] = kept;
	}
	is_int((long long)taken, 0, "nor one whose head is broken");
	ok(!parse(&text, text.len, KEY "x", 0, 0, 0, &left_s), "another key");
	ok(!parse(&text, text.len, "", 0, 0, 0, &left_s), "no key");
	reply_free(&reply);

	buf_clear(&text);
	make_reply(&reply, 400LL * 24 * 3600);
	cache_format(&text, KEY, &stored, &reply);
	ok(!parse(&text, text.len, KEY, 0, 0, 0, &left_s),
	    "a life of more than a year");
	reply_free(&reply);
	buf_free(&text);
	test_margin();
	test_key();
	test_lock();
	return tap_done();
}
