/* SPDX-License-Identifier: ISC */
/*
 * Loading a tenant and looking things up in it. A file is named after the
 * resource, "roles.users.json"; it holds the list itself, or for a resource
 * with parents a list of {"_path":"/api/roles/ID/users","items":[...]}, or
 * objects.json with {"_path":..., "body":...}.
 */
#include "tenant.h"

#include "mem.h"
#include "people.h"
#include "audit.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists that the server sorts by created_at desc. */
static bool
is_by_time(const char *path)
{
	static const char *const sorted[] = {"users", "applications", "logs",
	    "hooks", "organization-invitations", "one-time-tokens"};
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(sorted) / sizeof(*sorted); i++)
		if (strcmp(path, sorted[i]) == 0)
			return true;
	if (strncmp(path, "roles/", 6) == 0)
		return len > 6 && strcmp(path + len - 6, "/users") == 0;
	return len > 12 && strcmp(path + len - 12, "/recent-logs") == 0;
}

static struct list *
add_list(struct tenant *t, const char *path, enum list_kind kind)
{
	struct list *list = mem_alloc(1, sizeof(*list));

	list->path = mem_string(path);
	list->kind = kind;
	list->is_by_time = is_by_time(path);
	t->lists = mem_grow(t->lists, &t->list_capacity, t->list_count + 1,
	    sizeof(void *));
	t->lists[t->list_count++] = list;
	return list;
}

static void
add_object(struct tenant *t, const char *path, struct span text)
{
	t->objects = mem_grow(t->objects, &t->object_capacity,
	    t->object_count + 1, sizeof(*t->objects));
	t->objects[t->object_count++] = (struct object){mem_string(path), text};
}

static void
add_items(struct list *list, struct span items)
{
	const char *cursor = NULL;
	struct span item;

	while (span_next(items, &cursor, &item)) {
		list->texts = mem_grow(list->texts, &list->text_capacity,
		    list->text_count + 1, sizeof(*list->texts));
		list->texts[list->text_count++] = item;
	}
	list->count = list->text_count;
	list->rows = mem_grow(list->rows, &list->capacity, list->count,
	    sizeof(*list->rows));
	for (size_t i = list->count; i-- > 0;) {
		struct row *row = &list->rows[list->count - 1 - i];
		int64_t ms =
		    span_integer(span_member(list->texts[i], "createdAt"));
		uint64_t us = (uint64_t)ms * 1000 + 1;

		/* Real rows of one millisecond differ in microseconds. */
		if (row > list->rows && row[-1].us / 1000 == us / 1000)
			us = row[-1].us + 1;
		*row = (struct row){.us = us, .serial = (uint32_t)i};
	}
}

/* One element of a file with parents. */
static void
add_child(struct tenant *t, struct span element)
{
	struct span body = span_member(element, "body");
	char path[256];

	if (!span_text(span_member(element, "_path"), path, sizeof(path)) ||
	    strncmp(path, "/api/", 5) != 0)
		return;
	if (body.p)
		add_object(t, path + 5, body);
	else
		add_items(add_list(t, path + 5, LIST_RECORDED),
		    span_member(element, "items"));
}

static bool
is_generated(const struct tenant *t, const char *path)
{
	return (t->settings->users > 0 && strcmp(path, "users") == 0) ||
	    (t->settings->logs > 0 && strcmp(path, "logs") == 0);
}

static void
add_file(struct tenant *t, const char *name, const char *text, size_t len)
{
	struct span whole = span_value(text, text + len);
	size_t stem = strlen(name) - strlen(".json");
	const char *cursor = NULL;
	struct span first;
	char path[128];

	(void)snprintf(path, sizeof(path), "%.*s", (int)stem, name);
	for (char *p = path; *p; p++)
		if (*p == '.')
			*p = '/';
	if (!whole.p || *whole.p != '[') {
		add_object(t, path, whole);
	} else if (span_next(whole, &cursor, &first) &&
	    span_member(first, "_path").p) {
		cursor = NULL;
		while (span_next(whole, &cursor, &first))
			add_child(t, first);
	} else if (!is_generated(t, path)) {
		add_items(add_list(t, path, LIST_RECORDED), whole);
	}
}

static int
read_file(struct tenant *t, const char *dir, const char *name, struct fail *why)
{
	char path[1024];
	char *text = NULL;
	size_t len = 0, capacity = 0, got;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (!file)
		return fail_errno(why, "cannot open '%s'", path);
	do {
		text = mem_grow(text, &capacity, len + 65536, 1);
		got = fread(text + len, 1, 65536, file);
		len += got;
	} while (got > 0);
	(void)fclose(file); /* read only: nothing can be lost */
	t->files = mem_grow(t->files, &t->file_capacity, t->file_count + 1,
	    sizeof(*t->files));
	t->files[t->file_count++] = text;
	add_file(t, name, text, len);
	return 0;
}

static int
read_directory(struct tenant *t, const char *name, struct fail *why)
{
	DIR *dir = opendir(name);
	struct dirent *entry;
	int result = 0;

	if (!dir)
		return fail_errno(why, "cannot open tenant '%s'", name);
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0)
			result = read_file(t, name, entry->d_name, why);
	}
	(void)closedir(dir);
	return result;
}

static int
compare_lists(const void *a, const void *b)
{
	const struct list *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

/* The ids of the recorded users, for logs to mention. */
static void
collect_users(struct tenant *t)
{
	const struct list *users = tenant_list(t, "users");

	t->generator.user_count = 1000;
	if (!users || users->kind != LIST_RECORDED || users->count == 0)
		return;
	t->user_ids = mem_alloc(users->count, sizeof(*t->user_ids));
	for (size_t i = 0; i < users->count; i++) {
		/* span_text stops short of the end by a whole character. */
		char id[USER_ID_LEN + 8];

		(void)span_text(span_member(users->texts[i], "id"), id,
		    sizeof(id));
		memcpy(t->user_ids[i], id, USER_ID_LEN);
	}
	t->generator.user_ids = (const char(*)[USER_ID_LEN + 1]) t->user_ids;
	t->generator.user_count = (uint32_t)users->count;
}

static void
generate_list(struct tenant *t, const char *path, enum list_kind kind,
    uint64_t count, uint64_t step_us)
{
	struct list *list = add_list(t, path, kind);

	list->count = list->capacity = (size_t)count;
	list->rows = mem_alloc(list->count, sizeof(*list->rows));
	list->tie_us = generate_rows(&t->generator, list->rows, list->count,
	    (size_t)t->settings->ties, t->settings->now_ms, step_us);
}

int
tenant_open(struct tenant *t, const struct settings *s, struct fail *why)
{
	*t = (struct tenant){.settings = s, .next_serial = 4000000000U};
	t->generator.seed = s->seed;
	t->generator.tenant_id = s->tenant_name;
	people_init();
	audit_init();
	if (pthread_rwlock_init(&t->lock, NULL) != 0)
		return fail_set(why, STATUS_LOCAL, "cannot make a lock");
	if (s->tenant && read_directory(t, s->tenant, why) != 0)
		return -1;
	if (s->users > 0)
		generate_list(t, "users", LIST_USERS, s->users, 30000000);
	if (s->logs > 0)
		generate_list(t, "logs", LIST_LOGS, s->logs, 2400000);
	if (t->list_count > 0)
		qsort(t->lists, t->list_count, sizeof(void *), compare_lists);
	collect_users(t);
	if (s->users > 0) {
		t->generator.user_ids = NULL;
		t->generator.user_count = (uint32_t)s->users;
	}
	return 0;
}

void
tenant_free(struct tenant *t)
{
	for (size_t i = 0; i < t->list_count; i++) {
		free(t->lists[i]->path);
		free(t->lists[i]->rows);
		free(t->lists[i]->texts);
		free(t->lists[i]);
	}
	for (size_t i = 0; i < t->object_count; i++)
		free(t->objects[i].path);
	for (size_t i = 0; i < t->file_count; i++)
		free(t->files[i]);
	free(t->lists);
	free(t->objects);
	free(t->files);
	free(t->user_ids);
	(void)pthread_rwlock_destroy(&t->lock);
	*t = (struct tenant){0};
}

struct list *
tenant_list(const struct tenant *t, const char *path)
{
	size_t low = 0, high = t->list_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(path, t->lists[middle]->path);

		if (order == 0)
			return t->lists[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

struct span
tenant_object(const struct tenant *t, const char *path)
{
	for (size_t i = 0; i < t->object_count; i++)
		if (strcmp(t->objects[i].path, path) == 0)
			return t->objects[i].text;
	return (struct span){NULL, 0};
}

struct span
tenant_text(const struct list *list, const struct row *row)
{
	if (list->kind != LIST_RECORDED)
		return (struct span){NULL, 0};
	return list->texts[row->serial];
}

void
tenant_render(const struct tenant *t, const struct list *list,
    const struct row *row, struct buf *out)
{
	struct span text = tenant_text(list, row);
	char *room;

	if (text.p) {
		buf_append(out, text.p, text.len);
		return;
	}
	room = buf_reserve(out, RENDER_BYTES);
	if (!room)
		return;
	out->len += list->kind == LIST_USERS
	    ? person_render(&t->generator, row, room)
	    : audit_render(&t->generator, row, room);
	out->data[out->len] = '\0';
}

const struct row *
tenant_find(const struct tenant *t, const struct list *list, const char *id)
{
	size_t len = strlen(id);
	char other[64];

	for (size_t i = list->count; i-- > 0;) {
		const struct row *row = &list->rows[i];
		size_t other_len = LONG_ID_LEN;

		if (list->kind == LIST_USERS) {
			person_id(&t->generator, row->serial, other);
			other_len = USER_ID_LEN;
		} else if (list->kind == LIST_LOGS) {
			audit_id(&t->generator, row, other);
		} else {
			(void)span_text(span_member(list->texts[row->serial],
					    "id"),
			    other, sizeof(other));
			other_len = strlen(other);
		}
		if (other_len == len && memcmp(other, id, len) == 0)
			return row;
	}
	return NULL;
}

struct span
tenant_record(const struct tenant *t, const char *path, const char *id)
{
	const struct list *list = tenant_list(t, path);
	const struct row *row = list ? tenant_find(t, list, id) : NULL;

	return row ? tenant_text(list, row) : (struct span){NULL, 0};
}
