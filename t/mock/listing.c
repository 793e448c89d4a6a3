/* SPDX-License-Identifier: ISC */
/*
 * Lists as Logto answers them.
 */
#include "listing.h"

#include "filter.h"
#include "mem.h"
#include "relation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With enableCap, Logto counts no further than one above this. */
enum { CAP = 10000, PAGE_ROWS = 100 };

/* A list that is not there: the parent has nothing. */
static const struct list empty_list = {.path = NULL};

struct listing {
	struct api *api;
	const struct request *rq;
	const struct route *route;
	struct page page;
	struct view *view;
	const struct relation *relation; /* NULL: a list as it is */
	size_t first, count; /* positions of the view within the time window */
	size_t total;        /* what Total-Number says */
	bool is_capped;
};

/* The query with `page` replaced, repeated parameters joined by commas: the
 * links of a real server have both faults, and lack "/api". */
static void
add_link_query(struct buf *out, const struct query *q, double page)
{
	bool has_page = false;

	for (size_t i = 0; i < q->count; i++) {
		const char *name = q->params[i].name;
		bool is_page = strcmp(name, "page") == 0;
		bool is_repeated = false;

		for (size_t n = 0; n < i; n++)
			is_repeated |= strcmp(q->params[n].name, name) == 0;
		if (is_repeated)
			continue;
		if (i > 0)
			buf_add_char(out, '&');
		query_encode(out, name);
		buf_add_char(out, '=');
		if (is_page)
			buf_addf(out, "%.0f", page);
		has_page |= is_page;
		for (size_t n = i; n < q->count && !is_page; n++) {
			if (strcmp(q->params[n].name, name) != 0)
				continue;
			if (n > i)
				buf_add(out, "%2C");
			query_encode(out, q->params[n].value);
		}
	}
	if (!has_page)
		buf_addf(out, "%spage=%.0f", q->count > 0 ? "&" : "", page);
}

static void
add_link(const struct listing *l, struct reply *r, double page,
    const char *relation)
{
	const struct request *rq = l->rq;
	struct buf query;

	buf_init(&query, 1 << 20);
	add_link_query(&query, &rq->query, page);
	reply_header(r, "Link", "<%s://%s%s?%s>; rel=\"%s\"", rq->scheme,
	    rq->host ? rq->host : "", rq->path + strlen("/api"), query.data,
	    relation);
	buf_free(&query);
}

static void
add_paging_headers(const struct listing *l, struct reply *r)
{
	double current = floor(l->page.offset / l->page.limit) + 1;
	double last = ceil((double)l->total / l->page.limit);

	/* No row at all still has a page. */
	if (last < 1)
		last = 1;
	reply_header(r, "Total-Number", "%zu", l->total);
	if (l->is_capped)
		reply_header(r, "Total-Number-Is-Capped", "true");
	add_link(l, r, 1, "first");
	if (current > 1)
		add_link(l, r, current - 1, "prev");
	if (l->is_capped)
		return;
	add_link(l, r, last, "last");
	if (current < last)
		add_link(l, r, current + 1, "next");
}

/* 0, or -1 with the refusal in `r`. `value` is left where there is none. */
static int
read_time(const struct request *rq, const char *name, double *value,
    struct reply *r)
{
	const char *text = query_get(&rq->query, name);
	char message[64];

	if (!text)
		return 0;
	*value = query_number(text);
	if (isnan(*value) || query_count(&rq->query, name) > 1) {
		(void)snprintf(message, sizeof(message),
		    "The request %s is invalid.", name);
		reply_error(r, 400, "guard.invalid_input", message);
		return -1;
	}
	/* Beyond JavaScript's dates. */
	if (fabs(*value) > 8.64e15) {
		reply_failure(r);
		return -1;
	}
	return 0;
}

static uint64_t
to_us(double us)
{
	if (us <= 0)
		return 0;
	return us >= 9e18 ? INT64_MAX : (uint64_t)ceil(us);
}

static int
apply_window(struct listing *l, struct reply *r)
{
	unsigned version = l->api->settings->version;
	bool is_inclusive = version >= LOGTO_1_42;
	double start = NAN, end = NAN;
	uint64_t low = 0, high = UINT64_MAX;

	if (version >= LOGTO_1_40 &&
	    (read_time(l->rq, "start_time", &start, r) != 0 ||
		read_time(l->rq, "end_time", &end, r) != 0))
		return -1;
	if (start > end || (!is_inclusive && start >= end)) {
		reply_error(r, 400, "log.invalid_time_window",
		    "`end_time` must be after `start_time`.");
		return -1;
	}
	if (!isnan(start))
		low = to_us(start * 1000) + !is_inclusive;
	/* Inclusive means the whole millisecond. */
	if (!isnan(end))
		high = to_us((end + is_inclusive) * 1000);
	if (l->route->extra == EXTRA_RECENT && isnan(start) && isnan(end))
		low = (l->api->settings->now_ms - 86400000) * 1000;
	view_window(l->view, low, high, &l->first, &l->count);
	return 0;
}

static bool
is_cap_enabled(const struct listing *l)
{
	const char *value = query_get(&l->rq->query, "enableCap");

	return l->api->settings->version >= LOGTO_1_40 && value && *value &&
	    strcmp(value, "false") != 0;
}

static const char *
row_id(const struct list *list, const struct row *row, char id[64])
{
	(void)span_text(span_member(tenant_text(list, row), "id"), id, 64);
	return id;
}

static struct list *
child_list(const struct listing *l, const char *parent_list, const char *id,
    const char *child)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s/%s", parent_list, id, child);
	return tenant_list(l->api->tenant, path);
}

static void
add_password(struct span record, struct buf *out)
{
	bool has = span_is(span_member(record, "hasPassword"), "true");

	buf_add(out,
	    has ? ",\"passwordDigest\":\"5f4dcc3b5aa765d61d8327deb882cf99\","
		  "\"passwordAlgorithm\":\"MD5\"}"
		: ",\"passwordDigest\":null,\"passwordAlgorithm\":null}");
}

static void
add_scopes(const struct listing *l, const struct list *scopes, struct buf *out)
{
	buf_add(out, ",\"scopes\":[");
	for (size_t i = scopes ? scopes->count : 0; i-- > 0;) {
		tenant_render(l->api->tenant, scopes, &scopes->rows[i], out);
		if (i > 0)
			buf_add_char(out, ',');
	}
	buf_add(out, "]}");
}

static void
add_featured(const struct list *users, struct buf *out)
{
	static const char *const names[] = {"id", "avatar", "name"};
	size_t count = users ? users->count : 0;

	buf_addf(out, ",\"usersCount\":%zu,\"featuredUsers\":[", count);
	for (size_t i = 0; i < count && i < 3; i++) {
		struct span user = tenant_text(users, &users->rows[i]);

		buf_add(out, i > 0 ? ",{" : "{");
		for (size_t n = 0; n < 3; n++) {
			struct span value = span_member(user, names[n]);

			buf_addf(out, "%s\"%s\":", n > 0 ? "," : "", names[n]);
			buf_append(out, value.p, value.len);
		}
		buf_add_char(out, '}');
	}
	buf_add(out, "]}");
}

static void
add_stats(const struct list *logs, struct buf *out)
{
	size_t success = 0, count = logs ? logs->count : 0;

	for (size_t i = 0; i < count; i++)
		success += span_is(span_path(tenant_text(logs, &logs->rows[i]),
				       "payload.result"),
		    "\"Success\"");
	buf_addf(out,
	    ",\"executionStats\":{\"successCount\":%zu,"
	    "\"requestCount\":%zu}}",
	    success, count);
}

/* Members that the query asks for, behind those of the record. */
static void
add_extra(const struct listing *l, const struct row *row, size_t start,
    struct buf *out)
{
	const struct list *list = l->view->list;
	const struct query *q = &l->rq->query;
	char id[64];

	if (l->route->extra == EXTRA_PASSWORD &&
	    query_has(q, "includePasswordHash")) {
		bool has_digest = query_get(q, "includePasswordHash")[0] == 't';
		struct span record = {out->data + start, out->len - start};

		if (!has_digest)
			return;
		out->len--;
		add_password(record, out);
	} else if (l->route->extra == EXTRA_SCOPES &&
	    query_has(q, "includeScopes")) {
		out->len--;
		add_scopes(l,
		    child_list(l, "resources", row_id(list, row, id), "scopes"),
		    out);
	} else if (l->route->extra == EXTRA_FEATURED &&
	    query_has(q, "showFeatured")) {
		out->len--;
		add_featured(child_list(l, "organizations",
				 row_id(list, row, id), "users"),
		    out);
	} else if (l->route->extra == EXTRA_STATS &&
	    query_has(q, "includeExecutionStats")) {
		out->len--;
		add_stats(child_list(l, "hooks", row_id(list, row, id),
			      "recent-logs"),
		    out);
	}
}

static void
add_rows(const struct listing *l, size_t offset, size_t limit, size_t count,
    struct buf *out)
{
	const struct row **rows = mem_alloc(count, sizeof(struct row *));

	/* The server sorts an organization's users by id: nothing ties. */
	bool is_wrapped = l->route->extra == EXTRA_WRAPPED;
	bool can_tie =
	    !l->relation || l->relation->kind != RELATION_ORGANIZATION_USERS;

	view_page(l->view, l->api->tenant, can_tie, l->first, l->count, offset,
	    limit, rows, count);
	buf_add(out, is_wrapped ? "{\"organizations\":[" : "[");
	for (size_t i = 0; i < count; i++) {
		size_t start;

		if (i > 0)
			buf_add_char(out, ',');
		start = out->len;
		tenant_render(l->api->tenant, l->view->list, rows[i], out);
		if (l->relation)
			relation_finish(l->relation, start, out);
		else if (l->route->extra != EXTRA_NONE)
			add_extra(l, rows[i], start, out);
	}
	buf_add(out, is_wrapped ? "]}" : "]");
	free(rows);
}

static void
answer_rows(struct listing *l, struct reply *r)
{
	double offset = 0, count = (double)l->count;
	double limit = count;

	if (l->page.is_paged) {
		offset = l->page.offset;
		limit = l->page.limit;
		if (offset > count)
			offset = count;
		count -= offset;
		if (count > limit)
			count = limit;
	}
	r->type = REPLY_JSON;
	r->has_etag = true;
	add_rows(l, (size_t)offset, (size_t)limit, (size_t)count, &r->body);
	l->total = l->count;
	if (l->route->extra == EXTRA_ALL)
		l->total = l->view->list->count;
	if ((l->route->extra == EXTRA_TIME ||
		l->route->extra == EXTRA_RECENT) &&
	    is_cap_enabled(l) && l->total > CAP) {
		l->is_capped = true;
		l->total = CAP + 1;
	}
	if (l->page.is_paged)
		add_paging_headers(l, r);
}

static int
check_page(struct listing *l, struct reply *r)
{
	int status = query_page(&l->rq->query, l->route->paging, &l->page);

	if (status == 400)
		reply_error(r, 400, "guard.invalid_pagination",
		    "The request pagination value is invalid.");
	else if (status == 422)
		reply_error(r, 422, "entity.invalid_input",
		    "Invalid input. Value list must not be empty.");
	else if (status != 0)
		reply_failure(r);
	return status == 0 ? 0 : -1;
}

void
listing_answer(struct api *api, const struct request *rq,
    const struct route *route, const struct route_ids *ids, const char *path,
    struct reply *r)
{
	struct listing l = {.api = api, .rq = rq, .route = route};
	const struct list *list = tenant_list(api->tenant, path);
	bool has_window =
	    route->extra == EXTRA_TIME || route->extra == EXTRA_RECENT;
	struct filter filter;
	struct relation relation;

	if (check_page(&l, r) != 0)
		return;
	if (filter_open(&filter, api->tenant, route, path, &rq->query, r) !=
	    0) {
		filter_free(&filter);
		return;
	}
	if (relation_open(&relation, api->tenant, route, ids, &filter)) {
		l.relation = &relation;
		l.view = view_open(api->cache, api->tenant, relation.list,
		    filter.key, relation_test, &relation);
	} else {
		l.view = view_open(api->cache, api->tenant,
		    list ? list : &empty_list, filter.key,
		    filter.is_active ? filter_test : NULL, &filter);
	}
	l.count = l.view->count;
	if (!has_window || apply_window(&l, r) == 0)
		answer_rows(&l, r);
	view_close(api->cache, l.view);
	filter_free(&filter);
}
