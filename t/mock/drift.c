/* SPDX-License-Identifier: ISC */
/*
 * Changes to the tenant between two requests, as other clients of a real
 * server make them: what a paging client then misses or sees twice is what
 * the tests are about. The functions are declared in tenant.h.
 */
#include "tenant.h"

#include "mem.h"

#include <stdio.h>
#include <string.h>

/* Keeps a text for as long as the tenant lives. */
static size_t
keep_text(struct tenant *t, struct list *list, struct buf *text)
{
	size_t len = text->len;
	char *kept = buf_detach(text);

	t->files = mem_grow(t->files, &t->file_capacity, t->file_count + 1,
	    sizeof(*t->files));
	t->files[t->file_count++] = kept;
	list->texts = mem_grow(list->texts, &list->text_capacity,
	    list->text_count + 1, sizeof(*list->texts));
	list->texts[list->text_count] = (struct span){kept, len};
	return list->text_count++;
}

/* Copies `record` with the value of member `name` replaced. */
static void
replace_member(struct buf *out, struct span record, const char *name,
    const char *value)
{
	struct span old = span_member(record, name);
	size_t head;

	if (!old.p) {
		buf_append(out, record.p, record.len);
		return;
	}
	head = (size_t)(old.p - record.p);
	buf_append(out, record.p, head);
	buf_add(out, value);
	buf_append(out, old.p + old.len, record.len - head - old.len);
}

static struct row *
find_row(struct tenant *t, struct list *list, const char *which)
{
	const struct row *found;

	if (list->count == 0)
		return NULL;
	if (strcmp(which, "first") == 0)
		return &list->rows[list->count - 1];
	if (strcmp(which, "last") == 0)
		return &list->rows[0];
	found = tenant_find(t, list, which);
	return found ? &list->rows[found - list->rows] : NULL;
}

static void
insert_at(struct list *list, size_t index, struct row row)
{
	list->rows = mem_grow(list->rows, &list->capacity, list->count + 1,
	    sizeof(*list->rows));
	memmove(list->rows + index + 1, list->rows + index,
	    (list->count - index) * sizeof(row));
	list->rows[index] = row;
	list->count++;
}

static void
remove_at(struct list *list, size_t index)
{
	list->count--;
	memmove(list->rows + index, list->rows + index + 1,
	    (list->count - index) * sizeof(*list->rows));
}

/* A copy of the first record with an id and a time of its own. */
static uint32_t
copy_record(struct tenant *t, struct list *list, uint64_t us)
{
	struct span model = list->texts[0];
	size_t id_len = span_member(model, "id").len;
	struct buf with_id, text;
	char id[LONG_ID_LEN + 3], created[24];

	id_len = id_len == USER_ID_LEN + 2 ? USER_ID_LEN : LONG_ID_LEN;
	id[0] = '"';
	generate_id(id + 1, id_len,
	    generate_mix(t->generator.seed, t->next_serial, 31),
	    generate_mix(t->generator.seed, t->next_serial, 32));
	(void)snprintf(id + 1 + id_len, 2, "\"");
	(void)snprintf(created, sizeof(created), "%llu",
	    (unsigned long long)(us / 1000));
	buf_init(&with_id, RENDER_BYTES);
	buf_init(&text, RENDER_BYTES);
	replace_member(&with_id, model, "id", id);
	replace_member(&text, (struct span){with_id.data, with_id.len},
	    "createdAt", created);
	buf_free(&with_id);
	return (uint32_t)keep_text(t, list, &text);
}

void
tenant_insert(struct tenant *t, const char *path, size_t count)
{
	struct list *list;

	(void)pthread_rwlock_wrlock(&t->lock);
	list = tenant_list(t, path);
	for (; list && count > 0; count--) {
		uint64_t newest =
		    list->count ? list->rows[list->count - 1].us : 0;
		struct row row = {.us = newest + 1000003};

		t->next_serial++;
		if (list->kind != LIST_RECORDED)
			row.serial = t->next_serial;
		else if (list->text_count > 0)
			row.serial = copy_record(t, list, row.us);
		else
			break;
		insert_at(list, list->is_by_time ? list->count : 0, row);
	}
	t->version++;
	(void)pthread_rwlock_unlock(&t->lock);
}

void
tenant_insert_late(struct tenant *t, const char *path, size_t age_ms)
{
	struct list *list;
	struct row row = {.us = 0};
	size_t at;

	(void)pthread_rwlock_wrlock(&t->lock);
	list = tenant_list(t, path);
	if (list && list->kind != LIST_RECORDED && list->count > 0) {
		at = list->count;
		row.us = list->rows[at - 1].us - (uint64_t)age_ms * 1000;
		row.serial = ++t->next_serial;
		while (at > 0 && list->rows[at - 1].us > row.us)
			at--;
		insert_at(list, at, row);
	}
	t->version++;
	(void)pthread_rwlock_unlock(&t->lock);
}

void
tenant_delete(struct tenant *t, const char *path, const char *which)
{
	struct list *list;
	struct row *row;

	(void)pthread_rwlock_wrlock(&t->lock);
	list = tenant_list(t, path);
	row = list ? find_row(t, list, which) : NULL;
	if (row)
		remove_at(list, (size_t)(row - list->rows));
	t->version++;
	(void)pthread_rwlock_unlock(&t->lock);
}

/* Gives the record a new updatedAt, or else a new name. */
static uint32_t
change_record(struct tenant *t, struct list *list, uint32_t serial)
{
	struct span old = list->texts[serial];
	struct span name = span_member(old, "name");
	int64_t updated = span_integer(span_member(old, "updatedAt"));
	struct buf text;
	char value[512];

	buf_init(&text, BOUND_LINE_BYTES);
	if (updated > 0) {
		(void)snprintf(value, sizeof(value), "%lld",
		    (long long)updated + 1000);
		replace_member(&text, old, "updatedAt", value);
	} else if (name.p && *name.p == '"' && name.len < 500) {
		(void)snprintf(value, sizeof(value), "%.*s *\"",
		    (int)name.len - 1, name.p);
		replace_member(&text, old, "name", value);
	} else {
		buf_append(&text, old.p, old.len);
	}
	return (uint32_t)keep_text(t, list, &text);
}

void
tenant_update(struct tenant *t, const char *path, const char *which)
{
	struct list *list;
	struct row *row, changed;

	(void)pthread_rwlock_wrlock(&t->lock);
	list = tenant_list(t, path);
	row = list ? find_row(t, list, which) : NULL;
	if (row) {
		changed = *row;
		changed.revision++;
		if (list->kind == LIST_RECORDED)
			changed.serial = change_record(t, list, changed.serial);
		if (list->is_by_time) {
			*row = changed;
		} else {
			remove_at(list, (size_t)(row - list->rows));
			insert_at(list, 0, changed);
		}
	}
	t->version++;
	(void)pthread_rwlock_unlock(&t->lock);
}

void
tenant_tie(struct tenant *t, const char *path, size_t count)
{
	struct list *list;

	(void)pthread_rwlock_wrlock(&t->lock);
	list = tenant_list(t, path);
	if (list && list->kind != LIST_RECORDED && list->count > 0) {
		list->tie_us = list->rows[list->count - 1].us;
		for (size_t i = list->count; i > 0 && count > 0; i--, count--)
			list->rows[i - 1].us = list->tie_us;
	}
	t->version++;
	(void)pthread_rwlock_unlock(&t->lock);
}
