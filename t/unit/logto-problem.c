/* SPDX-License-Identifier: ISC */
/* Logto's refusals: each gets the right kind, status and remedy. Bodies are
 * the ones that a server sent. */
#include "problem.h"

#include "json.h"
#include "mem.h"
#include "tap.h"

#define JSON_TYPE "application/json; charset=utf-8"
#define UNAUTHORIZED(data)                                                     \
	"{\"code\":\"auth.unauthorized\",\"data\":" data                       \
	",\"message\":\"Unauthorized. Please check credentials.\"}"
#define OIDC(code, description)                                                \
	"{\"code\":\"oidc." code "\",\"message\":\"m\",\"error\":\"" code      \
	"\",\"error_description\":\"" description "\"}"

static const struct refusal {
	const char *name;
	bool is_token; /* of the token endpoint */
	long status;
	const char *type, *body;
	enum problem_kind kind;
	enum status wanted;
	const char *text; /* somewhere in the message */
} refusals[] = {
    {"expired", false, 401, JSON_TYPE,
	UNAUTHORIZED("{\"code\":\"ERR_JWT_EXPIRED\",\"claim\":\"exp\","
		     "\"payload\":{\"sub\":\"LEAK\"}}"),
	PROBLEM_EXPIRED, STATUS_REFUSED, "--refresh"},
    {"issued elsewhere", false, 401, JSON_TYPE,
	UNAUTHORIZED("{\"code\":\"ERR_JWT_CLAIM_VALIDATION_FAILED\","
		     "\"claim\":\"iss\",\"payload\":{\"sub\":\"LEAK\"}}"),
	PROBLEM_WRONG_ISSUER, STATUS_REFUSED, "'https://i.example/oidc'"},
    {"for another resource", false, 401, JSON_TYPE,
	UNAUTHORIZED("{\"code\":\"ERR_JWT_CLAIM_VALIDATION_FAILED\","
		     "\"claim\":\"aud\",\"payload\":{\"sub\":\"LEAK\"}}"),
	PROBLEM_WRONG_AUDIENCE, STATUS_REFUSED,
	"which is 'https://default.logto.app/api'"},
    {"a rotated key", false, 401, JSON_TYPE,
	UNAUTHORIZED("{\"code\":\"ERR_JWKS_NO_MATCHING_KEY\"}"),
	PROBLEM_UNKNOWN_KEY, STATUS_REFUSED, "key"},
    {"a bad signature", false, 401, JSON_TYPE,
	UNAUTHORIZED("{\"code\":\"ERR_JWS_SIGNATURE_VERIFICATION_FAILED\"}"),
	PROBLEM_UNKNOWN_KEY, STATUS_REFUSED, "did not sign"},
    {"no token at all", false, 401, JSON_TYPE,
	UNAUTHORIZED("{\"code\":\"ERR_JWS_INVALID\"}"), PROBLEM_UNAUTHORIZED,
	STATUS_REFUSED, "refuses the token"},
    {"no role", false, 403, JSON_TYPE,
	"{\"code\":\"auth.forbidden\",\"message\":\"Forbidden.\"}",
	PROBLEM_NO_ROLE, STATUS_REFUSED,
	"application app a machine-to-machine"},
    {"a firewall", false, 403, "text/html", "<html>", PROBLEM_FIREWALL,
	STATUS_REFUSED, "firewall"},
    {"a suspended tenant", false, 403, JSON_TYPE,
	"{\"code\":\"subscription.tenant_suspended\",\"message\":\"m\"}",
	PROBLEM_SUSPENDED, STATUS_REFUSED, "suspended"},
    {"no such entity", false, 404, JSON_TYPE,
	"{\"code\":\"entity.not_found\",\"message\":\"The resource does not "
	"exist.\"}",
	PROBLEM_NOT_FOUND, STATUS_USAGE, "The resource does not exist."},
    {"no such path", false, 404, "text/plain; charset=utf-8", "Not Found",
	PROBLEM_UNKNOWN_PATH, STATUS_USAGE, "no such path"},
    {"pages counted wrong", false, 400, JSON_TYPE,
	"{\"code\":\"guard.invalid_pagination\",\"message\":\"The request "
	"pagination value is invalid.\"}",
	PROBLEM_BAD_REQUEST, STATUS_USAGE, "guard.invalid_pagination"},
    {"the wrong kind of parent", false, 422, JSON_TYPE,
	"{\"code\":\"entity.invalid\",\"message\":\"m\"}", PROBLEM_BAD_REQUEST,
	STATUS_USAGE, "not valid"},
    {"too many requests", false, 429, "text/plain", "slow down", PROBLEM_RATE,
	STATUS_RETRY, "--retry"},
    {"a statement's time is up", false, 500, JSON_TYPE,
	"{\"message\":\"Internal server error.\"}", PROBLEM_SERVER,
	STATUS_RETRY, "Internal server error."},
    {"a proxy's page", false, 502, "text/html", "<html>", PROBLEM_SERVER,
	STATUS_RETRY, "HTTP 502"},
    {"a redirect", false, 302, NULL, "", PROBLEM_REDIRECT, STATUS_USAGE,
	"redirect"},
    {"the sign-in page", false, 200, "text/html; charset=utf-8", "<html>",
	PROBLEM_NOT_JSON, STATUS_USAGE, "not JSON"},
    {"the month's quota", true, 429, JSON_TYPE,
	"{\"code\":\"auth.exceed_token_limit\",\"message\":\"m\"}",
	PROBLEM_QUOTA, STATUS_REFUSED, "quota"},
    {"a wrong secret", true, 401, JSON_TYPE,
	OIDC("invalid_client", "client authentication failed"),
	PROBLEM_WRONG_SECRET, STATUS_REFUSED, "secret of application 'app'"},
    {"a wrong app id", true, 400, JSON_TYPE,
	OIDC("invalid_client", "invalid client app"), PROBLEM_WRONG_APP,
	STATUS_REFUSED, "no application 'app'"},
    {"a wrong resource", true, 400, JSON_TYPE,
	OIDC("invalid_target", "resource indicator is missing, or unknown"),
	PROBLEM_WRONG_RESOURCE, STATUS_USAGE,
	"'https://default.logto.app/api'"},
    {"an expired secret", true, 400, JSON_TYPE,
	OIDC("invalid_request", "client secret has expired"),
	PROBLEM_SECRET_EXPIRED, STATUS_REFUSED, "has expired"},
    {"a broken request", true, 400, JSON_TYPE,
	OIDC("invalid_request", "missing required parameter 'grant_type'"),
	PROBLEM_BAD_REQUEST, STATUS_USAGE, "missing required parameter"},
    {"no token endpoint", true, 404, JSON_TYPE,
	OIDC("invalid_request", "unrecognized route"), PROBLEM_NOT_FOUND,
	STATUS_USAGE, "no token endpoint"},
};

int
main(void)
{
	struct tenant tenant;
	struct fail why;
	struct problem p;
	struct problem_context context = {.tenant = &tenant,
	    .app_id = "app",
	    .audience = "https://a.example/v1",
	    .issuer = "https://i.example/oidc"};

	if (tenant_set(&tenant, "https://id.example.com", NULL,
		"https://wrong.example/", false, &why) != 0)
		return 1;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];
		size_t len = strlen(r->body);
		char *body = mem_alloc(len + JSON_PADDING, 1);

		memcpy(body, r->body, len);
		problem_parse(&p, r->status, r->type, body, len);
		is_int(p.kind, r->kind, r->name);
		(void)(r->is_token ? problem_explain_token(&p, &context, &why)
				   : problem_explain_api(&p, &context, &why));
		if (!ok(why.status == r->wanted && strstr(why.text, r->text) &&
			    !strstr(why.text, "LEAK"),
			"%s: status and remedy", r->name))
			(void)fprintf(stderr, "# %d %s\n", (int)why.status,
			    why.text);
		free(body);
	}
	problem_parse(&p, 200, JSON_TYPE, "[]", 2);
	is_int(p.kind, PROBLEM_NONE, "an answer is no problem");
	tenant_free(&tenant);
	return tap_done();
}
