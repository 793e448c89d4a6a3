/* SPDX-License-Identifier: ISC */
/*
 * Answering with a list: pages, totals, links, time windows, embedded rows.
 */
#ifndef MOCK_LISTING_H
#define MOCK_LISTING_H

#include "api.h"
#include "routes.h"

/* `path` is the list's ("roles/ID/users"). The parent has been checked. */
void listing_answer(struct api *api, const struct request *rq,
    const struct route *route, const struct route_ids *ids, const char *path,
    struct reply *r);

#endif
