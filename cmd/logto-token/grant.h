/* SPDX-License-Identifier: ISC */
/*
 * The client credentials grant (RFC 6749, 4.4): one request for one token.
 */
#ifndef GRANT_H
#define GRANT_H

#include "attr.h"
#include "fail.h"
#include "http.h"
#include "reply.h"
#include "secret.h"
#include "tenant.h"

/* The permission that stands for the whole Management API. */
#define GRANT_SCOPE "all"

/* Asks the tenant for a token. The secret goes in the Authorization header
 * alone: servers before 1.42 wrote a body's secret to their audit log. An
 * answer without the scope is STATUS_REFUSED: its token could do nothing. */
ATTR_NODISCARD
int grant_request(struct http *http, const struct tenant *tenant,
    const char *app_id, const struct secret *secret, struct reply *reply,
    struct fail *why);

#endif
