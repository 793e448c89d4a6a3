/* SPDX-License-Identifier: ISC */
/*
 * Output: a file is whole or absent, and no failed write goes unseen. What
 * concerns standard output runs in a child, whose standard output it is.
 */
#include "out.h"

#include "mem.h"
#include "stop.h"
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The file's content, or "(absent)". */
static const char *
content(const char *path)
{
	static char text[64];
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		return "(absent)";
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	return text;
}

static int
count_files(void)
{
	DIR *here = opendir(".");
	int count = 0;

	while (readdir(here))
		count++;
	(void)closedir(here);
	return count - 2;
}

static void
check_file(void)
{
	struct out o;
	struct fail why = {.text = ""};
	struct stat st;

	ok(out_open_file(&o, "a", 0666, &why) == 0, "a new file");
	ok(out_write(&o, "new", 3, &why) == 0 && out_flush(&o, &why) == 0,
	    "is written");
	is(content("a"), "(absent)", "and not there yet");
	ok(out_commit(&o, &why) == 0, "until it is committed");
	is(content("a"), "new", "then it is there, whole");
	out_free(&o);
	out_free(&o);
	is(content("a"), "new", "and stays");
	ok(stat("a", &st) == 0 && (st.st_mode & 0777) == 0640,
	    "its mode follows the umask");
	ok(out_open_file(&o, "a", 0600, &why) == 0 &&
		out_write(&o, "other", 5, &why) == 0 &&
		out_flush(&o, &why) == 0,
	    "another try");
	ok(count_files() <= 2, "stands beside it, or nowhere yet");
	out_free(&o);
	is(content("a"), "new", "given up, it leaves the old file");
	is_int(count_files(), 1, "and nothing else");
	ok(out_open_file(&o, "a", 0600, &why) == 0 && out_commit(&o, &why) == 0,
	    "an empty file");
	is(content("a"), "", "replaces the old one too");
	out_free(&o);
	is_int(chmod("a", 0604), 0, "a mode of its own");
	ok(symlink("a", "link") == 0 && symlink("../d/link", "link2") == 0 &&
		mkdir("d", 0700) == 0 && rename("link2", "d/up") == 0 &&
		symlink("../a", "d/link") == 0,
	    "links");
	ok(out_open_file(&o, "d/up", 0600, &why) == 0 &&
		out_write(&o, "linked", 6, &why) == 0 &&
		out_commit(&o, &why) == 0,
	    "through two links");
	out_free(&o);
	is(content("a"), "linked", "the file that they lead to is replaced");
	ok(lstat("d/up", &st) == 0 && S_ISLNK(st.st_mode) &&
		lstat("d/link", &st) == 0 && S_ISLNK(st.st_mode),
	    "and they stay links");
	ok(stat("a", &st) == 0 && (st.st_mode & 0777) == 0604,
	    "what is replaced leaves its mode");
	(void)unlink("a");
	ok(out_open_file(&o, "link", 0600, &why) == 0 &&
		out_write(&o, "new", 3, &why) == 0 && out_commit(&o, &why) == 0,
	    "through a link to nothing");
	out_free(&o);
	is(content("a"), "new", "makes the file");
	ok(symlink("loop", "loop") == 0 &&
		out_open_file(&o, "loop", 0600, &why) == -1,
	    "a link to itself is none");
	out_free(&o);
	ok(unlink("loop") == 0 && unlink("link") == 0 && unlink("d/up") == 0 &&
		unlink("d/link") == 0 && rmdir("d") == 0,
	    "links gone");
	ok(out_open_file(&o, "no/such/a", 0600, &why) == -1,
	    "a directory that is not there");
	is(why.text,
	    "cannot create a file beside 'no/such/a': "
	    "No such file or directory",
	    "is named");
	out_free(&o);
}

/* A process that was killed in its commit has left the file's other name. */
static void
check_leftover(void)
{
	const char left[] = "c.program.new";
	FILE *file = fopen(left, "w");
	struct out o;
	struct fail why;

	ok(file && fclose(file) == 0, "a file that was left");
	ok(out_open_file(&o, "c", 0600, &why) == 0, "does no harm");
	if (!o.is_nameless)
		(void)unlink(left); /* no such names here */
	ok(out_write(&o, "whole", 5, &why) == 0 && out_commit(&o, &why) == 0,
	    "to the next one");
	out_free(&o);
	is(content("c"), "whole", "which takes its place");
	ok(access(left, F_OK) != 0, "and it is gone");
	(void)unlink("c");
}

/* Writes of all sizes around the buffer's 64 KB. */
static void
check_sizes(void)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 1, 200000, 7};
	char *bytes = mem_alloc(200000, 1);
	struct out o;
	struct fail why;
	struct stat st;
	off_t total = 0;
	int failures = 0;

	memset(bytes, 'x', 200000);
	failures += out_open_file(&o, "b", 0600, &why) != 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		failures += out_write(&o, bytes, sizes[i], &why) != 0;
		total += (off_t)sizes[i];
	}
	failures += out_commit(&o, &why) != 0;
	out_free(&o);
	is_int(failures, 0, "writes of every size");
	ok(stat("b", &st) == 0 && st.st_size == total, "are all there");
	free(bytes);
}

static void
check_special(void)
{
	struct out o;
	struct fail why = {.text = ""};
	int fd;

	if (access("/dev/full", W_OK) != 0) {
		ok(true, "no /dev/full here # SKIP");
		return;
	}
	ok(out_open_file(&o, "/dev/full", 0600, &why) == 0, "/dev/full opens");
	ok(out_write(&o, "x", 1, &why) == 0, "takes bytes into the buffer");
	ok(out_commit(&o, &why) == -1, "and fails in the end");
	is(why.text, "cannot write /dev/full: No space left on device",
	    "with the reason");
	is_int(why.status, STATUS_LOCAL, "as a local failure");
	out_free(&o);
	ok(out_open_file(&o, "/dev/null", 0600, &why) == 0, "a device");
	fd = o.fd;
	out_free(&o);
	is_int(fcntl(fd, F_GETFD), -1, "is closed, written or not");
}

static void
check_pipe(void)
{
	struct out o;
	struct fail why = {.text = ""};
	char name[32], got[8] = "";
	int fds[2];

	if (pipe(fds) != 0 ||
	    snprintf(name, sizeof(name), "/dev/fd/%d", fds[1]) < 0 ||
	    access(name, W_OK) != 0) {
		ok(true, "no /dev/fd here # SKIP");
		return;
	}
	is_int(out_open_file(&o, name, 0600, &why), 0, "a pipe by its name");
	is(why.text, "", "needs no file beside it");
	is_int(out_write(&o, "x\n", 2, &why), 0, "is written to");
	is_int(out_commit(&o, &why), 0, "in place");
	out_free(&o);
	is_int(read(fds[0], got, sizeof(got)), 2, "and its reader");
	is(got, "x\n", "has the bytes");
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* The wait status of a child that writes to `fd` as its standard output. */
static int
run_child(int fd)
{
	pid_t pid;
	int status = -1;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct out o;
		struct fail why;

		(void)signal(SIGPIPE, SIG_IGN);
		(void)close(STDOUT_FILENO);
		if (fd != -1)
			(void)dup2(fd, STDOUT_FILENO);
		if (out_open_stdout(&o, &why) != 0)
			_exit(10);
		if (out_write(&o, "x\n", 2, &why) != 0)
			_exit(11);
		_exit(out_commit(&o, &why) != 0 ? 12 : 0);
	}
	(void)waitpid(pid, &status, 0);
	return status;
}

static void
check_stdout(void)
{
	int fds[2], status, full = open("/dev/full", O_WRONLY);
	char text[8];

	if (pipe(fds) != 0) {
		ok(false, "a pipe");
		return;
	}
	ok(run_child(fds[1]) == 0, "standard output is a pipe");
	is_int(read(fds[0], text, sizeof(text)), 2, "that got the bytes");
	(void)close(fds[0]);
	status = run_child(fds[1]);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE,
	    "a reader that has gone means a silent death");
	(void)close(fds[1]);
	status = run_child(-1);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 10,
	    "a closed standard output is seen at once");
	if (full == -1)
		return;
	status = run_child(full);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 12,
	    "a full disk is seen in the end");
	(void)close(full);
}

#ifdef F_SETPIPE_SZ

/* Writes `count` bytes into a small pipe that holds two already, until it is
 * full, and dies there. Returns how many bytes arrived. */
static ssize_t
bytes_before_death(size_t count)
{
	static char arrived[4 * OUT_PAGE_BYTES];
	int fds[2], held = 2;
	pid_t pid;
	ssize_t n;

	if (pipe(fds) != 0 ||
	    fcntl(fds[1], F_SETPIPE_SZ, 2 * OUT_PAGE_BYTES) == -1 ||
	    write(fds[1], "a\n", 2) != 2)
		return -1;
	pid = fork();
	if (pid == 0) {
		struct out o;
		struct fail why;
		char *bytes = mem_alloc(count, 1);

		(void)dup2(fds[1], STDOUT_FILENO);
		(void)close(fds[0]);
		_exit(out_open_stdout(&o, &why) != 0 ||
		    out_write(&o, bytes, count, &why) != 0 ||
		    out_flush(&o, &why) != 0);
	}
	/* Linux copies all that there is room for at once. */
	while (held == 2 && ioctl(fds[0], FIONREAD, &held) == 0)
		(void)poll(NULL, 0, 1);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	n = read(fds[0], arrived, sizeof(arrived));
	(void)close(fds[0]);
	(void)close(fds[1]);
	return n;
}

/* The stream contract rests on where a write may be cut; see out.h. */
static void
check_cut(void)
{
	is_int(bytes_before_death(2 * OUT_PAGE_BYTES), 2 + OUT_PAGE_BYTES,
	    "whole pages, killed: a page arrived");
	is_int(bytes_before_death(2 * OUT_PAGE_BYTES + 50), 2 + OUT_PAGE_BYTES,
	    "pages and a rest, killed: a page arrived");
}

#endif

enum { LARGE = 200 * 1000 };

/* Writes LARGE bytes to the pipe; as whoever fills it may find it. */
static void
write_large(const int fds[2], bool is_nonblocking)
{
	struct out o;
	struct fail why;
	char *bytes = mem_alloc(LARGE, 1);

	(void)dup2(fds[1], STDOUT_FILENO);
	(void)close(fds[0]);
	(void)close(fds[1]);
	if (is_nonblocking)
		(void)fcntl(STDOUT_FILENO, F_SETFL, O_WRONLY | O_NONBLOCK);
	if (stop_install(&why) != 0 || out_open_stdout(&o, &why) != 0)
		_exit(10);
	if (out_write(&o, bytes, LARGE, &why) == 0)
		_exit(out_commit(&o, &why) == 0 ? 0 : 11);
	_exit(strstr(why.text, "stopped by signal") ? 12 : 13);
}

/* The status of one whose reader waits until the pipe is full, and then reads
 * it to its end, or asks the writer to stop instead. */
static int
run_large(bool is_nonblocking, bool is_stopped)
{
	char text[4096];
	int fds[2], held = 0, before = -1, status = -1, tries = 0;
	size_t got = 0;
	ssize_t n;
	pid_t pid;

	if (pipe(fds) != 0 || (pid = fork()) == -1)
		return -1;
	if (pid == 0)
		write_large(fds, is_nonblocking);
	(void)close(fds[1]);
	while ((held == 0 || held != before) && tries++ < 600) {
		before = held;
		(void)poll(NULL, 0, 50);
		(void)ioctl(fds[0], FIONREAD, &held);
	}
	if (is_stopped)
		(void)kill(pid, SIGTERM);
	while (!is_stopped && (n = read(fds[0], text, sizeof(text))) > 0)
		got += (size_t)n;
	(void)waitpid(pid, &status, 0);
	(void)close(fds[0]);
	return is_stopped || got == LARGE ? WEXITSTATUS(status) : -1;
}

static void
check_slow_reader(void)
{
	(void)fflush(stdout);
	is_int(run_large(false, false), 0, "a reader that is late gets all");
	is_int(run_large(true, false), 0,
	    "so it does from a pipe that would "
	    "not block");
	is_int(run_large(false, true), 12, "a signal ends the wait for one");
	is_int(run_large(true, true), 12, "there, too");
}

/* What was overwritten last; libc's macro may call either. */
static const void *wiped_at;
static size_t wiped_len;

void __explicit_bzero_chk(void *at, size_t len, size_t room);

void
__explicit_bzero_chk(void *at, size_t len, size_t room)
{
	(void)room;
	wiped_at = at;
	wiped_len = len;
	memset(at, 0, len);
}

void
explicit_bzero(void *at, size_t len)
{
	__explicit_bzero_chk(at, len, len);
}

/* The buffer held a token, written or not. */
static void
check_wiping(void)
{
	struct out o;
	struct fail why;
	const char *data;

	if (out_open_file(&o, "a", 0600, &why) != 0) {
		ok(false, "a file: %s", why.text);
		return;
	}
	data = o.data;
	is_int(out_write(&o, "token", 5, &why), 0, "written");
	is_int(out_flush(&o, &why), 0, "flushed");
	is_int(out_write(&o, "ok", 2, &why), 0, "written anew, and less");
	out_free(&o);
	ok(wiped_at == data && wiped_len == 5, "all of it is overwritten");
	is_int(out_open_file(&o, "a", 0600, &why), 0, "opened again");
	data = o.data;
	is_int(out_write(&o, "a token", 7, &why), 0, "written");
	out_free(&o);
	ok(wiped_at == data && wiped_len == 7, "also what was never flushed");
}

int
main(void)
{
	char directory[] = "/tmp/out-test.XXXXXX";

	if (!mkdtemp(directory) || chdir(directory) != 0) {
		(void)printf("Bail out! no temporary directory\n");
		return 1;
	}
	(void)umask(027);
	check_file();
	check_leftover();
	check_sizes();
	check_special();
	check_pipe();
	check_stdout();
	check_slow_reader();
#ifdef F_SETPIPE_SZ
	check_cut();
#endif
	check_wiping();
	(void)unlink("a");
	(void)unlink("b");
	(void)rmdir(directory);
	return tap_done();
}
