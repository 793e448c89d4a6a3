/* SPDX-License-Identifier: ISC */
/*
 * Relations of generated users.
 */
#include "relation.h"

#include <stdio.h>
#include <string.h>

/* FNV-1a. */
static uint64_t
hash_text(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

/* One user in seven has a given role, one in five is in an organization. */
static bool
are_related(const struct relation *rel, uint64_t serial, uint64_t other)
{
	bool is_role = rel->kind == RELATION_ROLE_USERS ||
	    rel->kind == RELATION_USER_ROLES;
	uint64_t hash =
	    generate_mix(rel->tenant->generator.seed ^ other, serial, 51);

	return hash % (is_role ? 7 : 5) == 0;
}

static bool
is_user_role(struct span role)
{
	return span_is(span_member(role, "type"), "\"User\"");
}

static bool
has_generated_users(const struct tenant *t)
{
	const struct list *users = tenant_list(t, "users");

	return users && users->kind == LIST_USERS;
}

/* The generated user with this id; NULL: none. */
static const struct row *
find_user(const struct tenant *t, const char *id)
{
	const struct list *users = tenant_list(t, "users");

	return has_generated_users(t) ? tenant_find(t, users, id) : NULL;
}

/* The member's record, or an empty one for a generated user. */
static bool
find_member(const struct tenant *t, const char *organization, const char *kind,
    const char *id, struct span *record)
{
	struct relation rel = {.tenant = t,
	    .kind = RELATION_ORGANIZATION_USERS};
	const struct row *user =
	    strcmp(kind, "users") == 0 ? find_user(t, id) : NULL;
	char path[ROUTE_ID_BYTES + 64];

	(void)snprintf(path, sizeof(path), "organizations/%s/%s", organization,
	    kind);
	*record = tenant_record(t, path, id);
	if (record->p)
		return true;
	return user && tenant_record(t, "organizations", organization).p &&
	    are_related(&rel, user->serial, hash_text(organization));
}

bool
relation_is_member(const struct tenant *t, const char *organization,
    const char *kind, const char *id)
{
	struct span record;

	return find_member(t, organization, kind, id, &record);
}

static bool
open_of_user(struct relation *rel, const char *list, const char *id)
{
	const struct row *user = find_user(rel->tenant, id);

	rel->list = tenant_list(rel->tenant, list);
	if (user)
		rel->parent = user->serial;
	return user && rel->list;
}

static bool
open_member(struct relation *rel, const struct route_ids *ids)
{
	char path[2 * ROUTE_ID_BYTES + 64];

	(void)snprintf(path, sizeof(path), "organizations/%s/users/%s/roles",
	    ids->id[0], ids->id[1]);
	if (tenant_list(rel->tenant, path))
		return false;
	rel->list = tenant_list(rel->tenant, "organization-roles");
	return rel->list &&
	    find_member(rel->tenant, ids->id[0], "users", ids->id[1],
		&rel->member);
}

bool
relation_open(struct relation *rel, const struct tenant *t,
    const struct route *route, const struct route_ids *ids,
    const struct filter *filter)
{
	static const char *const patterns[] = {"roles/{}/users",
	    "organizations/{}/users", "users/{}/roles",
	    "users/{}/organizations", "organizations/{}/users/{}/roles"};
	const size_t count = sizeof(patterns) / sizeof(*patterns);
	size_t kind = 0;

	while (kind < count && strcmp(patterns[kind], route->pattern) != 0)
		kind++;
	if (kind == count)
		return false;
	*rel = (struct relation){.tenant = t,
	    .filter = filter,
	    .kind = (enum relation_kind)kind,
	    .list = tenant_list(t, "users"),
	    .parent = hash_text(ids->id[0])};
	if (rel->kind == RELATION_MEMBER_ROLES)
		return open_member(rel, ids);
	if (!has_generated_users(t))
		return false;
	switch (rel->kind) {
	case RELATION_ROLE_USERS:
		return is_user_role(tenant_record(t, "roles", ids->id[0]));
	case RELATION_USER_ROLES:
		return open_of_user(rel, "roles", ids->id[0]);
	case RELATION_USER_ORGANIZATIONS:
		return open_of_user(rel, "organizations", ids->id[0]);
	default:
		return tenant_record(t, "organizations", ids->id[0]).p != NULL;
	}
}

/* Whether the organization role is one of the member's. */
static bool
is_members_role(const struct relation *rel, const char *id)
{
	struct span roles = span_member(rel->member, "organizationRoles");
	const char *cursor = NULL;
	struct span role;
	char other[64];

	while (roles.p && span_next(roles, &cursor, &role))
		if (span_text(span_member(role, "id"), other, sizeof(other)) &&
		    strcmp(other, id) == 0)
			return true;
	return false;
}

bool
relation_test(const void *context, const struct list *list,
    const struct row *row)
{
	const struct relation *rel = context;
	struct span record = tenant_text(list, row);
	bool is_related;
	char id[64];

	(void)span_text(span_member(record, "id"), id, sizeof(id));
	if (!record.p)
		is_related = are_related(rel, row->serial, rel->parent);
	else if (rel->kind == RELATION_MEMBER_ROLES)
		is_related = rel->member.p ? is_members_role(rel, id)
					   : row == &list->rows[0];
	else
		is_related = are_related(rel, rel->parent, hash_text(id)) &&
		    (rel->kind != RELATION_USER_ROLES || is_user_role(record));
	return is_related && filter_test(rel->filter, list, row);
}

/* Cuts the record off before this member. */
static void
cut_before(struct buf *out, size_t start, const char *name)
{
	struct span record = {out->data + start, out->len - start};
	struct span value = span_member(record, name);

	if (!value.p)
		return;
	/* The comma, the quotes and the colon. */
	out->len = (size_t)(value.p - out->data) - strlen(name) - 4;
	buf_add_char(out, '}');
}

void
relation_finish(const struct relation *rel, size_t start, struct buf *out)
{
	const struct list *roles =
	    tenant_list(rel->tenant, "organization-roles");
	struct span role;

	if (rel->kind == RELATION_ROLE_USERS)
		return;
	if (rel->kind == RELATION_USER_ROLES ||
	    rel->kind == RELATION_MEMBER_ROLES) {
		cut_before(out, start,
		    rel->kind == RELATION_USER_ROLES ? "usersCount" : "scopes");
		return;
	}
	if (rel->kind == RELATION_ORGANIZATION_USERS)
		cut_before(out, start, "hasPassword");
	out->len--;
	buf_add(out, ",\"organizationRoles\":[");
	if (roles && roles->count > 0) {
		role = tenant_text(roles, &roles->rows[0]);
		buf_add(out, "{\"id\":");
		buf_append(out, span_member(role, "id").p,
		    span_member(role, "id").len);
		buf_add(out, ",\"name\":");
		buf_append(out, span_member(role, "name").p,
		    span_member(role, "name").len);
		buf_add_char(out, '}');
	}
	buf_add(out, "]}");
}
