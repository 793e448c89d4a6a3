/* SPDX-License-Identifier: ISC */
/*
 * What lies under /oidc: the token endpoint, discovery and the key set.
 */
#ifndef MOCK_GRANT_H
#define MOCK_GRANT_H

#include "reply.h"
#include "request.h"
#include "tenant.h"
#include "token.h"

/* `path` is the request's behind "/oidc". The tenant is locked for reading. */
void grant_answer(struct token_mint *mint, const struct tenant *t,
    const struct request *rq, const char *path, struct reply *r);

/* 429: the monthly quota of tokens is used up. */
void grant_quota(struct reply *r);

/* 400: the client secret has expired. */
void grant_secret_expired(struct reply *r);

#endif
