/* SPDX-License-Identifier: ISC */
/*
 * From path to answer: route, method, token, parent, and then the list, the
 * record or the object.
 */
#include "api.h"

#include "listing.h"
#include "relation.h"
#include "routes.h"

#include <stdio.h>
#include <string.h>

static void
refuse_missing(struct reply *r, const char *entity, const char *id)
{
	char text[512];

	if (!entity) {
		reply_error(r, 404, "entity.not_found",
		    "The resource does not exist.");
		return;
	}
	(void)snprintf(text, sizeof(text),
	    "The %s with ID `%s` does not "
	    "exist.",
	    entity, id);
	reply_error(r, 404, "entity.not_exists_with_id", text);
}

static bool
has_record(const struct api *api, const char *list_path, const char *id)
{
	const struct list *list = tenant_list(api->tenant, list_path);

	return list && tenant_find(api->tenant, list, id);
}

/* False where the application does not exist or is of another type; the
 * refusal is in `r`. `wanted` is the JSON value of its `member`; NULL: any. */
static bool
check_app(const struct api *api, const char *id, const char *member,
    const char *wanted, const char *code, struct reply *r)
{
	struct span app = tenant_record(api->tenant, "applications", id);

	if (!app.p) {
		refuse_missing(r, "applications", id);
		return false;
	}
	if (member && !span_is(span_member(app, member), wanted)) {
		reply_error(r, 422, code, "Only for other applications.");
		return false;
	}
	return true;
}

static bool
check_member(const struct api *api, const char *path,
    const struct route_ids *ids, struct reply *r)
{
	const char *kind = strstr(path, "/users/") ? "users" : "applications";

	if (relation_is_member(api->tenant, ids->id[0], kind, ids->id[1]))
		return true;
	reply_error(r, 422, "organization.require_membership",
	    "It must be a member of the organization.");
	return false;
}

static bool
check_parent(const struct api *api, const struct route *route,
    const struct route_ids *ids, const char *path, struct reply *r)
{
	const char *id = ids->id[0];

	switch (route->parent) {
	case PARENT_ANY:
		return true;
	case PARENT_APP:
		return check_app(api, id, NULL, NULL, NULL, r);
	case PARENT_MACHINE:
		return check_app(api, id, "type", "\"MachineToMachine\"",
		    "application.invalid_type", r);
	case PARENT_PROTECTED:
		return check_app(api, id, "type", "\"Protected\"",
		    "application.protected_application_only", r);
	case PARENT_THIRD_PARTY:
		return check_app(api, id, "isThirdParty", "true",
		    "application.third_party_application_only", r);
	case PARENT_MEMBER:
		return check_member(api, path, ids, r);
	case PARENT_USER:
		if (has_record(api, "users", id))
			return true;
		refuse_missing(r, NULL, id);
		return false;
	case PARENT_ROLE:
		if (has_record(api, "roles", id))
			return true;
		refuse_missing(r, "roles", id);
		return false;
	case PARENT_DOMAIN:
		if (has_record(api, "domains", id))
			return true;
		refuse_missing(r, "domains", id);
		return false;
	case PARENT_SSO:
		if (has_record(api, "sso-connectors", id))
			return true;
		reply_error(r, 404, "connector.not_found",
		    "Cannot find any available connector.");
		return false;
	case PARENT_KEY_TYPE:
		if (tenant_list(api->tenant, path))
			return true;
		reply_error(r, 400, "guard.invalid_input",
		    "The request keyType is invalid.");
		return false;
	}
	return true;
}

/* The row whose member `key` is `id`. */
static const struct row *
find_record(const struct api *api, const struct list *list, const char *key,
    const char *id)
{
	char text[ROUTE_ID_BYTES];

	if (strcmp(key, "id") == 0)
		return tenant_find(api->tenant, list, id);
	for (size_t i = list->count; i-- > 0;)
		if (span_text(span_member(tenant_text(list, &list->rows[i]),
				  key),
			text, sizeof(text)) &&
		    strcmp(text, id) == 0)
			return &list->rows[i];
	return NULL;
}

/* Removes the members that the list has and the single record has not. */
static void
strip_members(struct buf *body, size_t start, const char *from)
{
	struct span record = {body->data + start, body->len - start};
	struct span member = span_member(record, from);
	size_t keep;

	if (!member.p)
		return;
	/* The member's name, its quotes, the comma and the colon. */
	keep = (size_t)(member.p - body->data) - strlen(from) - 4;
	body->len = keep;
	buf_add_char(body, '}');
}

static void
answer_record(struct api *api, const struct request *rq,
    const struct route *route, const struct route_ids *ids, struct reply *r)
{
	const struct list *list = tenant_list(api->tenant, route->list);
	const struct row *row =
	    list ? find_record(api, list, route->key, ids->id[0]) : NULL;

	if (!row) {
		refuse_missing(r, route->entity, ids->id[0]);
		return;
	}
	r->type = REPLY_JSON;
	r->has_etag = true;
	tenant_render(api->tenant, list, row, &r->body);
	if (strcmp(route->list, "organization-roles") == 0)
		strip_members(&r->body, 0, "scopes");
	if (strcmp(route->list, "roles") == 0)
		strip_members(&r->body, 0, "usersCount");
	if (strcmp(route->pattern, "applications/{}") == 0) {
		r->body.len--;
		buf_add(&r->body, ",\"isAdmin\":false}");
	}
	if (strcmp(route->pattern, "users/{}") == 0 &&
	    query_has(&rq->query, "includeSsoIdentities")) {
		r->body.len--;
		buf_add(&r->body, ",\"ssoIdentities\":[]}");
	}
}

static void
add_identities(struct buf *out, struct span identities)
{
	const char *cursor = NULL;
	struct span target, identity;

	buf_add(out, "{\"socialIdentities\":[");
	while (identities.p && span_next(identities, &cursor, &target)) {
		identity =
		    span_value(cursor + 1, identities.p + identities.len);
		cursor = identity.p + identity.len;
		if (out->data[out->len - 1] == '}')
			buf_add_char(out, ',');
		buf_add(out, "{\"target\":");
		buf_append(out, target.p, target.len);
		buf_add(out, ",\"identity\":");
		buf_append(out, identity.p, identity.len);
		buf_add_char(out, '}');
	}
	buf_add(out, "],\"ssoIdentities\":[]}");
}

/* Something made from a record: "+" a constant, "{" an object with one
 * member, "@" the identity that the path names, else a member itself. */
static void
add_part(const char *key, struct span record, const char *target,
    struct reply *r)
{
	struct span member = span_member(record, *key == '{' ? key + 1 : key);

	if (*key == '@')
		member = span_member(span_member(record, "identities"), target);
	if (!member.p && *key != '+')
		return;
	r->type = REPLY_JSON;
	r->has_etag = true;
	if (*key == '+')
		buf_add(&r->body, key + 1);
	else if (*key == '{')
		buf_addf(&r->body, "{\"%s\":%.*s}", key + 1, (int)member.len,
		    member.p);
	else if (*key == '@')
		buf_addf(&r->body, "{\"identity\":%.*s}", (int)member.len,
		    member.p);
	else if (strcmp(key, "identities") == 0)
		add_identities(&r->body, member);
	else
		buf_append(&r->body, member.p, member.len);
}

static void
answer_part(struct api *api, const struct route *route,
    const struct route_ids *ids, struct reply *r)
{
	const struct list *list = tenant_list(api->tenant, route->list);
	const struct row *row =
	    list ? tenant_find(api->tenant, list, ids->id[0]) : NULL;
	struct buf text;

	buf_init(&text, BOUND_LINE_BYTES);
	if (row) {
		tenant_render(api->tenant, list, row, &text);
		add_part(route->key, (struct span){text.data, text.len},
		    ids->count > 1 ? ids->id[1] : "", r);
	}
	buf_free(&text);
	if (!r->type)
		refuse_missing(r,
		    strcmp(route->list, "users") == 0 ? NULL : route->list,
		    ids->id[0]);
}

static void
answer_object(struct api *api, const char *path, struct reply *r)
{
	struct span text = tenant_object(api->tenant, path);

	if (!text.p) {
		refuse_missing(r, NULL, path);
		return;
	}
	r->type = REPLY_JSON;
	r->has_etag = true;
	buf_append(&r->body, text.p, text.len);
}

static void
answer_public(const char *path, struct reply *r)
{
	const struct route *route;

	if (strcmp(path, "status") == 0) {
		r->status = 204;
		return;
	}
	if (strstr(path, "/metadata")) {
		r->type = "text/xml; charset=utf-8";
		buf_add(&r->body, "<EntityDescriptor/>");
		return;
	}
	r->type = REPLY_JSON;
	if (strstr(path, "sign-in-exp")) {
		buf_add(&r->body, "{}");
		return;
	}
	buf_add(&r->body,
	    "{\"openapi\":\"3.0.1\",\"info\":{\"title\":"
	    "\"API\",\"version\":\"Cloud\"},\"paths\":{");
	for (size_t i = 0; (route = route_at(i)) != NULL; i++)
		buf_addf(&r->body, "%s\"/api/%s\":{\"get\":{\"responses\":{}}}",
		    i > 0 ? "," : "", route->pattern);
	buf_add(&r->body, "}}");
}

static bool
check_method(const struct route *route, const struct request *rq,
    struct reply *r)
{
	if (strcmp(rq->method, "OPTIONS") == 0) {
		reply_reset(r, 200, REPLY_TEXT);
		reply_header(r, "Allow", "%s", route->methods);
		return false;
	}
	if (strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0)
		return true;
	/* Writing is no part of this server, though it is one of Logto. */
	reply_reason(r, strstr(route->methods, rq->method) ? 501 : 405);
	reply_header(r, "Allow", "%s", route->methods);
	return false;
}

void
api_answer(struct api *api, const struct request *rq, const char *path,
    struct reply *r)
{
	const struct route *route = NULL;
	struct route_ids ids;
	char inner[1024];
	size_t len;

	(void)snprintf(inner, sizeof(inner), "%s", *path ? path + 1 : path);
	if (*inner)
		route = route_find(inner, &ids);
	if (!route) {
		reply_reason(r, 404);
		return;
	}
	len = strlen(inner);
	if (inner[len - 1] == '/')
		inner[len - 1] = '\0';
	query_decode(inner, false);
	if (!check_method(route, rq, r))
		return;
	if (route->kind != ROUTE_PUBLIC &&
	    !token_check(api->mint, rq->authorization, r))
		return;
	if (route->kind == ROUTE_PUBLIC)
		answer_public(inner, r);
	else if (route->kind == ROUTE_RECORD)
		answer_record(api, rq, route, &ids, r);
	else if (route->kind == ROUTE_PART)
		answer_part(api, route, &ids, r);
	else if (route->kind == ROUTE_OBJECT)
		answer_object(api, inner, r);
	else if (check_parent(api, route, &ids, inner, r))
		listing_answer(api, rq, route, &ids, inner, r);
}
