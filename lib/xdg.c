/* SPDX-License-Identifier: ISC */
/*
 * The environment, and where files belong.
 */
#include "xdg.h"

#include "buf.h"
#include "secret.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char *
xdg_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool
xdg_take_variable(const char *name, struct secret *value)
{
	char *text = getenv(name);
	size_t len = text ? strlen(text) : 0;

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len == 0)
		return false;
	secret_set(value, text, len);
	explicit_bzero(text, strlen(text));
	(void)unsetenv(name); /* fails only for a name with a '=' */
	return true;
}

static char *
join(const char *directory, const char *middle, const char *name)
{
	struct buf path;

	if (!directory || directory[0] != '/')
		return NULL;
	buf_init(&path, PATH_MAX);
	buf_addf(&path, "%s%s/%s", directory, middle, name);
	if (path.is_overfull) {
		buf_free(&path);
		return NULL;
	}
	return buf_detach(&path);
}

char *
xdg_config_path(const char *name)
{
	char *path = join(xdg_variable("XDG_CONFIG_HOME"), "", name);

	return path ? path : join(xdg_variable("HOME"), "/.config", name);
}

char *
xdg_runtime_path(const char *name)
{
	return join(xdg_variable("XDG_RUNTIME_DIR"), "", name);
}
