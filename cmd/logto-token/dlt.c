/* SPDX-License-Identifier: ISC */
/*
 * dlt's secrets.toml.
 */
#include "dlt.h"

#include "bounds.h"
#include "buf.h"
#include "secret.h"
#include "toml.h"
#include "xdg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static const char USUAL_FILE[] = ".dlt/secrets.toml";
static const char *const SECTION[] = {"sources", "logto_management_api_source",
    NULL};

/* Opens the file; `name` gets its path. */
static int
open_file(const char *path, struct buf *name, struct fail *why)
{
	const char *home = xdg_variable("HOME");
	int fd;

	buf_add(name, *path ? path : USUAL_FILE);
	if (name->is_overfull)
		return fail_set(why, STATUS_USAGE,
		    "'%.60s...' is too long a path", path);
	fd = open(name->data, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1 && errno == ENOENT && !*path && home) {
		buf_clear(name);
		buf_addf(name, "%s/%s", home, USUAL_FILE);
		fd = open(name->data, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd == -1)
			return fail_set(why, STATUS_USAGE,
			    "there is no '%s' here, nor '%s'; name the file "
			    "with --dlt-secrets=FILE",
			    USUAL_FILE, name->data);
	}
	if (fd == -1) {
		(void)fail_errno(why, "cannot open '%s'", name->data);
		why->status = STATUS_USAGE;
	}
	return fd;
}

/* Reads all of the file into `text`, whose room is reserved. */
static int
read_all(int fd, const char *name, struct buf *text, struct fail *why)
{
	ssize_t got = 1;

	while (got > 0 && text->len < text->max) {
		got = read(fd, text->data + text->len, text->max - text->len);
		if (got > 0)
			text->len += (size_t)got;
		else if (got == -1 && errno == EINTR)
			got = 1;
	}
	if (got == -1)
		return fail_errno(why, "cannot read '%s'", name);
	if (got > 0)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is larger than %d bytes", name, BOUND_CONFIG_BYTES);
	return 0;
}

/* Both values must be there, and no longer what dlt's template puts there. */
static int
offer(const struct toml_wanted *wanted, enum setting which,
    struct settings *settings, struct fail *why)
{
	const struct secret *value = &wanted->value;

	if (!value->text)
		return fail_set(why, STATUS_USAGE,
		    "there is no '%s' under [%s.%s]", wanted->key, SECTION[0],
		    SECTION[1]);
	if (value->len == 0 || value->text[0] == '<' ||
	    strstr(value->text, "set me up"))
		return fail_set(why, STATUS_USAGE,
		    "'%s' under [%s.%s] is not filled in", wanted->key,
		    SECTION[0], SECTION[1]);
	settings_offer(settings, which, value, "--dlt-secrets");
	return 0;
}

int
dlt_read(const char *path, struct settings *settings, struct fail *why)
{
	struct toml_wanted wanted[] = {{.key = "client_id"},
	    {.key = "client_secret"}};
	struct buf name, text;
	int result = -1;
	int fd;

	buf_init(&name, PATH_MAX);
	buf_init(&text, BOUND_CONFIG_BYTES);
	fd = open_file(path, &name, why);
	if (fd == -1 || secret_check_mode(fd, name.data, why) != 0)
		goto out;
	(void)buf_reserve(&text, text.max); /* whole: see buf_wipe */
	if (read_all(fd, name.data, &text, why) != 0)
		goto out;
	result = toml_read(text.data, text.len, SECTION, wanted, 2, why);
	if (result == 0)
		result = offer(&wanted[0], SETTING_APP_ID, settings, why);
	if (result == 0)
		result = offer(&wanted[1], SETTING_APP_SECRET, settings, why);
	if (result != 0)
		(void)fail_prefix(why, "%s", name.data);
out:
	if (fd != -1)
		(void)close(fd);
	secret_free(&wanted[0].value);
	secret_free(&wanted[1].value);
	buf_wipe(&text);
	buf_free(&name);
	return result;
}
