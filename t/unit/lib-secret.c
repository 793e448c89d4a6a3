/* SPDX-License-Identifier: ISC */
/* Secrets: what is read as one, who else may, and that nothing is left. */
#include "secret.h"

#include "bounds.h"
#include "buf.h"
#include "mem.h"
#include "tap.h"
#include "xdg.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

static const struct reading {
	const char *name;
	const char *bytes;
	size_t len;
	const char *wanted; /* NULL: refused */
} readings[] = {
    {"a line", "s3cret\n", 7, "s3cret"},
    {"a line that is not ended", "s3cret", 6, "s3cret"},
    {"the first of two", "s3cret\nuser: me\n", 16, "s3cret"},
    {"a line from Windows", "s3cret\r\n", 8, "s3cret"},
    {"blanks belong to it", " s3 cret \n", 10, " s3 cret "},
    {"a carriage return inside", "a\rb\n", 4, "a\rb"},
    {"nothing", "", 0, NULL},
    {"an empty line", "\n", 1, NULL},
    {"an empty line in front", "\ns3cret\n", 8, NULL},
    {"a carriage return alone", "\r\n", 2, NULL},
    {"a NUL", "s3\0cret\n", 8, NULL},
    {"a NUL behind the line", "s3cret\n\0", 8, "s3cret"},
};

static const struct mode {
	mode_t mode;
	bool is_private;
} modes[] = {
    {0600, true},
    {0400, true},
    {0700, true},
    {0640, false},
    {0604, false},
    {0620, false},
    {0602, false},
    {0610, false},
    {0644, false},
    {0777, false},
};

/* Makes a pipe with the bytes in it. */
static int
pipe_with(const char *bytes, size_t len)
{
	int ends[2];

	if (pipe(ends) != 0 || write(ends[1], bytes, len) != (ssize_t)len)
		_exit(1);
	(void)close(ends[1]);
	return ends[0];
}

static void
test_reading(void)
{
	for (size_t i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
		const struct reading *r = &readings[i];
		struct secret s = {0};
		struct fail why;
		int fd = pipe_with(r->bytes, r->len);
		int result = secret_read(&s, fd, "the pipe", &why);

		is_int(result, r->wanted ? 0 : -1, r->name);
		is(s.text, r->wanted, r->name);
		if (result != 0)
			ok(why.status == STATUS_USAGE &&
				!strstr(why.text, "s3"),
			    "%s: the message does not hold it", r->name);
		secret_free(&s);
		(void)close(fd);
	}
}

static void
test_modes(const char *path)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		struct secret s = {0};
		struct fail why = {0};
		int result;

		(void)chmod(path, modes[i].mode);
		result = secret_read_file(&s, path, &why);
		ok(modes[i].is_private
			? result == 0 && strcmp(s.text, "s3cret") == 0
			: result == -1 && why.status == STATUS_REFUSED &&
			    strstr(why.text, "chmod 600") && !s.text,
		    "mode %03o is %s", (unsigned)modes[i].mode,
		    modes[i].is_private ? "private" : "not private");
		secret_free(&s);
	}
}

/* As systemd passes credentials to a service with a user of its own. */
static void
test_credential(const char *path)
{
	static const struct {
		uid_t user;
		gid_t group;
		mode_t mode;
		bool is_private;
		const char *name;
	} cases[] = {
	    {0, 0, 0440, true, "root's, for its group, as systemd's are"},
	    {0, 1, 0440, false, "root's, for another group"},
	    {1, 0, 0440, false, "another's, for root's group"},
	    {0, 0, 0444, false, "root's, for all"},
	    {0, 0, 0640, false, "root's, kept in place by hand"},
	    {0, 0, 0460, false, "root's, for its group to write"},
	};

	if (geteuid() != 0)
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct secret s = {0};
		struct fail why = {0};

		if (chown(path, cases[i].user, cases[i].group) != 0 ||
		    chmod(path, cases[i].mode) != 0)
			return;
		is_int(secret_read_file(&s, path, &why),
		    cases[i].is_private ? 0 : -1, cases[i].name);
		secret_free(&s);
	}
}

static void
test_limit(const char *path)
{
	char *bytes = mem_alloc(BOUND_SECRET_BYTES + 2, 1);
	struct secret s = {0};
	struct fail why;
	int fd;

	memset(bytes, 'x', BOUND_SECRET_BYTES + 1);
	for (size_t len = BOUND_SECRET_BYTES; len <= BOUND_SECRET_BYTES + 1;
	     len++) {
		fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd == -1 || write(fd, bytes, len) != (ssize_t)len)
			_exit(1);
		(void)close(fd);
		(void)chmod(path, 0600);
		is_int(secret_read_file(&s, path, &why),
		    len == BOUND_SECRET_BYTES ? 0 : -1, "the longest secret");
		secret_free(&s);
	}
	free(bytes);
}

/* What was overwritten, and how much of it: freed memory itself cannot be
 * looked at. Both names, since hardening replaces one by the other. */
static const void *wiped_at;
static size_t wiped_len;
static unsigned wiped_count;

void __explicit_bzero_chk(void *at, size_t len, size_t room);

void
__explicit_bzero_chk(void *at, size_t len, size_t room)
{
	(void)room;
	wiped_at = at;
	wiped_len = len;
	wiped_count++;
	memset(at, 0, len);
}

void
explicit_bzero(void *at, size_t len)
{
	__explicit_bzero_chk(at, len, len);
}

static void
test_wiping(void)
{
	struct secret s = {0};
	struct buf b;
	struct fail why;
	const char *text;
	int fd = pipe_with("s3cret\n", 7);

	secret_set(&s, "s3cret", 6);
	text = s.text;
	secret_set(&s, "other", 5);
	ok(wiped_at == text && wiped_len == 6, "overwritten when set anew");
	text = s.text;
	secret_free(&s);
	ok(wiped_at == text && wiped_len == 5, "overwritten when freed");
	wiped_count = 0;
	secret_free(&s);
	is_int(wiped_count, 0, "freed twice without harm");

	is_int(secret_read(&s, fd, "the pipe", &why), 0, "read");
	ok(wiped_at != s.text && wiped_len > BOUND_SECRET_BYTES,
	    "what it was read into is overwritten");
	(void)close(fd);
	secret_free(&s);

	buf_init(&b, 100);
	(void)buf_reserve(&b, 100);
	buf_add(&b, "s3cret");
	text = b.data;
	buf_wipe(&b);
	ok(wiped_at == text && wiped_len >= 100, "a buffer, as large as it is");
}

/* The value is gone from where the kernel shows it too. */
static void
test_variable(void)
{
	static char variable[] = "TEST_SECRET=s3cret";
	struct secret s = {0};

	(void)putenv(variable);
	ok(xdg_take_variable("TEST_SECRET", &s), "taken");
	is(s.text, "s3cret", "with its value");
	ok(!getenv("TEST_SECRET"), "and unset");
	ok(variable[12] == '\0' && variable[17] == '\0',
	    "and overwritten where it stood");
	secret_free(&s);
	ok(!xdg_take_variable("TEST_SECRET", &s), "gone the second time");
	(void)setenv("TEST_SECRET", "", 1);
	ok(!xdg_take_variable("TEST_SECRET", &s), "empty is as good as unset");
}

int
main(void)
{
	char path[] = "/tmp/lib-secret.XXXXXX";
	int fd = mkstemp(path);
	struct rlimit limit;
	struct secret s = {0};
	struct fail why;

	if (fd == -1 || write(fd, "s3cret\n", 7) != 7)
		return 1;
	(void)close(fd);
	test_reading();
	test_modes(path);
	test_credential(path);
	test_limit(path);
	test_wiping();
	test_variable();
	(void)unlink(path);
	is_int(secret_read_file(&s, path, &why), -1, "no such file");
	is_int(why.status, STATUS_USAGE, "is wrong usage");
	secret_protect_process();
	ok(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 &&
		limit.rlim_max == 0,
	    "no core dump, nor a way back to one");
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
	is_int(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0,
	    "not even through a pipe");
#endif
	return tap_done();
}
