/* SPDX-License-Identifier: ISC */
/* Profiles: what is read, what is wrong, and with which line. */
#include "config.h"

#include "bounds.h"
#include "mem.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const known[] = {"host", "secret", "command", NULL};
static const char *const secrets[] = {"secret", NULL};

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct text {
	const char *name;
	const char *text;
	const char *profile;
	bool is_required;
	const char *host; /* wanted */
	const char *why;  /* NULL: it is read */
} texts[] = {
    {"a profile", "[a]\nhost = x\n", "a", true, "x", NULL},
    {"the right one of two", "[a]\nhost=x\n[b]\nhost=y\n", "b", true, "y",
	NULL},
    {"no inheritance", "[default]\nhost=x\n[b]\nsecret=s\n", "b", true, NULL,
	NULL},
    {"comments and blanks", "# c\n; c\n\n[ a ]\n  host  =  x y  ; c\n", " a ",
	true, "x y", NULL},
    {"a mark in front, and lines of Windows", "\xEF\xBB\xBF[a]\r\nhost=x\r\n",
	"a", true, "x", NULL},
    {"no newline at the end", "[a]\nhost=x", "a", true, "x", NULL},
    {"an '=' in the value", "[a]\nhost=x=y\n", "a", true, "x=y", NULL},
    {"an empty file", "", "a", false, NULL, NULL},
    {"an empty file, but the profile is named", "", "a", true, NULL,
	"no profile [a]"},
    {"another profile alone", "[b]\nhost=x\n", "a", true, NULL,
	"no profile [a]; to make one, add a line '[a]'"},
    {"an unknown setting", "[a]\nhost=x\nhots=y\n", "a", true, NULL,
	"line 3: [a] has an unknown setting 'hots'"},
    {"an unknown setting elsewhere", "[b]\nhots=y\n[a]\nhost=x\n", "a", true,
	"x", NULL},
    {"no profile", "host=x\n[a]\nhost=y\n", "a", false, NULL,
	"line 1: neither '[profile]' nor 'key = value' below one"},
    {"an unknown setting behind another's mistake",
	"[b]\nnonsense\n[a]\nhots=y\n", "a", true, NULL,
	"line 4: [a] has an unknown setting 'hots'"},
    {"quotes", "[a]\nhost = \"x\"\n", "a", true, NULL,
	"line 2: the quotes around 'host' would be part of it"},
    {"single quotes", "[a]\nhost = 'x y'\n", "a", true, NULL,
	"line 2: the quotes around 'host'"},
    {"quotes that belong to it", "[a]\nhost = 'x' y 'z'\n", "a", true,
	"'x' y 'z'", NULL},
    {"twice", "[a]\nhost=x\nhost=y\n", "a", true, NULL,
	"line 3: [a] has 'host' twice"},
    {"no line at all", "[a]\nhost=x\nnonsense\n", "a", true, NULL,
	"line 3: neither '[profile]' nor 'key = value'"},
    {"a bracket that is not closed", "[a\nhost=x\n", "a", true, NULL,
	"line 1: neither"},
    {"a line as long as can be",
	"[a]\nhost=" X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "a",
	true, X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"a line too long, which libinih would cut",
	"[a]\n\nhost=" X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
	"a", true, NULL, "line 3: longer than 190 bytes"},
};

static void
write_file(const char *path, const char *text, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1 || fchmod(fd, mode) != 0 ||
	    write(fd, text, len) != (ssize_t)len)
		_exit(1);
	(void)close(fd);
}

static void
test_text(const struct text *t, const char *path)
{
	struct config c;
	struct fail why = {0};
	int result;

	write_file(path, t->text, strlen(t->text), 0600);
	result = config_load(&c, path, t->profile, t->is_required, known,
	    secrets, &why);
	is_int(result, t->why ? -1 : 0, t->name);
	if (!t->why)
		is(config_get(&c, "host"), t->host, t->name);
	else if (!ok(why.status == STATUS_USAGE && strstr(why.text, t->why) &&
			 strstr(why.text, path),
		     "%s: says so", t->name))
		(void)fprintf(stderr, "# %s\n", why.text);
	config_free(&c);
	config_free(&c);
}

static int
load(const char *path, bool is_required, struct fail *why)
{
	struct config c;
	int result =
	    config_load(&c, path, "a", is_required, known, secrets, why);

	config_free(&c);
	return result;
}

int
main(void)
{
	static const char open_secret[] = "[a]\nsecret=s\n";
	static const char other_secret[] = "[a]\nhost=x\n[b]\nsecret=s\n";
	static const char nul[] = "[a]\nhost=x\0y\n";
	char path[] = "/tmp/lib-config.XXXXXX";
	char *huge = mem_alloc(BOUND_CONFIG_BYTES + 1, 1);
	struct fail why;

	(void)close(mkstemp(path));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		test_text(&texts[i], path);

	write_file(path, open_secret, strlen(open_secret), 0644);
	is_int(load(path, true, &why), -1, "a secret that others can read");
	is_int(why.status, STATUS_REFUSED, "is refused");
	write_file(path, open_secret, strlen(open_secret), 0600);
	is_int(load(path, true, &why), 0, "a private one is not");
	write_file(path, other_secret, strlen(other_secret), 0600);
	is_int(load(path, true, &why), 0, "nor that of another profile");
	write_file(path, other_secret, strlen(other_secret), 0644);
	is_int(load(path, true, &why), -1, "which others can read, too,");
	is_int(why.status, STATUS_REFUSED, "is refused");
	write_file(path, nul, sizeof(nul) - 1, 0600);
	is_int(load(path, true, &why), -1, "a NUL is refused");

	memset(huge, '\n', BOUND_CONFIG_BYTES + 1);
	write_file(path, huge, BOUND_CONFIG_BYTES, 0600);
	is_int(load(path, false, &why), -1, "too large a file");
	ok(strstr(why.text, "larger") != NULL, "says so");
	free(huge);

	(void)unlink(path);
	is_int(load(path, false, &why), 0, "no file, and none is needed");
	is_int(load(path, true, &why), -1, "no file, but the profile is named");
	ok(strstr(why.text, "to make one") != NULL, "how to make it is said");
	is_int(load("/", false, &why), -1, "a directory is no file");
	return tap_done();
}
