/* SPDX-License-Identifier: ISC */
/*
 * The way to a tenant: settings, addresses, token and transport, opened in
 * that order.
 */
#ifndef SESSION_H
#define SESSION_H

#include "attr.h"
#include "bearer.h"
#include "buf.h"
#include "fail.h"
#include "opts.h"
#include "settings.h"
#include "tenant.h"
#include "transfer.h"

struct session {
	struct settings settings;
	struct tenant tenant;
	struct bearer bearer;
	struct buf network; /* options that logto-token gets as well */
	struct transfer *transfer;
};

/* Where no endpoint is set, that of the token's issuer is taken. Must be
 * zeroed before; on failure as well it is session_close that releases. */
ATTR_NODISCARD
int session_open(struct session *s, const struct opts *o, struct fail *why);

void session_close(struct session *s);

#endif
