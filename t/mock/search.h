/* SPDX-License-Identifier: ISC */
/*
 * The search parameters of users, applications, roles and scopes: which rows
 * `search.id=ab%25&mode.id=like&isCaseSensitive=true` selects.
 */
#ifndef MOCK_SEARCH_H
#define MOCK_SEARCH_H

#include "buf.h"
#include "query.h"
#include "tenant.h"

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

enum { SEARCH_FIELD_BYTES = 512 };

enum search_mode {
	SEARCH_EXACT,
	SEARCH_LIKE,
	SEARCH_SIMILAR,
	SEARCH_POSIX,
};

struct search_value {
	char *text;
	regex_t regex;
	bool has_regex;
};

struct search_term {
	const char *field; /* a member's name; "": all fields */
	enum search_mode mode;
	struct search_value *values; /* any of them */
	size_t count, capacity;
};

struct search {
	const char *fields; /* the searchable members, separated by blanks */
	struct search_term *terms;
	size_t count, capacity;
	bool is_and, is_case_sensitive;
};

/* Reads the parameters; `fields` is borrowed. 0, or the status of the
 * refusal: 400 with its reason in `message`, or 500. Free in any case. */
int search_parse(struct search *s, const char *fields, const struct query *q,
    struct buf *message);
void search_free(struct search *s);

/* A member of the row as text; false where it is null. */
bool search_field(const struct tenant *t, const struct list *list,
    const struct row *row, const char *field, char out[SEARCH_FIELD_BYTES]);

bool search_matches(const struct search *s, const struct tenant *t,
    const struct list *list, const struct row *row);

/* SQL's value [I]LIKE pattern, over UTF-8. */
bool search_like(const char *value, const char *pattern, bool ignore_case);

#endif
