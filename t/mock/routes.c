/* SPDX-License-Identifier: ISC */
/*
 * The table of routes, seen on a running Logto 1.42.
 */
#include "routes.h"

#include <stdio.h>
#include <string.h>

#define GET "HEAD, GET"
#define GET_POST "POST, HEAD, GET"
#define GET_PUT "HEAD, GET, PUT"
#define GET_PATCH "HEAD, GET, PATCH"
#define GET_POST_PUT "HEAD, GET, POST, PUT"
#define GET_PATCH_DELETE "HEAD, GET, PATCH, DELETE"

#define USER_FIELDS "id primaryEmail primaryPhone username name"
#define NAME_FIELDS "id name description"

#define NONE PAGING_NONE
#define OPTIONAL PAGING_OPTIONAL
#define ALWAYS PAGING_ALWAYS

static const struct route routes[] = {
    {"users", ROUTE_LIST, GET_POST, ALWAYS, PARENT_ANY, EXTRA_PASSWORD,
	.search = USER_FIELDS},
    {"users/{}/roles", ROUTE_LIST, GET_POST_PUT, ALWAYS, PARENT_USER,
	.search = NAME_FIELDS},
    {"users/{}/organizations", ROUTE_LIST, GET, NONE, .parent = PARENT_USER},
    {"users/{}/personal-access-tokens", ROUTE_LIST, GET_POST, NONE,
	.parent = PARENT_USER},
    {"users/{}/mfa-verifications", ROUTE_LIST, GET_POST, NONE,
	.parent = PARENT_USER},
    {"applications", ROUTE_LIST, GET_POST, OPTIONAL, .search = NAME_FIELDS,
	.equals = "types=type isThirdParty=isThirdParty"},
    {"applications/{}/roles", ROUTE_LIST, GET_POST_PUT, ALWAYS, PARENT_MACHINE,
	.search = NAME_FIELDS},
    {"applications/{}/secrets", ROUTE_LIST, GET_POST, NONE,
	.parent = PARENT_APP},
    {"applications/{}/organizations", ROUTE_LIST, GET, OPTIONAL,
	.parent = PARENT_APP},
    {"applications/{}/protected-app-metadata/custom-domains", ROUTE_LIST,
	GET_POST, OPTIONAL, .parent = PARENT_PROTECTED},
    {"applications/{}/users/{}/consent-organizations", ROUTE_LIST, GET_POST_PUT,
	ALWAYS, PARENT_THIRD_PARTY, .extra = EXTRA_WRAPPED},
    {"organizations", ROUTE_LIST, GET_POST, ALWAYS, PARENT_ANY, EXTRA_FEATURED,
	.q = "id name"},
    {"organizations/{}/users", ROUTE_LIST, GET_POST_PUT, ALWAYS,
	.q = USER_FIELDS, .equals = "organizationRoleId=organizationRoles"},
    {"organizations/{}/users/{}/roles", ROUTE_LIST, GET_POST_PUT, OPTIONAL,
	.parent = PARENT_MEMBER},
    {"organizations/{}/users/{}/scopes", ROUTE_LIST, GET, .paging = NONE},
    {"organizations/{}/applications", ROUTE_LIST, GET_POST_PUT, ALWAYS,
	.q = NAME_FIELDS},
    {"organizations/{}/applications/{}/roles", ROUTE_LIST, GET_POST_PUT,
	OPTIONAL, .parent = PARENT_MEMBER},
    {"organizations/{}/jit/email-domains", ROUTE_LIST, GET_POST_PUT,
	.paging = OPTIONAL},
    {"organizations/{}/jit/roles", ROUTE_LIST, GET_POST_PUT,
	.paging = OPTIONAL},
    {"organizations/{}/jit/sso-connectors", ROUTE_LIST, GET_POST_PUT,
	.paging = OPTIONAL},
    {"organization-roles", ROUTE_LIST, GET_POST, ALWAYS, .q = NAME_FIELDS},
    {"organization-roles/{}/scopes", ROUTE_LIST, GET_POST_PUT,
	.paging = OPTIONAL},
    {"organization-roles/{}/resource-scopes", ROUTE_LIST, GET_POST_PUT,
	.paging = OPTIONAL},
    {"organization-scopes", ROUTE_LIST, GET_POST, OPTIONAL, .q = "name"},
    {"organization-invitations", ROUTE_LIST, GET_POST, NONE,
	.equals = "organizationId=organizationId inviterId=inviterId "
		  "invitee=invitee"},
    {"roles", ROUTE_LIST, GET_POST, ALWAYS, .search = NAME_FIELDS,
	.equals = "type=type"},
    {"roles/{}/users", ROUTE_LIST, GET_POST, ALWAYS, PARENT_ROLE,
	.search = USER_FIELDS},
    {"roles/{}/applications", ROUTE_LIST, GET_POST, ALWAYS, PARENT_ROLE,
	.search = NAME_FIELDS},
    {"roles/{}/scopes", ROUTE_LIST, GET_POST, OPTIONAL, PARENT_ROLE,
	.search = NAME_FIELDS},
    {"resources", ROUTE_LIST, GET_POST, OPTIONAL, PARENT_ANY,
	.extra = EXTRA_SCOPES},
    {"resources/{}/scopes", ROUTE_LIST, GET_POST, ALWAYS,
	.search = NAME_FIELDS},
    {"connectors", ROUTE_LIST, GET_POST, NONE, .equals = "target=target"},
    {"connector-factories", ROUTE_LIST, GET, .paging = NONE},
    {"logs", ROUTE_LIST, GET, ALWAYS, PARENT_ANY, EXTRA_TIME,
	.equals = "userId=payload.userId applicationId=payload.applicationId "
		  "logKey=key"},
    {"hooks", ROUTE_LIST, GET_POST, OPTIONAL, PARENT_ANY, .extra = EXTRA_STATS},
    {"hooks/{}/recent-logs", ROUTE_LIST, GET, ALWAYS, PARENT_ANY, EXTRA_RECENT,
	.equals = "logKey=key"},
    {"sso-connectors", ROUTE_LIST, GET_POST, .paging = OPTIONAL},
    {"sso-connectors/{}/signing-keys", ROUTE_LIST, GET_POST, NONE,
	.parent = PARENT_SSO},
    {"sso-connector-providers", ROUTE_LIST, GET, .paging = NONE},
    {"saml-applications/{}/secrets", ROUTE_LIST, GET_POST, NONE,
	.parent = PARENT_APP},
    {"one-time-tokens", ROUTE_LIST, GET_POST, OPTIONAL, PARENT_ANY, EXTRA_ALL,
	.equals = "email=email status=status"},
    {"domains", ROUTE_LIST, GET_POST, .paging = NONE},
    {"domains/{}/verification-files", ROUTE_LIST, GET_PUT, NONE,
	.parent = PARENT_DOMAIN},
    {"custom-phrases", ROUTE_LIST, GET, .paging = NONE},
    {"custom-profile-fields", ROUTE_LIST, GET_POST, .paging = NONE},
    {"email-templates", ROUTE_LIST, "HEAD, GET, PUT, DELETE", NONE,
	.equals = "languageTag=languageTag templateType=templateType"},
    {"configs/jwt-customizer", ROUTE_LIST, GET, .paging = NONE},
    {"configs/actions", ROUTE_LIST, GET, .paging = NONE},
    {"configs/oidc/session", ROUTE_OBJECT, .methods = GET_PATCH},
    {"configs/oidc/{}", ROUTE_LIST, GET, NONE, .parent = PARENT_KEY_TYPE},

#define RECORD(pattern, list, key, entity)                                     \
	{                                                                      \
		pattern, ROUTE_RECORD, GET_PATCH_DELETE, NONE, PARENT_ANY,     \
		    EXTRA_NONE, NULL, NULL, NULL, list, key, entity            \
	}
    RECORD("users/{}", "users", "id", NULL),
    RECORD("applications/{}", "applications", "id", "applications"),
    RECORD("organizations/{}", "organizations", "id", "organizations"),
    RECORD("organization-roles/{}", "organization-roles", "id",
	"organization_roles"),
    RECORD("organization-scopes/{}", "organization-scopes", "id",
	"organization_scopes"),
    RECORD("organization-invitations/{}", "organization-invitations", "id",
	"organization_invitations"),
    RECORD("roles/{}", "roles", "id", "roles"),
    RECORD("resources/{}", "resources", "id", "resources"),
    RECORD("connectors/{}", "connectors", "id", NULL),
    RECORD("connector-factories/{}", "connector-factories", "id", NULL),
    RECORD("logs/{}", "logs", "id", "logs"),
    RECORD("hooks/{}", "hooks", "id", "hooks"),
    RECORD("sso-connectors/{}", "sso-connectors", "id", "sso_connectors"),
    RECORD("saml-applications/{}", "applications", "id", "applications"),
    RECORD("one-time-tokens/{}", "one-time-tokens", "id", "one_time_tokens"),
    RECORD("domains/{}", "domains", "id", "domains"),
    RECORD("custom-phrases/{}", "custom-phrases", "languageTag", NULL),
    RECORD("custom-profile-fields/{}", "custom-profile-fields", "name", NULL),
    RECORD("email-templates/{}", "email-templates", "id", "email_templates"),

#define PART(pattern, list, key)                                               \
	{                                                                      \
		pattern, ROUTE_PART, GET_PATCH, NONE, PARENT_ANY, EXTRA_NONE,  \
		    NULL, NULL, NULL, list, key, NULL                          \
	}
    PART("users/{}/custom-data", "users", "customData"),
    PART("users/{}/logto-configs", "users",
	"+{\"mfa\":{},\"passkeySignIn\":{}}"),
    PART("users/{}/has-password", "users", "{hasPassword"),
    PART("users/{}/all-identities", "users", "identities"),
    PART("users/{}/sessions", "users", "+{\"sessions\":[]}"),
    PART("users/{}/sessions/{}", "users", "none"),
    PART("users/{}/identities/{}", "users", "@"),
    PART("users/{}/sso-identities/{}", "users", "none"),
    PART("users/{}/grants", "users", "+{\"grants\":[]}"),
    PART("applications/{}/access-control", "applications",
	"+{\"userIds\":[],\"userRoleIds\":[],\"organizationIds\":[],"
	"\"organizationRoleRules\":[]}"),
    PART("applications/{}/user-consent-scopes", "applications",
	"+{\"organizationScopes\":[],\"resourceScopes\":[],"
	"\"organizationResourceScopes\":[],\"userScopes\":[]}"),
    PART("applications/{}/sign-in-experience", "applications", "none"),

    {"account-center", ROUTE_OBJECT, .methods = GET_PATCH},
    {"sign-in-exp", ROUTE_OBJECT, .methods = GET_PATCH},
    {"sign-in-exp/username-policy/case-sensitivity-conflicts", ROUTE_OBJECT,
	.methods = GET},
    {"captcha-provider", ROUTE_OBJECT, .methods = "HEAD, GET, PUT, DELETE"},
    {"configs/admin-console", ROUTE_OBJECT, .methods = GET_PATCH},
    {"configs/id-token", ROUTE_OBJECT, .methods = GET_PUT},
    {"configs/jwt-customizer/{}", ROUTE_OBJECT, .methods = GET_PATCH_DELETE},
    {"configs/actions/{}", ROUTE_OBJECT, .methods = GET_PATCH_DELETE},
    {"dashboard/users/total", ROUTE_OBJECT, .methods = GET},
    {"dashboard/users/new", ROUTE_OBJECT, .methods = GET},
    {"dashboard/users/active", ROUTE_OBJECT, .methods = GET},
    {"user-assets/service-status", ROUTE_OBJECT, .methods = GET},
    {"saml-applications/{}/metadata", ROUTE_PUBLIC, .methods = GET},
    {"status", ROUTE_PUBLIC, .methods = GET},
    {"swagger.json", ROUTE_PUBLIC, .methods = GET},
    {".well-known/management.openapi.json", ROUTE_PUBLIC, .methods = GET},
    {".well-known/sign-in-exp", ROUTE_PUBLIC, .methods = GET},
};

static bool
matches(const char *pattern, const char *path, struct route_ids *ids)
{
	ids->count = 0;
	while (*pattern && *path) {
		size_t len = strcspn(path, "/");

		if (strncmp(pattern, "{}", 2) == 0) {
			if (len == 0 || len >= ROUTE_ID_BYTES)
				return false;
			(void)snprintf(ids->id[ids->count], ROUTE_ID_BYTES,
			    "%.*s", (int)len, path);
			query_decode(ids->id[ids->count++], false);
			pattern += 2;
			path += len;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *pattern == '\0' && (*path == '\0' || strcmp(path, "/") == 0);
}

const struct route *
route_find(const char *path, struct route_ids *ids)
{
	for (size_t i = 0; route_at(i); i++)
		if (matches(routes[i].pattern, path, ids))
			return &routes[i];
	return NULL;
}

const struct route *
route_at(size_t index)
{
	if (index >= sizeof(routes) / sizeof(*routes))
		return NULL;
	return &routes[index];
}
