/* SPDX-License-Identifier: ISC */
/*
 * Reading tokens: three parts of base64url, the first two JSON objects.
 */
#include "jwt.h"

#include "bounds.h"
#include "json.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz"
			       "0123456789-_";

/* Where the parts of a token are. */
struct parts {
	const char *header, *claims;
	size_t header_len, claims_len;
};

static bool
split(struct parts *parts, const char *token, size_t len)
{
	size_t lens[3];
	const char *c = token, *end = token + len;

	for (int i = 0; i < 3; i++) {
		const char *start = c;

		while (c < end && *c && strchr(ALPHABET, *c))
			c++;
		lens[i] = (size_t)(c - start);
		if (lens[i] == 0 || (i < 2 && (c == end || *c++ != '.')))
			return false;
	}
	parts->header = token;
	parts->header_len = lens[0];
	parts->claims = token + lens[0] + 1;
	parts->claims_len = lens[1];
	return c == end;
}

bool
jwt_is_shaped(const char *token, size_t len)
{
	struct parts parts;

	return len <= BOUND_SECRET_BYTES && split(&parts, token, len);
}

/* Decodes base64url without padding (RFC 4648, 5). The result has a NUL and
 * the scanner's padding behind it; NULL where the length is impossible. */
static char *
decode(const char *text, size_t len, size_t *out_len)
{
	char *out = mem_alloc(len + JSON_PADDING + 1, 1);
	unsigned bits = 0, value = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		value = value << 6 |
		    (unsigned)(strchr(ALPHABET, text[i]) - ALPHABET);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(value >> bits & 0xFF);
		}
	}
	if (len % 4 == 1) {
		free(out);
		return NULL;
	}
	*out_len = n;
	return out;
}

/* The string member `name`, or the first string of a list; else NULL. */
static char *
copy_claim(const struct json_node *nodes, const char *name)
{
	const struct json_node *node = json_member(nodes, 0, name);

	if (node && node->kind == JSON_ARRAY && node + 1 < nodes + node->end)
		node++;
	if (!node || node->kind != JSON_STRING)
		return NULL;
	return mem_copy(node->string, node->string_len);
}

static int64_t
read_time(const struct json_node *nodes, const char *name)
{
	/* NumericDate may have a fraction; beyond this it is no date, and
	 * differences could overflow. */
	const double latest = 1e15;
	const struct json_node *node = json_member(nodes, 0, name);
	double seconds;

	if (node && node->kind == JSON_INTEGER)
		seconds = (double)node->integer;
	else if (node && node->kind == JSON_NUMBER)
		seconds = node->number;
	else
		return JWT_NO_TIME;
	if (seconds > -latest && seconds < latest)
		return (int64_t)seconds;
	return JWT_NO_TIME;
}

/* Parses one part; it must be an object. */
static int
parse(struct json *json, const char *text, size_t len,
    const struct json_node **nodes, const char *what, struct fail *why)
{
	size_t count;

	if (json_parse(json, text, len, nodes, &count, why) != 0)
		/* Not the parser's own words: they may quote the token. */
		return fail_set(why, STATUS_DATA, "the token's %s are not JSON",
		    what);
	if ((*nodes)->kind != JSON_OBJECT)
		return fail_set(why, STATUS_DATA,
		    "the token's %s are no JSON object", what);
	return 0;
}

static int
read_claims(struct jwt *t, struct fail *why)
{
	enum { DEEPEST = 64 };
	struct json *json = json_new(DEEPEST);
	const struct json_node *nodes;
	int result = -1;

	if (parse(json, t->header, t->header_len, &nodes, "header members",
		why) != 0 ||
	    parse(json, t->claims, t->claims_len, &nodes, "claims", why) != 0)
		goto out;
	t->issuer = copy_claim(nodes, "iss");
	t->audience = copy_claim(nodes, "aud");
	t->scope = copy_claim(nodes, "scope");
	t->client_id = copy_claim(nodes, "client_id");
	t->issued_at = read_time(nodes, "iat");
	t->expires_at = read_time(nodes, "exp");
	result = 0;
out:
	json_free(json);
	return result;
}

int
jwt_decode(struct jwt *t, const char *token, size_t len, struct fail *why)
{
	struct parts parts;

	*t = (struct jwt){.issued_at = JWT_NO_TIME, .expires_at = JWT_NO_TIME};
	if (len > BOUND_SECRET_BYTES)
		return fail_set(why, STATUS_DATA,
		    "the token is longer than %d bytes", BOUND_SECRET_BYTES);
	if (!split(&parts, token, len))
		return fail_set(why, STATUS_DATA,
		    "the token is no JWT (three parts of base64url)");
	t->header = decode(parts.header, parts.header_len, &t->header_len);
	t->claims = decode(parts.claims, parts.claims_len, &t->claims_len);
	if (!t->header || !t->claims) {
		(void)fail_set(why, STATUS_DATA,
		    "the token is no JWT: its base64url is cut");
	} else if (read_claims(t, why) == 0) {
		return 0;
	}
	jwt_free(t);
	return -1;
}

void
jwt_free(struct jwt *t)
{
	free(t->header);
	free(t->claims);
	free(t->issuer);
	free(t->audience);
	free(t->scope);
	free(t->client_id);
	*t = (struct jwt){.issued_at = JWT_NO_TIME, .expires_at = JWT_NO_TIME};
}
