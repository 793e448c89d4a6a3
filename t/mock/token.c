/* SPDX-License-Identifier: ISC */
/*
 * Issuing and judging tokens. The checks come in the order of the library
 * that Logto uses: form, key, signature, issuer, audience, expiry; scope
 * last.
 */
#include "token.h"

#include "generate.h"
#include "mem.h"
#include "span.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	/* An ES384 signature has 96 bytes. */
	SIGNATURE_BYTES = 96,
	JTI_LEN = 43,
	JTI_TIME_LEN = 11, /* its end: when the token was issued */
	TOKEN_BYTES = 1 << 16,
};

static const char first_kid[] = "T3E3sRBtn1BGPbJ48wEucVwitXLLT5FIXE49Za_ZF6w";

static int64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
token_init(struct token_mint *m, const struct settings *s, const char *base_url)
{
	struct buf resource;

	*m = (struct token_mint){.settings = s};
	m->endpoint = mem_string(s->endpoint ? s->endpoint : base_url);
	buf_init(&resource, 4096);
	if (s->resource)
		buf_add(&resource, s->resource);
	else
		buf_addf(&resource, "https://%s.logto.app/api", s->tenant_name);
	m->resource = buf_detach(&resource);
	(void)pthread_mutex_init(&m->lock, NULL);
}

void
token_free(struct token_mint *m)
{
	if (!m->endpoint)
		return;
	free(m->endpoint);
	free(m->resource);
	(void)pthread_mutex_destroy(&m->lock);
	*m = (struct token_mint){0};
}

static void
encode_base64url(struct buf *out, const void *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789-_";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i += 3) {
		unsigned long bits = (unsigned long)p[i] << 16;

		if (i + 1 < len)
			bits |= (unsigned long)p[i + 1] << 8;
		if (i + 2 < len)
			bits |= p[i + 2];
		buf_add_char(out, digits[bits >> 18]);
		buf_add_char(out, digits[bits >> 12 & 63]);
		if (i + 1 < len)
			buf_add_char(out, digits[bits >> 6 & 63]);
		if (i + 2 < len)
			buf_add_char(out, digits[bits & 63]);
	}
}

static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* False where the text is no base64url. */
static bool
decode_base64url(struct buf *out, const char *text, size_t len)
{
	unsigned bits = 0, count = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = digit_of(text[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (unsigned)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_add_char(out, (char)(bits >> count & 255));
		}
	}
	return len % 4 != 1;
}

static void
sign(const char *kid, const void *text, size_t len,
    unsigned char out[SIGNATURE_BYTES])
{
	char key[128];
	int key_len;

	for (int half = 0; half < 2; half++) {
		key_len =
		    snprintf(key, sizeof(key), "mock key %d of %s", half, kid);
		(void)gnutls_hmac_fast(GNUTLS_MAC_SHA384, key, (size_t)key_len,
		    text, len, out + half * 48);
	}
}

static void
current_kid(const struct token_mint *m, char out[JTI_LEN + 1])
{
	memcpy(out, first_kid, sizeof(first_kid));
	if (m->generation > 0)
		generate_token(out, JTI_LEN, m->generation);
}

static void
make_jti(char out[JTI_LEN + 1], int64_t issued_us)
{
	uint64_t hash = generate_mix((uint64_t)issued_us, 1, 41);

	generate_token(out, JTI_LEN - JTI_TIME_LEN, hash);
	generate_id(out + JTI_LEN - JTI_TIME_LEN, JTI_TIME_LEN,
	    (uint64_t)issued_us, 0);
	out[JTI_LEN] = '\0';
}

/* When the token was issued; 0 where the jti is none of ours. */
static int64_t
jti_time_us(const char *jti)
{
	int64_t us = 0;

	if (strlen(jti) != JTI_LEN)
		return 0;
	for (size_t i = JTI_LEN; i-- > JTI_LEN - JTI_TIME_LEN;) {
		char c = jti[i];

		us = us * 36 + (c >= 'a' ? c - 'a' + 10 : c - '0');
	}
	return us;
}

static void
write_payload(const struct token_claims *c, int64_t issued_us, struct buf *out)
{
	long long now_s = issued_us / 1000000;
	long long end_s = now_s + c->lifetime_s;
	char jti[JTI_LEN + 1];

	make_jti(jti, issued_us);
	buf_addf(out, "{\"jti\":\"%s\",\"sub\":", jti);
	reply_quote(out, c->client_id);
	buf_addf(out, ",\"iat\":%lld,\"exp\":%lld", now_s, end_s);
	if (c->scope) {
		buf_add(out, ",\"scope\":");
		reply_quote(out, c->scope);
	}
	buf_add(out, ",\"client_id\":");
	reply_quote(out, c->client_id);
	buf_add(out, ",\"iss\":");
	reply_quote(out, c->issuer);
	buf_add(out, ",\"aud\":");
	reply_quote(out, c->audience);
	buf_add_char(out, '}');
}

void
token_issue(struct token_mint *m, const struct token_claims *claims,
    struct buf *out)
{
	unsigned char signature[SIGNATURE_BYTES];
	char kid[JTI_LEN + 1];
	struct buf part;
	int64_t issued_us;
	size_t start = out->len;

	(void)pthread_mutex_lock(&m->lock);
	issued_us = now_us();
	if (issued_us <= m->last_us)
		issued_us = m->last_us + 1;
	m->last_us = issued_us;
	m->issued++;
	current_kid(m, kid);
	(void)pthread_mutex_unlock(&m->lock);
	buf_init(&part, TOKEN_BYTES);
	buf_addf(&part, "{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
	    claims->kid ? claims->kid : kid);
	encode_base64url(out, part.data, part.len);
	buf_add_char(out, '.');
	buf_clear(&part);
	write_payload(claims, issued_us, &part);
	encode_base64url(out, part.data, part.len);
	sign(claims->kid ? claims->kid : kid, out->data + start,
	    out->len - start, signature);
	if (claims->is_forged)
		signature[0] ^= 1;
	buf_add_char(out, '.');
	encode_base64url(out, signature, sizeof(signature));
	buf_free(&part);
}

static bool
refuse(struct reply *r, const char *code, const char *name)
{
	reply_reset(r, 401, REPLY_JSON);
	buf_addf(&r->body,
	    "{\"code\":\"auth.unauthorized\",\"data\":{"
	    "\"code\":\"%s\",\"name\":\"%s\"},\"message\":\"Unauthorized. "
	    "Please check credentials and its scope.\"}",
	    code, name);
	return false;
}

/* The body echoes the claims: clients must not print it. */
static bool
refuse_claim(struct reply *r, const char *code, const char *name,
    const char *claim, const struct buf *payload)
{
	reply_reset(r, 401, REPLY_JSON);
	buf_addf(&r->body,
	    "{\"code\":\"auth.unauthorized\",\"data\":{"
	    "\"code\":\"%s\",\"name\":\"%s\",\"claim\":\"%s\",\"reason\":"
	    "\"check_failed\",\"payload\":%s},\"message\":\"Unauthorized. "
	    "Please check credentials and its scope.\"}",
	    code, name, claim, payload->data);
	return false;
}

static bool
claim_is(const struct buf *payload, const char *name, const char *wanted)
{
	struct span object = {payload->data, payload->len};
	char value[1024];

	return span_text(span_member(object, name), value, sizeof(value)) &&
	    strcmp(value, wanted) == 0;
}

static bool
check_claims(struct token_mint *m, const struct buf *payload, struct reply *r)
{
	static const char failed[] = "ERR_JWT_CLAIM_VALIDATION_FAILED";
	struct span object = {payload->data, payload->len};
	int64_t exp = span_integer(span_member(object, "exp"));
	char issuer[1024], text[1024];
	int64_t expired_us;

	(void)snprintf(issuer, sizeof(issuer), "%s/oidc", m->endpoint);
	if (!claim_is(payload, "iss", issuer))
		return refuse_claim(r, failed, "JWTClaimValidationFailed",
		    "iss", payload);
	if (!claim_is(payload, "aud", m->resource))
		return refuse_claim(r, failed, "JWTClaimValidationFailed",
		    "aud", payload);
	(void)span_text(span_member(object, "jti"), text, sizeof(text));
	(void)pthread_mutex_lock(&m->lock);
	expired_us = m->expired_us;
	(void)pthread_mutex_unlock(&m->lock);
	exp += (int64_t)m->settings->token_leeway_s;
	if (exp <= now_us() / 1000000 || jti_time_us(text) <= expired_us)
		return refuse_claim(r, "ERR_JWT_EXPIRED", "JWTExpired", "exp",
		    payload);
	(void)span_text(span_member(object, "scope"), text, sizeof(text));
	if (strcmp(text, "all") != 0 && strncmp(text, "all ", 4) != 0 &&
	    !strstr(text, " all")) {
		reply_error(r, 403, "auth.forbidden",
		    "Forbidden. Please "
		    "check your user roles and permissions.");
		return false;
	}
	return true;
}

/* Splits and decodes the token; false where it has no JWT's form. */
static bool
decode_token(const char *token, struct buf *head, struct buf *payload,
    struct buf *signature)
{
	size_t head_len = strcspn(token, ".");
	const char *middle = token + head_len;
	size_t middle_len;

	if (!*middle)
		return false;
	middle++;
	middle_len = strcspn(middle, ".");
	if (middle[middle_len] != '.' || strchr(middle + middle_len + 1, '.'))
		return false;
	return decode_base64url(head, token, head_len) &&
	    decode_base64url(payload, middle, middle_len) &&
	    decode_base64url(signature, middle + middle_len + 1,
		strlen(middle + middle_len + 1)) &&
	    head->data[0] == '{' && payload->data[0] == '{';
}

static bool
check_token(struct token_mint *m, const char *token, struct reply *r,
    struct buf *head, struct buf *payload, struct buf *signature)
{
	const char *end = strrchr(token, '.');
	unsigned char expected[SIGNATURE_BYTES];
	char kid[JTI_LEN + 1], used[256];

	if (!decode_token(token, head, payload, signature))
		return refuse(r, "ERR_JWS_INVALID", "JWSInvalid");
	(void)pthread_mutex_lock(&m->lock);
	current_kid(m, kid);
	(void)pthread_mutex_unlock(&m->lock);
	(void)span_text(span_member((struct span){head->data, head->len},
			    "kid"),
	    used, sizeof(used));
	if (strcmp(used, kid) != 0)
		return refuse(r, "ERR_JWKS_NO_MATCHING_KEY",
		    "JWKSNoMatchingKey");
	sign(kid, token, (size_t)(end - token), expected);
	if (signature->len != SIGNATURE_BYTES ||
	    memcmp(signature->data, expected, SIGNATURE_BYTES) != 0)
		return refuse(r, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
		    "JWSSignatureVerificationFailed");
	return check_claims(m, payload, r);
}

bool
token_check(struct token_mint *m, const char *authorization, struct reply *r)
{
	struct buf head, payload, signature;
	bool is_good;

	if (!authorization || !*authorization) {
		reply_error(r, 401, "auth.authorization_header_missing",
		    "Authorization header is missing.");
		return false;
	}
	if (strncmp(authorization, "Bearer", 6) != 0) {
		reply_reset(r, 401, REPLY_JSON);
		buf_add(&r->body,
		    "{\"code\":"
		    "\"auth.authorization_token_type_not_supported\",\"data\":"
		    "{\"supportedTypes\":[\"Bearer\"]},\"message\":"
		    "\"Authorization type is not supported.\"}");
		return false;
	}
	authorization += 6;
	authorization += strspn(authorization, " ");
	buf_init(&head, TOKEN_BYTES);
	buf_init(&payload, TOKEN_BYTES);
	buf_init(&signature, TOKEN_BYTES);
	is_good = check_token(m, authorization, r, &head, &payload, &signature);
	buf_free(&head);
	buf_free(&payload);
	buf_free(&signature);
	return is_good;
}

void
token_expire_all(struct token_mint *m)
{
	(void)pthread_mutex_lock(&m->lock);
	m->expired_us = now_us();
	if (m->expired_us < m->last_us)
		m->expired_us = m->last_us;
	m->last_us = m->expired_us;
	(void)pthread_mutex_unlock(&m->lock);
}

uint64_t
token_count(struct token_mint *m)
{
	uint64_t issued;

	(void)pthread_mutex_lock(&m->lock);
	issued = m->issued;
	(void)pthread_mutex_unlock(&m->lock);
	return issued;
}

void
token_rotate_key(struct token_mint *m)
{
	(void)pthread_mutex_lock(&m->lock);
	m->generation++;
	(void)pthread_mutex_unlock(&m->lock);
}

void
token_fingerprint(const char *authorization, char out[9])
{
	unsigned char digest[32];

	(void)snprintf(out, 9, "-");
	if (!authorization || strncmp(authorization, "Bearer ", 7) != 0)
		return;
	(void)gnutls_hash_fast(GNUTLS_DIG_SHA256, authorization + 7,
	    strlen(authorization + 7), digest);
	(void)snprintf(out, 9, "%02x%02x%02x%02x", digest[0], digest[1],
	    digest[2], digest[3]);
}
