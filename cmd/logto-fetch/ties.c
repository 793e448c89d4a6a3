/* SPDX-License-Identifier: ISC */
/*
 * Partition of tied rows, and its proof.
 */
#include "ties.h"

#include "escape.h"
#include "msg.h"
#include "sweep.h"

#include <string.h>

/* Filters that match exactly, and the members that they look at. */
static const struct {
	const char *parameter, *member;
} filters[] = {
    {"logKey", "key"},
    {"applicationId", "payload.applicationId"},
    {"userId", "payload.userId"},
};

enum {
	FILTER_COUNT = sizeof(filters) / sizeof(*filters),
	/* How often all is read; two times suffice where nothing changes. */
	MAX_ROUNDS = 5,
};

/* Reads what `query` selects, and in parts what no page can hold. `depth`
 * filters stand in the query already; recursion is as deep as there are
 * filters. `total` is the server's count of it. */
static enum walk_result
read_parts(struct walk *w, const struct walk_list *list, const char *query,
    size_t depth, int64_t *total, struct fail *why)
{
	const struct sweep sweep = {.query = query,
	    .size = WALK_PAGE_SIZE,
	    .until_ms = INT64_MIN};
	struct walk_values values;
	struct pages_result result;
	struct cover cover;
	enum walk_result outcome;
	struct buf narrow;
	bool is_whole;

	walk_values_init(&values,
	    depth < FILTER_COUNT ? filters[depth].member : NULL);
	w->values = &values;
	outcome = sweep_read(w, list, &sweep, NULL, &cover, &result, why);
	w->values = NULL;
	is_whole = cover_is_whole(&cover);
	cover_free(&cover);
	*total = result.is_capped ? -1 : result.total;
	buf_init(&narrow, BOUND_URL_BYTES);
	for (const char *value = values.text.data; outcome == WALK_DONE &&
	     !is_whole && value < values.text.data + values.text.len;
	     value += strlen(value) + 1) {
		int64_t ignored;

		buf_clear(&narrow);
		buf_addf(&narrow, "%s%s%s=", query, *query ? "&" : "",
		    filters[depth].parameter);
		escape_url(&narrow, value, strlen(value));
		outcome =
		    read_parts(w, list, narrow.data, depth + 1, &ignored, why);
	}
	buf_free(&narrow);
	walk_values_free(&values);
	return outcome;
}

enum walk_result
ties_read(struct walk *w, const struct walk_list *list, const char *query,
    struct fail *why)
{
	enum walk_result outcome = WALK_DONE;
	bool is_proven = false;
	int64_t total = 0;
	size_t again = 0;
	struct seen part;

	if (!query)
		query = list->query;
	msg_at(MSG_VERBOSE, "%s: reading by kind of event", list->path);
	w->is_torn = true;
	seen_init(&part);
	w->part = &part;
	for (unsigned i = 0;
	     i < MAX_ROUNDS && outcome == WALK_DONE && !is_proven; i++) {
		if (i > 0)
			seen_mark(&part);
		outcome = read_parts(w, list, query, 0, &total, why);
		again = part.again;
		is_proven = i > 0 && total >= 0 && (size_t)total == again;
	}
	w->part = NULL;
	seen_free(&part);
	if (outcome != WALK_DONE || is_proven)
		return outcome;
	if (total < 0) /* the server counts no further */
		(void)fail_set(why, STATUS_RETRY,
		    "too many rows share a millisecond, and the server does "
		    "not count them; read what is before and behind it by "
		    "--until and --since");
	else
		(void)fail_set(why, STATUS_RETRY,
		    "too many rows share a millisecond: %zu of %lld are "
		    "certain; try again when it is quieter, or read what is "
		    "before and behind it by --until and --since",
		    again, (long long)total);
	return WALK_FAILED;
}
