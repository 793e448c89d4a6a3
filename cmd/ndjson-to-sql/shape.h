/* SPDX-License-Identifier: ISC */
/*
 * What a table looks like to those who write its rows to files and read them
 * back: its name and its columns, in the order of the cells. Pure.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include "type.h"

#include <stdbool.h>
#include <stddef.h>

struct shape_column {
	char *name;
	enum type type;
};

struct shape {
	char *table;
	bool is_own; /* the ledger's */
	struct shape_column *columns;
	size_t count, capacity; /* of columns */
	char **files;           /* that hold its rows now, in their order */
	size_t file_count, file_capacity;
};

struct shape_list {
	struct shape *items;
	size_t count, capacity;
};

/* A new last table without columns. The shapes may move. */
struct shape *shape_add(struct shape_list *list, const char *table);

void shape_add_column(struct shape *s, const char *name, enum type type);

/* Takes the path. */
void shape_add_file(struct shape *s, char *path);

/* The table of that name, or NULL; names differ by more than ASCII case. */
struct shape *shape_find(const struct shape_list *list, const char *table);

/* The index of the column; s->count where there is none. `hint` is tried
 * first. */
size_t shape_find_column(const struct shape *s, const char *name, size_t len,
    size_t hint);

void shape_list_free(struct shape_list *list);

#endif
