/* SPDX-License-Identifier: ISC */
/*
 * Carrying out what a rule orders.
 */
#ifndef MOCK_FAULT_H
#define MOCK_FAULT_H

#include "reply.h"
#include "rules.h"
#include "tenant.h"
#include "token.h"

#include <stdbool.h>
#include <stdint.h>

/* Before the request is answered: drift of the tenant, tokens that expire.
 * The tenant must not be locked. Returns how long to wait, in ms. */
uint64_t fault_before(const struct rule *rule, const struct request *rq,
    struct tenant *t, struct token_mint *mint);

/* Whether the rule answers by itself. */
bool fault_replaces(const struct rule *rule);

/* Makes or changes the answer. */
void fault_after(const struct rule *rule, struct reply *r);

#endif
