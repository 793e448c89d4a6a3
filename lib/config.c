/* SPDX-License-Identifier: ISC */
/*
 * Profiles of an INI file.
 */
#include "config.h"

#include "attr.h"
#include "bounds.h"
#include "buf.h"
#include "mem.h"
#include "secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the callback of libinih needs. */
struct reading {
	struct config *config;
	const char *const *known, *const *secret_keys;
	bool is_found;   /* the profile's section has an entry */
	bool has_secret; /* any section has */
	bool has_failed;
	struct fail *why;
	const char *rest; /* of the text */
	unsigned line;    /* that libinih was given last */
};

static bool
is_known(const char *const *known, const char *key)
{
	while (*known && strcmp(*known, key) != 0)
		known++;
	return *known != NULL;
}

/* As dlt's file and a shell would have it. Commands may hold quotes, but hardly
 * one pair around all. */
static bool
is_quoted(const char *value)
{
	size_t len = strlen(value);

	return len >= 2 && (*value == '"' || *value == '\'') &&
	    strchr(value + 1, *value) == value + len - 1;
}

/* Returns 1 if the entry is right, as libinih wants it; what is wrong with
 * other profiles does not matter now. */
static int
on_entry(void *context, const char *section, const char *key, const char *value)
{
	struct reading *r = context;
	struct config *c = r->config;

	if (is_known(r->secret_keys, key))
		r->has_secret = true;
	if (!*section)
		return 0;
	if (strcmp(section, c->profile) != 0)
		return 1;
	r->is_found = true;
	if (r->has_failed)
		return 0;
	r->has_failed = true; /* until the entry turns out to be right */
	if (!is_known(r->known, key)) {
		(void)fail_set(r->why, STATUS_USAGE,
		    "%s, line %u: [%s] has an unknown setting '%s'", c->path,
		    r->line, section, key);
		return 0;
	}
	if (config_get(c, key)) {
		(void)fail_set(r->why, STATUS_USAGE,
		    "%s, line %u: [%s] has '%s' twice", c->path, r->line,
		    section, key);
		return 0;
	}
	if (is_quoted(value)) {
		(void)fail_set(r->why, STATUS_USAGE,
		    "%s, line %u: the quotes around '%s' would be part of it; "
		    "leave them out",
		    c->path, r->line, key);
		return 0;
	}
	r->has_failed = false;
	c->entries = mem_grow(c->entries, &c->capacity, c->count + 1,
	    sizeof(*c->entries));
	c->entries[c->count++] = (struct config_entry){.key = mem_string(key),
	    .value = mem_string(value)};
	return 1;
}

/* Reads the file into `text`; 1 if there is none and
 * none is needed. `fd` stays open for a look at its mode. */
static int
read_file(const struct config *c, bool is_required, struct buf *text, int *fd,
    struct fail *why)
{
	enum { LEAST = 64 * 1024 };
	struct stat info;
	size_t room = BOUND_CONFIG_BYTES;
	ssize_t got = 1;

	*fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd == -1 && errno == ENOENT && !is_required)
		return 1;
	/* A pipe does not tell its size. */
	if (*fd == -1 ||
	    (fstat(*fd, &info) == 0 && S_ISREG(info.st_mode) &&
		info.st_size < LEAST))
		room = LEAST;
	(void)buf_reserve(text, room); /* whole: see buf_wipe */
	while (*fd != -1 && got > 0 && text->len < room) {
		got = read(*fd, text->data + text->len, room - text->len);
		if (got > 0)
			text->len += (size_t)got;
		else if (got == -1 && errno == EINTR)
			got = 1;
	}
	if (*fd == -1 && errno == ENOENT)
		return fail_set(why, STATUS_USAGE,
		    "there is no '%s', where profile [%s] would be; to make "
		    "one, write a line '[%s]' into it and below lines such as "
		    "'key = value'",
		    c->path, c->profile, c->profile);
	if (*fd == -1 || got == -1) {
		(void)fail_errno(why, "cannot read '%s'", c->path);
		why->status = STATUS_USAGE;
		return -1;
	}
	if (got > 0)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is larger than %d bytes", c->path,
		    BOUND_CONFIG_BYTES);
	return 0;
}

/* libinih cuts what is longer than its line buffer, 200 bytes by default, and
 * takes the rest for a line of its own. */
static int
check_lines(const struct config *c, const struct buf *text, struct fail *why)
{
	enum { LONGEST = 190 };
	const char *line = text->data;
	unsigned number = 1;

	if (memchr(text->data, '\0', text->len))
		return fail_set(why, STATUS_USAGE, "'%s' holds a NUL byte",
		    c->path);
	for (; *line; number++) {
		size_t len = strcspn(line, "\n");

		if (len > LONGEST)
			return fail_set(why, STATUS_USAGE,
			    "%s, line %u: longer than %d bytes", c->path,
			    number, LONGEST);
		line += len + (line[len] == '\n');
	}
	return 0;
}

/* fgets for libinih, which tells only the first wrong line, be it another
 * profile's. */
static char *
next_line(char *into, int size, void *context)
{
	struct reading *r = context;
	size_t len = strcspn(r->rest, "\n");

	if (!*r->rest)
		return NULL;
	len += r->rest[len] == '\n';
	assert(len < (size_t)size); /* see check_lines */
	memcpy(into, r->rest, len);
	into[len] = '\0';
	r->rest += len;
	r->line++;
	return into;
}

/* libinih leaves its last line, which may hold a secret, in a frame that it
 * has returned from: overwrite where that was. */
ATTR_NOINLINE
static void
wipe_stack(void)
{
	char frames[8 * 1024];

	explicit_bzero(frames, sizeof(frames));
}

/* Has libinih read the text. */
static int
parse(struct reading *r, const struct buf *text, bool is_required,
    struct fail *why)
{
	const struct config *c = r->config;
	int line;

	if (check_lines(c, text, why) != 0)
		return -1;
	r->rest = text->data;
	line = ini_parse_stream(next_line, r, on_entry, r);
	wipe_stack();
	if (r->has_failed)
		return -1;
	if (line != 0)
		return fail_set(why, STATUS_USAGE,
		    "%s, line %d: neither '[profile]' nor 'key = value' below "
		    "one",
		    c->path, line);
	if (!r->is_found && is_required)
		return fail_set(why, STATUS_USAGE,
		    "%s has no profile [%s]; to make one, add a line '[%s]' "
		    "and below it lines such as 'key = value'",
		    c->path, c->profile, c->profile);
	return 0;
}

int
config_load(struct config *c, const char *path, const char *profile,
    bool is_required, const char *const *known, const char *const *secret_keys,
    struct fail *why)
{
	struct reading r = {.config = c,
	    .known = known,
	    .secret_keys = secret_keys,
	    .why = why};
	struct buf text;
	int fd, result;

	*c = (struct config){.path = mem_string(path),
	    .profile = mem_string(profile)};
	buf_init(&text, BOUND_CONFIG_BYTES);
	result = read_file(c, is_required, &text, &fd, why);
	if (result == 0) {
		text.data[text.len] = '\0';
		result = parse(&r, &text, is_required, why);
	}
	if (result == 0 && r.has_secret)
		result = secret_check_mode(fd, path, why);
	if (fd != -1)
		(void)close(fd);
	buf_wipe(&text);
	return result < 0 ? -1 : 0;
}

const char *
config_get(const struct config *c, const char *key)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->entries[i].key, key) == 0)
			return c->entries[i].value;
	return NULL;
}

void
config_free(struct config *c)
{
	for (size_t i = 0; i < c->count; i++) {
		explicit_bzero(c->entries[i].value,
		    strlen(c->entries[i].value));
		free(c->entries[i].key);
		free(c->entries[i].value);
	}
	free(c->entries);
	free(c->path);
	free(c->profile);
	*c = (struct config){0};
}
