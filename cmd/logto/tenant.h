/* SPDX-License-Identifier: ISC */
/*
 * A tenant's addresses: the endpoint, under which everything of it lives,
 * and the resource, the name that its Management API has in tokens.
 *
 *                  endpoint                        resource
 *      Cloud       https://ID.logto.app            https://ID.logto.app/api
 *      own domain  https://auth.example.com        https://ID.logto.app/api
 *      self-hosted https://id.example.com[:PORT]   https://default.logto
 *                  [/PREFIX]                       .app/api
 *
 * From its endpoint alone a Cloud tenant's own domain looks self-hosted; the
 * tenant id tells.
 */
#ifndef TENANT_H
#define TENANT_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "settings.h"

#include <stdbool.h>

struct tenant {
	char *endpoint; /* without a slash at its end */
	char *resource;
	/* The resource that follows from endpoint and tenant id; the same as
	 * `resource` where the user set none. */
	char *usual_resource;
	bool is_cloud; /* *.logto.app, or a tenant id was given */
};

/* Takes the addresses from the settings. Where the endpoint and the tenant
 * id come from sources of different strength, the weaker one belongs to
 * another tenant and does not count. STATUS_USAGE where they are missing or
 * not valid; common mistakes are named. */
ATTR_NODISCARD
int tenant_open(struct tenant *t, const struct settings *s, struct fail *why);

/* The same from plain values, each of which may be NULL. */
ATTR_NODISCARD
int tenant_set(struct tenant *t, const char *endpoint, const char *tenant_id,
    const char *resource, bool allow_plain_http, struct fail *why);

/* The endpoint that issued a token: its `iss` less "/oidc". NULL if it has
 * another form. The caller frees. */
char *tenant_endpoint_of_issuer(const char *issuer);

/* Whether the resource is a Cloud tenant's: limits are shared with its
 * sign-ins. */
bool tenant_is_cloud_resource(const char *resource);

void tenant_free(struct tenant *t);

#endif
