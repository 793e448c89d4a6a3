/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as what logto-token reads from others: a secrets.toml, a token or
 * the claims of one, a server's answer or refusal, a cache file, a URL. The
 * first byte chooses which. What is accepted must keep the promises of its
 * header; claims and answers are what libjq reads in them; and a cache file
 * that is believed must be one that cache_format could have written.
 */
#include "buf.h"
#include "cache.h"
#include "json.h"
#include "jwt.h"
#include "mem.h"
#include "problem.h"
#include "reply.h"
#include "toml.h"
#include "url.h"

#include <assert.h>
#include <jv.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void
try_toml(const char *text, size_t len)
{
	static const char *const section[] = {"a", "b", NULL};
	struct toml_wanted wanted[] = {{.key = "id"}, {.key = "secret"}};
	struct fail why;

	if (toml_read(text, len, section, wanted, 2, &why) != 0)
		assert(why.status == STATUS_USAGE || why.status == STATUS_DATA);
	for (size_t i = 0; i < 2; i++) {
		const struct secret *s = &wanted[i].value;

		assert(!s->text || strlen(s->text) == s->len);
		secret_free(&wanted[i].value);
	}
}

/* Whether the member of the object is that string, up to its first NUL; NULL
 * where it is none, or of a list the first. Borrows the object. */
static bool
is_string(jv object, const char *name, const char *text)
{
	jv value = jv_object_get(jv_copy(object), jv_string(name));
	bool is_same;

	if (jv_get_kind(value) == JV_KIND_ARRAY)
		value = jv_array_get(value, 0);
	if (jv_get_kind(value) != JV_KIND_STRING)
		is_same = text == NULL;
	else
		is_same = text && strcmp(text, jv_string_value(value)) == 0;
	jv_free(value);
	return is_same;
}

static bool
is_time(jv object, const char *name, int64_t time)
{
	jv value = jv_object_get(jv_copy(object), jv_string(name));
	double seconds = jv_get_kind(value) == JV_KIND_NUMBER
	    ? jv_number_value(value)
	    : 1e300;
	bool is_none = !(seconds > -1e15 && seconds < 1e15);

	jv_free(value);
	return time == (is_none ? JWT_NO_TIME : (int64_t)seconds);
}

/* Base64url without padding. */
static void
encode(struct buf *to, const char *text, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned value = 0, bits = 0;

	for (size_t i = 0; i < len; i++) {
		value = (value << 8 | (unsigned char)text[i]) & 0xFFFF;
		for (bits += 8; bits >= 6; bits -= 6)
			buf_add_char(to, digits[value >> (bits - 6) & 63]);
	}
	if (bits > 0)
		buf_add_char(to, digits[value << (6 - bits) & 63]);
}

/* The text as a token's claims. */
static void
try_claims(const char *text, size_t len)
{
	struct buf token;
	struct jwt jwt;
	struct fail why;
	jv claims;

	buf_init(&token, 1 << 20);
	encode(&token, "{}", 2);
	buf_add_char(&token, '.');
	encode(&token, text, len);
	buf_add(&token, ".c2ln");
	if (jwt_decode(&jwt, token.data, token.len, &why) == 0) {
		assert(jwt.claims_len == len &&
		    memcmp(jwt.claims, text, len) == 0);
		claims = jv_parse_sized(text, (int)len);
		if (jv_get_kind(claims) == JV_KIND_OBJECT) {
			assert(is_string(claims, "iss", jwt.issuer));
			assert(is_string(claims, "aud", jwt.audience));
			assert(is_string(claims, "scope", jwt.scope));
			assert(is_string(claims, "client_id", jwt.client_id));
			assert(is_time(claims, "iat", jwt.issued_at));
			assert(is_time(claims, "exp", jwt.expires_at));
		}
		jv_free(claims);
		jwt_free(&jwt);
	} else {
		assert(why.status == STATUS_DATA && why.text[0] != '\0');
	}
	buf_free(&token);
}

static void
try_jwt(const char *text, size_t len)
{
	struct jwt jwt;
	struct fail why;

	if (jwt_decode(&jwt, text, len, &why) != 0)
		return;
	assert(jwt_is_shaped(text, len));
	assert(jwt.header[0] != '\0' && jwt.claims[0] != '\0');
	jwt_free(&jwt);
}

/* `text` is followed by padding. */
static void
try_reply(const char *text, size_t len)
{
	struct reply reply;
	struct fail why;
	jv answer;

	if (reply_parse(&reply, text, len, &why) != 0) {
		assert(why.status == STATUS_DATA);
		return;
	}
	answer = jv_parse_sized(text, (int)len);
	assert(jv_get_kind(answer) == JV_KIND_OBJECT);
	assert(is_string(answer, "access_token", reply.token.text));
	assert(is_string(answer, "scope", reply.scope) || !reply.scope);
	assert(reply.lifetime_s == 0 ||
	    is_time(answer, "expires_in", reply.lifetime_s));
	jv_free(answer);
	assert(reply.body.len == len);
	assert(reply.token.len > 0 && !strpbrk(reply.token.text, " \r\n\t"));
	assert(reply.lifetime_at + reply.lifetime_len <= len);
	reply_free(&reply);
}

static void
try_problem(const char *text, size_t len)
{
	static const long statuses[] = {400, 401, 403, 404, 422, 429, 500};
	struct problem_context context = {0};
	struct problem p;
	struct fail why;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		problem_parse(&p, statuses[i], "application/json", text, len);
		assert(p.kind != PROBLEM_NONE && p.kind != PROBLEM_NO_ANSWER);
		(void)problem_explain_api(&p, &context, &why);
		(void)problem_explain_token(&p, &context, &why);
		for (const char *c = why.text; *c; c++)
			assert((unsigned char)*c >= ' ' && *c != 0x7F);
	}
}

static void
try_cache(const char *text, size_t len)
{
	static const char key[] = "e a r all";
	struct cache_time now = {.wall_ms = 2000000, .boot_ms = 2000000};
	struct reply reply;
	int64_t left_s;

	if (!cache_parse(text, len, key, &now, 0, &reply, &left_s))
		return;
	assert(left_s > 0 && left_s <= reply.lifetime_s);
	assert(len > reply.body.len && text[len - 1] == '\n');
	assert(strncmp(text, "logto-token 1\n", 14) == 0);
	reply_free(&reply);
}

static void
try_url(const char *text)
{
	struct url url;
	struct fail why;

	if (url_parse(&url, text, &why) != 0)
		return;
	assert(url.host_len > 0 && !memchr(url.host, '@', url.host_len));
	assert(url.path + url.path_len == text + strlen(text));
	(void)url_is_loopback(&url);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	size_t len = size - 1;
	char *text;

	if (size == 0)
		return 0;
	text = mem_alloc(len + JSON_PADDING + 1, 1);
	memcpy(text, data + 1, len);
	switch (data[0] % 7) {
	case 0:
		try_toml(text, len);
		break;
	case 1:
		try_jwt(text, len);
		break;
	case 2:
		try_reply(text, len);
		break;
	case 3:
		try_problem(text, len);
		break;
	case 4:
		try_cache(text, len);
		break;
	case 5:
		try_claims(text, len);
		break;
	default:
		try_url(text);
	}
	free(text);
	return 0;
}
