/* SPDX-License-Identifier: ISC */
/*
 * The way to a token: the cache, then the lock, the cache again (another
 * process may have been faster), and at last the tenant.
 */
#ifndef TOKEN_H
#define TOKEN_H

#include "attr.h"
#include "fail.h"
#include "opts.h"
#include "reply.h"
#include "settings.h"
#include "tenant.h"

#include <stdint.h>

struct token {
	struct reply reply;
	int64_t left_s; /* 0 where its lifetime is not known */
};

/* Gets a token by the options. `--refresh` and `--check` do not read the
 * cache. Trouble with the cache is told, and does not matter. */
ATTR_NODISCARD
int token_get(struct token *t, const struct opts *o, struct settings *s,
    const struct tenant *tenant, struct fail *why);

/* Overwrites and releases. */
void token_free(struct token *t);

#endif
