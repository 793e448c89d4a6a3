/* SPDX-License-Identifier: ISC */
/*
 * Running a command for the line it prints, such as a password manager or
 * logto-token.
 */
#ifndef CHILD_H
#define CHILD_H

#include "attr.h"
#include "fail.h"
#include "secret.h"

#include <stdbool.h>

/* Runs `command` with /bin/sh, standard input from /dev/null, standard error
 * ours, and reads the first line it prints into `line`; other lines are
 * passed over, and its end is waited for. `forget` names
 * environment variables, ended by NULL, that the command must not inherit.
 * A signal that asks to stop (stop.h) is passed on to all processes that the
 * command started, but where it shares a terminal with us, so that it can ask
 * its user: there Ctrl-C reaches them anyway.
 * A command that fails is a failure with `what` in front: its own exit
 * status if that is one of enum status and `has_our_status`, else
 * STATUS_USAGE. */
ATTR_NODISCARD
int child_read_line(const char *what, const char *command,
    const char *const *forget, bool has_our_status, struct secret *line,
    struct fail *why);

/* A copy of the environment without the variables in `forget` (ended by
 * NULL; may be NULL). The caller frees the array; the strings stay the
 * environment's. */
char **child_environment(const char *const *forget);

#endif
