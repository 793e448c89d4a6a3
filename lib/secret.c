/* SPDX-License-Identifier: ISC */
/*
 * Secrets: read, kept, overwritten.
 */
#include "secret.h"

#include "bounds.h"
#include "mem.h"
#include "msg.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

void
secret_protect_process(void)
{
	struct rlimit none = {0, 0};

	/* Lowering a limit cannot fail. */
	(void)setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
	/* The limit does not hold where the kernel pipes dumps to a program;
	 * this does, and it closes /proc/PID to other processes of the user.
	 * The leak check of a sanitizer traces its own process, though. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void
secret_set(struct secret *s, const char *text, size_t len)
{
	char *copy = mem_copy(text, len);

	secret_free(s);
	*s = (struct secret){.text = copy, .len = len};
}

/* Reads up to a newline, the end or `size` bytes; the number may take in
 * bytes behind the newline. A signal ends the wait. */
static int
read_first_line(int fd, char *into, size_t size, size_t *got, const char *name,
    struct fail *why)
{
	struct pollfd wait[] = {{.fd = fd, .events = POLLIN},
	    {.fd = stop_descriptor(), .events = POLLIN}};

	*got = 0;
	while (*got < size) {
		ssize_t n;

		(void)poll(wait, 2, -1);
		if (stop_is_requested())
			return stop_fail(why);
		n = read(fd, into + *got, size - *got);
		if (n == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n == -1)
			return fail_errno(why, "cannot read %s", name);
		if (n == 0)
			break;
		*got += (size_t)n;
		if (memchr(into + *got - n, '\n', (size_t)n))
			break;
	}
	return 0;
}

int
secret_read_any(struct secret *s, int fd, const char *name, size_t *blank_count,
    struct fail *why)
{
	char *bytes = mem_alloc(BOUND_SECRET_BYTES + 1, 1);
	size_t len, got;
	int result =
	    read_first_line(fd, bytes, BOUND_SECRET_BYTES + 1, &got, name, why);

	*blank_count = 0;
	if (result != 0)
		goto out;
	while (*blank_count < got && bytes[*blank_count] == '\n')
		++*blank_count;
	if (*blank_count > 0 || got == 0)
		goto out;
	for (len = 0; len < got && bytes[len] != '\n'; len++)
		;
	if (len > BOUND_SECRET_BYTES) {
		result = fail_set(why, STATUS_USAGE,
		    "%s: the first line is longer than %d bytes", name,
		    BOUND_SECRET_BYTES);
		goto out;
	}
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (len == 0) {
		result = fail_set(why, STATUS_USAGE,
		    "%s is empty or starts with an empty line", name);
		goto out;
	}
	if (memchr(bytes, '\0', len)) {
		result = fail_set(why, STATUS_USAGE,
		    "%s holds a NUL byte; text was expected", name);
		goto out;
	}
	secret_set(s, bytes, len);
	result = 1;
out:
	explicit_bzero(bytes, BOUND_SECRET_BYTES + 1);
	free(bytes);
	return result;
}

int
secret_read(struct secret *s, int fd, const char *name, struct fail *why)
{
	size_t blank_count;
	int got = secret_read_any(s, fd, name, &blank_count, why);

	if (got == 0)
		return fail_set(why, STATUS_USAGE,
		    "%s is empty or starts with an empty line", name);
	return got == 1 ? 0 : -1;
}

/* What systemd hands to a service in $CREDENTIALS_DIRECTORY is root's, mode
 * 440: the group's bit stands for an access list that names the service's
 * user. Nobody is let in by it who could not be anyway. */
static bool
is_credential(const struct stat *info)
{
	return (info->st_mode & 0777) == 0440 && info->st_uid == 0 &&
	    info->st_gid == 0;
}

int
secret_check_mode(int fd, const char *path, struct fail *why)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return fail_errno(why, "cannot examine '%s'", path);
	if (S_ISDIR(info.st_mode))
		return fail_set(why, STATUS_USAGE,
		    "'%s' is a directory; a file was expected", path);
	if (S_ISREG(info.st_mode) &&
	    (info.st_mode & (S_IRWXG | S_IRWXO)) != 0 && !is_credential(&info))
		return fail_set(why, STATUS_REFUSED,
		    "'%s' holds a secret and others may use it (mode %03o); "
		    "run: chmod 600 '%s'",
		    path, (unsigned)(info.st_mode & 0777), path);
	return 0;
}

/* Reads a line that the terminal does not show. What would stop or kill the
 * process without a word to us waits until it shows again. */
static int
ask_for(struct secret *s, struct fail *why)
{
	struct termios before, silent;
	sigset_t waiting, mask;
	int result;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return fail_errno(why, "cannot examine the terminal");
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	silent.c_lflag |= ECHONL;
	(void)sigemptyset(&waiting);
	(void)sigaddset(&waiting, SIGTSTP);
	(void)sigaddset(&waiting, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &waiting, &mask);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0) {
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		return fail_errno(why, "cannot silence the terminal");
	}
	msg_prompt("the secret, which is not shown: ");
	result = secret_read(s, STDIN_FILENO, "standard input", why);
	if (result != 0)
		msg_prompt("\n");
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	return result;
}

int
secret_read_file(struct secret *s, const char *path, struct fail *why)
{
	int fd, result;

	if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
		return ask_for(s, why);
	if (strcmp(path, "-") == 0)
		return secret_read(s, STDIN_FILENO, "standard input", why);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1) {
		(void)fail_errno(why, "cannot open '%s'", path);
		why->status = STATUS_USAGE;
		return -1;
	}
	result = secret_check_mode(fd, path, why);
	if (result == 0)
		result = secret_read(s, fd, path, why);
	(void)close(fd);
	return result;
}

void
secret_free(struct secret *s)
{
	if (s->text)
		explicit_bzero(s->text, s->len);
	free(s->text);
	*s = (struct secret){0};
}

void
secret_release(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* realloc itself would leave the old bytes behind when it moves. */
void *
secret_resize(void *memory, size_t size)
{
	size_t usable = memory ? malloc_usable_size(memory) : 0;
	void *moved;

	if (size <= usable)
		return memory;
	moved = malloc(size);
	if (!moved)
		return NULL;
	if (memory)
		memcpy(moved, memory, usable);
	secret_release(memory);
	return moved;
}
