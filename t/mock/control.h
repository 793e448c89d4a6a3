/* SPDX-License-Identifier: ISC */
/*
 * The control endpoints under /_mock, for the tests.
 */
#ifndef MOCK_CONTROL_H
#define MOCK_CONTROL_H

#include "journal.h"
#include "reply.h"
#include "request.h"
#include "rules.h"
#include "token.h"

struct control {
	struct rules *rules;
	struct journal *journal;
	struct token_mint *mint;
};

/* `path` is the request's behind "/_mock". */
void control_answer(struct control *c, const struct request *rq,
    const char *path, struct reply *r);

#endif
