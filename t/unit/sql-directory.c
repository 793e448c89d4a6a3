/* SPDX-License-Identifier: ISC */
/*
 * A directory that is replaced: what its reader, its writer and whoever comes
 * after a killed one see.
 */
#include "directory.h"

#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
touch(const char *directory, const char *name)
{
	char *path = directory_join(directory, name);
	FILE *file = fopen(path, "we");

	if (!file || fclose(file) != 0)
		ok(false, "cannot make %s", path);
	free(path);
}

static bool
has(const char *directory, const char *name)
{
	char *path = directory_join(directory, name);
	bool answer = access(path, F_OK) == 0;

	free(path);
	return answer;
}

/* Replaces x by a directory that holds `name` alone. */
static void
replace(const char *name)
{
	struct directory d;
	struct fail why = {0};
	bool is_done = directory_open(&d, "x", 0, false, &why) == 0;

	if (is_done) {
		touch(d.fresh, name);
		is_done = directory_commit(&d, &why) == 0;
	}
	ok(is_done, "replaced by %s %s", name, why.text);
	directory_free(&d);
	ok(has("x", name) && !has(".", "x-loading"), "... and nothing else");
}

static void
check_reader(void)
{
	struct directory d;
	struct fail why;

	ok(directory_open(&d, "x/", 0, true, &why) == 0 && d.was_there,
	    "looked at");
	ok(!has(".", "x-loading"), "... without a trace");
	ok(directory_check(&d, &why) == 0, "... and unchanged");
	replace("two");
	ok(!has("x", "one"), "... what was there is gone");
	ok(directory_check(&d, &why) == -1 && why.status == STATUS_RETRY,
	    "a reader is told that it read of both");
	directory_free(&d);
}

static void
check_lock(void)
{
	struct directory d, other;
	struct fail why;

	ok(directory_open(&d, "x", 0, false, &why) == 0, "locked");
	ok(directory_open(&other, "x", 0, false, &why) == -1 &&
		why.status == STATUS_RETRY,
	    "... so that another one has to wait");
	directory_free(&other);
	ok(has(".", "x-loading/ndjson-to-sql.new"),
	    "... who takes nothing away");
	directory_free(&d);
	ok(has("x", "two") && !has(".", "x-loading"),
	    "what is not committed is gone");
}

/* Between the two renames, where names cannot be exchanged. */
static void
check_recovery(void)
{
	struct directory d;
	struct fail why;

	ok(mkdir("x-loading", 0777) == 0 &&
		rename("x", "x-loading/ndjson-to-sql.old") == 0 &&
		mkdir("x-loading/ndjson-to-sql.new", 0777) == 0 &&
		mkdir("x-loading/theirs", 0777) == 0,
	    "killed between two renames");
	touch("x-loading/ndjson-to-sql.new", "three");
	touch("x-loading", "ndjson-to-sql.AbCdEf");
	ok(directory_open(&d, "x", 0, false, &why) == 0 && d.was_there,
	    "the next one");
	ok(has("x", "two"), "... finds the old one in its place");
	directory_free(&d);
	ok(!has("x-loading", "ndjson-to-sql.new") &&
		!has("x-loading", "ndjson-to-sql.AbCdEf"),
	    "... removes what was left");
	ok(has("x-loading", "theirs"), "... but nothing of others");
	ok(rmdir("x-loading/theirs") == 0 && rmdir("x-loading") == 0, "clean");
}

static void
check_appeared(void)
{
	struct directory d;
	struct fail why;

	ok(directory_open(&d, "y", 0, false, &why) == 0, "a new one");
	ok(mkdir("y", 0777) == 0, "... whose place is taken meanwhile");
	touch("y", "theirs");
	ok(directory_commit(&d, &why) == -1 && why.status == STATUS_RETRY,
	    "... is not put there");
	directory_free(&d);
	ok(has("y", "theirs") && !has(".", "y-loading"), "... and is gone");
	ok(unlink("y/theirs") == 0 && rmdir("y") == 0, "clean");
}

int
main(void)
{
	char place[] = "/tmp/sql-directory.XXXXXX";

	if (!mkdtemp(place) || chdir(place) != 0)
		return 1;
	replace("one");
	check_reader();
	check_lock();
	check_recovery();
	check_appeared();
	ok(unlink("x/two") == 0 && rmdir("x") == 0 && chdir("/") == 0 &&
		rmdir(place) == 0,
	    "nothing else was made");
	return tap_done();
}
