/* SPDX-License-Identifier: ISC */
/*
 * The descent. Parts that are still to be divided wait on a stack; the
 * children of one part are asked for with several requests under way.
 */
#include "prefix.h"

#include "escape.h"
#include "mem.h"
#include "msg.h"
#include "pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Ids have 12 or 21 characters; imported ones may be longer. */
	LONGEST_PREFIX = 64,
	/* How often a part whose children do not add up is asked anew: rows
	 * come and go between the questions. */
	MAX_ATTEMPTS = 8,
};

/* Logto makes ids of the first 36; the rest is asked for where those do not
 * add up. */
static const char ALPHABET[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char MORE[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:@+~";

struct part {
	char prefix[LONGEST_PREFIX + 1];
	size_t len;
	int64_t total;
};

struct descent {
	struct walk *w;
	const struct walk_list *list;
	struct part *stack;
	size_t count, capacity;
	struct part at; /* whose children are asked for */
	int64_t sum;    /* of the children's totals */
};

void
prefix_query(struct buf *query, const char *base, const char *prefix,
    size_t len, unsigned page_size)
{
	walk_page_query(query, base, 1, page_size);
	if (len == 0)
		return;
	buf_add(query, "&search.id=");
	for (size_t i = 0; i < len; i++) {
		if (strchr("_%\\", prefix[i]))
			buf_add(query, "%5C");
		escape_url(query, &prefix[i], 1);
	}
	buf_add(query, "%25&mode.id=like&isCaseSensitive=true");
}

static struct ticket *
ask(struct descent *d, const char *prefix, size_t len, struct fail *why)
{
	struct ticket *ticket;
	struct buf query;

	buf_init(&query, BOUND_URL_BYTES);
	prefix_query(&query, d->list->query, prefix, len, d->w->page_size);
	ticket = transfer_ask(d->w->transfer, d->list->path, query.data, why);
	buf_free(&query);
	return ticket;
}

/* The answer for one part: its rows are given on; `total` is its count, and
 * `is_whole` says that the page held all of it. */
static enum walk_result
take(struct descent *d, struct ticket *ticket, int64_t *total, bool *is_whole,
    struct fail *why)
{
	struct walk *w = d->w;
	uint64_t had = w->seen.in_walk + w->stats.duplicates;
	enum walk_result outcome;
	struct page page;

	if (transfer_take(w->transfer, ticket, &page, why) != 0)
		return WALK_FAILED;
	outcome = pages_judge(w, d->list, &page, 0, why);
	if (outcome != WALK_DONE)
		return outcome;
	*total = page.total;
	w->stats.pages++;
	outcome = walk_take_rows(w, d->list, &page, why);
	page_free(&page);
	*is_whole = *total >= 0 &&
	    w->seen.in_walk + w->stats.duplicates - had == (uint64_t)*total;
	return outcome;
}

static void
push(struct descent *d, const char *prefix, size_t len, int64_t total)
{
	struct part *part;

	d->stack =
	    mem_grow(d->stack, &d->capacity, d->count + 1, sizeof(*d->stack));
	part = &d->stack[d->count++];
	*part = (struct part){.len = len, .total = total};
	memcpy(part->prefix, prefix, len);
}

/* Takes the child of d->at that ends with `last`. */
static enum walk_result
use_child(struct descent *d, struct ticket *ticket, char last, struct fail *why)
{
	enum walk_result outcome;
	struct part child = d->at;
	int64_t total;
	bool is_whole;

	outcome = take(d, ticket, &total, &is_whole, why);
	if (outcome != WALK_DONE)
		return outcome;
	child.prefix[child.len++] = last;
	d->sum += total;
	if (!is_whole)
		push(d, child.prefix, child.len, total);
	return WALK_DONE;
}

/* Asks for the children of d->at that `letters` name. */
static enum walk_result
divide(struct descent *d, const char *letters, struct fail *why)
{
	struct walk *w = d->w;
	const unsigned ahead = w->ahead;
	struct ticket **ring = mem_alloc(ahead, sizeof(struct ticket *));
	size_t count = strlen(letters), asked = 0;
	char prefix[LONGEST_PREFIX + 1];
	enum walk_result outcome = WALK_DONE;

	assert(ahead > 0);
	memcpy(prefix, d->at.prefix, d->at.len);
	for (size_t i = 0; i < count && outcome == WALK_DONE; i++) {
		struct ticket *ticket;

		for (; asked < count && asked - i < ahead; asked++) {
			prefix[d->at.len] = letters[asked];
			ring[asked % ahead] =
			    ask(d, prefix, d->at.len + 1, why);
			if (!ring[asked % ahead]) {
				outcome = WALK_FAILED;
				break;
			}
		}
		ticket = ring[i % ahead];
		ring[i % ahead] = NULL;
		if (outcome == WALK_DONE)
			outcome = use_child(d, ticket, letters[i], why);
		else
			transfer_drop(w->transfer, ticket);
	}
	for (unsigned i = 0; i < ahead; i++)
		transfer_drop(w->transfer, ring[i]);
	free(ring);
	return outcome;
}

/* Divides one part until its children add up to it. */
static enum walk_result
resolve(struct descent *d, struct fail *why)
{
	size_t depth = d->count;
	enum walk_result outcome;
	bool is_whole;

	for (unsigned attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
		struct ticket *ticket;

		/* Children that an attempt in vain has pushed. */
		d->count = depth;
		d->sum = 0;
		outcome = divide(d, ALPHABET, why);
		if (outcome == WALK_DONE && d->sum < d->at.total)
			outcome = divide(d, MORE, why);
		if (outcome != WALK_DONE || d->sum == d->at.total)
			return outcome;
		/* Rows may have come or gone; what is it now? */
		ticket = ask(d, d->at.prefix, d->at.len, why);
		if (!ticket)
			return WALK_FAILED;
		outcome = take(d, ticket, &d->at.total, &is_whole, why);
		if (outcome != WALK_DONE || is_whole || d->sum == d->at.total)
			return outcome;
	}
	(void)fail_set(why, STATUS_RETRY,
	    "the ids that begin with '%.*s' do not add up: %lld of %lld; try "
	    "again when the list is quieter",
	    (int)d->at.len, d->at.prefix, (long long)d->sum,
	    (long long)d->at.total);
	return WALK_FAILED;
}

enum walk_result
prefix_read(struct walk *w, const struct walk_list *list, struct fail *why)
{
	struct descent d = {.w = w, .list = list};
	enum walk_result outcome = WALK_FAILED;
	struct ticket *ticket;
	int64_t total;
	bool is_whole;

	msg_at(MSG_VERBOSE, "%s: reading by prefixes of the ids", list->path);
	seen_start_walk(&w->seen);
	walk_start(w);
	ticket = ask(&d, "", 0, why);
	if (ticket)
		outcome = take(&d, ticket, &total, &is_whole, why);
	if (outcome == WALK_DONE && !is_whole)
		push(&d, "", 0, total);
	while (outcome == WALK_DONE && d.count > 0) {
		d.at = d.stack[--d.count];
		if (d.at.len == LONGEST_PREFIX) {
			(void)fail_set(why, STATUS_RETRY,
			    "no single page holds the ids that begin with "
			    "'%.*s'",
			    (int)d.at.len, d.at.prefix);
			outcome = WALK_FAILED;
			break;
		}
		outcome = resolve(&d, why);
	}
	free(d.stack);
	return outcome;
}
