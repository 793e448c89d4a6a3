/* SPDX-License-Identifier: ISC */
/*
 * Who belongs to what where that is not recorded. The roles and organizations
 * of generated users are the recorded ones, chosen by the seed, and both sides
 * of a relation agree. A member's roles are those that its organization lists.
 */
#ifndef MOCK_RELATION_H
#define MOCK_RELATION_H

#include "filter.h"
#include "routes.h"
#include "tenant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum relation_kind {
	RELATION_ROLE_USERS,
	RELATION_ORGANIZATION_USERS,
	RELATION_USER_ROLES,
	RELATION_USER_ORGANIZATIONS,
	RELATION_MEMBER_ROLES,
};

struct relation {
	const struct tenant *tenant;
	const struct filter *filter;
	enum relation_kind kind;
	const struct list *list; /* whose rows are selected */
	uint64_t parent;         /* the user's serial, or a hash of the id */
	struct span member;      /* of an organization; empty: generated */
};

/* Whether the route is such a relation, and the parent is there. If not, the
 * recorded list counts. */
bool relation_open(struct relation *rel, const struct tenant *t,
    const struct route *route, const struct route_ids *ids,
    const struct filter *filter);

/* Whether a user or application belongs to the organization; `kind` is
 * "users" or "applications". */
bool relation_is_member(const struct tenant *t, const char *organization,
    const char *kind, const char *id);

view_test relation_test;

/* Makes the record that starts at `start` look like one of the relation. */
void relation_finish(const struct relation *rel, size_t start, struct buf *out);

#endif
