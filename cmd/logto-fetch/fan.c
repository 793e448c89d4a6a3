/* SPDX-License-Identifier: ISC */
/*
 * Fanning out. A path is expanded from the left; at its last `*` the first
 * request of each parent's list goes out before its turn:
 *
 *      the users of roles:  roles/r1/users  being read
 *                           roles/r2/users  asked for
 *                           roles/r3/users  asked for
 */
#include "fan.h"

#include "bounds.h"
#include "escape.h"
#include "mem.h"
#include "msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list whose turn will come. */
struct pending {
	char *path;
	struct ticket *ticket;
};

static int
on_row(void *context, const struct json_node *nodes, size_t object,
    struct fail *why)
{
	struct fan *f = context;

	if (f->collecting)
		keys_add(f->collecting, nodes, object, f->collected_name);
	return f->row ? f->row(f->context, nodes, object, why) : 0;
}

void
fan_init(struct fan *f, struct walk *walk, struct emit *emit,
    const struct job_list *jobs)
{
	*f = (struct fan){.walk = walk,
	    .emit = emit,
	    .jobs = jobs,
	    .row = emit_row,
	    .context = emit};
	walk->row = on_row;
	walk->context = f;
}

/* The member that is the key of an entry's records in paths. */
static const char *
path_key(const struct catalogue_entry *entry)
{
	bool is_simple =
	    entry && entry->key && *entry->key && !strpbrk(entry->key, " .");

	return is_simple ? entry->key : NULL;
}

/* The kept keys of a list, or a new place for them. */
static struct keys *
place_of(struct fan *f, const char *path)
{
	struct fan_keys *at = f->kept;

	while (at && strcmp(at->path, path) != 0)
		at = at->next;
	if (at)
		return &at->keys;
	at = mem_alloc(1, sizeof(*at));
	at->path = mem_string(path);
	at->next = f->kept;
	keys_init(&at->keys);
	f->kept = at;
	return &at->keys;
}

static void
forget(struct fan *f, const char *path)
{
	struct fan_keys **link = &f->kept, *gone;

	while (*link && strcmp((*link)->path, path) != 0)
		link = &(*link)->next;
	gone = *link;
	if (!gone)
		return;
	*link = gone->next;
	keys_free(&gone->keys);
	free(gone->path);
	free(gone);
}

/* Whether a job of the run takes keys from the list. */
static bool
is_wanted(const struct fan *f, const char *path)
{
	bool is_found = false;

	for (size_t i = 0; i < f->jobs->count && !is_found; i++) {
		const struct job *job = &f->jobs->items[i];
		const char *star = strchr(job->path, '*');

		for (; star && !is_found; star = strchr(star + 1, '*')) {
			struct buf list;

			buf_init(&list, BOUND_URL_BYTES);
			catalogue_keys_from(job->entry, job->path,
			    (size_t)(star - job->path), &list);
			is_found = strcmp(list.data, path) == 0;
			buf_free(&list);
		}
	}
	return is_found;
}

/* Where ids like the one that the server does not know are to be found. */
static void
hint_id(const char *path, struct fail *why)
{
	size_t len = strcspn(path, "/"), end = strlen(why->text);
	char *list = mem_copy(path, len);

	if (path[len] && catalogue_find(list))
		(void)snprintf(why->text + end, sizeof(why->text) - end,
		    "; is the id in the path right? 'logto-fetch %s' reads "
		    "those that there are",
		    list);
	free(list);
}

/* The failure that the server's answer to a path means; `pattern` is what the
 * user gave. */
static int
explain_absent(struct fan *f, const struct walk_list *list, const char *pattern,
    struct fail *why)
{
	const struct catalogue_entry *nearest = NULL;

	(void)transfer_explain(f->walk->transfer, &f->walk->problem, why);
	if (!list->entry)
		nearest = catalogue_nearest(pattern);
	if (nearest) {
		struct fail hint = *why;

		return fail_set(why, hint.status, "%s; did you mean '%s'?",
		    hint.text, nearest->path);
	}
	if (f->walk->problem.problem.kind == PROBLEM_NOT_FOUND)
		hint_id(list->path, why);
	return -1;
}

static void
tell(const struct fan *f, const struct walk_list *list)
{
	const struct walk_stats *s = &f->walk->stats;

	if (!msg_is(MSG_VERBOSE))
		return;
	msg_at(MSG_VERBOSE,
	    "%s: %llu rows, %llu pages, %llu duplicates dropped, %u walks, "
	    "server's total %lld",
	    list->path, (unsigned long long)s->rows,
	    (unsigned long long)s->pages, (unsigned long long)s->duplicates,
	    s->walks, (long long)s->total);
}

/* Reads the keys of the list at `path`, unless they were before; `is_known`
 * as the walk's. */
static enum walk_result
read_keys(struct fan *f, const char *path, bool is_known, struct keys *keys,
    struct fail *why)
{
	struct walk_list list = {.entry = catalogue_find(path),
	    .path = path,
	    .query = ""};
	walk_row *row = f->row;
	int64_t from = f->walk->from_ms, to = f->walk->to_ms;
	bool is_counting = f->walk->is_counting;
	unsigned page_size = f->walk->page_size;
	enum walk_result outcome;

	if (keys->is_whole)
		return WALK_DONE;
	if (is_counting)
		f->walk->page_size = WALK_PAGE_SIZE;
	buf_clear(&keys->text);
	keys->count = 0;
	f->row = NULL;
	f->collecting = keys;
	f->collected_name = path_key(list.entry);
	f->walk->from_ms = 0;
	f->walk->to_ms = INT64_MAX;
	f->walk->is_counting = false;
	f->walk->is_known = is_known;
	outcome = walk_read(f->walk, &list, NULL, why);
	f->walk->is_counting = is_counting;
	f->walk->page_size = page_size;
	f->row = row;
	f->collecting = NULL;
	f->walk->from_ms = from;
	f->walk->to_ms = to;
	if (outcome == WALK_DONE)
		tell(f, &list);
	keys->is_whole = outcome == WALK_DONE;
	return outcome;
}

/* The parents in a path whose `*` are filled in: at most one a segment. */
enum { MAX_PARENTS = 8 };

struct parents {
	struct emit_parent items[MAX_PARENTS];
	size_t count;
	char *text; /* the keys, decoded */
};

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes percent-encoding in place. */
static void
decode(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++) {
		if (*at == '%' && hex(at[1]) > 0 && hex(at[2]) >= 0) {
			*to++ = (char)(hex(at[1]) * 16 + hex(at[2]));
			at += 2;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

/* Finds the parents' keys in a concrete path. */
static void
find_parents(struct parents *p, const struct catalogue_entry *entry,
    const char *path)
{
	char *at;
	size_t offset = 0;

	*p = (struct parents){.text = mem_string(path)};
	at = p->text;
	while (entry && *at && p->count < MAX_PARENTS) {
		size_t len = strcspn(at, "/"), name_len;
		const char *name =
		    catalogue_parent(entry, path, offset, &name_len);
		bool is_last = at[len] == '\0';

		at[len] = '\0';
		if (name) {
			decode(at);
			p->items[p->count++] =
			    (struct emit_parent){name, name_len, at};
		}
		if (is_last)
			break;
		at += len + 1;
		offset += len + 1;
	}
}

/* A log that was read in part can be gone on with by who has kept that part; a
 * file has not. */
static void
hint_resume(const struct fan *f, const struct job *job, struct fail *why)
{
	size_t len = strlen(why->text);

	if (f->emit->has_lost)
		return;
	if (f->row == emit_row && f->emit->stream->is_stdout && job->entry &&
	    job->entry->kind == KIND_LOG && !strchr(job->path, '*') &&
	    f->walk->reached_ms < INT64_MAX)
		(void)snprintf(why->text + len, sizeof(why->text) - len,
		    "; if what was written is kept, resume with --until %lld",
		    (long long)f->walk->reached_ms);
}

/* Judges a refusal: 0 passed over, 1 so is the rest of the job, -1 failed.
 * A code that names the entity is about this parent, and so is 422. A path
 * that the router does not know, which has no code, or a query that is not
 * valid, is that for all parents. Where one of them had such a list, only a
 * code gets here (transfer_expect). */
static int
judge_absent(struct fan *f, const struct job *job, const struct walk_list *list,
    bool is_named, struct fail *why)
{
	const struct problem *problem = &f->walk->problem.problem;
	bool is_unknown = problem->kind == PROBLEM_UNKNOWN_PATH;
	bool may_be_absent =
	    !is_named || (job->entry && job->entry->flags & MAY_BE_ABSENT);

	if (is_unknown && f->lists == 0 && job->is_all) {
		f->is_unknown = true;
		msg_note("%s: this server has no such list; it is left out",
		    job->path);
		return 1;
	}
	if (!may_be_absent || problem->status == 400 ||
	    problem->code[0] == '\0') {
		(void)explain_absent(f, list, job->path, why);
		hint_resume(f, job, why);
		return fail_prefix(why, "%s", list->path);
	}
	f->skipped++;
	msg_at(MSG_VERBOSE, "%s: skipped, HTTP %ld", list->path,
	    problem->status);
	return 0;
}

/* Reads one list or object, whose path is concrete. */
static int
read_one(struct fan *f, const struct job *job, const char *path,
    struct ticket *ticket, bool is_named, struct fail *why)
{
	struct walk_list list = {.entry = job->entry,
	    .path = path,
	    .query = job->query};
	struct parents parents;
	struct fail late;
	enum walk_result outcome;
	int result;

	find_parents(&parents, job->entry, path);
	result = emit_start_list(f->emit, job->entry, path, parents.items,
	    parents.count, why);
	free(parents.text);
	if (result != 0) {
		transfer_drop(f->walk->transfer, ticket);
		return -1;
	}
	f->walk->is_known = f->known == job;
	outcome = walk_read(f->walk, &list, ticket, why);
	/* What is under way still comes first. */
	if (emit_drain(f->emit, &late) < 0) {
		*why = late;
		outcome = WALK_FAILED;
	}
	f->rows += f->walk->stats.rows;
	if (outcome == WALK_DONE || outcome == WALK_ENOUGH)
		tell(f, &list);
	if (outcome == WALK_ABSENT)
		return judge_absent(f, job, &list, is_named, why);
	if (outcome == WALK_FAILED) {
		hint_resume(f, job, why);
		return fail_prefix(why, "%s", path);
	}
	f->lists++;
	f->known = job;
	return outcome == WALK_ENOUGH;
}

/* Replaces the first `*` of `path` by a key. */
static char *
fill_in(const char *path, const char *star, const char *key, struct fail *why)
{
	struct buf text;
	char *result = NULL;

	buf_init(&text, BOUND_URL_BYTES);
	buf_append(&text, path, (size_t)(star - path));
	escape_url(&text, key, strlen(key));
	buf_add(&text, star + 1);
	if (buf_check(&text, "the path of a list", why) == 0)
		result = buf_detach(&text);
	buf_free(&text);
	return result;
}

/* Asks for the next parent's list; 1 asked, 0 there is none. */
static int
ask_next(struct fan *f, const struct job *job, const char *path,
    const struct keys *keys, size_t *at, struct pending *next, struct fail *why)
{
	const char *key =
	    keys_next(keys, at, catalogue_condition(job->entry, path));
	struct walk_list list = {.entry = job->entry, .query = job->query};

	if (!key)
		return 0;
	next->path = fill_in(path, strchr(path, '*'), key, why);
	if (!next->path)
		return -1;
	list.path = next->path;
	next->ticket = NULL;
	if (strchr(next->path, '*'))
		return 1; /* its own parents come first */
	next->ticket = walk_ask(f->walk, &list, why);
	return next->ticket || why->status == STATUS_OK ? 1 : -1;
}

/* Recursion is as deep as the path has `*`. */
static int read_path(struct fan *f, const struct job *job, const char *path,
    struct fail *why);

/* Reads the lists of all parents, some asked for ahead. */
static int
read_each(struct fan *f, const struct job *job, const char *path,
    const struct keys *keys, struct fail *why)
{
	size_t room = f->walk->ahead, asked = 0, taken = 0, at = 0;
	struct pending *ring = mem_alloc(room, sizeof(*ring));
	int more = 1, result = 0;

	while (result == 0) {
		struct pending *now;

		while (more == 1 && asked - taken < room) {
			more = ask_next(f, job, path, keys, &at,
			    &ring[asked % room], why);
			asked += more == 1;
		}
		if (more < 0)
			result = -1;
		if (result != 0 || taken == asked)
			break;
		now = &ring[taken++ % room];
		if (strchr(now->path, '*'))
			result = read_path(f, job, now->path, why);
		else
			result = read_one(f, job, now->path, now->ticket, false,
			    why);
		free(now->path);
		*now = (struct pending){0};
	}
	for (size_t i = 0; i < room; i++) {
		transfer_drop(f->walk->transfer, ring[i].ticket);
		free(ring[i].path);
	}
	free(ring);
	return result;
}

/* Reads the lists below the parents that the list at `from` holds. */
static int
read_below(struct fan *f, const struct job *job, const char *path,
    const char *from, struct fail *why)
{
	struct walk_list list = {.entry = catalogue_find(from), .path = from};
	/* Below a parent that was found in a list itself, it is not. */
	bool is_named = strcspn(job->path, "*") == strcspn(path, "*");
	struct keys *keys = place_of(f, from);

	switch (read_keys(f, from, f->known == job, keys, why)) {
	case WALK_DONE:
		return read_each(f, job, path, keys, why);
	case WALK_ABSENT:
		return judge_absent(f, job, &list, is_named, why);
	default:
		return fail_prefix(why, "%s", from);
	}
}

/* Reads a path that still holds a `*`. */
static int
read_path(struct fan *f, const struct job *job, const char *path,
    struct fail *why)
{
	const char *star = strchr(path, '*');
	struct buf list;
	struct keys words;
	int result;

	buf_init(&list, BOUND_URL_BYTES);
	keys_init(&words);
	catalogue_keys_from(job->entry, path, (size_t)(star - path), &list);
	if (list.data[0] == '=') {
		keys_add_words(&words, list.data);
		result = read_each(f, job, path, &words, why);
	} else {
		result = read_below(f, job, path, list.data, why);
	}
	keys_free(&words);
	/* Keys below one parent are of no use to others. */
	if (strchr(list.data, '/') && !is_wanted(f, list.data))
		forget(f, list.data);
	buf_free(&list);
	return result;
}

/* Reads a path without `*`, and keeps its keys where they will be wanted. */
static int
read_named(struct fan *f, const struct job *job, struct fail *why)
{
	struct keys *keys = NULL;
	int result;

	if ((!*job->query || job->is_all) && !f->walk->is_counting)
		if (is_wanted(f, job->path))
			keys = place_of(f, job->path);
	if (keys && !keys->is_whole) {
		f->collecting = keys;
		f->collected_name = path_key(job->entry);
	}
	result = read_one(f, job, job->path, NULL, true, why);
	f->collecting = NULL;
	if (keys && result == 0)
		keys->is_whole = true;
	if (keys && !keys->is_whole) {
		keys->count = 0;
		buf_clear(&keys->text);
	}
	return result;
}

/* Tells of parents that were passed over. That all of them were is no reason
 * to fail, as the only organization may have been deleted just now, but more
 * than a detail. */
static void
tell_skipped(const struct fan *f, const struct job *job)
{
	if (f->skipped == 0 || !strchr(job->path, '*'))
		return;
	if (f->lists == 0 && !(job->entry && job->entry->flags & MAY_BE_ABSENT))
		msg_warning("%s: none of %llu parents has such a list",
		    job->path, (unsigned long long)f->skipped);
	else
		msg_at(MSG_VERBOSE,
		    "%s: %llu read; %llu parents have no such list", job->path,
		    (unsigned long long)f->lists,
		    (unsigned long long)f->skipped);
}

/* Whether the stream will have all that the server has of a resource below
 * others, whatever the parent: so a loader may delete what did not come. */
static bool
is_whole(const struct fan *f, const struct job *job)
{
	const struct walk *w = f->walk;
	const struct emit *e = f->emit;

	return job->entry && job->entry->kind != KIND_LOG &&
	    strchr(job->path, '*') &&
	    strcmp(job->path, job->entry->path) == 0 && !*job->query &&
	    w->from_ms == 0 && w->to_ms == INT64_MAX && !e->sieve &&
	    !e->is_raw && e->limit == 0;
}

int
fan_read(struct fan *f, const struct job *job, struct fail *why)
{
	int result;

	f->skipped = f->lists = f->rows = 0;
	f->is_unknown = false;
	f->emit->written = 0;
	f->emit->is_whole = is_whole(f, job);
	if (strchr(job->path, '*'))
		result = read_path(f, job, job->path, why);
	else
		result = read_named(f, job, why);
	if (result < 0)
		return -1;
	tell_skipped(f, job);
	/* A list that is not there is not an empty one. */
	if (f->is_unknown || f->emit->written > 0 || f->row != emit_row ||
	    !(job->is_all || (f->emit->is_whole && f->lists > 0)))
		return 0;
	if (emit_start_list(f->emit, job->entry, job->path, NULL, 0, why) != 0)
		return -1;
	return emit_empty(f->emit, why);
}

const struct keys *
fan_keys(struct fan *f, const char *path, struct fail *why)
{
	struct walk_list list = {.entry = catalogue_find(path), .path = path};
	struct keys *keys = place_of(f, path);
	enum walk_result outcome = read_keys(f, path, false, keys, why);

	if (outcome == WALK_DONE)
		return keys;
	if (outcome == WALK_ABSENT)
		(void)explain_absent(f, &list, path, why);
	(void)fail_prefix(why, "%s", path);
	return NULL;
}

void
fan_free(struct fan *f)
{
	while (f->kept)
		forget(f, f->kept->path);
}
