/* SPDX-License-Identifier: ISC */
/*
 * Talk on stderr: `program: text`, `program: warning: text`, `program: note:
 * text`. Every text has its control bytes replaced. Standard output is never
 * touched. Holds the program's name, its verbosity, and the line that is
 * shown for the time being. Any thread may print.
 */
#ifndef MSG_H
#define MSG_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

enum { MSG_LINE_BYTES = 256 };

enum msg_level {
	MSG_QUIET = -1,  /* -q: errors only */
	MSG_NORMAL = 0,  /* errors, warnings, notes */
	MSG_VERBOSE = 1, /* -v: what was done, and where settings came from */
	MSG_TRACE = 2,   /* -vv: each request and its headers */
};

/* `program` is borrowed for ever. Call once, first: it also sees to it that
 * no file opened later takes the place of a standard descriptor that the
 * caller had closed, and that a limit on file sizes (ulimit -f) is a failure,
 * EFBIG, of the write that met it. */
void msg_init(const char *program);
void msg_set_level(enum msg_level level);
bool msg_is(enum msg_level level);
const char *msg_program(void);

void msg_error(const char *format, ...) ATTR_PRINTF(1, 2);
void msg_warning(const char *format, ...) ATTR_PRINTF(1, 2);
/* Shown at MSG_NORMAL and above. */
void msg_note(const char *format, ...) ATTR_PRINTF(1, 2);
/* Shown at `level` and above, without a label. */
void msg_at(enum msg_level level, const char *format, ...) ATTR_PRINTF(2, 3);

/* Prints a line as it is, at any level: what was asked for, for a program to
 * read. */
void msg_plain(const char *line);

/* Writes text as it is, for somebody to type an answer behind it. */
void msg_prompt(const char *text);

/* Shows `line` on a terminal for the time being: it replaces the one shown
 * before, and messages appear above it. It must fit into one row. NULL takes
 * it away. */
void msg_show(const char *line);

/* Prints the failure, and takes away what was shown. Returns its status as
 * main's result. */
int msg_fail(const struct fail *why);

/* The same for a command line that was not understood: where the status is
 * STATUS_USAGE, a line that points to --help follows. */
int msg_misuse(const struct fail *why);

#endif
