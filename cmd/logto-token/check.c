/* SPDX-License-Identifier: ISC */
/*
 * The first thing to run when something fails.
 */
#include "check.h"

#include "bounds.h"
#include "buf.h"
#include "cache.h"
#include "http.h"
#include "jwt.h"
#include "msg.h"
#include "print.h"
#include "problem.h"

#include <stdlib.h>

/* Small on every tenant, sorted by nothing, and never without a row: the
 * Management API is itself one of the resources. */
static const char PATH[] = "/api/resources?page=1&page_size=1";

enum {
	/* Seconds that a token's way takes; more is a clock that is wrong. */
	CLOCK_TOLERANCE_S = 30,
};

/* "5 minutes ahead of" into `text`; false where the clocks agree. */
static bool
describe_skew(const struct jwt *jwt, int64_t now_s, char *text, size_t size)
{
	char words[PRINT_WORDS_BYTES];
	int64_t skew;

	if (jwt->issued_at == JWT_NO_TIME)
		return false;
	skew = now_s - jwt->issued_at;
	if (skew <= CLOCK_TOLERANCE_S && skew >= -CLOCK_TOLERANCE_S)
		return false;
	print_words(skew < 0 ? -skew : skew, words);
	(void)snprintf(text, size, "this machine's clock is %s %s the server's",
	    words, skew < 0 ? "behind" : "ahead of");
	return true;
}

/* Makes the one request; `problem` borrows from the response. */
static int
ask(const struct opts *o, const struct settings *s, const struct tenant *tenant,
    const struct token *t, struct http **http, struct http_response **response,
    struct problem *problem, struct fail *why)
{
	struct http_options options = common_http_options(&o->common, s);
	struct buf url;
	int result;

	*http = http_new(&options, why);
	if (!*http)
		return -1;
	buf_init(&url, BOUND_URL_BYTES);
	buf_addf(&url, "%s%s", tenant->endpoint, PATH);
	result = buf_check(&url, "the endpoint", why);
	if (result == 0)
		result = http_call(*http,
		    &(struct http_request){.url = url.data,
			.bearer = &t->reply.token,
			.is_final = problem_is_final},
		    response, why);
	if (result == 0)
		problem_read(problem, *response);
	buf_free(&url);
	return result;
}

static int
write_verdict(struct out *out, const struct settings *s,
    const struct tenant *tenant, const struct token *t, struct fail *why)
{
	char words[PRINT_WORDS_BYTES];
	struct buf line;
	int result;

	buf_init(&line, BOUND_MESSAGE_BYTES);
	buf_addf(&line, "ok: application %s can read the Management API of %s",
	    settings_get(s, SETTING_APP_ID), tenant->endpoint);
	if (t->reply.lifetime_s > 0) {
		print_words(t->left_s, words);
		buf_addf(&line, "; its token is good for %s", words);
	}
	fail_sanitize(line.data);
	buf_add_char(&line, '\n');
	result = buf_check(&line, "the verdict", why);
	if (result == 0)
		result = out_write(out, line.data, line.len, why);
	buf_free(&line);
	return result;
}

int
check_run(struct out *out, const struct opts *o, const struct settings *s,
    const struct tenant *tenant, const struct token *t, struct fail *why)
{
	struct problem_context context = {.tenant = tenant,
	    .app_id = settings_get(s, SETTING_APP_ID)};
	struct http *http = NULL;
	struct http_response *response = NULL;
	struct problem problem;
	struct jwt jwt;
	char skew[PRINT_WORDS_BYTES + 60];
	bool is_skewed;
	int result = -1;

	if (jwt_decode(&jwt, t->reply.token.text, t->reply.token.len, why) != 0)
		return -1;
	is_skewed =
	    describe_skew(&jwt, cache_now().wall_ms / 1000, skew, sizeof(skew));
	context.audience = jwt.audience;
	context.issuer = jwt.issuer;
	if (ask(o, s, tenant, t, &http, &response, &problem, why) != 0)
		goto out;
	if (problem.kind == PROBLEM_NONE) {
		if (is_skewed)
			msg_warning("%s; set it, lest tokens expire unseen",
			    skew);
		result = write_verdict(out, s, tenant, t, why);
	} else {
		(void)problem_explain_api(&problem, &context, why);
		if (is_skewed)
			(void)fail_prefix(why, "%s", skew);
	}
out:
	http_response_free(response);
	http_free(http);
	jwt_free(&jwt);
	return result;
}
