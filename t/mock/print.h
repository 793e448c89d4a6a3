/* SPDX-License-Identifier: ISC */
/*
 * Generated records as NDJSON, for benchmarks.
 */
#ifndef MOCK_PRINT_H
#define MOCK_PRINT_H

#include "attr.h"
#include "fail.h"
#include "tenant.h"

/* Writes the generated list `path`, newest first, to standard output. */
ATTR_NODISCARD
int print_list(const struct tenant *t, const char *path, struct fail *why);

#endif
