/* SPDX-License-Identifier: ISC */
/*
 * The trace of -vv: the headers of requests and answers, without what is
 * secret in them.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stddef.h>

/* Shows header lines behind a direction, '>' or '<'. */
void trace_headers(char direction, const char *bytes, size_t size);

#endif
