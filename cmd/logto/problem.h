/* SPDX-License-Identifier: ISC */
/*
 * Logto's refusals, in the user's terms: an answer becomes one of our
 * statuses and a sentence that ends with a remedy. Bodies are matched by
 * their `code`, since `message` is localised; a 401 body is never quoted,
 * since it can echo the claims of the token.
 */
#ifndef PROBLEM_H
#define PROBLEM_H

#include "fail.h"
#include "http.h"
#include "tenant.h"

#include <stdbool.h>

enum problem_kind {
	PROBLEM_NONE,           /* 2xx and JSON */
	PROBLEM_NO_ANSWER,      /* network, TLS, timeout */
	PROBLEM_EXPIRED,        /* 401: a new token will do */
	PROBLEM_UNKNOWN_KEY,    /* 401: signed by a key that was rotated */
	PROBLEM_WRONG_ISSUER,   /* 401: issued by another host */
	PROBLEM_WRONG_AUDIENCE, /* 401: for another resource */
	PROBLEM_UNAUTHORIZED,   /* 401: any other */
	PROBLEM_NO_ROLE,        /* 403: the token's scope is not enough */
	PROBLEM_FIREWALL,       /* 403 that is not Logto's */
	PROBLEM_SUSPENDED,      /* the tenant is suspended */
	PROBLEM_QUOTA,          /* the month's tokens are used up */
	PROBLEM_WRONG_SECRET,   /* token requests, from here on */
	PROBLEM_WRONG_APP,
	PROBLEM_WRONG_RESOURCE,
	PROBLEM_SECRET_EXPIRED,
	PROBLEM_BAD_REQUEST,  /* any other 4xx */
	PROBLEM_NOT_FOUND,    /* 404 with a code: no such entity */
	PROBLEM_UNKNOWN_PATH, /* 404 without: no such API path */
	PROBLEM_RATE,         /* 429 */
	PROBLEM_SERVER,       /* 5xx, 408 */
	PROBLEM_REDIRECT,     /* 3xx */
	PROBLEM_NOT_JSON,     /* 2xx, but not application/json */
};

enum { PROBLEM_TEXT_BYTES = 200 };

struct problem {
	enum problem_kind kind;
	long status;
	/* As the server sent them, without control bytes, cut; empty where
	 * absent. */
	char code[PROBLEM_TEXT_BYTES];      /* "auth.unauthorized" */
	char data_code[PROBLEM_TEXT_BYTES]; /* "ERR_JWT_EXPIRED" */
	char claim[PROBLEM_TEXT_BYTES];     /* "aud" */
	char description[PROBLEM_TEXT_BYTES];
	char message[PROBLEM_TEXT_BYTES];
	char type[PROBLEM_TEXT_BYTES]; /* Content-Type */
	char location[PROBLEM_TEXT_BYTES];
	char request_id[PROBLEM_TEXT_BYTES];
	/* Borrowed from the answer; NULL without one. */
	const struct fail *no_answer;
	const char *url;
	unsigned tries;
};

/* What a message may name; each may be NULL. */
struct problem_context {
	const struct tenant *tenant;
	const char *app_id;
	const char *audience; /* of the token that was sent */
	const char *issuer;
};

/* Reads an answer of the API or of the token endpoint; it must outlive the
 * explanations. */
void problem_read(struct problem *p, const struct http_response *r);

/* The same from the parts of an answer: everything but the kind that a status
 * of 0 has. `type` may be NULL; JSON_PADDING readable bytes follow the
 * body. */
void problem_parse(struct problem *p, long status, const char *type,
    const char *body, size_t body_len);

/* For http_request.is_final: the monthly quota answers 429, but waiting does
 * not help. */
bool problem_is_final(const struct http_response *r);

/* Sets the status and the sentence for a problem of the API; `p->kind` must
 * not be PROBLEM_NONE. Returns -1. */
int problem_explain_api(const struct problem *p,
    const struct problem_context *context, struct fail *why);

/* The same for an answer of the token endpoint. */
int problem_explain_token(const struct problem *p,
    const struct problem_context *context, struct fail *why);

#endif
