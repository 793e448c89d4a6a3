/* SPDX-License-Identifier: ISC */
/*
 * The effects of fault rules.
 */
#include "fault.h"

#include "grant.h"
#include "num.h"
#include "span.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char proxy_page[] =
    "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>"
    "\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1>"
    "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/* The list an action names: "." is the one the request names. */
static const char *
list_of(const struct action *action, const struct request *rq)
{
	if (strcmp(action->text, ".") == 0 &&
	    strncmp(rq->path, "/api/", 5) == 0)
		return rq->path + 5;
	return action->text;
}

uint64_t
fault_before(const struct rule *rule, const struct request *rq,
    struct tenant *t, struct token_mint *mint)
{
	uint64_t delay_ms = 0;

	for (size_t i = 0; i < rule->action_count; i++) {
		const struct action *a = &rule->actions[i];
		size_t count = a->number > 0 ? (size_t)a->number : 0;

		if (a->kind == ACTION_DELAY)
			delay_ms += count;
		else if (a->kind == ACTION_INSERT)
			tenant_insert(t, list_of(a, rq), count);
		else if (a->kind == ACTION_DELETE)
			tenant_delete(t, list_of(a, rq), a->more);
		else if (a->kind == ACTION_UPDATE)
			tenant_update(t, list_of(a, rq), a->more);
		else if (a->kind == ACTION_TIE)
			tenant_tie(t, list_of(a, rq), count);
		else if (a->kind == ACTION_LATE)
			tenant_insert_late(t, list_of(a, rq), count);
		else if (a->kind == ACTION_EXPIRE_TOKENS)
			token_expire_all(mint);
		else if (a->kind == ACTION_ROTATE_KEY)
			token_rotate_key(mint);
	}
	return delay_ms;
}

bool
fault_replaces(const struct rule *rule)
{
	for (size_t i = 0; i < rule->action_count; i++) {
		switch (rule->actions[i].kind) {
		case ACTION_STATUS:
		case ACTION_HTML:
		case ACTION_REDIRECT:
		case ACTION_QUOTA:
		case ACTION_SECRET_EXPIRED:
		case ACTION_RESET:
		case ACTION_CLOSE:
		case ACTION_GZIP_BOMB:
		case ACTION_ENDLESS:
			return true;
		default:
			break;
		}
	}
	return false;
}

static void
set_status(struct reply *r, unsigned status)
{
	if (status == 500)
		reply_failure(r);
	else if (status >= 400)
		reply_reason(r, status);
	else
		reply_reset(r, status, REPLY_JSON);
}

/* A whole answer, which the other actions of the rule may change. */
static void
make_answer(const struct action *a, struct reply *r)
{
	switch (a->kind) {
	case ACTION_STATUS:
		set_status(r, (unsigned)a->number);
		break;
	case ACTION_REDIRECT:
		if (r->status < 300 || r->status > 399)
			reply_reset(r, 302, REPLY_TEXT);
		reply_header(r, "Location", "%s", a->text);
		break;
	case ACTION_QUOTA:
		grant_quota(r);
		break;
	case ACTION_SECRET_EXPIRED:
		grant_secret_expired(r);
		break;
	case ACTION_GZIP_BOMB:
		reply_bomb(r, (uint64_t)a->number);
		break;
	case ACTION_ENDLESS:
		reply_reset(r, 200, REPLY_JSON);
		reply_header(r, "Total-Number", "1000000");
		buf_add(&r->body, "[{\"id\":\"aaaaaaaaaaaa\"},");
		r->is_endless = true;
		break;
	case ACTION_RESET:
		r->fate = FATE_RESET;
		break;
	case ACTION_CLOSE:
		r->fate = FATE_CLOSE;
		break;
	default:
		break;
	}
}

static void
set_retry_after(struct reply *r, const char *text)
{
	time_t when = time(NULL);
	char date[64];
	struct tm tm;
	int64_t seconds;

	if (strncmp(text, "date", 4) != 0) {
		reply_header(r, "Retry-After", "%s", text);
		return;
	}
	text += 4;
	text += *text == '+';
	if (num_i64(text, strlen(text), &seconds) == 0)
		when += (time_t)seconds;
	if (gmtime_r(&when, &tm) &&
	    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		reply_header(r, "Retry-After", "%s", date);
}

static void
set_total(struct reply *r, const char *text)
{
	reply_drop_header(r, "Total-Number");
	if (strcmp(text, "none") != 0)
		reply_header(r, "Total-Number", "%s", text);
}

static void
add_total(struct reply *r, int64_t more)
{
	const char *old = reply_find_header(r, "Total-Number");
	int64_t total;
	long long changed;

	if (!old || num_i64(old, strlen(old), &total) != 0)
		return;
	changed = total + more;
	reply_drop_header(r, "Total-Number");
	reply_header(r, "Total-Number", "%lld", changed);
}

static void
drop_rows(struct reply *r, int64_t count)
{
	struct span list = {r->body.data, r->body.len};
	struct span item;
	const char *cursor = NULL;
	int64_t rows = 0, kept = 0;
	size_t len = 1;

	while (span_next(list, &cursor, &item))
		rows++;
	cursor = NULL;
	while (kept < rows - count && span_next(list, &cursor, &item)) {
		len = (size_t)(item.p + item.len - r->body.data);
		kept++;
	}
	if (r->body.len < 2)
		return;
	r->body.len = len;
	buf_add_char(&r->body, ']');
}

static void
set_body(struct reply *r, const char *text, const char *type)
{
	buf_clear(&r->body);
	buf_add(&r->body, text);
	r->type = type;
}

static void
change_answer(const struct action *a, struct reply *r)
{
	switch (a->kind) {
	case ACTION_BODY:
		set_body(r, a->text, r->type);
		break;
	case ACTION_JSON:
		set_body(r, a->text, REPLY_JSON);
		break;
	case ACTION_HTML:
		set_body(r, proxy_page, "text/html");
		break;
	case ACTION_TYPE:
		r->type = strcmp(a->text, "none") == 0 ? NULL : a->text;
		break;
	case ACTION_HEADER:
		reply_header(r, a->text, "%s", a->more);
		break;
	case ACTION_DROP_HEADER:
		reply_drop_header(r, a->text);
		break;
	case ACTION_RETRY_AFTER:
		set_retry_after(r, a->text);
		break;
	case ACTION_TOTAL:
		set_total(r, a->text);
		break;
	case ACTION_TOTAL_ADD:
		add_total(r, a->number);
		break;
	case ACTION_DROP_ROWS:
		drop_rows(r, a->number);
		break;
	case ACTION_BAD_JSON:
		r->body.len -= r->body.len < 10 ? r->body.len : 10;
		break;
	case ACTION_CUT_RESET:
		r->is_cut_reset = true;
		/* fallthrough */
	case ACTION_CUT:
		r->is_cut = true;
		r->cut_bytes = (size_t)a->number;
		break;
	case ACTION_DRIP:
		r->drip_bytes_s = a->number > 0 ? (uint64_t)a->number : 1;
		break;
	default:
		break;
	}
}

void
fault_after(const struct rule *rule, struct reply *r)
{
	/* Status first, so that `redirect URL status 307` is a 307. */
	for (size_t i = 0; i < rule->action_count; i++)
		if (rule->actions[i].kind == ACTION_STATUS)
			make_answer(&rule->actions[i], r);
	for (size_t i = 0; i < rule->action_count; i++)
		if (rule->actions[i].kind != ACTION_STATUS)
			make_answer(&rule->actions[i], r);
	for (size_t i = 0; i < rule->action_count; i++)
		change_answer(&rule->actions[i], r);
}
