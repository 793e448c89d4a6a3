/* SPDX-License-Identifier: ISC */
/*
 * The paths under /api that a Management API token can read, and how each
 * behaves: what it answers with, how it pages, what it filters by, and what
 * it says when the parent is not there.
 */
#ifndef MOCK_ROUTES_H
#define MOCK_ROUTES_H

#include "query.h"

#include <stdbool.h>
#include <stddef.h>

enum route_kind {
	ROUTE_LIST,   /* the list at this path */
	ROUTE_RECORD, /* one record of `list` */
	ROUTE_PART,   /* made from one record of `list`; `key` says what */
	ROUTE_OBJECT, /* a recorded object, or entity.not_found */
	ROUTE_PUBLIC, /* without a token: status, documents */
};

/* What a list says of a parent that does not exist or does not fit. */
enum route_parent {
	PARENT_ANY,         /* 200 [] */
	PARENT_USER,        /* 404 entity.not_found */
	PARENT_APP,         /* 404 entity.not_exists_with_id */
	PARENT_MACHINE,     /* and 422 unless it is machine-to-machine */
	PARENT_PROTECTED,   /* and 422 unless it is a protected application */
	PARENT_THIRD_PARTY, /* and 422 unless it is a third party's */
	PARENT_ROLE,        /* 404 */
	PARENT_MEMBER,      /* 422 organization.require_membership */
	PARENT_SSO,         /* 404 connector.not_found */
	PARENT_KEY_TYPE,    /* 400 */
	PARENT_DOMAIN,      /* 404 */
};

enum route_extra {
	EXTRA_NONE,
	EXTRA_PASSWORD, /* includePasswordHash */
	EXTRA_SCOPES,   /* includeScopes */
	EXTRA_FEATURED, /* showFeatured */
	EXTRA_STATS,    /* includeExecutionStats */
	EXTRA_TIME,     /* start_time, end_time, enableCap */
	EXTRA_RECENT,   /* the same; without times the last 24 hours */
	EXTRA_ALL,      /* Total-Number ignores the filters */
	EXTRA_WRAPPED,  /* {"organizations":[...]} */
};

struct route {
	const char *pattern; /* without "/api/"; {} is any segment */
	enum route_kind kind;
	const char *methods; /* as in Allow */
	enum paging paging;
	enum route_parent parent;
	enum route_extra extra;
	const char *search; /* members that search.* may name; NULL: none */
	const char *q;      /* members that `q` looks through */
	const char *equals; /* "parameter=member ..." */
	const char *list;   /* RECORD, PART: where the record is */
	const char *key;    /* RECORD: the member that the segment is */
	const char *entity; /* RECORD: what a 404 calls it; NULL: nothing */
};

enum { ROUTE_IDS = 3, ROUTE_ID_BYTES = 256 };

struct route_ids {
	char id[ROUTE_IDS][ROUTE_ID_BYTES]; /* decoded {} segments */
	size_t count;
};

/* The route of a path such as "users/abc/roles"; NULL: none. One trailing
 * slash is allowed. */
const struct route *route_find(const char *path, struct route_ids *ids);

/* All of them, for the OpenAPI document. */
const struct route *route_at(size_t index);

#endif
