/* SPDX-License-Identifier: ISC */
/*
 * The table of settings, and their resolution.
 */
#include "settings.h"

#include "buf.h"
#include "config.h"
#include "mem.h"
#include "msg.h"
#include "xdg.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum value_kind {
	KIND_TEXT,
	KIND_URL,    /* not shown if it holds a user or password */
	KIND_PATH,   /* in a profile, relative to the file's directory */
	KIND_SWITCH, /* yes or no */
	KIND_SECRET,
	KIND_COMMAND, /* may hold a secret; not shown either */
};

static const struct row {
	const char *key;      /* in a profile; NULL: none */
	const char *variable; /* of the environment; NULL: none */
	const char *option;   /* NULL: none */
	const char *fallback; /* NULL: none */
	enum value_kind kind;
} rows[SETTING_COUNT] = {
    [SETTING_PROFILE] = {NULL, "LOGTO_PROFILE", "profile", "default",
	KIND_TEXT},
    [SETTING_ENDPOINT] = {"endpoint", "LOGTO_ENDPOINT", "endpoint", NULL,
	KIND_URL},
    [SETTING_TENANT_ID] = {"tenant_id", "LOGTO_TENANT_ID", "tenant-id", NULL,
	KIND_TEXT},
    [SETTING_RESOURCE] = {"resource", "LOGTO_RESOURCE", "resource", NULL,
	KIND_URL},
    [SETTING_APP_ID] = {"app_id", "LOGTO_APP_ID", "app-id", NULL, KIND_TEXT},
    [SETTING_APP_SECRET] = {"app_secret", "LOGTO_APP_SECRET", NULL, NULL,
	KIND_SECRET},
    [SETTING_APP_SECRET_FILE] = {"app_secret_file", "LOGTO_APP_SECRET_FILE",
	"secret-file", NULL, KIND_PATH},
    [SETTING_APP_SECRET_COMMAND] = {"app_secret_command", NULL, NULL, NULL,
	KIND_COMMAND},
    [SETTING_TOKEN] = {NULL, "LOGTO_TOKEN", NULL, NULL, KIND_SECRET},
    [SETTING_TOKEN_FILE] = {"token_file", NULL, "token-file", NULL, KIND_PATH},
    [SETTING_TOKEN_COMMAND] = {"token_command", "LOGTO_TOKEN_COMMAND",
	"token-command", "logto-token", KIND_TEXT},
    [SETTING_CACERT] = {"cacert", "LOGTO_CACERT", "cacert", NULL, KIND_PATH},
    [SETTING_INSECURE_HTTP] = {"insecure_http", "LOGTO_INSECURE_HTTP",
	"insecure-http", NULL, KIND_SWITCH},
};

const char *const settings_secret_variables[] = {"LOGTO_APP_SECRET",
    "LOGTO_TOKEN", NULL};

/* What a profile may hold, and what of it is secret. */
static const char *const profile_keys[] = {"endpoint", "tenant_id", "resource",
    "app_id", "app_secret", "app_secret_file", "app_secret_command",
    "token_file", "token_command", "cacert", "insecure_http", NULL};
static const char *const secret_keys[] = {"app_secret", NULL};

static bool
is_listed(const enum setting *list, enum setting which)
{
	while (*list != SETTING_NONE && *list != which)
		list++;
	return *list == which;
}

static void
set(struct settings *s, enum setting which, const char *text,
    enum source source)
{
	secret_set(&s->values[which].text, text, strlen(text));
	s->values[which].source = source;
}

/* What option, environment and default say. */
static int
resolve(struct settings *s, enum setting which, const char *given,
    struct fail *why)
{
	const struct row *row = &rows[which];
	struct setting_value *value = &s->values[which];
	const char *variable = NULL;

	if (given && !*given)
		return fail_set(why, STATUS_USAGE, "--%s was given no value",
		    row->option);
	/* Taken even where an option wins: no child shall inherit it. */
	if (row->variable && row->kind == KIND_SECRET) {
		if (xdg_take_variable(row->variable, &value->text))
			value->source = SOURCE_ENVIRONMENT;
	} else if (row->variable) {
		variable = xdg_variable(row->variable);
	}
	if (given)
		set(s, which, given, SOURCE_OPTION);
	else if (variable)
		set(s, which, variable, SOURCE_ENVIRONMENT);
	else if (row->fallback)
		set(s, which, row->fallback, SOURCE_DEFAULT);
	return 0;
}

/* A path that a profile holds: "~/" is the home directory, and what is
 * relative starts at the directory of the file. */
static void
set_profile_path(struct settings *s, enum setting which, const char *text)
{
	const char *home = xdg_variable("HOME");
	const char *slash = strrchr(s->path, '/');
	struct buf path;

	buf_init(&path, PATH_MAX);
	if (strncmp(text, "~/", 2) == 0 && home)
		buf_addf(&path, "%s%s", home, text + 1);
	else if (text[0] == '/')
		buf_add(&path, text);
	else
		buf_addf(&path, "%.*s%s", (int)(slash + 1 - s->path), s->path,
		    text);
	/* Too long for a path: opening it will say so. */
	set(s, which, path.is_overfull ? text : path.data, SOURCE_PROFILE);
	buf_free(&path);
}

static void
apply_profile(struct settings *s, const struct config *config,
    enum setting which)
{
	const struct row *row = &rows[which];
	struct setting_value *value = &s->values[which];
	const char *text = row->key ? config_get(config, row->key) : NULL;

	if (!text || !*text)
		return;
	if (value->source < SOURCE_PROFILE && row->kind == KIND_PATH)
		set_profile_path(s, which, text);
	else if (value->source < SOURCE_PROFILE)
		set(s, which, text, SOURCE_PROFILE);
	else if (value->source == SOURCE_ENVIRONMENT &&
	    settings_source(s, SETTING_PROFILE) == SOURCE_OPTION)
		/* Half of one tenant and half of another is a mistake more
		 * often than a wish. */
		msg_note("%s in the environment overrides '%s' of profile "
			 "[%s]",
		    row->variable, row->key, s->profile);
}

static int
load_profile(struct settings *s, const enum setting *unused, struct fail *why)
{
	bool is_named = settings_source(s, SETTING_PROFILE) > SOURCE_DEFAULT;
	struct config config;
	int result;

	s->profile = mem_string(settings_get(s, SETTING_PROFILE));
	s->path = xdg_config_path("logto/config");
	if (!s->path && is_named)
		return fail_set(why, STATUS_USAGE,
		    "profile [%s]: neither XDG_CONFIG_HOME nor HOME is set, "
		    "so there is no configuration file",
		    s->profile);
	if (!s->path)
		return 0;
	result = config_load(&config, s->path, s->profile, is_named,
	    profile_keys, secret_keys, why);
	for (int i = 0; i < SETTING_COUNT && result == 0; i++)
		if (!is_listed(unused, (enum setting)i))
			apply_profile(s, &config, (enum setting)i);
	config_free(&config);
	return result;
}

/* 1 for yes, 0 for no, -1 for neither. */
static int
read_switch(const char *text)
{
	static const char *const words[] = {"no", "yes", "off", "on", "false",
	    "true", "0", "1"};

	for (int i = 0; i < (int)(sizeof(words) / sizeof(*words)); i++)
		if (strcasecmp(text, words[i]) == 0)
			return i % 2;
	return -1;
}

static int
check_switches(const struct settings *s, struct fail *why)
{
	char name[PATH_MAX];

	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *text = settings_get(s, (enum setting)i);

		if (rows[i].kind != KIND_SWITCH || !text ||
		    read_switch(text) >= 0)
			continue;
		settings_describe(s, (enum setting)i, name, sizeof(name));
		return fail_set(why, STATUS_USAGE,
		    "%s is yes or no, not '%.100s'", name, text);
	}
	return 0;
}

int
settings_load(struct settings *s, const char *const given[SETTING_COUNT],
    const enum setting *unused, struct fail *why)
{
	*s = (struct settings){0};
	for (int i = 0; i < SETTING_COUNT; i++)
		if (!is_listed(unused, (enum setting)i) &&
		    resolve(s, (enum setting)i, given[i], why) != 0)
			return -1;
	if (load_profile(s, unused, why) != 0)
		return -1;
	return check_switches(s, why);
}

const char *
settings_get(const struct settings *s, enum setting which)
{
	return s->values[which].text.text;
}

enum source
settings_source(const struct settings *s, enum setting which)
{
	return s->values[which].source;
}

bool
settings_is_on(const struct settings *s, enum setting which)
{
	const char *text = settings_get(s, which);

	return text && read_switch(text) == 1;
}

void
settings_take(struct settings *s, enum setting which, struct secret *value)
{
	secret_free(value);
	*value = s->values[which].text;
	s->values[which].text = (struct secret){0};
}

void
settings_offer(struct settings *s, enum setting which,
    const struct secret *value, const char *origin)
{
	struct setting_value *to = &s->values[which];

	if (to->source == SOURCE_OPTION)
		return;
	secret_set(&to->text, value->text, value->len);
	to->source = SOURCE_OPTION;
	to->origin = origin;
}

int
settings_choose(const struct settings *s, const enum setting *among,
    enum setting *chosen, struct fail *why)
{
	enum source best = SOURCE_NONE;
	char first[PATH_MAX], second[PATH_MAX];

	*chosen = SETTING_NONE;
	for (; *among != SETTING_NONE; among++) {
		enum source source = settings_source(s, *among);

		if (source == best && source != SOURCE_NONE) {
			settings_describe(s, *chosen, first, sizeof(first));
			settings_describe(s, *among, second, sizeof(second));
			return fail_set(why, STATUS_USAGE,
			    "both %s and %s are given; keep one of them", first,
			    second);
		}
		if (source > best) {
			best = source;
			*chosen = *among;
		}
	}
	return 0;
}

void
settings_describe(const struct settings *s, enum setting which, char *text,
    size_t size)
{
	const struct row *row = &rows[which];
	const struct setting_value *value = &s->values[which];

	if (value->origin)
		(void)snprintf(text, size, "%s", value->origin);
	else if (value->source == SOURCE_OPTION)
		(void)snprintf(text, size, "--%s", row->option);
	else if (value->source == SOURCE_ENVIRONMENT)
		(void)snprintf(text, size, "%s", row->variable);
	else if (value->source == SOURCE_PROFILE)
		(void)snprintf(text, size, "'%s' of profile [%s]", row->key,
		    s->profile);
	else
		(void)snprintf(text, size, "the default");
}

/* Whether the value may be told; a URL's '@' could end a password. */
static bool
is_showable(const struct row *row, const char *text)
{
	return row->kind < KIND_SECRET &&
	    !(row->kind == KIND_URL && strchr(text, '@'));
}

void
settings_tell(const struct settings *s)
{
	char source[PATH_MAX];

	if (!msg_is(MSG_VERBOSE))
		return;
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct row *row = &rows[i];
		const char *text = settings_get(s, (enum setting)i);

		if (!text)
			continue;
		settings_describe(s, (enum setting)i, source, sizeof(source));
		msg_at(MSG_VERBOSE, "%s: %s (from %s)",
		    row->key          ? row->key
			: row->option ? row->option
				      : "token",
		    is_showable(row, text) ? text : "***", source);
	}
	if (s->path)
		msg_at(MSG_VERBOSE, "configuration file: %s%s", s->path,
		    access(s->path, F_OK) == 0 ? "" : " (there is none)");
}

void
settings_export(const struct settings *s)
{
	static const enum setting pair[] = {SETTING_ENDPOINT,
	    SETTING_TENANT_ID};

	for (int i = 0; i < SETTING_COUNT; i++)
		if (settings_source(s, (enum setting)i) == SOURCE_OPTION &&
		    rows[i].variable && rows[i].kind != KIND_SECRET)
			(void)setenv(rows[i].variable,
			    settings_get(s, (enum setting)i), 1);
	/* Of these two the weaker one does not count (tenant_open); exported,
	 * they would be equally strong. */
	for (int i = 0; i < 2; i++)
		if (settings_source(s, pair[i]) == SOURCE_OPTION &&
		    settings_source(s, pair[1 - i]) != SOURCE_OPTION)
			(void)unsetenv(rows[pair[1 - i]].variable);
}

void
settings_free(struct settings *s)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		secret_free(&s->values[i].text);
	free(s->path);
	free(s->profile);
	*s = (struct settings){0};
}
