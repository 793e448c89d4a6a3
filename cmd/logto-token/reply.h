/* SPDX-License-Identifier: ISC */
/*
 * The token endpoint's answer (RFC 6749, 5.1), as it came and as it reads.
 */
#ifndef REPLY_H
#define REPLY_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "secret.h"

#include <stdint.h>

struct reply {
	struct buf body; /* the server's own bytes */
	struct secret token;
	char *scope;        /* NULL where the answer names none */
	int64_t lifetime_s; /* 0 where the answer names none */
	/* Where the lifetime's digits stand in the body; 0 where absent. */
	size_t lifetime_at, lifetime_len;
};

/* Reads an answer; the bytes are copied. STATUS_DATA where it is no JSON
 * object, has no usable token, or is of another type than Bearer. No message
 * quotes it. */
ATTR_NODISCARD
int reply_parse(struct reply *r, const char *bytes, size_t len,
    struct fail *why);

/* Overwrites and releases. */
void reply_free(struct reply *r);

#endif
