/* SPDX-License-Identifier: ISC */
/*
 * Endpoint and resource, and the mistakes that users make with them.
 */
#include "tenant.h"

#include "bounds.h"
#include "http.h"
#include "mem.h"
#include "url.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The resource of a self-hosted Logto, whatever its host. */
static const char SELF_HOSTED_RESOURCE[] = "https://default.logto.app/api";

static const char CLOUD_DOMAIN[] = ".logto.app";

static bool
ends_with(const char *text, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len >= end_len &&
	    strncasecmp(text + len - end_len, end, end_len) == 0;
}

/* The length of `text` less the slashes at its end. */
static size_t
trimmed(const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '/')
		len--;
	return len;
}

/* "https://ID.logto.app" and `path`; the caller frees. */
static char *
cloud_url(const char *id, size_t id_len, const char *path)
{
	struct buf text;

	buf_init(&text, BOUND_URL_BYTES);
	buf_addf(&text, "https://%.*s%s%s", (int)id_len, id, CLOUD_DOMAIN,
	    path);
	return buf_detach(&text);
}

static int
check_tenant_id(const char *id, struct fail *why)
{
	enum { LONGEST = 63 }; /* a label, RFC 1123 section 2.1 */
	size_t len = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (strchr(id, '.') || strchr(id, '/'))
		return fail_set(why, STATUS_USAGE,
		    "'%.200s' is no tenant id; an address is given as "
		    "--endpoint or LOGTO_ENDPOINT",
		    id);
	if (len == 0 || len > LONGEST || id[len] != '\0' || id[0] == '-' ||
	    id[len - 1] == '-')
		return fail_set(why, STATUS_USAGE,
		    "'%.200s' is no tenant id; it is the first part of the "
		    "tenant's host name, ID.logto.app",
		    id);
	return 0;
}

/* What follows the endpoint in addresses that users copy. */
static int
check_path(const char *endpoint, size_t len, struct fail *why)
{
	static const char *const tails[] = {"/oidc/token", "/oidc/auth",
	    "/oidc/.well-known/openid-configuration", "/oidc", "/api"};

	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++)
		if (ends_with(endpoint, len, tails[i]))
			return fail_set(why, STATUS_USAGE,
			    "the endpoint '%s' goes too far; without its "
			    "'%s' it is '%.*s'",
			    endpoint, tails[i], (int)(len - strlen(tails[i])),
			    endpoint);
	if (memchr(endpoint, '?', len))
		return fail_set(why, STATUS_USAGE,
		    "the endpoint '%s' must not hold a '?'", endpoint);
	return 0;
}

static int
check_endpoint(const char *endpoint, size_t len, bool allow_plain_http,
    struct url *url, struct fail *why)
{
	/* Not printed: what stands before the '@' may be a password. */
	if (!strstr(endpoint, "://") && strchr(endpoint, '@'))
		return fail_set(why, STATUS_USAGE,
		    "the endpoint lacks its scheme, https://, and must not "
		    "hold a user or password (what stands before the '@')");
	if (*endpoint == '/')
		return fail_set(why, STATUS_USAGE,
		    "the endpoint '%.200s' names no host; it is the tenant's "
		    "address, such as 'https://ID.logto.app'",
		    endpoint);
	if (!strstr(endpoint, "://"))
		return fail_set(why, STATUS_USAGE,
		    "the endpoint '%.200s' lacks its scheme; is it "
		    "'https://%.200s'?",
		    endpoint, endpoint);
	if (url_parse(url, endpoint, why) != 0 ||
	    http_check_url(endpoint, allow_plain_http, why) != 0)
		return fail_prefix(why, "endpoint");
	if (url->host_len == 14 &&
	    strncasecmp(url->host, "cloud.logto.io", 14) == 0)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is Logto's console, not a tenant; the endpoint is "
		    "https://ID.logto.app with the tenant's id, or the "
		    "tenant's own domain",
		    endpoint);
	return check_path(endpoint, len, why);
}

/* The id in the host name of a Cloud tenant, or NULL. */
static const char *
cloud_id(const struct url *url, size_t *len)
{
	size_t domain_len = sizeof(CLOUD_DOMAIN) - 1;

	assert(url->host);
	if (!ends_with(url->host, url->host_len, CLOUD_DOMAIN) ||
	    url->host_len == domain_len)
		return NULL;
	*len = url->host_len - domain_len;
	return url->host;
}

/* Sets the addresses from an endpoint, which the user gave. */
static int
set_endpoint(struct tenant *t, const char *endpoint, bool allow_plain_http,
    const char **id, size_t *id_len, struct fail *why)
{
	size_t len = trimmed(endpoint);
	struct url url = {0};

	if (check_endpoint(endpoint, len, allow_plain_http, &url, why) != 0)
		return -1;
	t->endpoint = mem_copy(endpoint, len);
	if (!*id)
		*id = cloud_id(&url, id_len);
	return 0;
}

int
tenant_set(struct tenant *t, const char *endpoint, const char *tenant_id,
    const char *resource, bool allow_plain_http, struct fail *why)
{
	const char *id = tenant_id;
	size_t id_len = tenant_id ? strlen(tenant_id) : 0;

	*t = (struct tenant){0};
	if (tenant_id && check_tenant_id(tenant_id, why) != 0)
		return -1;
	if (endpoint) {
		if (set_endpoint(t, endpoint, allow_plain_http, &id, &id_len,
			why) != 0)
			return -1;
	} else if (tenant_id) {
		t->endpoint = cloud_url(id, id_len, "");
	} else {
		return fail_set(why, STATUS_USAGE,
		    "no tenant is named; give --endpoint or LOGTO_ENDPOINT, "
		    "for Logto Cloud LOGTO_TENANT_ID, or 'endpoint' in "
		    "profile [default], or in one that --profile names");
	}
	t->is_cloud = id != NULL;
	t->usual_resource = id ? cloud_url(id, id_len, "/api")
			       : mem_string(SELF_HOSTED_RESOURCE);
	t->resource = mem_string(resource ? resource : t->usual_resource);
	return 0;
}

int
tenant_open(struct tenant *t, const struct settings *s, struct fail *why)
{
	enum source of_endpoint = settings_source(s, SETTING_ENDPOINT);
	enum source of_tenant_id = settings_source(s, SETTING_TENANT_ID);
	const char *endpoint = of_endpoint >= of_tenant_id
	    ? settings_get(s, SETTING_ENDPOINT)
	    : NULL;
	const char *tenant_id = of_tenant_id >= of_endpoint
	    ? settings_get(s, SETTING_TENANT_ID)
	    : NULL;

	return tenant_set(t, endpoint, tenant_id,
	    settings_get(s, SETTING_RESOURCE),
	    settings_is_on(s, SETTING_INSECURE_HTTP), why);
}

char *
tenant_endpoint_of_issuer(const char *issuer)
{
	size_t len = strlen(issuer);

	if (!ends_with(issuer, len, "/oidc"))
		return NULL;
	return mem_copy(issuer, len - strlen("/oidc"));
}

bool
tenant_is_cloud_resource(const char *resource)
{
	struct url url;
	struct fail ignored;
	size_t id_len;

	return url_parse(&url, resource, &ignored) == 0 &&
	    cloud_id(&url, &id_len) && strcmp(url.path, "/api") == 0 &&
	    strcmp(resource, SELF_HOSTED_RESOURCE) != 0;
}

void
tenant_free(struct tenant *t)
{
	free(t->endpoint);
	free(t->resource);
	free(t->usual_resource);
	*t = (struct tenant){0};
}
