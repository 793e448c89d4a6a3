/* SPDX-License-Identifier: ISC */
/*
 * The environment: the only module besides a program's opts.c that reads it.
 * Directories follow the XDG Base Directory Specification 0.8.
 */
#ifndef XDG_H
#define XDG_H

#include <stdbool.h>

struct secret;

/* The value, or NULL where the variable is unset or empty; borrowed from the
 * environment until it changes. */
const char *xdg_variable(const char *name);

/* Moves a variable's value into `value`: overwrites it where it stands, which
 * is what /proc/PID/environ shows, and unsets it. Newlines and carriage returns
 * at its end do not count: mounted secrets often have them. False where the
 * variable is unset or empty. */
bool xdg_take_variable(const char *name, struct secret *value);

/* $XDG_CONFIG_HOME/NAME, else $HOME/.config/NAME. NULL where neither is set
 * or the directory is no absolute path (the specification says to ignore
 * it). The caller frees. */
char *xdg_config_path(const char *name);

/* $XDG_RUNTIME_DIR/NAME; NULL where it is unset or no absolute path. The
 * caller frees. */
char *xdg_runtime_path(const char *name);

#endif
