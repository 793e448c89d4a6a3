/* SPDX-License-Identifier: ISC */
/*
 * Functions of libraries that are loaded when they are needed.
 */
#ifndef SYMBOL_H
#define SYMBOL_H

#include "attr.h"

#include <stdbool.h>

/* Puts the address of `name` in `library`, from dlopen, into the pointer to a
 * function that `function` points to. False: the library has none. */
ATTR_NODISCARD
bool symbol_find(void *library, const char *name, void *function);

#endif
