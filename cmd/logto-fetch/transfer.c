/* SPDX-License-Identifier: ISC */
/*
 * Requests to the API on top of lib/http: tokens, the order of answers, and
 * the judgement of bodies.
 */
#include "transfer.h"

#include "bounds.h"
#include "mem.h"
#include "msg.h"
#include "num.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A refused token is replaced so many times for one request: each time may
 * be bad luck with a token that lives for seconds, not more than that. */
enum { MAX_REPLACED = 4 };

struct ticket {
	struct ticket *next;            /* in the transfer's list of all */
	struct http_response *response; /* NULL: under way */
	struct problem problem;
	unsigned generation; /* of the token that it was sent with */
	unsigned replaced;
	bool is_expected; /* see transfer_expect */
	/* The last answer that was no JSON: what was wrong, and how long it
	 * was. */
	struct fail broken;
	size_t broken_len;
	bool is_dropped;
};

struct transfer {
	struct http *http;
	const struct tenant *tenant;
	struct bearer *bearer;
	struct json *json;
	struct ticket *tickets;
	bool has_answered; /* JSON came once: this is Logto */
};

struct transfer *
transfer_new(const struct http_options *options, const struct tenant *tenant,
    struct bearer *bearer, struct fail *why)
{
	struct http *http = http_new(options, why);
	struct transfer *t;

	if (!http)
		return NULL;
	t = mem_alloc(1, sizeof(*t));
	t->http = http;
	t->tenant = tenant;
	t->bearer = bearer;
	t->json = json_new(BOUND_JSON_DEPTH);
	return t;
}

static void
free_ticket(struct transfer *t, struct ticket *ticket)
{
	struct ticket **link = &t->tickets;

	while (*link != ticket)
		link = &(*link)->next;
	*link = ticket->next;
	http_response_free(ticket->response);
	free(ticket);
}

/* Renews the token in time, for what waits to be sent as well. */
static int
keep_fresh(struct transfer *t, struct fail *why)
{
	unsigned generation = t->bearer->generation;

	bearer_keep_fresh(t->bearer);
	if (t->bearer->generation == generation)
		return 0;
	return http_set_bearer(t->http, &t->bearer->token, why);
}

struct ticket *
transfer_ask(struct transfer *t, const char *path, const char *query,
    struct fail *why)
{
	struct ticket *ticket = NULL;
	struct buf url;
	int result;

	if (keep_fresh(t, why) != 0)
		return NULL;
	buf_init(&url, BOUND_URL_BYTES);
	buf_addf(&url, "%s/api/%s%s%s", t->tenant->endpoint, path,
	    *query ? "?" : "", query);
	result = buf_check(&url, "the URL of a request", why);
	if (result == 0) {
		struct http_request request = {.url = url.data,
		    .bearer = &t->bearer->token,
		    .is_final = problem_is_final};

		ticket = mem_alloc(1, sizeof(*ticket));
		ticket->generation = t->bearer->generation;
		request.tag = ticket;
		result = http_start(t->http, &request, why);
	}
	buf_free(&url);
	if (result != 0) {
		free(ticket);
		return NULL;
	}
	ticket->next = t->tickets;
	t->tickets = ticket;
	return ticket;
}

/* Sends a refused request with a new token; 1 if it is under way again, 0 if
 * that has been tried often enough. */
static int
resend(struct transfer *t, struct ticket *ticket,
    struct http_response *response, struct fail *why)
{
	if (ticket->replaced++ >= MAX_REPLACED)
		return 0;
	/* Other requests may have met the same refusal before. */
	if (ticket->generation == t->bearer->generation &&
	    (bearer_replace(t->bearer, why) != 0 ||
		http_set_bearer(t->http, &t->bearer->token, why) != 0)) {
		/* Nothing comes back for it: whoever drops it shall free
		 * it. */
		ticket->response = response;
		return -1;
	}
	ticket->generation = t->bearer->generation;
	if (http_resend(t->http, response, &t->bearer->token, why) != 0)
		return -1;
	return 1;
}

/* Receives one final answer of any request. */
static int
receive(struct transfer *t, struct fail *why)
{
	struct http_response *response;
	struct ticket *ticket;
	int got = http_next(t->http, &response, why);

	if (got != 1)
		return -1;
	ticket = response->tag;
	if (ticket->is_dropped) {
		ticket->response = response;
		free_ticket(t, ticket);
		return 0;
	}
	problem_read(&ticket->problem, response);
	switch (ticket->problem.kind) {
	case PROBLEM_EXPIRED:
	case PROBLEM_UNKNOWN_KEY:
		got = resend(t, ticket, response, why);
		if (got != 0)
			return got == 1 ? 0 : -1;
		break;
	case PROBLEM_NOT_JSON:
		if (t->has_answered &&
		    http_again(t->http, response, "the answer is not JSON"))
			return 0;
		break;
	default:
		break;
	}
	ticket->response = response;
	return 0;
}

static void
read_total(const struct http_response *response, int64_t *total,
    bool *is_capped)
{
	const char *text = http_header(response, "Total-Number", 0);
	const char *capped = http_header(response, "Total-Number-Is-Capped", 0);

	*total = -1;
	if (text && (num_i64(text, strlen(text), total) != 0 || *total < 0))
		*total = -1;
	*is_capped = capped && strcasecmp(capped, "true") == 0;
}

bool
transfer_peek(const struct ticket *ticket, int64_t *total, bool *is_capped)
{
	if (!ticket->response || ticket->problem.kind != PROBLEM_NONE)
		return false;
	read_total(ticket->response, total, is_capped);
	return *total >= 0;
}

void
transfer_expect(struct ticket *ticket)
{
	ticket->is_expected = true;
}

/* Whether a refusal is not Logto's. */
static bool
is_foreign(const struct ticket *ticket, const struct problem *p)
{
	return ticket->is_expected && p->code[0] == '\0' &&
	    (p->kind == PROBLEM_UNKNOWN_PATH || p->kind == PROBLEM_BAD_REQUEST);
}

/* Tries again after such a refusal: 0 under way, -1 that was enough. */
static int
try_again(struct transfer *t, struct ticket *ticket, struct page *page,
    struct fail *why)
{
	struct http_response *response = page->response;

	(void)fail_set(why, STATUS_RETRY,
	    "HTTP %ld without one of Logto's codes, though the path is there",
	    page->problem.status);
	if (http_again(t->http, response, why->text)) {
		ticket->response = page->response = NULL;
		return 0;
	}
	return fail_set(why, STATUS_RETRY,
	    "the answer is HTTP %ld without one of Logto's codes, though the "
	    "path is there, still so after %u tries; look at what stands "
	    "before Logto",
	    page->problem.status, response->tries);
}

/* Whether the answer is broken as the one before it was: then no try will
 * help. Remembers it. */
static bool
is_same_again(struct ticket *ticket, const struct http_response *response,
    const struct fail *why)
{
	bool is_same = ticket->broken_len == response->body.len &&
	    strcmp(ticket->broken.text, why->text) == 0;

	ticket->broken = *why;
	ticket->broken_len = response->body.len;
	return is_same;
}

/* Waits until the ticket has its answer, and parses that: 1 done, 0 the
 * answer was broken and is under way again. */
static int
settle(struct transfer *t, struct ticket *ticket, struct page *page,
    struct fail *why)
{
	while (!ticket->response)
		if (receive(t, why) != 0)
			return -1;
	page->response = ticket->response;
	page->problem = ticket->problem;
	if (page->problem.kind == PROBLEM_NOT_JSON && t->has_answered) {
		(void)fail_set(why, STATUS_RETRY,
		    "the answer is '%s', not JSON, still so after %u tries",
		    page->problem.type, page->response->tries);
		return -1;
	}
	if (is_foreign(ticket, &page->problem))
		return try_again(t, ticket, page, why);
	if (page->problem.kind != PROBLEM_NONE)
		return 1;
	if (json_parse(t->json, page->response->body.data,
		page->response->body.len, &page->nodes, &page->node_count,
		why) == 0)
		return 1;
	if (is_same_again(ticket, page->response, why)) {
		(void)fail_prefix(why,
		    "the answer is not valid JSON, twice the same");
		return -1;
	}
	(void)fail_prefix(why, "the answer is cut or broken");
	if (http_again(t->http, page->response, why->text)) {
		ticket->response = page->response = NULL;
		return 0;
	}
	why->status = STATUS_RETRY;
	return -1;
}

int
transfer_take(struct transfer *t, struct ticket *ticket, struct page *page,
    struct fail *why)
{
	int got = 0;

	*page = (struct page){.total = -1};
	while (got == 0)
		got = settle(t, ticket, page, why);
	if (got == -1) {
		page->response = NULL;
		transfer_drop(t, ticket);
		return -1;
	}
	ticket->response = NULL;
	free_ticket(t, ticket);
	if (page->problem.kind == PROBLEM_NONE) {
		t->has_answered = true;
		read_total(page->response, &page->total, &page->is_capped);
	}
	return 0;
}

void
transfer_drop(struct transfer *t, struct ticket *ticket)
{
	if (!ticket)
		return;
	/* What is under way belongs to the engine until it comes back. */
	if (ticket->response)
		free_ticket(t, ticket);
	else
		ticket->is_dropped = true;
}

int
transfer_explain(const struct transfer *t, const struct page *page,
    struct fail *why)
{
	struct problem_context context = {.tenant = t->tenant,
	    .audience = t->bearer->audience,
	    .issuer = t->bearer->issuer};

	return problem_explain_api(&page->problem, &context, why);
}

void
page_free(struct page *page)
{
	http_response_free(page->response);
	page->response = NULL;
}

void
transfer_free(struct transfer *t)
{
	if (!t)
		return;
	http_free(t->http);
	json_free(t->json);
	while (t->tickets)
		free_ticket(t, t->tickets);
	free(t);
}
