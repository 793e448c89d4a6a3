/* SPDX-License-Identifier: ISC */
/*
 * Reading the token endpoint's answer.
 */
#include "reply.h"

#include "bounds.h"
#include "json.h"
#include "mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* b64token of RFC 6750, 2.1, taken widely: visible ASCII. Anything else
 * could end the header line that the token will stand in. */
static bool
is_token(const struct json_node *node)
{
	if (!node || node->kind != JSON_STRING || node->string_len == 0)
		return false;
	for (uint32_t i = 0; i < node->string_len; i++)
		if (node->string[i] <= ' ' || node->string[i] >= 0x7F)
			return false;
	return true;
}

static bool
is_bearer(const struct json_node *node)
{
	return node && node->kind == JSON_STRING && node->string_len == 6 &&
	    strncasecmp(node->string, "Bearer", 6) == 0;
}

/* Seconds; a thousand years are no lifetime, and nothing overflows. */
static bool
is_lifetime(const struct json_node *node)
{
	const int64_t longest_s = INT64_C(1000) * 366 * 24 * 3600;

	return node && node->kind == JSON_INTEGER && node->integer > 0 &&
	    node->integer <= longest_s;
}

static int
read_members(struct reply *r, const struct json_node *nodes, struct fail *why)
{
	const struct json_node *token, *type, *scope, *lifetime;

	if (nodes->kind != JSON_OBJECT)
		return fail_set(why, STATUS_DATA,
		    "the token endpoint's answer is no JSON object");
	token = json_member(nodes, 0, "access_token");
	type = json_member(nodes, 0, "token_type");
	scope = json_member(nodes, 0, "scope");
	lifetime = json_member(nodes, 0, "expires_in");
	if (!is_token(token))
		return fail_set(why, STATUS_DATA,
		    "the token endpoint's answer has no 'access_token' that "
		    "could be used");
	if (!is_bearer(type))
		return fail_set(why, STATUS_DATA,
		    "the token endpoint's answer is of another 'token_type' "
		    "than Bearer");
	secret_set(&r->token, token->string, token->string_len);
	if (scope && scope->kind == JSON_STRING)
		r->scope = mem_copy(scope->string, scope->string_len);
	if (is_lifetime(lifetime)) {
		r->lifetime_s = lifetime->integer;
		r->lifetime_at = (size_t)(lifetime->text - r->body.data);
		r->lifetime_len = lifetime->text_len;
	}
	return 0;
}

int
reply_parse(struct reply *r, const char *bytes, size_t len, struct fail *why)
{
	enum { DEEPEST = 32 };
	struct json *json = json_new(DEEPEST);
	const struct json_node *nodes;
	size_t count;
	struct fail quoting; /* the parser's words may quote the token */
	int result;

	*r = (struct reply){0};
	buf_init(&r->body, BOUND_SECRET_BYTES + JSON_PADDING);
	(void)buf_reserve(&r->body, r->body.max); /* whole: see buf_wipe */
	buf_append(&r->body, bytes, len);
	if (r->body.is_overfull || len > BOUND_SECRET_BYTES)
		result = fail_set(why, STATUS_DATA,
		    "the token endpoint's answer is longer than %d bytes",
		    BOUND_SECRET_BYTES);
	else if (json_parse(json, r->body.data, r->body.len, &nodes, &count,
		     &quoting) != 0)
		result = fail_set(why, STATUS_DATA,
		    "the token endpoint's answer is not valid JSON");
	else
		result = read_members(r, nodes, why);
	json_free(json);
	if (result != 0)
		reply_free(r);
	return result;
}

void
reply_free(struct reply *r)
{
	if (r->body.data)
		buf_wipe(&r->body);
	secret_free(&r->token);
	free(r->scope);
	*r = (struct reply){0};
}
