/* SPDX-License-Identifier: ISC */
/*
 * From Logto's answers to what the user can do about them.
 */
#include "problem.h"

#include "buf.h"
#include "json.h"
#include "mem.h"
#include "secret.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Copies, cut at the size, with what could act on a terminal replaced. */
static void
copy_text(char to[PROBLEM_TEXT_BYTES], const char *text, size_t len)
{
	if (len > PROBLEM_TEXT_BYTES - 1)
		len = PROBLEM_TEXT_BYTES - 1;
	memcpy(to, text, len);
	to[len] = '\0';
	fail_sanitize(to);
}

static void
copy_member(char to[PROBLEM_TEXT_BYTES], const struct json_node *nodes,
    size_t object, const char *name)
{
	const struct json_node *node = json_member(nodes, object, name);

	if (node && node->kind == JSON_STRING)
		copy_text(to, node->string, node->string_len);
}

/* Reads the members that Logto's errors have; other bodies leave the fields
 * empty. */
static void
read_body(struct problem *p, const char *body, size_t len)
{
	enum { DEEPEST = 64 };
	struct json *json = json_new(DEEPEST);
	const struct json_node *nodes, *data;
	size_t count;
	struct fail ignored; /* a proxy's page: the status says enough */

	if (json_parse(json, body, len, &nodes, &count, &ignored) == 0 &&
	    nodes->kind == JSON_OBJECT) {
		copy_member(p->code, nodes, 0, "code");
		copy_member(p->message, nodes, 0, "message");
		copy_member(p->description, nodes, 0, "error_description");
		data = json_member(nodes, 0, "data");
		if (data && data->kind == JSON_OBJECT) {
			size_t at = (size_t)(data - nodes);

			copy_member(p->data_code, nodes, at, "code");
			copy_member(p->claim, nodes, at, "claim");
		}
	}
	json_free(json);
}

static bool
is_json(const char *type)
{
	static const char json[] = "application/json";

	return type && strncasecmp(type, json, sizeof(json) - 1) == 0 &&
	    strchr("; \t", type[sizeof(json) - 1]);
}

static enum problem_kind
kind_of_401(const struct problem *p)
{
	static const struct {
		const char *data_code;
		const char *claim; /* NULL: any */
		enum problem_kind kind;
	} table[] = {
	    {"ERR_JWT_EXPIRED", NULL, PROBLEM_EXPIRED},
	    {"ERR_JWKS_NO_MATCHING_KEY", NULL, PROBLEM_UNKNOWN_KEY},
	    {"ERR_JWS_SIGNATURE_VERIFICATION_FAILED", NULL,
		PROBLEM_UNKNOWN_KEY},
	    {"ERR_JWT_CLAIM_VALIDATION_FAILED", "iss", PROBLEM_WRONG_ISSUER},
	    {"ERR_JWT_CLAIM_VALIDATION_FAILED", "aud", PROBLEM_WRONG_AUDIENCE},
	};

	if (strcmp(p->code, "oidc.invalid_client") == 0)
		return PROBLEM_WRONG_SECRET;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(p->data_code, table[i].data_code) == 0 &&
		    (!table[i].claim || strcmp(p->claim, table[i].claim) == 0))
			return table[i].kind;
	return PROBLEM_UNAUTHORIZED;
}

static enum problem_kind
kind_of_400(const struct problem *p)
{
	if (strcmp(p->code, "oidc.invalid_client") == 0)
		return PROBLEM_WRONG_APP;
	if (strcmp(p->code, "oidc.invalid_target") == 0)
		return PROBLEM_WRONG_RESOURCE;
	if (strstr(p->description, "secret has expired"))
		return PROBLEM_SECRET_EXPIRED;
	return PROBLEM_BAD_REQUEST;
}

static enum problem_kind
kind_of(const struct problem *p)
{
	if (p->status == 0)
		return PROBLEM_NO_ANSWER;
	if (p->status >= 200 && p->status <= 299)
		return is_json(p->type) ? PROBLEM_NONE : PROBLEM_NOT_JSON;
	if (p->status >= 300 && p->status <= 399)
		return PROBLEM_REDIRECT;
	if (strcmp(p->code, "subscription.tenant_suspended") == 0)
		return PROBLEM_SUSPENDED;
	if (strcmp(p->code, "auth.exceed_token_limit") == 0)
		return PROBLEM_QUOTA;
	if (p->status == 400)
		return kind_of_400(p);
	if (p->status == 401)
		return kind_of_401(p);
	if (p->status == 403)
		return p->code[0] ? PROBLEM_NO_ROLE : PROBLEM_FIREWALL;
	if (p->status == 404)
		return p->code[0] ? PROBLEM_NOT_FOUND : PROBLEM_UNKNOWN_PATH;
	if (p->status == 429)
		return PROBLEM_RATE;
	if (p->status == 408 || p->status >= 500)
		return PROBLEM_SERVER;
	return PROBLEM_BAD_REQUEST;
}

void
problem_parse(struct problem *p, long status, const char *type,
    const char *body, size_t body_len)
{
	*p = (struct problem){.status = status};
	if (type)
		copy_text(p->type, type, strlen(type));
	if (status >= 400 && is_json(type))
		read_body(p, body, body_len);
	p->kind = kind_of(p);
}

static void
copy_header(char to[PROBLEM_TEXT_BYTES], const struct http_response *r,
    const char *name)
{
	const char *value = http_header(r, name, 0);

	if (value)
		copy_text(to, value, strlen(value));
}

void
problem_read(struct problem *p, const struct http_response *r)
{
	problem_parse(p, r->status, http_header(r, "Content-Type", 0),
	    r->body.data, r->body.len);
	copy_header(p->request_id, r, "Logto-Core-Request-Id");
	copy_header(p->location, r, "Location");
	p->no_answer = &r->why;
	p->url = r->url;
	p->tries = r->tries;
}

bool
problem_is_final(const struct http_response *r)
{
	struct problem p;

	problem_read(&p, r);
	return p.kind == PROBLEM_QUOTA;
}

/* Appends what identifies the answer in the server's own records. */
static void
add_details(struct fail *why, const struct problem *p)
{
	char details[3 * PROBLEM_TEXT_BYTES + 100];
	size_t len = strlen(why->text);

	(void)snprintf(details, sizeof(details), "HTTP %ld%s%s%s%s%s%s",
	    p->status, p->code[0] ? ", " : "", p->code,
	    p->data_code[0] ? ", " : "", p->data_code,
	    p->request_id[0] ? ", request id " : "", p->request_id);
	(void)snprintf(why->text + len, sizeof(why->text) - len, " (%s)",
	    details);
}

/* What the server says is wrong, without the details. */
static const char *
reason_of(const struct problem *p)
{
	if (p->description[0])
		return p->description;
	return p->message[0] ? p->message : "it gives no reason";
}

static const char *
or_unknown(const char *text)
{
	return text ? text : "(unknown)";
}

static const char *
endpoint_of(const struct problem_context *c)
{
	return c->tenant ? c->tenant->endpoint : "the server";
}

static void
explain_silence(const struct problem *p, struct fail *why)
{
	if (p->no_answer->status == STATUS_RETRY)
		(void)fail_set(why, STATUS_RETRY,
		    "%s; check the endpoint, the network and the proxy",
		    p->no_answer->text);
	else
		*why = *p->no_answer;
	if (p->tries > 1)
		(void)fail_prefix(why, "no answer after %u tries", p->tries);
}

/* What both kinds of answers have in common; false if it is none of them. */
static bool
explain_any(const struct problem *p, const struct problem_context *c,
    struct fail *why)
{
	const char *endpoint = endpoint_of(c);

	switch (p->kind) {
	case PROBLEM_NO_ANSWER:
		explain_silence(p, why);
		return true;
	case PROBLEM_SUSPENDED:
		(void)fail_set(why, STATUS_REFUSED,
		    "the tenant %s is suspended; see its page in Logto's "
		    "console",
		    endpoint);
		break;
	case PROBLEM_QUOTA:
		(void)fail_set(why, STATUS_REFUSED,
		    "the tenant's monthly quota of tokens is used up; it "
		    "starts anew with the billing period, or with a larger "
		    "plan");
		break;
	case PROBLEM_RATE:
		(void)fail_set(why, STATUS_RETRY,
		    "%s: too many requests, still so after %u tries; wait, "
		    "or raise --retry",
		    endpoint, p->tries);
		break;
	case PROBLEM_SERVER:
		(void)fail_set(why, STATUS_RETRY,
		    "%s: the server failed, still so after %u tries%s%s",
		    endpoint, p->tries, p->message[0] ? ": " : "", p->message);
		break;
	case PROBLEM_FIREWALL:
		(void)fail_set(why, STATUS_REFUSED,
		    "something before %s refuses the request, a proxy or "
		    "firewall; the answer is not Logto's",
		    endpoint);
		break;
	case PROBLEM_REDIRECT:
		(void)fail_set(why, STATUS_USAGE,
		    "%s answers with a redirect to '%s', which is not "
		    "followed, lest the credential go elsewhere; set the "
		    "endpoint to the address where Logto itself answers",
		    endpoint, p->location);
		break;
	case PROBLEM_NOT_JSON:
		(void)fail_set(why, STATUS_USAGE,
		    "%s: the answer is '%s', not JSON, so this is not Logto "
		    "or the path is outside of it; check the endpoint",
		    p->url ? p->url : endpoint,
		    p->type[0] ? p->type : "without a type");
		break;
	default:
		return false;
	}
	add_details(why, p);
	return true;
}

int
problem_explain_api(const struct problem *p, const struct problem_context *c,
    struct fail *why)
{
	const char *endpoint = endpoint_of(c);
	const char *usual =
	    c->tenant ? c->tenant->usual_resource : "the tenant's own";

	if (explain_any(p, c, why))
		return -1;
	switch (p->kind) {
	case PROBLEM_EXPIRED:
		(void)fail_set(why, STATUS_REFUSED,
		    "the token has expired; get a new one (logto-token "
		    "--refresh), and if it is new, set this machine's clock");
		break;
	case PROBLEM_UNKNOWN_KEY:
		(void)fail_set(why, STATUS_REFUSED,
		    "%s did not sign this token, or has changed its key "
		    "since; get a new one (logto-token --refresh)",
		    endpoint);
		break;
	case PROBLEM_WRONG_ISSUER:
		(void)fail_set(why, STATUS_REFUSED,
		    "the token was issued by '%s', which is not the host "
		    "that was asked, %s; use one endpoint for both",
		    or_unknown(c->issuer), endpoint);
		break;
	case PROBLEM_WRONG_AUDIENCE:
		(void)fail_set(why, STATUS_REFUSED,
		    "the token is for the resource '%s', not for the "
		    "Management API, which is '%s' at %s; set --resource "
		    "or LOGTO_RESOURCE",
		    or_unknown(c->audience), usual, endpoint);
		break;
	case PROBLEM_NO_ROLE:
		(void)fail_set(why, STATUS_REFUSED,
		    "the token lacks the permission; give %s%s a "
		    "machine-to-machine role with 'all' of the Logto "
		    "Management API, then get a new token",
		    c->app_id ? "the application " : "its application",
		    c->app_id ? c->app_id : "");
		break;
	case PROBLEM_NOT_FOUND:
		(void)fail_set(why, STATUS_USAGE, "not found: %s",
		    reason_of(p));
		break;
	case PROBLEM_UNKNOWN_PATH:
		(void)fail_set(why, STATUS_USAGE,
		    "the API has no such path; check its spelling and the "
		    "server's version");
		break;
	case PROBLEM_BAD_REQUEST:
		(void)fail_set(why, STATUS_USAGE,
		    "the request is not valid: %s", reason_of(p));
		break;
	default:
		(void)fail_set(why, STATUS_REFUSED,
		    "%s refuses the token; get a new one (logto-token "
		    "--refresh)",
		    endpoint);
	}
	add_details(why, p);
	return -1;
}

/* The three ways to have a wrong resource. */
static void
explain_resource(const struct problem_context *c, struct fail *why)
{
	const struct tenant *t = c->tenant;

	if (!t)
		(void)fail_set(why, STATUS_USAGE,
		    "the server does not know the resource");
	else if (strcmp(t->resource, t->usual_resource) != 0)
		(void)fail_set(why, STATUS_USAGE,
		    "%s does not know the resource '%s'; its Management API "
		    "is '%s'%s",
		    t->endpoint, t->resource, t->usual_resource,
		    t->is_cloud ? ""
				: ", or 'https://ID.logto.app/api' if it is "
				  "the own domain of a Cloud tenant");
	else if (t->is_cloud)
		(void)fail_set(why, STATUS_USAGE,
		    "%s does not know the resource '%s'; check the tenant "
		    "id, or LOGTO_RESOURCE",
		    t->endpoint, t->resource);
	else
		(void)fail_set(why, STATUS_USAGE,
		    "%s does not know the resource '%s', so it may be the "
		    "own domain of a Cloud tenant; set --tenant-id or "
		    "LOGTO_TENANT_ID, and the resource is "
		    "'https://ID.logto.app/api'",
		    t->endpoint, t->resource);
}

int
problem_explain_token(const struct problem *p, const struct problem_context *c,
    struct fail *why)
{
	const char *endpoint = endpoint_of(c);
	const char *app_id = c->app_id ? c->app_id : "";

	if (explain_any(p, c, why))
		return -1;
	switch (p->kind) {
	case PROBLEM_WRONG_SECRET:
		(void)fail_set(why, STATUS_REFUSED,
		    "%s refuses the secret of application '%s'; copy it anew "
		    "from the application's page in the console",
		    endpoint, app_id);
		break;
	case PROBLEM_WRONG_APP:
		(void)fail_set(why, STATUS_REFUSED,
		    "%s has no application '%s'; check the app id and the "
		    "endpoint",
		    endpoint, app_id);
		break;
	case PROBLEM_WRONG_RESOURCE:
		explain_resource(c, why);
		break;
	case PROBLEM_SECRET_EXPIRED:
		(void)fail_set(why, STATUS_REFUSED,
		    "the secret of application '%s' has expired; make a new "
		    "one on the application's page in the console",
		    app_id);
		break;
	case PROBLEM_NOT_FOUND:
	case PROBLEM_UNKNOWN_PATH:
		(void)fail_set(why, STATUS_USAGE,
		    "%s has no token endpoint, so it is not Logto's base "
		    "URL; check the endpoint (a path prefix belongs to it)",
		    endpoint);
		break;
	case PROBLEM_BAD_REQUEST:
		(void)fail_set(why, STATUS_USAGE,
		    "%s does not accept the token request: %s", endpoint,
		    reason_of(p));
		break;
	default:
		(void)fail_set(why, STATUS_REFUSED,
		    "%s refuses the application '%s'; is it a "
		    "machine-to-machine application?",
		    endpoint, app_id);
	}
	add_details(why, p);
	return -1;
}
