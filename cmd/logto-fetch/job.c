/* SPDX-License-Identifier: ISC */
/*
 * From operands to jobs. A path is checked here, so that no request can leave
 * the API by dots or by a doubled slash.
 */
#include "job.h"

#include "bounds.h"
#include "buf.h"
#include "escape.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

static void
push(struct job_list *jobs, struct job job)
{
	jobs->items = mem_grow(jobs->items, &jobs->capacity, jobs->count + 1,
	    sizeof(*jobs->items));
	jobs->items[jobs->count++] = job;
}

/* Appends one segment of a path; what is percent-encoded already stays. */
static int
add_segment(struct buf *path, const char *text, size_t len, struct fail *why)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~!$&'()*+,;=:@%";

	if (len == 0 || (len == 1 && *text == '.') ||
	    (len == 2 && text[0] == '.' && text[1] == '.'))
		return fail_set(why, STATUS_USAGE,
		    "a segment of the path is empty or made of dots");
	if (len > 1 && memchr(text, '*', len))
		return fail_set(why, STATUS_USAGE,
		    "'*' stands for a whole segment of the path");
	if (path->len > 0)
		buf_add_char(path, '/');
	for (size_t i = 0; i < len; i++) {
		if (text[i] && strchr(plain, text[i]))
			buf_add_char(path, text[i]);
		else
			escape_url(path, &text[i], 1);
	}
	return 0;
}

/* Reads the path of an operand, up to its query. */
static int
read_path(struct buf *path, const char *operand, struct fail *why)
{
	const char *at = operand + strspn(operand, "/");
	size_t left, scheme = strcspn(at, ":/?");

	if (scheme > 0 && strncmp(at + scheme, "://", 3) == 0)
		return fail_set(why, STATUS_USAGE,
		    "this is a URL; name the path below /api alone, such as "
		    "users, and the host by --endpoint");
	if (strncmp(at, "api/", 4) == 0)
		at += 4;
	left = strcspn(at, "?");
	while (left > 0 && at[left - 1] == '/')
		left--;
	do {
		const char *slash = memchr(at, '/', left);
		size_t len = slash ? (size_t)(slash - at) : left;

		if (add_segment(path, at, len, why) != 0)
			return -1;
		len += slash != NULL;
		at += len;
		left -= len;
	} while (left > 0);
	return buf_check(path, "a path", why);
}

/* Parameters that are ours to set. */
static int
check_parameter(const struct catalogue_entry *entry, const char *name,
    size_t len, struct fail *why)
{
	static const struct {
		const char *name;
		bool is_of_logs;
		const char *instead;
	} ours[] = {
	    {"page", false, "pages are turned without it"},
	    {"page_size", false, "use --page-size"},
	    {"start_time", true, "use --since"},
	    {"end_time", true, "use --until"},
	    {"enableCap", true, "it is sent anyway"},
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strlen(ours[i].name) == len &&
		    strncmp(ours[i].name, name, len) == 0 &&
		    (!ours[i].is_of_logs || (entry && entry->kind == KIND_LOG)))
			return fail_set(why, STATUS_USAGE,
			    "the parameter '%s' cannot be set; %s",
			    ours[i].name, ours[i].instead);
	return 0;
}

static int
add_parameter(struct buf *query, const struct catalogue_entry *entry,
    const char *text, struct fail *why)
{
	size_t len = strcspn(text, "=");

	if (len == 0 || text[len] != '=')
		return fail_set(why, STATUS_USAGE,
		    "--param takes NAME=VALUE, not '%.100s'", text);
	if (check_parameter(entry, text, len, why) != 0)
		return -1;
	if (query->len > 0)
		buf_add_char(query, '&');
	escape_url(query, text, len);
	buf_add_char(query, '=');
	escape_url(query, text + len + 1, strlen(text + len + 1));
	return 0;
}

/* Adds the query that an operand brings, which is encoded already. */
static int
add_own_query(struct buf *query, const struct catalogue_entry *entry,
    const char *text, struct fail *why)
{
	while (*text) {
		size_t len = strcspn(text, "&");

		if (check_parameter(entry, text, strcspn(text, "=&"), why) != 0)
			return -1;
		if (query->len > 0 && len > 0)
			buf_add_char(query, '&');
		for (size_t i = 0; i < len; i++) {
			if (text[i] > ' ' && text[i] < 0x7f && text[i] != '#')
				buf_add_char(query, text[i]);
			else
				escape_url(query, &text[i], 1);
		}
		text += len + (text[len] == '&');
	}
	return 0;
}

static int
make_job(struct job *job, const char *operand, const struct opt_list *params,
    struct fail *why)
{
	const char *mark = strchr(operand, '?');
	struct buf path, query;
	int result;

	*job = (struct job){0};
	buf_init(&path, BOUND_URL_BYTES);
	buf_init(&query, BOUND_URL_BYTES);
	result = read_path(&path, operand, why);
	if (result == 0) {
		job->entry = catalogue_find(path.data);
		if (mark)
			result =
			    add_own_query(&query, job->entry, mark + 1, why);
	}
	for (size_t i = 0; params && i < params->count && result == 0; i++)
		result =
		    add_parameter(&query, job->entry, params->items[i], why);
	if (result == 0)
		result = buf_check(&query, "a query", why);
	if (result == 0) {
		job->path = buf_detach(&path);
		job->query = buf_detach(&query);
	}
	buf_free(&path);
	buf_free(&query);
	return result;
}

/* A `*` needs a list to take its keys from. */
static int
check_stars(const struct job *job, struct fail *why)
{
	int result = 0;

	for (const char *star = strchr(job->path, '*'); star && result == 0;
	     star = strchr(star + 1, '*')) {
		struct buf list;

		buf_init(&list, BOUND_URL_BYTES);
		catalogue_keys_from(job->entry, job->path,
		    (size_t)(star - job->path), &list);
		if (list.len == 0)
			result = fail_set(why, STATUS_USAGE,
			    "no list gives the keys for this '*'; name one "
			    "key instead");
		buf_free(&list);
	}
	return result;
}

int
job_add(struct job_list *jobs, const char *operand,
    const struct opt_list *params, struct fail *why)
{
	struct job job;

	if (make_job(&job, operand, params, why) != 0)
		return fail_prefix(why, "'%.200s'", operand);
	push(jobs, job);
	if (check_stars(&job, why) != 0)
		return fail_prefix(why, "'%.200s'", operand);
	return 0;
}

/* A job of --all, with what saves other requests. */
static int
add_chosen(struct job_list *jobs, const struct catalogue_entry *entry,
    const struct opt_list *params, struct fail *why)
{
	struct buf operand;
	int result;

	buf_init(&operand, BOUND_URL_BYTES);
	buf_addf(&operand, "%s%s%s", entry->path, entry->all_query ? "?" : "",
	    entry->all_query ? entry->all_query : "");
	result = job_add(jobs, operand.data, params, why);
	buf_free(&operand);
	if (result == 0)
		jobs->items[jobs->count - 1].is_all = true;
	return result;
}

/* The row with just this pattern. */
static const struct catalogue_entry *
find_pattern(const char *name, size_t len)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (strlen(catalogue[i].path) == len &&
		    strncmp(catalogue[i].path, name, len) == 0)
			return &catalogue[i];
	return NULL;
}

int
job_add_all(struct job_list *jobs, const char *names,
    const struct opt_list *params, struct fail *why)
{
	for (size_t i = 0; i < catalogue_count && !*names; i++)
		if (catalogue[i].flags & IN_ALL &&
		    add_chosen(jobs, &catalogue[i], params, why) != 0)
			return -1;
	while (*names) {
		size_t len = strcspn(names, ",");
		const struct catalogue_entry *entry = find_pattern(names, len);

		if (!entry)
			return fail_set(why, STATUS_USAGE,
			    "--all: '%.*s' is not in the catalogue; see "
			    "--list",
			    len > 100 ? 100 : (int)len, names);
		if (add_chosen(jobs, entry, params, why) != 0)
			return -1;
		names += len + (names[len] == ',');
	}
	return 0;
}

bool
job_has_logs(const struct job_list *jobs)
{
	bool has_logs = false;

	for (size_t i = 0; i < jobs->count && !has_logs; i++)
		has_logs = jobs->items[i].entry &&
		    jobs->items[i].entry->kind == KIND_LOG;
	return has_logs;
}

void
job_free(struct job_list *jobs)
{
	for (size_t i = 0; i < jobs->count; i++) {
		free(jobs->items[i].path);
		free(jobs->items[i].query);
	}
	free(jobs->items);
	*jobs = (struct job_list){0};
}
