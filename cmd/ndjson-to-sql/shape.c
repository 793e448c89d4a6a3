/* SPDX-License-Identifier: ISC */
/*
 * Lists of tables and their columns.
 */
#include "shape.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct shape *
shape_add(struct shape_list *list, const char *table)
{
	struct shape *s;

	list->items = mem_grow(list->items, &list->capacity, list->count + 1,
	    sizeof(*list->items));
	s = &list->items[list->count++];
	*s = (struct shape){.table = mem_string(table)};
	return s;
}

void
shape_add_column(struct shape *s, const char *name, enum type type)
{
	s->columns = mem_grow(s->columns, &s->capacity, s->count + 1,
	    sizeof(*s->columns));
	s->columns[s->count++] =
	    (struct shape_column){.name = mem_string(name), .type = type};
}

void
shape_add_file(struct shape *s, char *path)
{
	s->files = mem_grow(s->files, &s->file_capacity, s->file_count + 1,
	    sizeof(*s->files));
	s->files[s->file_count++] = path;
}

struct shape *
shape_find(const struct shape_list *list, const char *table)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i].table, table) == 0)
			return &list->items[i];
	return NULL;
}

static bool
is_named(const struct shape_column *c, const char *name, size_t len)
{
	return strncmp(c->name, name, len) == 0 && c->name[len] == '\0';
}

size_t
shape_find_column(const struct shape *s, const char *name, size_t len,
    size_t hint)
{
	if (hint < s->count && is_named(&s->columns[hint], name, len))
		return hint;
	for (size_t i = 0; i < s->count; i++)
		if (is_named(&s->columns[i], name, len))
			return i;
	return s->count;
}

void
shape_list_free(struct shape_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct shape *s = &list->items[i];

		for (size_t n = 0; n < s->count; n++)
			free(s->columns[n].name);
		for (size_t n = 0; n < s->file_count; n++)
			free(s->files[n]);
		free(s->columns);
		free(s->files);
		free(s->table);
	}
	free(list->items);
	*list = (struct shape_list){0};
}
