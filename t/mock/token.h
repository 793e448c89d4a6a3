/* SPDX-License-Identifier: ISC */
/*
 * Access tokens: JWTs that look like Logto's and are signed with a keyed hash
 * under a key that never changes, so that a token outlives a restart, as it
 * does with a real server.
 */
#ifndef MOCK_TOKEN_H
#define MOCK_TOKEN_H

#include "buf.h"
#include "reply.h"
#include "settings.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct token_mint {
	const struct settings *settings; /* borrowed */
	char *endpoint;                  /* issuer without "/oidc" */
	char *resource;
	pthread_mutex_t lock;
	unsigned generation; /* of the key */
	int64_t expired_us;  /* what was issued until then has expired */
	int64_t last_us;     /* when the newest token was issued */
	uint64_t issued;
};

struct token_claims {
	const char *client_id, *issuer, *audience;
	const char *scope; /* NULL: none */
	const char *kid;   /* NULL: the current key's */
	int64_t lifetime_s;
	bool is_forged; /* with a signature that is wrong */
};

void token_init(struct token_mint *m, const struct settings *s,
    const char *base_url);
/* Harmless on a zeroed struct. */
void token_free(struct token_mint *m);

void token_issue(struct token_mint *m, const struct token_claims *claims,
    struct buf *out);

/* Judges an Authorization header (NULL: none). True: it may use the API.
 * Else the refusal is in `r`. */
bool token_check(struct token_mint *m, const char *authorization,
    struct reply *r);

/* How many were issued. */
uint64_t token_count(struct token_mint *m);

void token_expire_all(struct token_mint *m);
void token_rotate_key(struct token_mint *m);

/* Eight hex digits that tell tokens apart, or "-". */
void token_fingerprint(const char *authorization, char out[9]);

#endif
