/* SPDX-License-Identifier: ISC */
/*
 * Steering the server while it runs.
 */
#include "control.h"

#include "num.h"

#include <stdio.h>
#include <string.h>

static void
answer_rules(struct control *c, const struct request *rq, struct reply *r)
{
	bool is_post = strcmp(rq->method, "POST") == 0;

	if (strcmp(rq->method, "GET") == 0) {
		rules_print(c->rules, &r->body);
	} else if (strcmp(rq->method, "DELETE") == 0) {
		if (rules_read(c->rules, "", false, &r->body) != 0)
			r->status = 500;
	} else if (is_post || strcmp(rq->method, "PUT") == 0) {
		if (rules_read(c->rules, rq->body.data, is_post, &r->body) != 0)
			r->status = 400;
	} else {
		reply_reason(r, 405);
	}
}

static void
answer_requests(struct control *c, const struct request *rq, struct reply *r)
{
	if (strcmp(rq->method, "GET") == 0)
		journal_print(c->journal, &r->body);
	else if (strcmp(rq->method, "DELETE") == 0)
		journal_clear(c->journal);
	else
		reply_reason(r, 405);
}

static void
answer_token(struct control *c, const struct request *rq, struct reply *r)
{
	const struct query *q = &rq->query;
	const char *scope = query_get(q, "scope");
	const char *lifetime = query_get(q, "lifetime");
	const char *signature = query_get(q, "signature");
	struct token_claims claims = {
	    .client_id = query_get(q, "client_id"),
	    .issuer = query_get(q, "iss"),
	    .audience = query_get(q, "aud"),
	    .kid = query_get(q, "kid"),
	    .scope = !scope ? "all"
		: *scope    ? scope
			    : NULL,
	    .lifetime_s = (int64_t)c->mint->settings->token_lifetime_s,
	    .is_forged = signature && strcmp(signature, "bad") == 0,
	};
	char issuer[1024];

	(void)snprintf(issuer, sizeof(issuer), "%s/oidc", c->mint->endpoint);
	if (!claims.client_id)
		claims.client_id = c->mint->settings->app_id;
	if (!claims.issuer)
		claims.issuer = issuer;
	if (!claims.audience)
		claims.audience = c->mint->resource;
	if (lifetime &&
	    num_i64(lifetime, strlen(lifetime), &claims.lifetime_s) != 0) {
		reply_reason(r, 400);
		return;
	}
	token_issue(c->mint, &claims, &r->body);
	buf_add_char(&r->body, '\n');
}

void
control_answer(struct control *c, const struct request *rq, const char *path,
    struct reply *r)
{
	reply_reset(r, 200, REPLY_TEXT);
	if (strcmp(path, "/rules") == 0)
		answer_rules(c, rq, r);
	else if (strcmp(path, "/requests") == 0)
		answer_requests(c, rq, r);
	else if (strcmp(path, "/stats") == 0)
		journal_print_counts(c->journal, token_count(c->mint),
		    &r->body);
	else if (strcmp(path, "/token") == 0)
		answer_token(c, rq, r);
	else
		reply_reason(r, 404);
}
