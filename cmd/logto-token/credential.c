/* SPDX-License-Identifier: ISC */
/*
 * Finding the secret.
 */
#include "credential.h"

#include "child.h"

#include <string.h>
#include <sys/stat.h>

int
credential_app_id(const struct settings *s, const char **app_id,
    struct fail *why)
{
	*app_id = settings_get(s, SETTING_APP_ID);
	if (*app_id)
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "no application is named; give --app-id, LOGTO_APP_ID, or "
	    "'app_id' in a profile (of a machine-to-machine application)");
}

int
credential_check(const struct settings *s, struct fail *why)
{
	const char *path = settings_get(s, SETTING_APP_SECRET_FILE);
	struct secret secret = {0};
	struct stat state;
	int result;

	if (settings_source(s, SETTING_APP_SECRET_FILE) != SOURCE_OPTION ||
	    strcmp(path, "-") == 0)
		return 0;
	/* What can be read once only is for who needs the secret. */
	if (stat(path, &state) == 0 && !S_ISREG(state.st_mode) &&
	    !S_ISDIR(state.st_mode))
		return 0;
	result = secret_read_file(&secret, path, why);
	secret_free(&secret);
	return result;
}

int
credential_secret(struct settings *s, struct secret *secret, struct fail *why)
{
	static const enum setting sources[] = {SETTING_APP_SECRET,
	    SETTING_APP_SECRET_FILE, SETTING_APP_SECRET_COMMAND, SETTING_NONE};
	enum setting source;
	const char *text;

	if (settings_choose(s, sources, &source, why) != 0)
		return -1;
	if (source == SETTING_NONE)
		return fail_set(why, STATUS_USAGE,
		    "no secret for application '%s'; give --secret-file, "
		    "LOGTO_APP_SECRET, LOGTO_APP_SECRET_FILE, or "
		    "'app_secret_command' in a profile",
		    settings_get(s, SETTING_APP_ID));
	text = settings_get(s, source);
	if (source == SETTING_APP_SECRET_FILE)
		return secret_read_file(secret, text, why);
	if (source == SETTING_APP_SECRET_COMMAND)
		return child_read_line("app_secret_command", text,
		    settings_secret_variables, false, secret, why);
	settings_take(s, source, secret);
	return 0;
}
