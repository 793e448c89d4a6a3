/* SPDX-License-Identifier: ISC */
/*
 * The policy of reading a list: which form to ask for, when a walk has
 * proved it whole, and what to try where it has not.
 */
#include "walk.h"

#include "instant.h"
#include "pages.h"
#include "prefix.h"
#include "msg.h"
#include "progress.h"
#include "sweep.h"
#include "tally.h"
#include "window.h"

#include <string.h>

void
walk_init(struct walk *w, struct transfer *transfer, unsigned jobs)
{
	*w = (struct walk){.transfer = transfer,
	    .page_size = WALK_PAGE_SIZE,
	    .ahead = 2 * jobs,
	    .to_ms = INT64_MAX,
	    .reached_ms = INT64_MAX};
	seen_init(&w->seen);
}

unsigned
walk_page_size(const struct walk *w, unsigned index)
{
	/* Close to the server's limit, and without common divisors. */
	static const unsigned sizes[] = {100, 97, 89, 83, 79, 73, 71, 67};
	unsigned larger = w->page_size + index;

	if (w->page_size == WALK_PAGE_SIZE)
		return sizes[index % (sizeof(sizes) / sizeof(*sizes))];
	return larger < WALK_PAGE_SIZE ? larger : WALK_PAGE_SIZE;
}

void
walk_page_query(struct buf *query, const char *base, uint64_t page,
    unsigned page_size)
{
	buf_addf(query, "%s%spage=%llu&page_size=%u", base, *base ? "&" : "",
	    (unsigned long long)page, page_size);
}

static enum catalogue_kind
kind_of(const struct walk_list *list)
{
	return list->entry ? list->entry->kind : KIND_UNKNOWN;
}

/* What the list is called while it is read: lists of one kind share it. */
static const char *
name_of(const struct walk_list *list)
{
	return list->entry ? list->entry->path : list->path;
}

void
walk_expect(struct walk *w, const struct walk_list *list,
    const struct page *page)
{
	if (w->progress && page->total > 0 && !page->is_capped &&
	    !strchr(name_of(list), '*'))
		progress_expect(w->progress, (uint64_t)page->total);
}

static bool
has_flag(const struct walk_list *list, enum catalogue_flag flag)
{
	return list->entry && list->entry->flags & flag;
}

const struct json_node *
walk_rows(const struct walk_list *list, const struct page *page,
    struct fail *why)
{
	const struct json_node *root = page->nodes;
	const char *inside = list->entry ? list->entry->inside : NULL;
	bool is_list =
	    kind_of(list) != KIND_OBJECT && kind_of(list) != KIND_UNKNOWN;

	if (root->kind == JSON_OBJECT && inside) {
		root = json_member(page->nodes, 0, inside);
		if (root && root->kind == JSON_ARRAY)
			return root;
	} else if (root->kind == JSON_ARRAY ||
	    (root->kind == JSON_OBJECT && !is_list)) {
		return root;
	}
	(void)fail_set(why, STATUS_DATA,
	    "the answer is JSON, but no %s of records; is this Logto's "
	    "Management API?",
	    is_list ? "list" : "list or object");
	return NULL;
}

/* The member that a word such as "payload.uid" names; NULL if absent. */
static const struct json_node *
find_member(const struct json_node *nodes, size_t object, const char *word,
    size_t len)
{
	const struct json_node *member = NULL;
	char name[64];

	while (len > 0) {
		const char *dot = memchr(word, '.', len);
		size_t part = dot ? (size_t)(dot - word) : len;

		if (part >= sizeof(name))
			return NULL;
		memcpy(name, word, part);
		name[part] = '\0';
		member = json_member(nodes, object, name);
		if (!member)
			return NULL;
		object = (size_t)(member - nodes);
		word += part + (dot != NULL);
		len -= part + (dot != NULL);
	}
	return member;
}

/* Appends the bytes of the member; false if it is absent. */
static bool
add_key_part(struct buf *key, const struct json_node *nodes, size_t object,
    const char *word, size_t len)
{
	const struct json_node *member = find_member(nodes, object, word, len);

	if (!member)
		return false;
	buf_append(key, member->text, member->text_len);
	buf_add_char(key, '\0');
	return true;
}

/* What tells the record apart: its key as the server wrote it, or all of
 * its bytes where it has none. */
static void
make_key(const struct walk_list *list, const struct json_node *nodes,
    size_t object, struct buf *key)
{
	const char *words =
	    list->entry && list->entry->key ? list->entry->key : "id";
	bool has_all = *words != '\0';

	buf_clear(key);
	while (*words && has_all) {
		size_t len = strcspn(words, " ");

		has_all = add_key_part(key, nodes, object, words, len);
		words += len + strspn(words + len, " ");
	}
	if (has_all && !key->is_overfull)
		return;
	buf_clear(key);
	buf_append(key, nodes[object].text, nodes[object].text_len);
}

int64_t
walk_created_ms(const struct json_node *nodes, size_t object)
{
	const struct json_node *created =
	    json_member(nodes, object, "createdAt");
	struct instant at;

	/* Beyond the years that there are, differences could overflow. */
	if (!created || created->kind != JSON_INTEGER ||
	    instant_from_ms(created->integer, &at) != 0)
		return INT64_MIN;
	return created->integer;
}

void
walk_values_init(struct walk_values *v, const char *member)
{
	*v = (struct walk_values){.member = member};
	buf_init(&v->text, BOUND_CONFIG_BYTES);
	seen_init(&v->seen);
}

/* Adds the row's value, if it is a string that can stand in a query. */
static void
add_value(struct walk_values *v, const struct json_node *nodes, size_t object)
{
	const struct json_node *value = v->member
	    ? find_member(nodes, object, v->member, strlen(v->member))
	    : NULL;

	if (!value || value->kind != JSON_STRING || value->string_len == 0 ||
	    memchr(value->string, '\0', value->string_len) ||
	    v->text.len + value->string_len >= BOUND_CONFIG_BYTES ||
	    v->seen.count == WALK_MAX_VALUES ||
	    seen_add(&v->seen, value->string, value->string_len) != SEEN_NEW)
		return;
	buf_append(&v->text, value->string, value->string_len);
	buf_add_char(&v->text, '\0');
}

/* Adds the values of a row and of the one before it, if they are tied. */
static void
note_values(struct walk_values *v, const struct json_node *nodes, size_t object,
    int64_t created_ms)
{
	if (created_ms == v->last_ms && created_ms != INT64_MIN) {
		add_value(v, nodes, v->last_at);
		add_value(v, nodes, object);
	}
	v->last_ms = created_ms;
	v->last_at = object;
}

void
walk_values_free(struct walk_values *v)
{
	buf_free(&v->text);
	seen_free(&v->seen);
}

/* Takes one row; `key` is scratch space. Rows beyond the window that was
 * wanted are counted apart: another window will bring them again. */
static enum walk_result
take_row(struct walk *w, const struct walk_list *list,
    const struct json_node *nodes, size_t at, struct buf *key, struct fail *why)
{
	int64_t created_ms = walk_created_ms(nodes, at);
	bool is_log = kind_of(list) == KIND_LOG;
	bool is_outside =
	    is_log && (created_ms < w->from_ms || created_ms >= w->to_ms);
	int result;

	/* It would be outside of every window, and nobody would miss it. */
	if (is_log && created_ms == INT64_MIN) {
		(void)fail_set(why, STATUS_DATA,
		    "a row of the log has no createdAt");
		return WALK_FAILED;
	}
	make_key(list, nodes, at, key);
	if (is_outside)
		buf_add_char(key, '\1');
	if (w->part)
		(void)seen_add(w->part, key->data, key->len);
	if (w->values)
		note_values(w->values, nodes, at, created_ms);
	if (seen_add(&w->seen, key->data, key->len) != SEEN_NEW) {
		w->stats.duplicates++;
		return WALK_DONE;
	}
	if (is_outside)
		return WALK_DONE;
	w->stats.rows++;
	if (is_log && !w->is_torn)
		w->reached_ms = created_ms + 1;
	result = w->row(w->context, nodes, at, why);
	return result < 0 ? WALK_FAILED : result > 0 ? WALK_ENOUGH : WALK_DONE;
}

enum walk_result
walk_take_rows(struct walk *w, const struct walk_list *list,
    const struct page *page, struct fail *why)
{
	const struct json_node *nodes = page->nodes;
	const struct json_node *rows = walk_rows(list, page, why);
	enum walk_result outcome = WALK_DONE;
	uint64_t before = w->stats.rows;
	struct buf key;
	size_t at, end;

	if (!rows)
		return WALK_FAILED;
	at = (size_t)(rows - nodes);
	end = rows->end;
	if (rows->kind == JSON_ARRAY)
		at++;
	if (w->values)
		w->values->last_ms = INT64_MIN;
	buf_init(&key, BOUND_BODY_BYTES);
	for (; at < end && outcome == WALK_DONE; at = nodes[at].end) {
		if (nodes[at].kind != JSON_OBJECT) {
			(void)fail_set(why, STATUS_DATA,
			    "the answer is a list of plain values, not of "
			    "records");
			outcome = WALK_FAILED;
		} else {
			outcome = take_row(w, list, nodes, at, &key, why);
		}
	}
	buf_free(&key);
	if (w->progress)
		progress_add(w->progress, w->stats.rows - before, 0);
	return outcome;
}

/* Asks for the first page, or for the whole list. */
static struct ticket *
ask_form(struct walk *w, const struct walk_list *list, bool is_paged,
    struct fail *why)
{
	struct ticket *ticket;
	struct buf query;

	buf_init(&query, BOUND_URL_BYTES);
	if (is_paged)
		walk_page_query(&query, list->query, 1, w->page_size);
	else
		buf_add(&query, list->query);
	ticket = transfer_ask(w->transfer, list->path, query.data, why);
	buf_free(&query);
	return ticket;
}

/* Whether the plain answer holds the whole list, which says less about its
 * number than a page does. */
static bool
is_asked_in_pages(const struct walk *w, const struct walk_list *list)
{
	return kind_of(list) == KIND_PAGED ||
	    (w->is_counting && kind_of(list) == KIND_OPTIONAL &&
		!has_flag(list, HAS_LOOSE_TOTAL));
}

struct ticket *
walk_ask(struct walk *w, const struct walk_list *list, struct fail *why)
{
	why->status = STATUS_OK;
	if (kind_of(list) == KIND_LOG)
		return NULL; /* its windows follow from each other */
	return ask_form(w, list, is_asked_in_pages(w, list), why);
}

int
walk_take(struct walk *w, struct ticket *ticket, struct page *page,
    struct fail *why)
{
	if (!ticket)
		return -1;
	if (w->is_known)
		transfer_expect(ticket);
	if (transfer_take(w->transfer, ticket, page, why) != 0)
		return -1;
	if (page->problem.kind == PROBLEM_NONE)
		w->is_known = true;
	return 0;
}

/* Whether the walk that has just ended proves the list whole. `known` is the
 * number of keys that were known when it began, if that was at the mark. */
static bool
is_proven(const struct walk *w, const struct walk_list *list,
    const struct pages_result *result, size_t known)
{
	if (result->is_one_page)
		return true;
	if (w->seen.moment == 1 || result->is_capped)
		return false;
	if (has_flag(list, HAS_LOOSE_TOTAL))
		return w->seen.again == known && w->seen.count == known;
	return (int64_t)w->seen.again == result->total;
}

/* Whether the list's own filter keeps it from being read by its ids: the API
 * takes the mode and the case of both together. */
static bool
has_search(const struct walk_list *list)
{
	return strstr(list->query, "search") || strstr(list->query, "joint") ||
	    strstr(list->query, "mode") ||
	    strstr(list->query, "isCaseSensitive");
}

/* Says why no walk is a proof. */
static void
explain_unproven(const struct walk *w, const struct walk_list *list,
    int64_t total, struct fail *why)
{
	bool is_filtered = has_flag(list, HAS_ID_SEARCH) && has_search(list);

	(void)fail_set(why, STATUS_RETRY,
	    "%s: %d walks found %zu records, the last one %zu of %lld again; "
	    "%s",
	    is_filtered ? "rows share a time, or the list changes faster than "
			  "it can be read"
			: "the list changes faster than it can be read",
	    WALK_MAX_WALKS, w->seen.count, w->seen.again, (long long)total,
	    is_filtered ? "without the search they could be read by their "
			  "ids: read all of them and filter with --jq"
			: "try again when it is quieter");
}

/* Reads a list in no order in pages, again and again, with a mark between one
 * walk and the next, until that is proved whole. Takes the first page, or
 * NULL. */
static enum walk_result
read_twice(struct walk *w, const struct walk_list *list, struct page *first,
    bool may_descend, struct fail *why)
{
	struct pages_result result;

	for (unsigned i = 0; i < WALK_MAX_WALKS; i++) {
		const struct pages_plan plan = {.size = walk_page_size(w, i)};
		size_t known = w->seen.count;
		enum walk_result outcome;

		/* The first page of the walk tells the count at the mark: it
		 * is asked for before the others. */
		if (known > 0)
			seen_mark(&w->seen);
		w->stats.walks++;
		outcome = pages_walk(w, list, &plan, i == 0 ? first : NULL,
		    &result, why);
		w->stats.total = result.total;
		if (outcome != WALK_DONE || is_proven(w, list, &result, known))
			return outcome;
		if (i > 0)
			msg_at(MSG_VERBOSE,
			    "%s: walk %u is no proof: %zu records as before "
			    "of %lld",
			    list->path, i + 1, w->seen.again,
			    (long long)result.total);
		if (may_descend && i > 0)
			return prefix_read(w, list, result.total, why);
	}
	explain_unproven(w, list, result.total, why);
	return WALK_FAILED;
}

/* Reads a list that is sorted newest first. Takes the first page. */
static enum walk_result
read_by_time(struct walk *w, const struct walk_list *list, struct page *first,
    bool may_descend, struct fail *why)
{
	const struct sweep sweep = {.size = w->page_size,
	    .until_ms = INT64_MIN,
	    .has_resort = may_descend};
	struct pages_result result;
	struct cover cover;
	enum walk_result outcome =
	    sweep_read(w, list, &sweep, first, &cover, &result, why);
	bool is_whole = cover_is_whole(&cover);

	cover_free(&cover);
	w->stats.total = result.total;
	if (outcome != WALK_DONE || is_whole)
		return outcome;
	return may_descend ? prefix_read(w, list, result.total, why)
			   : read_twice(w, list, NULL, false, why);
}

/* Reads a list in pages. Takes the first one. */
static enum walk_result
read_paged(struct walk *w, const struct walk_list *list, struct page *first,
    struct fail *why)
{
	bool may_descend = has_flag(list, HAS_ID_SEARCH) && !has_search(list);

	if (pages_is_whole(list, first, w->page_size)) {
		enum walk_result outcome = walk_take_rows(w, list, first, why);

		w->stats.pages = w->stats.walks = 1;
		page_free(first);
		return outcome;
	}
	if (has_flag(list, IS_BY_TIME))
		return read_by_time(w, list, first, may_descend, why);
	return read_twice(w, list, first, may_descend, why);
}

/* Whether the answer to the plain form is the beginning of a list in pages:
 * then it held the server's default of 20 rows. */
static bool
is_first_of_many(const struct walk_list *list, const struct page *page)
{
	return page->total >= 0 && kind_of(list) != KIND_PAGED &&
	    page->nodes->kind == JSON_ARRAY &&
	    (int64_t)pages_count_rows(list, page) < page->total;
}

/* Whether a list that may come whole is too large for that. */
static bool
is_too_much(const struct walk_list *list, const struct page *page)
{
	return kind_of(list) == KIND_OPTIONAL &&
	    (page->problem.kind == PROBLEM_SERVER ||
		(page->problem.kind == PROBLEM_NO_ANSWER &&
		    page->response->why.status == STATUS_DATA));
}

/* Takes the ticket, and asks in pages where the list turns out to need it;
 * `is_paged` tells whether the page is one of them. */
static enum walk_result
open_list(struct walk *w, const struct walk_list *list, struct ticket *ticket,
    struct page *page, bool *is_paged, struct fail *why)
{
	bool is_good;

	if (walk_take(w, ticket, page, why) != 0)
		return WALK_FAILED;
	is_good = page->problem.kind == PROBLEM_NONE;
	if (is_good ? is_first_of_many(list, page) : is_too_much(list, page)) {
		page_free(page);
		*is_paged = true;
		ticket = ask_form(w, list, true, why);
		if (walk_take(w, ticket, page, why) != 0)
			return WALK_FAILED;
	}
	return pages_judge(w, list, page, 0, why);
}

enum walk_result
walk_read(struct walk *w, const struct walk_list *list, struct ticket *first,
    struct fail *why)
{
	bool is_paged = is_asked_in_pages(w, list);
	enum walk_result outcome;
	struct page page;

	seen_clear(&w->seen);
	w->is_torn = false;
	w->stats = (struct walk_stats){.total = -1};
	if (w->progress)
		progress_begin(w->progress, name_of(list));
	if (kind_of(list) == KIND_LOG)
		return w->is_counting ? tally_read(w, list, why)
				      : window_read(w, list, why);
	if (!first && !(first = walk_ask(w, list, why)))
		return WALK_FAILED;
	outcome = open_list(w, list, first, &page, &is_paged, why);
	if (outcome != WALK_DONE)
		return outcome;
	w->stats.total = page.total;
	if (page.total >= 0 && w->is_counting &&
	    !has_flag(list, HAS_LOOSE_TOTAL)) {
		w->stats.rows = (uint64_t)page.total;
		page_free(&page);
		return WALK_DONE;
	}
	walk_expect(w, list, &page);
	if (page.total >= 0 && is_paged)
		return read_paged(w, list, &page, why);
	if (is_paged) {
		page_free(&page);
		(void)fail_set(why, STATUS_DATA,
		    "the answer lacks the header Total-Number; does a proxy "
		    "drop it?");
		return WALK_FAILED;
	}
	w->stats.pages = w->stats.walks = 1;
	outcome = walk_take_rows(w, list, &page, why);
	page_free(&page);
	return outcome;
}

void
walk_free(struct walk *w)
{
	seen_free(&w->seen);
	page_free(&w->problem);
}
