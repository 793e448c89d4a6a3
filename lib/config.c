/* SPDX-License-Identifier: ISC */
/*
 * Profiles of an INI file.
 */
#include "config.h"

#include "bounds.h"
#include "mem.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the callback of libinih needs. */
struct reading {
	struct config *config;
	const char *const *known;
	bool is_found; /* the profile's section has an entry */
	bool has_failed;
	struct fail *why;
};

static bool
is_known(const char *const *known, const char *key)
{
	while (*known && strcmp(*known, key) != 0)
		known++;
	return *known != NULL;
}

/* Returns 1 if the entry is right, as libinih wants it; what is wrong with
 * other profiles does not matter now. */
static int
on_entry(void *context, const char *section, const char *key, const char *value)
{
	struct reading *r = context;
	struct config *c = r->config;

	if (strcmp(section, c->profile) != 0)
		return 1;
	r->is_found = true;
	if (r->has_failed)
		return 0;
	r->has_failed = true;
	if (!is_known(r->known, key)) {
		(void)fail_set(r->why, STATUS_USAGE,
		    "%s: [%s] has an unknown setting '%s'", c->path, section,
		    key);
		return 0;
	}
	if (config_get(c, key)) {
		(void)fail_set(r->why, STATUS_USAGE, "%s: [%s] has '%s' twice",
		    c->path, section, key);
		return 0;
	}
	r->has_failed = false;
	c->entries = mem_grow(c->entries, &c->capacity, c->count + 1,
	    sizeof(*c->entries));
	c->entries[c->count++] = (struct config_entry){.key = mem_string(key),
	    .value = mem_string(value)};
	return 1;
}

/* Opens the file; 1 if there is none and none is needed. */
static int
open_file(struct config *c, bool is_required, FILE **file, struct fail *why)
{
	struct stat info;
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd == -1 && errno == ENOENT && !is_required)
		return 1;
	if (fd == -1) {
		(void)fail_errno(why, "cannot open '%s'", c->path);
		why->status = STATUS_USAGE;
		return -1;
	}
	if (fstat(fd, &info) == 0 && info.st_size > BOUND_CONFIG_BYTES) {
		(void)close(fd);
		return fail_set(why, STATUS_USAGE,
		    "'%s' is larger than %d bytes", c->path,
		    BOUND_CONFIG_BYTES);
	}
	*file = fdopen(fd, "r");
	if (!*file) {
		(void)fail_errno(why, "cannot read '%s'", c->path);
		(void)close(fd);
		return -1;
	}
	return 0;
}

int
config_load(struct config *c, const char *path, const char *profile,
    bool is_required, const char *const *known, const char *const *secret_keys,
    struct fail *why)
{
	struct reading r = {.config = c, .known = known, .why = why};
	FILE *file = NULL;
	int line, result;

	*c = (struct config){.path = mem_string(path),
	    .profile = mem_string(profile)};
	result = open_file(c, is_required, &file, why);
	if (result != 0)
		return result < 0 ? -1 : 0;
	line = ini_parse_file(file, on_entry, &r);
	if (r.has_failed)
		result = fail_prefix(why, "line %d", line);
	else if (line != 0)
		result = fail_set(why, STATUS_USAGE,
		    "%s: line %d is neither '[profile]' nor 'key = value'",
		    path, line);
	else if (!r.is_found && is_required)
		result = fail_set(why, STATUS_USAGE, "%s has no profile [%s]",
		    path, profile);
	for (; result == 0 && *secret_keys; secret_keys++)
		if (config_get(c, *secret_keys))
			result = secret_check_mode(fileno(file), path, why);
	(void)fclose(file); /* nothing was written */
	return result;
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
