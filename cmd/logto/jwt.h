/* SPDX-License-Identifier: ISC */
/*
 * What a token says about itself (RFC 7519), read without the key: nothing
 * here proves that it is genuine, and nothing is decided that the server
 * would not decide again.
 */
#ifndef JWT_H
#define JWT_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jwt {
	char *header; /* JSON objects, as the token holds them */
	size_t header_len;
	char *claims;
	size_t claims_len;
	/* Claims, or NULL where absent. */
	char *issuer;
	char *audience; /* the first one, where it is a list */
	char *scope;
	char *client_id;
	int64_t issued_at; /* epoch seconds; JWT_NO_TIME where absent */
	int64_t expires_at;
};

#define JWT_NO_TIME INT64_MIN

/* Whether the text has a token's form: three parts of base64url. */
bool jwt_is_shaped(const char *token, size_t len);

/* Decodes; STATUS_DATA if it is no JWT. The token is not quoted. */
ATTR_NODISCARD
int jwt_decode(struct jwt *t, const char *token, size_t len, struct fail *why);

void jwt_free(struct jwt *t);

#endif
