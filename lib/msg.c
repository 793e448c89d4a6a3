/* SPDX-License-Identifier: ISC */
/*
 * Messages on stderr, one write each so that lines of programs that share a
 * terminal do not mix.
 */
#include "msg.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program_name = "program";
static enum msg_level current_level = MSG_NORMAL;

/* Opens what the caller closed of descriptors 0 to 2: else the next file or
 * socket would take the place, and messages would go there. Reading from 0
 * and writing to 1 go on failing. */
static void
fill_descriptors(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null", modes[fd]);
}

void
msg_init(const char *program)
{
	program_name = program;
	fill_descriptors();
}

void
msg_set_level(enum msg_level level)
{
	current_level = level;
}

bool
msg_is(enum msg_level level)
{
	return current_level >= level;
}

const char *
msg_program(void)
{
	return program_name;
}

ATTR_PRINTF(2, 0)
static void
say(const char *label, const char *format, va_list args)
{
	char line[BOUND_MESSAGE_BYTES + 128];
	size_t len;
	ssize_t written;

	(void)snprintf(line, sizeof(line), "%s: %s", program_name, label);
	len = strlen(line);
	(void)vsnprintf(line + len, sizeof(line) - len - 1, format, args);
	fail_sanitize(line);
	len = strlen(line);
	line[len++] = '\n';
	/* Where stderr is gone there is nobody left to tell. */
	written = write(STDERR_FILENO, line, len);
	(void)written;
}

void
msg_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void
msg_warning(const char *format, ...)
{
	va_list args;

	if (!msg_is(MSG_NORMAL))
		return;
	va_start(args, format);
	say("warning: ", format, args);
	va_end(args);
}

void
msg_note(const char *format, ...)
{
	va_list args;

	if (!msg_is(MSG_NORMAL))
		return;
	va_start(args, format);
	say("note: ", format, args);
	va_end(args);
}

void
msg_at(enum msg_level level, const char *format, ...)
{
	va_list args;

	if (!msg_is(level))
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

int
msg_fail(const struct fail *why)
{
	msg_error("%s", why->text);
	return (int)why->status;
}

int
msg_misuse(const struct fail *why)
{
	char line[128];
	ssize_t written;
	int len;

	msg_error("%s", why->text);
	if (why->status != STATUS_USAGE)
		return (int)why->status;
	/* To be copied, so without the program's name in front. */
	len =
	    snprintf(line, sizeof(line), "try '%.64s --help'\n", program_name);
	written = write(STDERR_FILENO, line, (size_t)len);
	(void)written;
	return STATUS_USAGE;
}
