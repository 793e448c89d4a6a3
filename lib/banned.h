/* SPDX-License-Identifier: ISC */
/*
 * Functions that have no safe use here; naming one is a compile error. The
 * build includes this file before each of our C sources (-include), so the
 * system headers that declare them come first.
 */
#ifndef BANNED_H
#define BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* No bound: buf.h has one. glibc fortifies sprintf by a macro where the
 * compiler is clang, and a macro cannot be poisoned. */
#undef sprintf
#pragma GCC poison strcpy strcat sprintf vsprintf gets
/* Hidden state shared by threads; instant.h and strchr do the work. */
#pragma GCC poison strtok gmtime localtime asctime ctime
/* No error report, or locale and overflow surprises: num.h. */
#pragma GCC poison atoi atol atoll atof strtol strtoul strtoll strtoull sscanf

#endif
