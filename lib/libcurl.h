/* SPDX-License-Identifier: ISC */
/*
 * libcurl, loaded when it is first needed. With it the dynamic linker brings
 * 32 other libraries in, which takes longer (5 ms) than all that logto-token
 * does for a token from its cache.
 *
 * libcurl.c defines the functions of libcurl that http.c calls, under their
 * own names and types; each passes its call on to the library. So http.c and
 * the compiler's checks of it need not know, and a function that is not there
 * yet is an error of the linker as ever: add it to libcurl.c.
 */
#ifndef LIBCURL_H
#define LIBCURL_H

#include "attr.h"
#include "fail.h"

/* Loads libcurl, once; before it none of its functions may be called. Not
 * safe in two threads at once. STATUS_LOCAL, naming what to install, if it is
 * missing or too old. */
ATTR_NODISCARD
int libcurl_load(struct fail *why);

#endif
