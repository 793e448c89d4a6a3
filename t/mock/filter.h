/* SPDX-License-Identifier: ISC */
/*
 * Which rows of a list a request asks for: search parameters, `q`, and
 * parameters that a member must equal.
 */
#ifndef MOCK_FILTER_H
#define MOCK_FILTER_H

#include "query.h"
#include "reply.h"
#include "routes.h"
#include "search.h"
#include "tenant.h"
#include "view.h"

#include <stdbool.h>

struct filter {
	const struct tenant *tenant;
	const struct route *route;
	const struct query *query;
	struct search search;
	char *q; /* LIKE pattern; NULL: none */
	const struct list *excluded;
	bool is_active; /* else every row passes */
	char *key;      /* names list and filter, for view_open */
};

/* 0, or -1 with the refusal in `r`. Free in any case. */
int filter_open(struct filter *f, const struct tenant *t,
    const struct route *route, const char *list_path, const struct query *q,
    struct reply *r);
void filter_free(struct filter *f);

view_test filter_test;

#endif
