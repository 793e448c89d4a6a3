/* SPDX-License-Identifier: ISC */
/* Endpoint and resource: where they come from, and which mistakes are named. */
#include "tenant.h"

#include "tap.h"

static const struct right {
	const char *name;
	const char *endpoint, *tenant_id, *resource; /* given */
	const char *base, *api, *usual;              /* wanted */
	bool is_cloud;
} rights[] = {
    {"a tenant id is enough", NULL, "abc123", NULL, "https://abc123.logto.app",
	"https://abc123.logto.app/api", "https://abc123.logto.app/api", true},
    {"a Cloud endpoint implies its resource", "https://abc123.logto.app/", NULL,
	NULL, "https://abc123.logto.app", "https://abc123.logto.app/api",
	"https://abc123.logto.app/api", true},
    {"an own domain with a tenant id", "https://auth.example.com", "abc123",
	NULL, "https://auth.example.com", "https://abc123.logto.app/api",
	"https://abc123.logto.app/api", true},
    {"an own domain alone looks self-hosted", "https://auth.example.com", NULL,
	NULL, "https://auth.example.com", "https://default.logto.app/api",
	"https://default.logto.app/api", false},
    {"self-hosted with a port", "https://id.example.com:3001", NULL, NULL,
	"https://id.example.com:3001", "https://default.logto.app/api",
	"https://default.logto.app/api", false},
    {"self-hosted with a path prefix", "https://example.com/auth//", NULL, NULL,
	"https://example.com/auth", "https://default.logto.app/api",
	"https://default.logto.app/api", false},
    {"loopback may be plain", "http://localhost:3001", NULL, NULL,
	"http://localhost:3001", "https://default.logto.app/api",
	"https://default.logto.app/api", false},
    {"a resource passes through as given", "https://id.example.com", NULL,
	"https://other.example.com/api/", "https://id.example.com",
	"https://other.example.com/api/", "https://default.logto.app/api",
	false},
};

static const struct wrong {
	const char *name;
	const char *endpoint, *tenant_id;
	const char *text; /* somewhere in the message */
} wrongs[] = {
    {"nothing", NULL, NULL, "LOGTO_TENANT_ID"},
    {"no scheme", "abc.logto.app", NULL, "is it 'https://abc.logto.app'?"},
    {"a path alone", "/admin", NULL, "'/admin' names no host"},
    {"another scheme", "ftp://x.example", NULL, "no https URL"},
    {"plain http elsewhere", "http://id.example.com", NULL, "unencrypted"},
    {"a name that only begins like loopback", "http://127.0.0.1.evil.example",
	NULL, "unencrypted"},
    {"the API's address", "https://id.example.com/api/", NULL,
	"without its '/api' it is 'https://id.example.com'"},
    {"the issuer", "https://id.example.com/oidc", NULL,
	"it is 'https://id.example.com'"},
    {"the token endpoint", "https://id.example.com/x/oidc/token", NULL,
	"it is 'https://id.example.com/x'"},
    {"the console", "https://cloud.logto.io/abc123/get-started", NULL,
	"console"},
    {"a query", "https://id.example.com/?a=b", NULL, "'?'"},
    {"a fragment", "https://id.example.com/#x", NULL, "'#'"},
    {"a user", "https://me:pass@id.example.com", NULL, "user or password"},
    {"an id that is an address", NULL, "abc.logto.app", "--endpoint"},
    {"an id with a blank", NULL, "a b", "no tenant id"},
    {"an id that is no label", NULL, "-", "no tenant id"},
    {"an id that ends in a hyphen", NULL, "a-", "no tenant id"},
};

int
main(void)
{
	struct fail why;
	char *endpoint;

	for (size_t i = 0; i < sizeof(rights) / sizeof(*rights); i++) {
		const struct right *c = &rights[i];
		struct tenant t;

		ok(tenant_set(&t, c->endpoint, c->tenant_id, c->resource, false,
		       &why) == 0 &&
			strcmp(t.endpoint, c->base) == 0 &&
			strcmp(t.resource, c->api) == 0 &&
			strcmp(t.usual_resource, c->usual) == 0 &&
			t.is_cloud == c->is_cloud,
		    "%s", c->name);
		tenant_free(&t);
	}
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		const struct wrong *c = &wrongs[i];
		struct tenant t;

		if (!ok(tenant_set(&t, c->endpoint, c->tenant_id, NULL, false,
			    &why) == -1 &&
			    why.status == STATUS_USAGE &&
			    strstr(why.text, c->text) &&
			    !strstr(why.text,
				"pass"
				"@"),
			"%s", c->name))
			(void)fprintf(stderr, "# %s\n", why.text);
		tenant_free(&t);
	}
	endpoint = tenant_endpoint_of_issuer("https://x.example/auth/oidc");
	is(endpoint, "https://x.example/auth", "the endpoint of an issuer");
	free(endpoint);
	is(tenant_endpoint_of_issuer("https://x.example"), NULL,
	    "an issuer of another kind has none");
	ok(tenant_is_cloud_resource("https://abc.logto.app/api"),
	    "a Cloud resource");
	ok(!tenant_is_cloud_resource("https://default.logto.app/api"),
	    "the self-hosted resource is none, though it looks like one");
	ok(!tenant_is_cloud_resource("https://abc.logto.app.evil.example/api"),
	    "a host that only contains the domain is none");
	return tap_done();
}
