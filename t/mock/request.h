/* SPDX-License-Identifier: ISC */
/*
 * A request as the answering modules see it.
 */
#ifndef MOCK_REQUEST_H
#define MOCK_REQUEST_H

#include "buf.h"
#include "query.h"

struct request {
	const char *method;
	const char *target; /* as sent: path and query */
	char *path;         /* as sent, without query and base path */
	char *query_text;   /* as sent; NULL: none */
	struct query query;
	struct buf body;
	const char *host, *scheme; /* "http" */
	/* Headers; NULL: absent. */
	const char *authorization, *content_type;
	const char *accept_encoding, *if_none_match, *origin;
};

#endif
