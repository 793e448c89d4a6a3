/* SPDX-License-Identifier: ISC */
/*
 * Query strings and form bodies, and how Logto reads numbers and pages out
 * of them: with JavaScript's Number(), so that `0x10` and ` 1` are numbers
 * and an empty value is as good as none.
 */
#ifndef MOCK_QUERY_H
#define MOCK_QUERY_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>

struct param {
	char *name, *value; /* decoded */
};

struct query {
	struct param *params;
	size_t count, capacity;
};

/* Decodes `name=value&...`; NULL is empty. */
void query_parse(struct query *q, const char *text);
void query_free(struct query *q);

/* The first value of this name; NULL: none. */
const char *query_get(const struct query *q, const char *name);
size_t query_count(const struct query *q, const char *name);
/* One value that is not empty. */
bool query_has(const struct query *q, const char *name);

/* Decodes %XX in place, and '+' where `is_form`. */
void query_decode(char *text, bool is_form);

/* Appends `text` encoded as URLSearchParams does. */
void query_encode(struct buf *out, const char *text);

/* JavaScript's Number(text): NaN where it is no number. */
double query_number(const char *text);

enum paging { PAGING_NONE, PAGING_OPTIONAL, PAGING_ALWAYS };

struct page {
	bool is_paged;
	double offset, limit; /* whole numbers */
};

/* 0, or the status of the refusal: 400 guard.invalid_pagination, 422
 * entity.invalid_input, 500. */
int query_page(const struct query *q, enum paging paging, struct page *page);

#endif
