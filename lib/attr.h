/* SPDX-License-Identifier: ISC */
/*
 * Names for the compiler attributes that make a mistake a warning.
 */
#ifndef ATTR_H
#define ATTR_H

/* The argument numbered `format` is a printf format for those from `first`. */
#define ATTR_PRINTF(format, first)                                             \
	__attribute__((__format__(__printf__, format, first)))

/* The result carries a failure and must be looked at. */
#define ATTR_NODISCARD __attribute__((__warn_unused_result__))

#define ATTR_NORETURN __attribute__((__noreturn__))

/* The function has a frame of its own. */
#define ATTR_NOINLINE __attribute__((__noinline__))

#endif
