/* SPDX-License-Identifier: ISC */
/*
 * The table of resources. Order is that of --list and of --all: parents come
 * before what needs their keys.
 */
#include "catalogue.h"

#include <string.h>

#define USER "type=User"
#define MACHINE "type=MachineToMachine"

const struct catalogue_entry catalogue[] = {
    {.path = "users",
	.kind = KIND_PAGED,
	.flags = IS_BY_TIME | HAS_ID_SEARCH | IN_ALL,
	.secrets = "passwordDigest"},
    {.path = "users/*", .kind = KIND_OBJECT, .secrets = "passwordDigest"},
    {.path = "users/*/custom-data",
	.kind = KIND_OBJECT,
	.parents = "userId",
	.key = "",
	.note = "the users' customData"},
    {.path = "users/*/logto-configs",
	.kind = KIND_OBJECT,
	.parents = "userId",
	.key = ""},
    {.path = "users/*/has-password",
	.kind = KIND_OBJECT,
	.parents = "userId",
	.key = "",
	.note = "the users' hasPassword"},
    {.path = "users/*/roles",
	.kind = KIND_PAGED,
	.flags = HAS_ID_SEARCH,
	.parents = "userId",
	.note = "dearer than roles/*/users"},
    {.path = "users/*/organizations",
	.kind = KIND_WHOLE,
	.parents = "userId",
	.note = "dearer than organizations/*/users"},
    {.path = "users/*/identities/*",
	.kind = KIND_OBJECT,
	.parents = "userId target",
	.key = "",
	.keys_from = "users -",
	.secrets = "tokenSecret"},
    {.path = "users/*/sso-identities/*",
	.kind = KIND_OBJECT,
	.parents = "userId ssoConnectorId",
	.key = "",
	.keys_from = "users -",
	.secrets = "tokenSecret"},
    {.path = "users/*/all-identities",
	.kind = KIND_OBJECT,
	.parents = "userId",
	.key = "",
	.secrets = "socialIdentities.tokenSecret ssoIdentities.tokenSecret"},
    {.path = "users/*/personal-access-tokens",
	.kind = KIND_WHOLE,
	.parents = "userId",
	.key = "name",
	.secrets = "value"},
    {.path = "users/*/mfa-verifications",
	.kind = KIND_WHOLE,
	.parents = "userId"},
    {.path = "users/*/sessions",
	.kind = KIND_WHOLE,
	.parents = "userId",
	.key = "payload.uid",
	.inside = "sessions",
	.secrets = "payload.jti",
	.note = "since 1.38"},
    {.path = "users/*/sessions/*",
	.kind = KIND_OBJECT,
	.parents = "userId",
	.key = "payload.uid",
	.keys_from = "users -",
	.secrets = "payload.jti"},
    {.path = "users/*/grants",
	.kind = KIND_WHOLE,
	.parents = "userId",
	.inside = "grants",
	.note = "since 1.38"},
    {.path = "users/*/trusted-devices",
	.kind = KIND_PAGED,
	.flags = IS_BY_TIME,
	.parents = "userId",
	.note = "not in released servers"},

    {.path = "applications",
	.kind = KIND_OPTIONAL,
	.flags = IS_BY_TIME | HAS_ID_SEARCH | IN_ALL,
	.secrets = "secret"},
    {.path = "applications/*", .kind = KIND_OBJECT, .secrets = "secret"},
    {.path = "applications/*/roles",
	.kind = KIND_PAGED,
	.flags = HAS_ID_SEARCH,
	.parents = "applicationId",
	.of = MACHINE,
	.note = "dearer than roles/*/applications"},
    {.path = "applications/*/secrets",
	.kind = KIND_WHOLE,
	.flags = IN_ALL,
	.parents = "applicationId",
	.key = "name",
	.secrets = "value"},
    {.path = "applications/*/organizations",
	.kind = KIND_OPTIONAL,
	.parents = "applicationId",
	.of = MACHINE,
	.note = "dearer than organizations/*/applications"},
    {.path = "applications/*/user-consent-scopes",
	.kind = KIND_OBJECT,
	.parents = "applicationId",
	.key = ""},
    {.path = "applications/*/users/*/consent-organizations",
	.kind = KIND_PAGED,
	.parents = "applicationId userId",
	.inside = "organizations",
	.of = "isThirdParty=true",
	.keys_from = "applications users"},
    {.path = "applications/*/sign-in-experience",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT,
	.parents = "applicationId",
	.key = ""},
    {.path = "applications/*/protected-app-metadata/custom-domains",
	.kind = KIND_WHOLE,
	.flags = IS_HEAVY,
	.parents = "applicationId",
	.key = "domain",
	.of = "type=Protected",
	.note = "Cloud; asks Cloudflare"},
    {.path = "applications/*/access-control",
	.kind = KIND_OBJECT,
	.parents = "applicationId",
	.key = "",
	.note = "since 1.41"},

    {.path = "organizations", .kind = KIND_PAGED, .flags = IN_ALL},
    {.path = "organizations/*", .kind = KIND_OBJECT},
    {.path = "organizations/*/users",
	.kind = KIND_PAGED,
	.flags = IN_ALL,
	.parents = "organizationId"},
    {.path = "organizations/*/users/*/roles",
	.kind = KIND_OPTIONAL,
	.parents = "organizationId userId",
	.note = "in organizations/*/users as organizationRoles"},
    {.path = "organizations/*/users/*/scopes",
	.kind = KIND_WHOLE,
	.parents = "organizationId userId"},
    {.path = "organizations/*/applications",
	.kind = KIND_PAGED,
	.flags = IN_ALL,
	.parents = "organizationId",
	.secrets = "secret"},
    {.path = "organizations/*/applications/*/roles",
	.kind = KIND_OPTIONAL,
	.parents = "organizationId applicationId",
	.note = "in organizations/*/applications as organizationRoles"},
    {.path = "organizations/*/jit/email-domains",
	.kind = KIND_OPTIONAL,
	.flags = IN_ALL,
	.parents = "organizationId",
	.key = "emailDomain"},
    {.path = "organizations/*/jit/roles",
	.kind = KIND_OPTIONAL,
	.flags = IN_ALL,
	.parents = "organizationId"},
    {.path = "organizations/*/jit/sso-connectors",
	.kind = KIND_OPTIONAL,
	.flags = IN_ALL,
	.parents = "organizationId",
	.secrets = "config"},
    {.path = "organization-roles", .kind = KIND_PAGED, .flags = IN_ALL},
    {.path = "organization-roles/*", .kind = KIND_OBJECT},
    {.path = "organization-roles/*/scopes",
	.kind = KIND_OPTIONAL,
	.parents = "organizationRoleId",
	.note = "in organization-roles"},
    {.path = "organization-roles/*/resource-scopes",
	.kind = KIND_OPTIONAL,
	.parents = "organizationRoleId",
	.note = "in organization-roles"},
    {.path = "organization-scopes", .kind = KIND_OPTIONAL, .flags = IN_ALL},
    {.path = "organization-scopes/*", .kind = KIND_OBJECT},
    {.path = "organization-invitations",
	.kind = KIND_WHOLE,
	.flags = IN_ALL,
	.volatiles = "status"},
    {.path = "organization-invitations/*",
	.kind = KIND_OBJECT,
	.volatiles = "status"},

    {.path = "roles",
	.kind = KIND_PAGED,
	.flags = HAS_ID_SEARCH | IN_ALL,
	.volatiles = "featuredUsers featuredApplications"},
    {.path = "roles/*", .kind = KIND_OBJECT},
    {.path = "roles/*/users",
	.kind = KIND_PAGED,
	.flags = IS_BY_TIME | HAS_ID_SEARCH | IN_ALL,
	.parents = "roleId",
	.of = USER,
	.secrets = "passwordDigest"},
    {.path = "roles/*/applications",
	.kind = KIND_PAGED,
	.flags = HAS_ID_SEARCH | IN_ALL,
	.parents = "roleId",
	.of = MACHINE,
	.secrets = "secret"},
    {.path = "roles/*/scopes",
	.kind = KIND_OPTIONAL,
	.flags = HAS_ID_SEARCH | IN_ALL,
	.parents = "roleId"},

    {.path = "resources",
	.kind = KIND_OPTIONAL,
	.flags = IN_ALL,
	.all_query = "includeScopes=true"},
    {.path = "resources/*", .kind = KIND_OBJECT},
    {.path = "resources/*/scopes",
	.kind = KIND_PAGED,
	.flags = HAS_ID_SEARCH,
	.parents = "resourceId",
	.note = "in resources with -p includeScopes=true"},

    {.path = "connectors",
	.kind = KIND_WHOLE,
	.flags = IS_HEAVY | IN_ALL,
	.secrets = "config",
	.volatiles = "usage"},
    {.path = "connectors/*",
	.kind = KIND_OBJECT,
	.secrets = "config",
	.volatiles = "usage"},
    {.path = "connector-factories",
	.kind = KIND_WHOLE,
	.flags = IS_HEAVY,
	.note = "the same in every tenant"},
    {.path = "connector-factories/*", .kind = KIND_OBJECT},

    {.path = "logs", .kind = KIND_LOG, .flags = IS_BY_TIME | IN_ALL},
    {.path = "logs/*", .kind = KIND_OBJECT},
    {.path = "hooks",
	.kind = KIND_OPTIONAL,
	.flags = IS_BY_TIME | IN_ALL,
	.secrets = "signingKey config.headers"},
    {.path = "hooks/*",
	.kind = KIND_OBJECT,
	.secrets = "signingKey config.headers"},
    {.path = "hooks/*/recent-logs",
	.kind = KIND_LOG,
	.flags = IS_BY_TIME | IN_ALL,
	.parents = "hookId",
	.note = "the deliveries, which logs leaves out"},

    {.path = "sso-connectors",
	.kind = KIND_OPTIONAL,
	.flags = HAS_LOOSE_TOTAL | IS_HEAVY | IN_ALL,
	.secrets = "config providerConfig.clientSecret",
	.volatiles = "providerConfig",
	.note = "asks each identity provider"},
    {.path = "sso-connectors/*",
	.kind = KIND_OBJECT,
	.secrets = "config providerConfig.clientSecret",
	.volatiles = "providerConfig"},
    {.path = "sso-connectors/*/signing-keys",
	.kind = KIND_WHOLE,
	.parents = "ssoConnectorId",
	.note = "after 1.42"},
    {.path = "sso-connectors/*/idp-initiated-auth-config",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT,
	.parents = "ssoConnectorId",
	.key = "",
	.note = "not in released servers"},
    {.path = "sso-connector-providers",
	.kind = KIND_WHOLE,
	.key = "providerName",
	.note = "the same in every tenant"},
    {.path = "saml-applications/*",
	.kind = KIND_OBJECT,
	.of = "type=SAML",
	.keys_from = "applications"},
    {.path = "saml-applications/*/secrets",
	.kind = KIND_WHOLE,
	.parents = "applicationId",
	.of = "type=SAML",
	.keys_from = "applications"},

    {.path = "one-time-tokens",
	.kind = KIND_OPTIONAL,
	.flags = IS_BY_TIME | HAS_LOOSE_TOTAL | IN_ALL,
	.secrets = "token",
	.volatiles = "status"},
    {.path = "one-time-tokens/*",
	.kind = KIND_OBJECT,
	.secrets = "token",
	.volatiles = "status"},
    {.path = "domains",
	.kind = KIND_WHOLE,
	.flags = IS_HEAVY | IN_ALL,
	.volatiles = "status",
	.note = "asks Cloudflare"},
    {.path = "domains/*",
	.kind = KIND_OBJECT,
	.flags = IS_HEAVY,
	.volatiles = "status"},
    {.path = "domains/*/verification-files",
	.kind = KIND_WHOLE,
	.parents = "domainId",
	.key = "path",
	.note = "since 1.42"},
    {.path = "custom-phrases", .kind = KIND_WHOLE, .flags = IN_ALL},
    {.path = "custom-phrases/*", .kind = KIND_OBJECT, .keys_from = "-"},
    {.path = "custom-profile-fields", .kind = KIND_WHOLE, .flags = IN_ALL},
    {.path = "custom-profile-fields/*", .kind = KIND_OBJECT, .keys_from = "-"},
    {.path = "email-templates", .kind = KIND_WHOLE, .flags = IN_ALL},
    {.path = "email-templates/*", .kind = KIND_OBJECT},
    {.path = "captcha-provider",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT | IN_ALL,
	.secrets = "config.secretKey"},
    {.path = "account-center", .kind = KIND_OBJECT, .flags = IN_ALL},
    {.path = "sign-in-exp", .kind = KIND_OBJECT, .flags = IN_ALL},
    {.path = "sign-in-exp/username-policy/case-sensitivity-conflicts",
	.kind = KIND_OBJECT,
	.key = "",
	.note = "since 1.41"},
    {.path = "cimd/user-consent-scopes",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT,
	.key = "",
	.note = "after 1.42"},

    {.path = "configs/admin-console",
	.kind = KIND_OBJECT,
	.flags = IN_ALL,
	.key = ""},
    {.path = "configs/oidc/session",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT | IN_ALL,
	.key = "",
	.note = "since 1.38"},
    {.path = "configs/oidc/*",
	.kind = KIND_WHOLE,
	.flags = IN_ALL,
	.parents = "keyType",
	.keys_from = "=private-keys,cookie-keys"},
    {.path = "configs/jwt-customizer",
	.kind = KIND_WHOLE,
	.flags = IN_ALL,
	.key = "key",
	.secrets = "value.environmentVariables"},
    {.path = "configs/jwt-customizer/*",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT,
	.parents = "tokenTypePath",
	.key = "",
	.keys_from = "=access-token,client-credentials",
	.secrets = "environmentVariables value.environmentVariables"},
    {.path = "configs/actions",
	.kind = KIND_WHOLE,
	.flags = MAY_BE_ABSENT | IN_ALL,
	.key = "key",
	.secrets = "value.environmentVariables",
	.note = "since 1.42"},
    {.path = "configs/actions/*",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT,
	.parents = "actionType",
	.key = "",
	.keys_from = "-",
	.secrets = "environmentVariables value.environmentVariables"},
    {.path = "configs/cimd",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT,
	.key = "",
	.note = "after 1.42"},
    {.path = "configs/id-token",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT | IN_ALL,
	.key = ""},

    {.path = "dashboard/users/total", .kind = KIND_OBJECT, .key = ""},
    {.path = "dashboard/users/new", .kind = KIND_OBJECT, .key = ""},
    {.path = "dashboard/users/active", .kind = KIND_OBJECT, .key = ""},
    {.path = "systems/application",
	.kind = KIND_OBJECT,
	.flags = MAY_BE_ABSENT,
	.key = "",
	.note = "Cloud"},
    {.path = "user-assets/service-status", .kind = KIND_OBJECT, .key = ""},
};

const size_t catalogue_count = sizeof(catalogue) / sizeof(*catalogue);

/* How well the pattern fits the path: 0 not at all, else 1 more than its
 * literal segments. */
static unsigned
match(const char *pattern, const char *path)
{
	unsigned literals = 1;

	for (;;) {
		size_t a = strcspn(pattern, "/"), b = strcspn(path, "/");
		bool is_star = a == 1 && *pattern == '*';

		if (b == 0)
			return 0;
		if (!is_star) {
			if (a != b || strncmp(pattern, path, a) != 0)
				return 0;
			literals++;
		}
		pattern += a;
		path += b;
		if (*pattern != *path)
			return 0;
		if (!*pattern)
			return literals;
		pattern++;
		path++;
	}
}

const struct catalogue_entry *
catalogue_find(const char *path)
{
	const struct catalogue_entry *found = NULL;
	unsigned best = 0;

	for (size_t i = 0; i < catalogue_count; i++) {
		unsigned fit = match(catalogue[i].path, path);

		if (fit > best) {
			best = fit;
			found = &catalogue[i];
		}
	}
	return found;
}

void
catalogue_name(const struct catalogue_entry *entry, const char *path,
    struct buf *name)
{
	const char *at = entry ? entry->path : path;

	while (*at) {
		size_t len = strcspn(at, "/");

		if (!(len == 1 && *at == '*')) {
			if (name->len > 0)
				buf_add_char(name, '_');
			buf_append(name, at, len);
		}
		at += len + (at[len] == '/');
	}
}

/* The `index`th word of a list separated by blanks; NULL past its end. */
static const char *
word_at(const char *words, size_t index, size_t *len)
{
	while (words && *words) {
		*len = strcspn(words, " ");
		if (index-- == 0)
			return words;
		words += *len + strspn(words + *len, " ");
	}
	return NULL;
}

/* How many `*` the row's pattern has before the segment that stands at offset
 * `at` of a path, and whether it has one there. */
static size_t
count_stars(const char *pattern, const char *path, size_t at, bool *is_star)
{
	size_t stars = 0;

	for (size_t i = 0; i < at; i++) {
		if (path[i] != '/')
			continue;
		stars += *pattern == '*';
		pattern += strcspn(pattern, "/");
		pattern += *pattern == '/';
	}
	*is_star = *pattern == '*';
	return stars;
}

void
catalogue_keys_from(const struct catalogue_entry *entry, const char *path,
    size_t star, struct buf *list)
{
	if (entry && entry->keys_from) {
		bool is_star;
		size_t index = count_stars(entry->path, path, star, &is_star);
		size_t len;
		const char *word = word_at(entry->keys_from, index, &len);

		if (word && !(len == 1 && *word == '-'))
			buf_append(list, word, len);
	} else if (star > 0) {
		buf_append(list, path, star - 1);
	}
}

const char *
catalogue_condition(const struct catalogue_entry *entry, const char *path)
{
	/* It is about the first list of parents of the pattern. */
	if (!entry || !entry->of || !strchr(entry->path, '*') ||
	    strcspn(entry->path, "*") != strcspn(path, "*"))
		return NULL;
	return entry->of;
}

const char *
catalogue_parent(const struct catalogue_entry *entry, const char *path,
    size_t at, size_t *len)
{
	bool is_star;
	size_t index = count_stars(entry->path, path, at, &is_star);

	return is_star ? word_at(entry->parents, index, len) : NULL;
}

/* The share of bytes that two short words have in common, position by
 * position from both ends: enough for a hint. */
static unsigned
likeness(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	size_t longer = a_len > b_len ? a_len : b_len;
	size_t head = 0, tail = 0;

	while (head < a_len && head < b_len && a[head] == b[head])
		head++;
	while (tail + head < a_len && tail + head < b_len &&
	    a[a_len - 1 - tail] == b[b_len - 1 - tail])
		tail++;
	return longer ? (unsigned)((head + tail) * 100 / longer) : 0;
}

const struct catalogue_entry *
catalogue_nearest(const char *path)
{
	const struct catalogue_entry *nearest = NULL;
	unsigned best = 59; /* less is a guess: "usres" has 60 of users */

	for (size_t i = 0; i < catalogue_count; i++) {
		unsigned like = likeness(catalogue[i].path, path);

		if (like > best) {
			best = like;
			nearest = &catalogue[i];
		}
	}
	return nearest;
}

static const char *
kind_name(enum catalogue_kind kind)
{
	static const char *const names[] = {[KIND_UNKNOWN] = "unknown",
	    [KIND_PAGED] = "paged",
	    [KIND_OPTIONAL] = "whole-or-paged",
	    [KIND_WHOLE] = "whole",
	    [KIND_OBJECT] = "object",
	    [KIND_LOG] = "log"};

	return names[kind];
}

#define PLAIN_ROW "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n"
#define ROW "%-52s %-14s %-12s %-22s %-16s %-4s %s\n"

/* The requests that reading it takes. */
static const char *
cost(const struct catalogue_entry *e)
{
	bool is_fanned = strchr(e->path, '*');
	bool is_paged = e->kind == KIND_PAGED || e->kind == KIND_LOG;

	if (e->keys_from && e->keys_from[0] == '=')
		return "few";
	if (is_fanned)
		return is_paged ? "parents+rows/100" : "parents";
	return is_paged ? "rows/100" : "1";
}

/* Text in a column of the table; "-" for none. */
static const char *
or_dash(const char *text)
{
	return text && *text ? text : "-";
}

/* For programs: further columns only ever come behind these. */
static void
print_plain(FILE *to)
{
	(void)fprintf(to, PLAIN_ROW, "NAME", "KIND", "KEY", "PARENTS",
	    "REQUESTS", "ALL", "NOTE", "COST", "OF", "SECRETS", "VOLATILE");
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct catalogue_entry *e = &catalogue[i];

		(void)fprintf(to, PLAIN_ROW, e->path, kind_name(e->kind),
		    e->key ? or_dash(e->key) : "id", or_dash(e->parents),
		    cost(e), e->flags & IN_ALL ? "yes" : "-",
		    e->note ? e->note : "", e->flags & IS_HEAVY ? "heavy" : "-",
		    or_dash(e->of), or_dash(e->secrets), or_dash(e->volatiles));
	}
}

static void
print_detail(FILE *to, const char *name, const char *text)
{
	if (text)
		(void)fprintf(to, "    %s: %s\n", name, text);
}

void
catalogue_print(FILE *to, bool is_for_people, bool has_details)
{
	if (!is_for_people) {
		print_plain(to);
		return;
	}
	(void)fprintf(to, ROW, "NAME", "KIND", "KEY", "PARENTS", "REQUESTS",
	    "ALL", "NOTE");
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct catalogue_entry *e = &catalogue[i];

		(void)fprintf(to, ROW, e->path, kind_name(e->kind),
		    e->key ? or_dash(e->key) : "id", or_dash(e->parents),
		    cost(e), e->flags & IN_ALL ? "yes" : "-",
		    e->note ? e->note : "");
		if (!has_details)
			continue;
		print_detail(to, "of parents with", e->of);
		print_detail(to, "secret", e->secrets);
		print_detail(to, "volatile", e->volatiles);
		if (e->flags & IS_HEAVY)
			print_detail(to, "cost", "dear to the server");
	}
}
