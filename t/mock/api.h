/* SPDX-License-Identifier: ISC */
/*
 * The Management API: GET /api/... from the tenant's data.
 */
#ifndef MOCK_API_H
#define MOCK_API_H

#include "reply.h"
#include "request.h"
#include "tenant.h"
#include "token.h"
#include "view.h"

struct api {
	const struct settings *settings;
	struct tenant *tenant;
	struct view_cache *cache;
	struct token_mint *mint;
};

/* `path` is the request's behind "/api", such as "/users". The tenant is
 * locked for reading. */
void api_answer(struct api *api, const struct request *rq, const char *path,
    struct reply *r);

#endif
