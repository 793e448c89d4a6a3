/* SPDX-License-Identifier: ISC */
/*
 * Where a setting comes from. Each has a key in a profile, most have an
 * environment variable and an option; the strongest source that gives a
 * value wins:
 *
 *      option  >  environment  >  profile  >  default
 *
 * A profile is a section of $XDG_CONFIG_HOME/logto/config, chosen by
 * --profile or LOGTO_PROFILE, else [default]. Environment variables that
 * hold secrets are erased once read. The table is in settings.c.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "attr.h"
#include "fail.h"
#include "secret.h"

#include <stdbool.h>
#include <stddef.h>

enum setting {
	SETTING_PROFILE,
	SETTING_ENDPOINT,
	SETTING_TENANT_ID,
	SETTING_RESOURCE,
	SETTING_APP_ID,
	SETTING_APP_SECRET, /* no option: it would show in argv */
	SETTING_APP_SECRET_FILE,
	SETTING_APP_SECRET_COMMAND,
	SETTING_TOKEN, /* no option either */
	SETTING_TOKEN_FILE,
	SETTING_TOKEN_COMMAND,
	SETTING_CACERT,
	SETTING_INSECURE_HTTP,
	SETTING_COUNT,
	SETTING_NONE = -1,
};

/* In the order of strength, so that they compare. */
enum source {
	SOURCE_NONE, /* not set */
	SOURCE_DEFAULT,
	SOURCE_PROFILE,
	SOURCE_ENVIRONMENT,
	SOURCE_OPTION,
};

struct setting_value {
	struct secret text;
	enum source source;
	const char *origin; /* instead of the option's name; or NULL */
};

struct settings {
	struct setting_value values[SETTING_COUNT];
	char *path;    /* of the configuration file; NULL: no home */
	char *profile; /* the name of the profile */
};

/* Resolves all settings. `given` are the values of options, NULL where there
 * was none; what the program has no use for (`unused`, a list ended by
 * SETTING_NONE) is left alone, its environment variable too. Warns where the
 * environment overrides a profile that was named by option. Failures:
 * STATUS_USAGE, or STATUS_REFUSED for a file that others can read. */
ATTR_NODISCARD
int settings_load(struct settings *s, const char *const given[SETTING_COUNT],
    const enum setting *unused, struct fail *why);

/* The value, or NULL where it is not set. Borrowed. */
const char *settings_get(const struct settings *s, enum setting which);
enum source settings_source(const struct settings *s, enum setting which);

/* A yes-or-no setting; false where it is not set. A value that is neither
 * was refused by settings_load. */
bool settings_is_on(const struct settings *s, enum setting which);

/* Moves a secret out of the settings, so that it lives no longer than its one
 * use. The source stays known. */
void settings_take(struct settings *s, enum setting which,
    struct secret *value);

/* As if an option had given it, weaker than one that did. `origin` says
 * where it came from and is borrowed for ever. */
void settings_offer(struct settings *s, enum setting which,
    const struct secret *value, const char *origin);

/* Which of `among` (ended by SETTING_NONE) has the strongest source;
 * SETTING_NONE if none is set. Two of one strength contradict each other:
 * STATUS_USAGE, naming both. */
ATTR_NODISCARD
int settings_choose(const struct settings *s, const enum setting *among,
    enum setting *chosen, struct fail *why);

/* Tells value and source of each setting under -v; of a secret the source
 * alone. */
void settings_tell(const struct settings *s);

/* "--endpoint", "LOGTO_ENDPOINT" or "'endpoint' of profile [x]". */
void settings_describe(const struct settings *s, enum setting which, char *text,
    size_t size);

/* Puts what came by option into the environment, so that a command run by
 * this program (logto-token) works for the same tenant. Never a secret. */
void settings_export(const struct settings *s);

/* The variables that hold secrets, ended by NULL: no child but logto-token
 * has any use for them. */
extern const char *const settings_secret_variables[];

/* Overwrites and releases all. */
void settings_free(struct settings *s);

#endif
