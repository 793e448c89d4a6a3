/* SPDX-License-Identifier: ISC */
/*
 * The parts. Those to ask for wait in a queue, some of them under way; one
 * that does not fit its page is divided into parts at the queue's end.
 */
#include "prefix.h"

#include "escape.h"
#include "mem.h"
#include "msg.h"
#include "pages.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* Of a page's 100 rows: ids are random, so some parts have more. */
	AIM_ROWS = 75,
	/* How often a part is asked for whose page is not full, and whose
	 * count is another: a row may have come or gone between the two. */
	MAX_TRIES = 4,
};

/* Logto makes ids of these; others come by import. A '-' that is not the last
 * of a set would be a range. */
static const char ALPHABET[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char MORE[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.:@+~-";

struct parts {
	struct walk *w;
	const struct walk_list *list;
	struct prefix *queue;
	struct ticket **tickets; /* of the queue's parts that are under way */
	size_t count, capacity, ticket_capacity;
	size_t asked, taken;
};

static const char *
alphabet_of(const struct prefix *part, size_t *count)
{
	bool is_more =
	    part->kind == PREFIX_MORE_SET || part->kind == PREFIX_MORE_REST;

	*count = is_more ? sizeof(MORE) - 1 : sizeof(ALPHABET) - 1;
	return is_more ? MORE : ALPHABET;
}

void
prefix_pattern(struct buf *pattern, const struct prefix *part)
{
	size_t count;
	const char *alphabet = alphabet_of(part, &count);

	for (size_t i = 0; i < part->len; i++) {
		if (strchr("_%\\|*+?{}()[].^$", part->text[i]))
			buf_add_char(pattern, '\\');
		buf_add_char(pattern, part->text[i]);
	}
	if (part->count > 0) {
		buf_add_char(pattern, '[');
		buf_append(pattern, alphabet + part->from, part->count);
		buf_add_char(pattern, ']');
	}
	switch (part->kind) {
	case PREFIX_SET:
	case PREFIX_MORE_SET:
		buf_add_char(pattern, '%');
		break;
	case PREFIX_REST:
		buf_addf(pattern, "([^%s]%%)?", ALPHABET);
		break;
	case PREFIX_MORE_REST:
		buf_addf(pattern, "([^%s%s]%%)?", ALPHABET, MORE);
		break;
	}
}

static void
push(struct parts *p, struct prefix part)
{
	p->queue =
	    mem_grow(p->queue, &p->capacity, p->count + 1, sizeof(*p->queue));
	p->queue[p->count++] = part;
}

/* Pushes a set in runs of about a page each, but no fewer than `least`. */
static void
push_runs(struct parts *p, const struct prefix *whole, size_t least)
{
	size_t runs = (size_t)(whole->rows / AIM_ROWS + 1);
	struct prefix run = *whole;

	if (runs < least)
		runs = least;
	if (runs > whole->count)
		runs = whole->count;
	for (size_t i = 0; i < runs; i++) {
		size_t end = whole->from + whole->count * (i + 1) / runs;

		run.from = whole->from + whole->count * i / runs;
		run.count = end - run.from;
		push(p, run);
	}
}

/* What follows one character of a set by the whole alphabet. */
static struct prefix
enter(const struct prefix *part, size_t index)
{
	struct prefix inner = {.kind = PREFIX_SET, .len = part->len};
	size_t count;
	const char *alphabet = alphabet_of(part, &count);

	memcpy(inner.text, part->text, part->len);
	inner.text[inner.len++] = alphabet[index];
	inner.count = sizeof(ALPHABET) - 1;
	inner.rows = part->rows / part->count;
	return inner;
}

/* Divides a set: in runs; or where each character has more than a page, by
 * what follows them, and what follows none of them; but not where that would
 * be a guess at thousands of parts: then each character is counted first. */
static void
divide_set(struct parts *p, const struct prefix *part)
{
	uint64_t each = part->rows / part->count;
	struct prefix rest = *part;

	if (part->count > 1 &&
	    (each <= AIM_ROWS || each / AIM_ROWS >= sizeof(ALPHABET) - 1)) {
		push_runs(p, part, 2);
		return;
	}
	for (size_t i = 0; i < part->count; i++) {
		struct prefix inner = enter(part, part->from + i);

		push_runs(p, &inner, 2);
		inner.kind = PREFIX_REST;
		inner.count = 0;
		if (part->kind == PREFIX_MORE_SET)
			push(p, inner);
	}
	rest.kind = PREFIX_REST;
	if (part->kind == PREFIX_SET)
		push(p, rest);
}

/* Divides a rest. */
static int
divide_rest(struct parts *p, struct prefix part, struct fail *why)
{
	if (part.count > 0) {
		/* By the characters of its set. */
		for (size_t i = 0; i < part.count; i++) {
			struct prefix inner = enter(&part, part.from + i);

			inner.kind = PREFIX_REST;
			inner.count = 0;
			push(p, inner);
		}
		return 0;
	}
	if (part.kind == PREFIX_MORE_REST)
		return fail_set(why, STATUS_RETRY,
		    "no page holds the ids that begin with '%.*s' and go on "
		    "with unusual characters",
		    (int)part.len, part.text);
	part.kind = PREFIX_MORE_REST;
	push(p, part);
	part.kind = PREFIX_MORE_SET;
	part.count = sizeof(MORE) - 1;
	push_runs(p, &part, 2);
	return 0;
}

/* Divides a part that does not fit a page and has so many rows. */
static int
divide(struct parts *p, struct prefix part, uint64_t rows, struct fail *why)
{
	part.rows = rows;
	if (part.len == PREFIX_LONGEST)
		return fail_set(why, STATUS_RETRY,
		    "no page holds the ids that begin with '%.*s'",
		    (int)part.len, part.text);
	if (part.kind == PREFIX_REST || part.kind == PREFIX_MORE_REST)
		return divide_rest(p, part, why);
	divide_set(p, &part);
	return 0;
}

/* A part whose page did not hold it, or so the server's count says. */
static int
go_on(struct parts *p, struct prefix part, const struct page *page,
    struct fail *why)
{
	size_t count = pages_count_rows(p->list, page);

	if (count >= WALK_PAGE_SIZE)
		return divide(p, part,
		    page->total > 0 ? (uint64_t)page->total : 0, why);
	if (++part.tries == MAX_TRIES)
		return fail_set(why, STATUS_RETRY,
		    "the server counts %lld records where it gives %zu, time "
		    "and again",
		    (long long)page->total, count);
	push(p, part);
	return 0;
}

/* Asks for the next part in the queue. */
static int
ask_next(struct parts *p, struct fail *why)
{
	const struct prefix *part = &p->queue[p->asked];
	struct buf pattern, query;

	p->tickets = mem_grow(p->tickets, &p->ticket_capacity, p->asked + 1,
	    sizeof(struct ticket *));
	buf_init(&pattern, BOUND_URL_BYTES);
	buf_init(&query, BOUND_URL_BYTES);
	prefix_pattern(&pattern, part);
	walk_page_query(&query, p->list->query, 1, WALK_PAGE_SIZE);
	buf_add(&query, "&search.id=");
	escape_url(&query, pattern.data, pattern.len);
	buf_add(&query, "&mode.id=similar_to&isCaseSensitive=true");
	p->tickets[p->asked] =
	    transfer_ask(p->w->transfer, p->list->path, query.data, why);
	buf_free(&pattern);
	buf_free(&query);
	if (!p->tickets[p->asked])
		return -1;
	p->asked++;
	return 0;
}

/* Takes the answer for the oldest part that was asked for. */
static enum walk_result
take_next(struct parts *p, struct fail *why)
{
	struct walk *w = p->w;
	struct prefix part = p->queue[p->taken];
	struct ticket *ticket = p->tickets[p->taken];
	enum walk_result outcome;
	struct page page;

	p->tickets[p->taken++] = NULL;
	if (walk_take(w, ticket, &page, why) != 0)
		return WALK_FAILED;
	outcome = pages_judge(w, p->list, &page, 0, why);
	if (outcome != WALK_DONE)
		return outcome;
	w->stats.pages++;
	outcome = walk_take_rows(w, p->list, &page, why);
	if (outcome == WALK_DONE &&
	    !pages_is_whole(p->list, &page, WALK_PAGE_SIZE) &&
	    go_on(p, part, &page, why) != 0)
		outcome = WALK_FAILED;
	page_free(&page);
	return outcome;
}

enum walk_result
prefix_read(struct walk *w, const struct walk_list *list, int64_t total,
    struct fail *why)
{
	struct parts p = {.w = w, .list = list};
	struct prefix all = {.kind = PREFIX_SET, .count = sizeof(ALPHABET) - 1};
	struct prefix rest = {.kind = PREFIX_REST};
	enum walk_result outcome = WALK_DONE;

	msg_at(MSG_VERBOSE, "%s: reading by the beginnings of the ids",
	    list->path);
	w->stats.walks++;
	all.rows = total > 0 ? (uint64_t)total : 0;
	divide_set(&p, &all);
	push(&p, rest);
	while (outcome == WALK_DONE && p.taken < p.count) {
		while (outcome == WALK_DONE && p.asked < p.count &&
		    p.asked - p.taken < w->ahead)
			if (ask_next(&p, why) != 0)
				outcome = WALK_FAILED;
		if (outcome == WALK_DONE)
			outcome = take_next(&p, why);
	}
	for (size_t i = p.taken; i < p.asked; i++)
		transfer_drop(w->transfer, p.tickets[i]);
	free(p.tickets);
	free(p.queue);
	return outcome;
}
