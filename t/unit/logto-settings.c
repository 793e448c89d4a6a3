/* SPDX-License-Identifier: ISC */
/* Settings: their sources by strength, and what becomes of secrets. What
 * profiles do is tested from outside. */
#include "settings.h"

#include "tap.h"

#include <stdlib.h>

static const enum setting none_unused[] = {SETTING_NONE};
static const enum setting fetch_unused[] = {SETTING_APP_SECRET,
    SETTING_APP_SECRET_FILE, SETTING_NONE};
static const enum setting secrets[] = {SETTING_APP_SECRET,
    SETTING_APP_SECRET_FILE, SETTING_APP_SECRET_COMMAND, SETTING_NONE};

static void
clear_environment(void)
{
	static const char *const names[] = {"LOGTO_PROFILE", "LOGTO_ENDPOINT",
	    "LOGTO_TENANT_ID", "LOGTO_RESOURCE", "LOGTO_APP_ID",
	    "LOGTO_APP_SECRET", "LOGTO_APP_SECRET_FILE", "LOGTO_TOKEN",
	    "LOGTO_TOKEN_COMMAND", "LOGTO_CACERT", "LOGTO_INSECURE_HTTP"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		(void)unsetenv(names[i]);
	(void)setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
}

static void
test_sources(void)
{
	const char *given[SETTING_COUNT] = {[SETTING_APP_ID] = "opt"};
	struct settings s;
	struct fail why;
	char text[100];

	clear_environment();
	(void)setenv("LOGTO_APP_ID", "env", 1);
	(void)setenv("LOGTO_ENDPOINT", "https://e", 1);
	is_int(settings_load(&s, given, none_unused, &why), 0, "loads");
	is(settings_get(&s, SETTING_APP_ID), "opt", "the option wins");
	is_int(settings_source(&s, SETTING_APP_ID), SOURCE_OPTION, "as such");
	is(settings_get(&s, SETTING_ENDPOINT), "https://e", "a variable");
	settings_describe(&s, SETTING_ENDPOINT, text, sizeof(text));
	is(text, "LOGTO_ENDPOINT", "is named");
	is(settings_get(&s, SETTING_TOKEN_COMMAND), "logto-token", "a default");
	is_int(settings_source(&s, SETTING_TOKEN_COMMAND), SOURCE_DEFAULT,
	    "as such");
	is(settings_get(&s, SETTING_RESOURCE), NULL, "what is not set");
	ok(!settings_is_on(&s, SETTING_INSECURE_HTTP), "is off");
	settings_free(&s);
	settings_free(&s);
}

static void
test_switches(void)
{
	static const struct {
		const char *text;
		int result;
		bool is_on;
	} cases[] = {
	    {"yes", 0, true},
	    {"on", 0, true},
	    {"TRUE", 0, true},
	    {"1", 0, true},
	    {"no", 0, false},
	    {"Off", 0, false},
	    {"false", 0, false},
	    {"0", 0, false},
	    {"maybe", -1, false},
	    {"10", -1, false},
	};
	const char *given[SETTING_COUNT] = {0};

	clear_environment();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct settings s;
		struct fail why;

		(void)setenv("LOGTO_INSECURE_HTTP", cases[i].text, 1);
		ok(settings_load(&s, given, none_unused, &why) ==
			    cases[i].result &&
			(cases[i].result != 0 ||
			    settings_is_on(&s, SETTING_INSECURE_HTTP) ==
				cases[i].is_on),
		    "a switch that says %s", cases[i].text);
		settings_free(&s);
	}
}

static void
test_secrets(void)
{
	const char *given[SETTING_COUNT] = {0};
	struct secret offered = {0}, taken = {0};
	enum setting chosen;
	struct settings s;
	struct fail why;

	clear_environment();
	(void)setenv("LOGTO_APP_SECRET", "s3cret", 1);
	(void)setenv("LOGTO_TOKEN", "t.o.k", 1);
	is_int(settings_load(&s, given, fetch_unused, &why), 0, "loads");
	is(getenv("LOGTO_APP_SECRET"), "s3cret",
	    "what a program does not use is left to its child");
	ok(!getenv("LOGTO_TOKEN"), "and what it uses is not");
	is(settings_get(&s, SETTING_TOKEN), "t.o.k", "it has that");
	is_int(settings_choose(&s, secrets, &chosen, &why), 0, "chooses");
	is_int(chosen, SETTING_NONE, "none of none");
	settings_free(&s);

	(void)setenv("LOGTO_APP_SECRET_FILE", "f", 1);
	is_int(settings_load(&s, given, none_unused, &why), 0, "loads");
	is_int(settings_choose(&s, secrets, &chosen, &why), -1,
	    "two of one strength");
	ok(strstr(why.text, "LOGTO_APP_SECRET and LOGTO_APP_SECRET_FILE") &&
		!strstr(why.text, "s3cret"),
	    "are named, not shown");
	secret_set(&offered, "dlt", 3);
	settings_offer(&s, SETTING_APP_SECRET, &offered, "--from-dlt");
	is_int(settings_choose(&s, secrets, &chosen, &why), 0, "chooses");
	is_int(chosen, SETTING_APP_SECRET, "what was offered as an option");
	settings_take(&s, chosen, &taken);
	is(taken.text, "dlt", "which is taken");
	is(settings_get(&s, chosen), NULL, "and gone");
	secret_free(&taken);
	secret_free(&offered);
	settings_free(&s);
}

static void
test_export(void)
{
	const char *given[SETTING_COUNT] = {[SETTING_ENDPOINT] = "https://opt",
	    [SETTING_PROFILE] = NULL,
	    [SETTING_INSECURE_HTTP] = "yes"};
	struct settings s;
	struct fail why;

	clear_environment();
	(void)setenv("LOGTO_TENANT_ID", "env", 1);
	(void)setenv("LOGTO_APP_ID", "env", 1);
	is_int(settings_load(&s, given, none_unused, &why), 0, "loads");
	settings_export(&s);
	is(getenv("LOGTO_ENDPOINT"), "https://opt", "an option is exported");
	is(getenv("LOGTO_INSECURE_HTTP"), "yes", "a switch too");
	is(getenv("LOGTO_APP_ID"), "env", "a variable stays");
	is(getenv("LOGTO_TENANT_ID"), NULL,
	    "but not the id of what would be another tenant");
	is(getenv("LOGTO_TOKEN_COMMAND"), NULL, "defaults are not exported");
	settings_free(&s);
}

int
main(void)
{
	test_sources();
	test_switches();
	test_secrets();
	test_export();
	return tap_done();
}
