/* SPDX-License-Identifier: ISC */
/*
 * Asking for a token.
 */
#include "grant.h"

#include "bounds.h"
#include "buf.h"
#include "escape.h"
#include "problem.h"

#include <string.h>

/* Whether `scope`, a list of words, has `word`. */
static bool
has_word(const char *scope, const char *word)
{
	size_t len = strlen(word);

	while (scope && *scope) {
		size_t n = strcspn(scope, " ");

		if (n == len && strncmp(scope, word, n) == 0)
			return true;
		scope += n + strspn(scope + n, " ");
	}
	return false;
}

/* Turns the answer into a reply, or into a failure. */
static int
judge(const struct http_response *response, const struct tenant *tenant,
    const char *app_id, struct reply *reply, struct fail *why)
{
	struct problem_context context = {.tenant = tenant, .app_id = app_id};
	struct problem problem;

	problem_read(&problem, response);
	if (problem.kind != PROBLEM_NONE)
		return problem_explain_token(&problem, &context, why);
	if (reply_parse(reply, response->body.data, response->body.len, why) !=
	    0)
		return fail_prefix(why, "%s", response->url);
	if (has_word(reply->scope, GRANT_SCOPE))
		return 0;
	reply_free(reply);
	return fail_set(why, STATUS_REFUSED,
	    "%s gave application '%s' a token without the permission '%s'; "
	    "give it a machine-to-machine role with all of the Logto "
	    "Management API, and check the resource '%s'",
	    tenant->endpoint, app_id, GRANT_SCOPE, tenant->resource);
}

int
grant_request(struct http *http, const struct tenant *tenant,
    const char *app_id, const struct secret *secret, struct reply *reply,
    struct fail *why)
{
	struct buf url, form, user, password;
	struct secret escaped = {0};
	struct http_response *response = NULL;
	int result = -1;

	buf_init(&url, BOUND_URL_BYTES);
	buf_init(&form, BOUND_URL_BYTES);
	buf_init(&user, BOUND_URL_BYTES);
	buf_init(&password, 3 * BOUND_SECRET_BYTES);
	buf_addf(&url, "%s/oidc/token", tenant->endpoint);
	buf_add(&form,
	    "grant_type=client_credentials&scope=" GRANT_SCOPE "&resource=");
	escape_url(&form, tenant->resource, strlen(tenant->resource));
	/* Encoded before they are put together (RFC 6749, 2.3.1). */
	escape_url(&user, app_id, strlen(app_id));
	(void)buf_reserve(&password, 3 * secret->len); /* see buf_wipe */
	escape_url(&password, secret->text, secret->len);
	secret_set(&escaped, password.data, password.len);
	if (buf_check(&url, "the endpoint", why) == 0 &&
	    buf_check(&form, "the resource", why) == 0 &&
	    buf_check(&user, "the app id", why) == 0 &&
	    http_call(http,
		&(struct http_request){.url = url.data,
		    .form = form.data,
		    .user = user.data,
		    .password = &escaped,
		    .is_final = problem_is_final},
		&response, why) == 0)
		result = judge(response, tenant, app_id, reply, why);
	http_response_free(response);
	secret_free(&escaped);
	buf_wipe(&password);
	buf_free(&user);
	buf_free(&form);
	buf_free(&url);
	return result;
}
