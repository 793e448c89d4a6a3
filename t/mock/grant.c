/* SPDX-License-Identifier: ISC */
/*
 * The client credentials grant, with the failures of a real server in the
 * order in which it finds them.
 */
#include "grant.h"

#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An application known beside those of the tenant: without any role. */
static const char roleless_app[] = "verify0client0m2m0002";

struct client {
	char id[256], secret[256];
	bool is_basic;
	bool is_authorized; /* to the Management API */
};

static void
refuse(struct reply *r, unsigned status, const char *error,
    const char *description)
{
	const char *message = "Request is invalid.";

	if (strcmp(error, "invalid_target") == 0)
		message = "Invalid resource indicator.";
	else if (strcmp(error, "unsupported_grant_type") == 0)
		message = "Unsupported `grant_type` requested.";
	else if (strcmp(error, "invalid_client") == 0)
		message = "An OIDC error occurred: oidc.invalid_client.";
	r->status = status;
	r->type = REPLY_JSON;
	buf_clear(&r->body);
	buf_addf(&r->body, "{\"code\":\"oidc.%s\",\"message\":", error);
	reply_quote(&r->body, message);
	buf_addf(&r->body, ",\"error\":\"%s\",\"error_description\":", error);
	reply_quote(&r->body, description);
	buf_add_char(&r->body, '}');
}

void
grant_quota(struct reply *r)
{
	reply_error(r, 429, "auth.exceed_token_limit",
	    "Token request limit exceeded for this month.");
}

void
grant_secret_expired(struct reply *r)
{
	reply_reset(r, 400, REPLY_JSON);
	refuse(r, 400, "invalid_request", "client secret has expired");
}

static bool
decode_base64(struct buf *out, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789+/";
	unsigned bits = 0, count = 0;

	for (; *text && *text != '='; text++) {
		const char *at = strchr(digits, *text);

		if (!at)
			return false;
		bits = bits << 6 | (unsigned)(at - digits);
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_add_char(out, (char)(bits >> count & 255));
		}
	}
	return true;
}

/* "id:secret", each part percent-encoded, in base64. */
static bool
read_basic(const char *authorization, struct client *c)
{
	struct buf text;
	char *colon;
	bool is_good = false;

	buf_init(&text, sizeof(c->id) + sizeof(c->secret) - 2);
	if (decode_base64(&text, authorization + strlen("Basic ")) &&
	    !text.is_overfull && (colon = strchr(text.data, ':')) != NULL) {
		*colon++ = '\0';
		(void)snprintf(c->id, sizeof(c->id), "%s", text.data);
		(void)snprintf(c->secret, sizeof(c->secret), "%s", colon);
		query_decode(c->id, true);
		query_decode(c->secret, true);
		is_good = true;
	}
	buf_free(&text);
	return is_good;
}

static bool
read_client(const struct request *rq, const struct query *form,
    struct client *c, struct reply *r)
{
	const char *id = query_get(form, "client_id");
	const char *secret = query_get(form, "client_secret");

	if (rq->authorization && *rq->authorization) {
		c->is_basic = true;
		if (strncmp(rq->authorization, "Basic ", 6) != 0 ||
		    !read_basic(rq->authorization, c)) {
			refuse(r, 400, "invalid_request",
			    "invalid authorization header value format");
			return false;
		}
		if (!*c->secret) {
			refuse(r, 400, "invalid_request",
			    "client_secret must "
			    "be provided in the Authorization header");
			return false;
		}
		if (secret) {
			refuse(r, 400, "invalid_request",
			    "client "
			    "authentication must only be provided using one "
			    "mechanism");
			return false;
		}
	} else if (id) {
		(void)snprintf(c->id, sizeof(c->id), "%s", id);
		(void)snprintf(c->secret, sizeof(c->secret), "%s",
		    secret ? secret : "");
	} else {
		refuse(r, 400, "invalid_request",
		    "no client authentication mechanism provided");
		return false;
	}
	return true;
}

/* Whether `secret` is one of the application's in the recorded tenant. */
static bool
has_secret(const struct tenant *t, const char *id, const char *secret)
{
	const struct list *list;
	char path[320], value[256];

	(void)snprintf(path, sizeof(path), "applications/%s/secrets", id);
	list = tenant_list(t, path);
	for (size_t i = 0; list && i < list->count; i++)
		if (span_text(span_member(tenant_text(list, &list->rows[i]),
				  "value"),
			value, sizeof(value)) &&
		    strcmp(value, secret) == 0)
			return true;
	return false;
}

/* Whether a role of the application grants the Management API: a recorded
 * role that names the built-in resource's scope. */
static bool
has_role(const struct tenant *t, const char *id)
{
	const struct list *roles = tenant_list(t, "roles");
	char path[320], role[64];

	for (size_t i = 0; roles && i < roles->count; i++) {
		struct span text = tenant_text(roles, &roles->rows[i]);

		(void)span_text(span_member(text, "id"), role, sizeof(role));
		(void)snprintf(path, sizeof(path), "roles/%s/scopes", role);
		if (!tenant_record(t, path, "management-api-all").p)
			continue;
		(void)snprintf(path, sizeof(path), "roles/%s/applications",
		    role);
		if (tenant_record(t, path, id).p)
			return true;
	}
	return false;
}

static bool
authenticate(const struct token_mint *mint, const struct tenant *t,
    struct client *c, struct reply *r)
{
	const struct settings *s = mint->settings;
	bool is_main = strcmp(c->id, s->app_id) == 0;
	bool is_known = is_main || strcmp(c->id, roleless_app) == 0;
	char text[320];

	if (!is_known && !tenant_record(t, "applications", c->id).p) {
		(void)snprintf(text, sizeof(text), "invalid client %s", c->id);
		refuse(r, 400, "invalid_client", text);
		return false;
	}
	if (is_known ? strcmp(c->secret, s->app_secret) != 0
		     : !has_secret(t, c->id, c->secret)) {
		refuse(r, 401, "invalid_client",
		    "client authentication failed");
		if (c->is_basic)
			reply_header(r, "WWW-Authenticate",
			    "Basic realm=\"%s/oidc\", error=\"invalid_client\","
			    " error_description=\"client authentication "
			    "failed\"",
			    mint->endpoint);
		return false;
	}
	c->is_authorized = is_main || (!is_known && has_role(t, c->id));
	return true;
}

static bool
is_resource(const struct token_mint *mint, const struct tenant *t,
    const char *text)
{
	const struct list *list = tenant_list(t, "resources");
	char indicator[512];

	if (strcmp(text, mint->resource) == 0)
		return true;
	for (size_t i = 0; list && i < list->count; i++) {
		struct span row = tenant_text(list, &list->rows[i]);

		/* The recorded tenant's own API may have another name here. */
		if (span_is(span_member(row, "id"), "\"management-api\""))
			continue;
		if (span_text(span_member(row, "indicator"), indicator,
			sizeof(indicator)) &&
		    strcmp(indicator, text) == 0)
			return true;
	}
	return false;
}

static bool
check_form(const struct token_mint *mint, const struct tenant *t,
    const struct query *form, struct reply *r)
{
	const char *grant = query_get(form, "grant_type");
	const char *resource = query_get(form, "resource");

	if (!grant || !*grant)
		refuse(r, 400, "invalid_request",
		    "missing required parameter 'grant_type'");
	else if (strcmp(grant, "client_credentials") != 0)
		refuse(r, 400, "unsupported_grant_type",
		    "unsupported grant_type requested");
	else if (!resource)
		refuse(r, 400, "invalid_target",
		    "both `resource` and "
		    "`organization_id` are not provided");
	else if (query_count(form, "resource") > 1)
		refuse(r, 400, "invalid_target",
		    "only a single resource "
		    "indicator value is supported for this grant type");
	else if (!strchr(resource, ':'))
		refuse(r, 400, "invalid_target",
		    "resource indicator must be an absolute URI");
	else if (!is_resource(mint, t, resource))
		refuse(r, 400, "invalid_target",
		    "resource indicator is missing, or unknown");
	else
		return true;
	return false;
}

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = words; (p = strstr(p, word)) != NULL; p += len)
		if ((p == words || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static void
grant_token(struct token_mint *mint, const struct client *c,
    const struct query *form, struct reply *r)
{
	const char *scope = query_get(form, "scope");
	const char *resource = query_get(form, "resource");
	struct token_claims claims = {.client_id = c->id,
	    .audience = resource,
	    .lifetime_s = (int64_t)mint->settings->token_lifetime_s};
	char issuer[1024];

	(void)snprintf(issuer, sizeof(issuer), "%s/oidc", mint->endpoint);
	claims.issuer = issuer;
	if (c->is_authorized && scope && has_word(scope, "all") &&
	    strcmp(resource, mint->resource) == 0)
		claims.scope = "all";
	r->status = 200;
	r->type = REPLY_JSON;
	buf_add(&r->body, "{\"access_token\":\"");
	token_issue(mint, &claims, &r->body);
	buf_addf(&r->body, "\",\"expires_in\":%llu,\"token_type\":\"Bearer\"",
	    (unsigned long long)mint->settings->token_lifetime_s);
	if (claims.scope)
		buf_addf(&r->body, ",\"scope\":\"%s\"", claims.scope);
	buf_add_char(&r->body, '}');
}

/* The members of a JSON body that are strings, as if they were a form. */
static void
parse_json_form(struct query *form, const struct buf *body)
{
	static const char *const names[] = {"grant_type", "resource", "scope",
	    "client_id", "client_secret"};
	struct span object = span_value(body->data, body->data + body->len);
	struct buf text;
	char value[1024];

	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!span_text(span_member(object, names[i]), value,
			sizeof(value)))
			continue;
		buf_addf(&text, "%s=", names[i]);
		query_encode(&text, value);
		buf_add_char(&text, '&');
	}
	query_parse(form, text.data);
	buf_free(&text);
}

static void
answer_token(struct token_mint *mint, const struct tenant *t,
    const struct request *rq, struct reply *r)
{
	struct client client = {0};
	struct query form;

	if (rq->content_type && strstr(rq->content_type, "json"))
		parse_json_form(&form, &rq->body);
	else
		query_parse(&form, rq->body.data);
	reply_header(r, "Access-Control-Allow-Origin", "*");
	reply_header(r, "Access-Control-Expose-Headers", "WWW-Authenticate");
	reply_header(r, "cache-control", "no-store");
	if (read_client(rq, &form, &client, r) &&
	    authenticate(mint, t, &client, r) && check_form(mint, t, &form, r))
		grant_token(mint, &client, &form, r);
	explicit_bzero(&client, sizeof(client));
	query_free(&form);
}

/* A recorded document with our endpoint in it. */
static void
answer_document(const struct token_mint *mint, struct span text,
    struct reply *r)
{
	const char *end = text.p + text.len;

	reply_header(r, "Access-Control-Allow-Origin", "*");
	r->type = REPLY_JSON;
	r->has_etag = true;
	for (const char *p = text.p; p < end; p++) {
		if (end - p > 10 && memcmp(p, "{endpoint}", 10) == 0) {
			buf_add(&r->body, mint->endpoint);
			p += 9;
		} else {
			buf_add_char(&r->body, *p);
		}
	}
}

void
grant_answer(struct token_mint *mint, const struct tenant *t,
    const struct request *rq, const char *path, struct reply *r)
{
	bool is_get =
	    strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0;
	struct span document = {NULL, 0};
	char text[256];

	if (is_get && strcmp(path, "/.well-known/openid-configuration") == 0)
		document = tenant_object(t, "oidc/discovery");
	else if (is_get && strcmp(path, "/jwks") == 0)
		document = tenant_object(t, "oidc/jwks");
	if (document.p) {
		answer_document(mint, document, r);
		if (strcmp(path, "/jwks") == 0)
			r->type = "application/jwk-set+json; charset=utf-8";
		return;
	}
	if (strcmp(path, "/token") == 0 && strcmp(rq->method, "POST") == 0) {
		answer_token(mint, t, rq, r);
		return;
	}
	(void)snprintf(text, sizeof(text),
	    "unrecognized route or not allowed "
	    "method (%s on %s)",
	    rq->method, path);
	reply_reset(r, 404, REPLY_JSON);
	refuse(r, 404, "invalid_request", text);
}
