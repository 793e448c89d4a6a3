/* SPDX-License-Identifier: ISC */
/*
 * Whether a credential can read the Management API, and if not, why not.
 */
#ifndef CHECK_H
#define CHECK_H

#include "attr.h"
#include "fail.h"
#include "opts.h"
#include "out.h"
#include "settings.h"
#include "tenant.h"
#include "token.h"

/* Uses a new token for one cheap request and writes the verdict, one line.
 * A credential that does not work is a failure, with the reason. Where the
 * clocks of this machine and of the server differ by more than the server
 * forgives, either says so. */
ATTR_NODISCARD
int check_run(struct out *out, const struct opts *o, const struct settings *s,
    const struct tenant *tenant, const struct token *t, struct fail *why);

#endif
