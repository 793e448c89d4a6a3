/* SPDX-License-Identifier: ISC */
/*
 * Answers of the API, asked for ahead of time and taken in whatever order
 * their reader wants:
 *
 *      a = transfer_ask(t, "users", "page=1", ...)
 *      b = transfer_ask(t, "users", "page=2", ...)      both are under way
 *      transfer_take(t, a, &page, ...)                  waits for this one
 *
 * A transfer keeps what came early, so its reader bounds the memory by how
 * far it asks ahead. Every request carries the token of the moment; one that
 * was refused as expired is sent again with a new token. An answer that
 * should be JSON and is none is tried again, but for the very first one,
 * which means that this is no Logto.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "attr.h"
#include "bearer.h"
#include "fail.h"
#include "http.h"
#include "json.h"
#include "problem.h"
#include "tenant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transfer;
struct ticket; /* an answer that was asked for and not taken */

struct page {
	struct problem problem; /* PROBLEM_NONE: the nodes are there */
	struct http_response *response;
	/* The body; valid until the next transfer_take. */
	const struct json_node *nodes;
	size_t node_count;
	int64_t total; /* Total-Number, or -1 */
	bool is_capped;
};

/* `tenant` and `bearer` must outlive it. */
ATTR_NODISCARD
struct transfer *transfer_new(const struct http_options *options,
    const struct tenant *tenant, struct bearer *bearer, struct fail *why);

/* Asks for a path below /api/; `query` may be "" and is encoded already.
 * NULL is a failure. */
ATTR_NODISCARD
struct ticket *transfer_ask(struct transfer *t, const char *path,
    const char *query, struct fail *why);

/* The ticket's path is known to be there, so that a refusal without one of
 * Logto's codes is somebody else's, such as a proxy's: it is tried again like
 * a failure of the server. */
void transfer_expect(struct ticket *ticket);

/* Waits for the answer and takes the ticket, on failure too. Answers that
 * are a problem are successes here: the page tells. */
ATTR_NODISCARD
int transfer_take(struct transfer *t, struct ticket *ticket, struct page *page,
    struct fail *why);

/* The total of a page that came and was not taken yet; false if it did not,
 * or tells none. Never waits. */
bool transfer_peek(const struct ticket *ticket, int64_t *total,
    bool *is_capped);

/* Gives a ticket back. NULL is allowed. */
void transfer_drop(struct transfer *t, struct ticket *ticket);

/* The failure that a page's problem means; returns -1. */
int transfer_explain(const struct transfer *t, const struct page *page,
    struct fail *why);

void page_free(struct page *page);
void transfer_free(struct transfer *t);

#endif
