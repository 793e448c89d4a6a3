/* SPDX-License-Identifier: ISC */
/*
 * The token cache. Everything happens relative to a descriptor of a directory
 * that is ours alone, so that nobody can exchange it underneath.
 */
#include "cache.h"

#include "bounds.h"
#include "escape.h"
#include "mem.h"
#include "msg.h"
#include "num.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char MAGIC[] = "logto-token 1";

enum {
	FILE_BYTES = BOUND_SECRET_BYTES + 8 * 1024, /* answer and head */
	KEY_BYTES = 6 * 1024,
	LOCK_POLL_MS = 20,
};

static int64_t
read_clock(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* cannot fail for these clocks */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct cache_time
cache_now(void)
{
#ifdef CLOCK_BOOTTIME
	clockid_t boot = CLOCK_BOOTTIME;
#else
	clockid_t boot = CLOCK_MONOTONIC; /* counts sleep on macOS */
#endif

	return (struct cache_time){.wall_ms = read_clock(CLOCK_REALTIME),
	    .boot_ms = read_clock(boot)};
}

char *
cache_key(const char *endpoint, const char *app_id, const char *resource,
    const char *scope)
{
	const char *const parts[] = {endpoint, app_id, resource, scope};
	struct buf key;

	buf_init(&key, 4 * (size_t)BOUND_URL_BYTES);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (i > 0)
			buf_add_char(&key, ' ');
		escape_url(&key, parts[i], strlen(parts[i]));
	}
	return buf_detach(&key);
}

/* FNV-1a: spreads keys over names; the key in the file decides. */
static uint64_t
hash(const char *text)
{
	uint64_t value = 14695981039346656037U;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 1099511628211U;
	return value;
}

/* Opens a directory that only its owner, who we are, can enter. */
static int
open_directory(const char *path, struct fail *why)
{
	struct stat info;
	int fd;

	if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST)
		return fail_errno(why, "cannot make '%s'", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return fail_errno(why, "cannot open '%s'", path);
	if (fstat(fd, &info) == 0 && info.st_uid == geteuid() &&
	    (info.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return fd;
	(void)close(fd);
	return fail_set(why, STATUS_LOCAL,
	    "'%s' is not private; it must be yours and have mode 700", path);
}

int
cache_open(struct cache *c, const char *directory, const char *key,
    struct fail *why)
{
	*c = (struct cache){.directory = -1, .lock = -1};
	if (strlen(key) > KEY_BYTES)
		return fail_set(why, STATUS_LOCAL,
		    "endpoint, app id and resource are too long to cache");
	c->path = mem_string(directory);
	c->key = mem_string(key);
	(void)snprintf(c->name, sizeof(c->name), "%016llx",
	    (unsigned long long)hash(key));
	c->directory = open_directory(directory, why);
	return c->directory == -1 ? -1 : 0;
}

int64_t
cache_margin_s(int64_t lifetime_s, int64_t min_ttl_s)
{
	int64_t leeway = lifetime_s / 10;

	if (leeway > 60)
		leeway = 60;
	return leeway > min_ttl_s ? leeway : min_ttl_s;
}

void
cache_format(struct buf *to, const char *key, const struct cache_time *asked_at,
    const struct reply *reply)
{
	buf_addf(to, "%s\n%s\n%lld %lld %lld %zu\n", MAGIC, key,
	    (long long)asked_at->wall_ms, (long long)asked_at->boot_ms,
	    (long long)reply->lifetime_s, reply->body.len);
	buf_append(to, reply->body.data, reply->body.len);
	buf_add_char(to, '\n');
}

/* Takes the bytes up to `end` off the front of the text; false if it has no
 * `end`. */
static bool
take(const char **text, size_t *len, char end, const char **part,
    size_t *part_len)
{
	const char *found = memchr(*text, end, *len);

	if (!found)
		return false;
	*part = *text;
	*part_len = (size_t)(found - *text);
	*len -= *part_len + 1;
	*text = found + 1;
	return true;
}

static bool
take_number(const char **text, size_t *len, char end, int64_t *number)
{
	const char *part;
	size_t part_len;

	return take(text, len, end, &part, &part_len) &&
	    num_i64(part, part_len, number) == 0 && *number >= 0;
}

/* The seconds left of a lifetime; negative where the times make no sense. */
static int64_t
time_left(const struct cache_time *stored, const struct cache_time *now,
    int64_t lifetime_s)
{
	int64_t wall = now->wall_ms - stored->wall_ms;
	int64_t boot = now->boot_ms - stored->boot_ms;
	int64_t age = wall > boot ? wall : boot;

	/* From the future: a clock was set back, or the machine restarted. */
	if (wall < 0 || boot < 0)
		return -1;
	return lifetime_s - (age + 999) / 1000;
}

bool
cache_parse(const char *text, size_t len, const char *key,
    const struct cache_time *now, int64_t min_ttl_s, struct reply *reply,
    int64_t *left_s)
{
	/* A year; beyond that the numbers below could overflow. */
	const int64_t longest_s = 366 * 24 * 3600;
	const char *line;
	size_t line_len;
	struct cache_time stored;
	int64_t lifetime_s, body_len;
	struct fail ignored;

	if (!take(&text, &len, '\n', &line, &line_len) ||
	    line_len != strlen(MAGIC) || memcmp(line, MAGIC, line_len) != 0 ||
	    !take(&text, &len, '\n', &line, &line_len) ||
	    line_len != strlen(key) || memcmp(line, key, line_len) != 0 ||
	    !take_number(&text, &len, ' ', &stored.wall_ms) ||
	    !take_number(&text, &len, ' ', &stored.boot_ms) ||
	    !take_number(&text, &len, ' ', &lifetime_s) ||
	    !take_number(&text, &len, '\n', &body_len))
		return false;
	if (len == 0 || (uint64_t)body_len != len - 1 || text[len - 1] != '\n')
		return false;
	if (lifetime_s > longest_s)
		return false;
	*left_s = time_left(&stored, now, lifetime_s);
	if (*left_s <= cache_margin_s(lifetime_s, min_ttl_s))
		return false;
	if (reply_parse(reply, text, len - 1, &ignored) != 0)
		return false;
	if (reply->lifetime_s == lifetime_s)
		return true;
	reply_free(reply);
	return false;
}

/* Opens the token's file if it is one that we could have written. */
static int
open_entry(const struct cache *c)
{
	struct stat info;
	int fd = openat(c->directory, c->name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd == -1)
		return -1;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
	    info.st_uid == geteuid() &&
	    (info.st_mode & (S_IRWXG | S_IRWXO)) == 0 &&
	    info.st_size <= FILE_BYTES)
		return fd;
	(void)close(fd);
	return -1;
}

bool
cache_find(struct cache *c, const struct cache_time *now, int64_t min_ttl_s,
    struct reply *reply, int64_t *left_s)
{
	int fd = c->directory == -1 ? -1 : open_entry(c);
	struct buf text;
	ssize_t got = 1;
	bool is_found;

	if (fd == -1)
		return false;
	buf_init(&text, FILE_BYTES);
	(void)buf_reserve(&text, FILE_BYTES); /* whole: see buf_wipe */
	while (got > 0 && text.len < FILE_BYTES) {
		got = read(fd, text.data + text.len, FILE_BYTES - text.len);
		if (got > 0)
			text.len += (size_t)got;
	}
	(void)close(fd);
	is_found = got == 0 &&
	    cache_parse(text.data, text.len, c->key, now, min_ttl_s, reply,
		left_s);
	buf_wipe(&text);
	return is_found;
}

int
cache_lock(struct cache *c, int wait_ms, struct fail *why)
{
	struct pollfd wake = {.fd = stop_descriptor(), .events = POLLIN};
	char name[sizeof(c->name) + 8];

	if (c->directory == -1)
		return 0;
	(void)snprintf(name, sizeof(name), "%s.lock", c->name);
	c->lock = openat(c->directory, name,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (c->lock == -1) {
		msg_at(MSG_VERBOSE, "cannot lock '%s/%s': %s", c->path, name,
		    strerror(errno));
		return 0;
	}
	/* Polled, since a signal that comes just before a blocking wait would
	 * be missed. */
	for (int waited = 0; waited < wait_ms; waited += LOCK_POLL_MS) {
		if (flock(c->lock, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return 0; /* a file system without locks */
		(void)poll(&wake, wake.fd != -1, LOCK_POLL_MS);
		if (stop_is_requested())
			return stop_fail(why);
	}
	msg_at(MSG_VERBOSE,
	    "another process holds '%s/%s'; going on without it", c->path,
	    name);
	return 0;
}

/* Writes all or fails. */
static int
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Writes the text beside the token's file and puts it in its place. */
static int
replace(struct cache *c, const struct buf *text, struct fail *why)
{
	char name[sizeof(c->name) + 8];
	bool is_written;
	int fd;

	/* One name for all, so that what a killed process leaves is replaced
	 * by the next one. Two that go on without the lock may take it from
	 * each other, and the file is seen not to be whole. */
	(void)snprintf(name, sizeof(name), "%s.new", c->name);
	(void)unlinkat(c->directory, name, 0);
	fd = openat(c->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd == -1)
		return fail_errno(why, "cannot write in '%s'", c->path);
	is_written = write_all(fd, text->data, text->len) == 0;
	is_written = close(fd) == 0 && is_written;
	/* No fsync: after a crash of the machine, asking again is cheap, and
	 * a file that is not whole is seen to be so. */
	if (is_written &&
	    renameat(c->directory, name, c->directory, c->name) == 0)
		return 0;
	(void)fail_errno(why, "cannot write in '%s'", c->path);
	(void)unlinkat(c->directory, name, 0);
	return -1;
}

int
cache_store(struct cache *c, const struct cache_time *asked_at,
    const struct reply *reply, struct fail *why)
{
	struct buf text;
	int result;

	if (c->directory == -1 || reply->lifetime_s == 0)
		return 0;
	buf_init(&text, FILE_BYTES);
	(void)buf_reserve(&text, FILE_BYTES); /* whole: see buf_wipe */
	cache_format(&text, c->key, asked_at, reply);
	result = buf_check(&text, "the token", why);
	if (result == 0)
		result = replace(c, &text, why);
	buf_wipe(&text);
	return result;
}

void
cache_close(struct cache *c)
{
	if (c->lock != -1)
		(void)close(c->lock); /* and so unlocks */
	if (c->directory != -1)
		(void)close(c->directory);
	free(c->path);
	free(c->key);
	*c = (struct cache){.directory = -1, .lock = -1};
}
