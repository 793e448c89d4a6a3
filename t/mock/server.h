/* SPDX-License-Identifier: ISC */
/*
 * The HTTP server: one thread a connection, so that an answer may take its
 * time.
 */
#ifndef MOCK_SERVER_H
#define MOCK_SERVER_H

#include "api.h"
#include "attr.h"
#include "control.h"
#include "delivery.h"
#include "fail.h"

#include <pthread.h>
#include <stdint.h>

struct server {
	const struct settings *settings; /* borrowed */
	struct tenant *tenant;           /* borrowed */
	struct MHD_Daemon *daemon;
	struct view_cache views;
	struct token_mint mint;
	struct rules rules;
	struct journal journal;
	struct pause pause;
	struct api api;
	struct control control;
	char base_url[320];
	char *tls_cert, *tls_key;
	/* Requests in the running window of ten seconds, and all token
	 * requests. */
	pthread_mutex_t limit_lock;
	int64_t window_start_s;
	uint64_t window_count, token_count;
};

/* Listens; base_url is set then. */
ATTR_NODISCARD
int server_open(struct server *s, const struct settings *settings,
    struct tenant *tenant, struct fail *why);

/* Reads the rules file again, if there is one. */
ATTR_NODISCARD
int server_read_rules(struct server *s, struct fail *why);

/* Ends all connections. */
void server_free(struct server *s);

#endif
