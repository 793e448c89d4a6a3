/* SPDX-License-Identifier: ISC */
/*
 * Messages on stderr, one write each so that lines of programs that share a
 * terminal do not mix. What is shown for the time being is erased by blanks,
 * which any terminal understands, and is part of that one write.
 */
#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program_name = "program";
static enum msg_level current_level = MSG_NORMAL;
static char shown_line[MSG_LINE_BYTES]; /* "": none */
static pthread_mutex_t shown_lock = PTHREAD_MUTEX_INITIALIZER;

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
	(void)signal(SIGXFSZ, SIG_IGN);
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

/* Where stderr is gone there is nobody left to tell. */
static void
put(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDERR_FILENO, text, len);

		if (n == -1 && errno != EINTR)
			return;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

/* Writes what erases the shown line; returns its length. */
static size_t
erase(char *out)
{
	size_t len = strlen(shown_line);

	if (len == 0)
		return 0;
	out[0] = out[len + 1] = '\r';
	memset(out + 1, ' ', len);
	return len + 2;
}

void
msg_show(const char *line)
{
	char out[2 * MSG_LINE_BYTES + 2];
	size_t len;

	(void)pthread_mutex_lock(&shown_lock);
	len = erase(out);
	(void)snprintf(shown_line, sizeof(shown_line), "%s", line ? line : "");
	fail_sanitize(shown_line);
	memcpy(out + len, shown_line, strlen(shown_line));
	len += strlen(shown_line);
	if (len > 0)
		put(out, len);
	(void)pthread_mutex_unlock(&shown_lock);
}

ATTR_PRINTF(2, 0)
static void
say(const char *label, const char *format, va_list args)
{
	char text[BOUND_MESSAGE_BYTES + 128];
	char out[sizeof(text) + 2 * MSG_LINE_BYTES + 2];
	size_t len, text_len;

	(void)snprintf(text, sizeof(text), "%s: %s", program_name, label);
	text_len = strlen(text);
	(void)vsnprintf(text + text_len, sizeof(text) - text_len - 1, format,
	    args);
	fail_sanitize(text);
	text_len = strlen(text);
	text[text_len++] = '\n';
	(void)pthread_mutex_lock(&shown_lock);
	len = erase(out);
	memcpy(out + len, text, text_len);
	len += text_len;
	memcpy(out + len, shown_line, strlen(shown_line));
	put(out, len + strlen(shown_line));
	(void)pthread_mutex_unlock(&shown_lock);
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

void
msg_plain(const char *line)
{
	put(line, strlen(line));
	put("\n", 1);
}

void
msg_prompt(const char *text)
{
	put(text, strlen(text));
}

int
msg_fail(const struct fail *why)
{
	msg_show(NULL);
	msg_error("%s", why->text);
	return (int)why->status;
}

int
msg_misuse(const struct fail *why)
{
	char line[128];
	int len;

	if (msg_fail(why) != STATUS_USAGE)
		return (int)why->status;
	/* To be copied, so without the program's name in front. */
	len =
	    snprintf(line, sizeof(line), "try '%.64s --help'\n", program_name);
	put(line, (size_t)len);
	return STATUS_USAGE;
}
