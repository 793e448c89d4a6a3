/* SPDX-License-Identifier: ISC */
/*
 * Who asks for a token: the application's id and its secret, wherever the
 * settings say that they are.
 */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

#include "attr.h"
#include "fail.h"
#include "secret.h"
#include "settings.h"

/* The application's id; STATUS_USAGE if none is set. Borrowed. */
ATTR_NODISCARD
int credential_app_id(const struct settings *s, const char **app_id,
    struct fail *why);

/* Whether the file that the command line names as the secret's can be read: a
 * kept token shall not hide that it cannot. One that can be read only once,
 * such as a pipe, is left alone. */
ATTR_NODISCARD
int credential_check(const struct settings *s, struct fail *why);

/* Reads the secret: from the environment, a file, standard input, or a
 * command. Only called when a token must be asked for, so that a cached one
 * needs no password manager; the settings keep no copy. */
ATTR_NODISCARD
int credential_secret(struct settings *s, struct secret *secret,
    struct fail *why);

#endif
