/* SPDX-License-Identifier: ISC */
/*
 * Keeping parents without rows by name, then by their place in the key.
 */
#include "childless.h"

#include "mem.h"
#include "schema.h"
#include "status.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A _parent, its members by name. */
struct waiting {
	char *names[SCHEMA_KEY_MAX];
	struct cell cells[SCHEMA_KEY_MAX];
	size_t count;
};

static void
free_cell(struct cell *c)
{
	if (c->kind == CELL_TEXT)
		free((char *)(uintptr_t)c->text);
	c->kind = CELL_NULL;
}

static void
free_waiting(struct waiting *w)
{
	for (size_t i = 0; i < w->count; i++) {
		free(w->names[i]);
		free_cell(&w->cells[i]);
	}
}

static struct cell
read_cell(const struct json_node *node)
{
	struct cell cell = {.kind = CELL_INTEGER};

	if (node->kind == JSON_INTEGER) {
		cell.integer = node->integer;
		return cell;
	}
	cell.kind = CELL_TEXT;
	cell.text = mem_copy(node->string, node->string_len);
	cell.len = node->string_len;
	return cell;
}

static void
read_waiting(const struct json_node *nodes, const struct json_node *parent,
    struct waiting *w)
{
	size_t at = (size_t)(parent - nodes);

	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		if (nodes[n].kind == JSON_NULL || w->count == SCHEMA_KEY_MAX)
			continue;
		w->names[w->count] = mem_copy(nodes[n].key, nodes[n].key_len);
		w->cells[w->count++] = read_cell(&nodes[n]);
	}
}

/* Moves the cell of the key's part out of the waiting; its kind is CELL_NULL
 * where there is none. */
static struct cell
take_part(struct waiting *w, const struct column *part)
{
	struct cell cell = {.kind = CELL_NULL};

	for (size_t i = 0; i < w->count && cell.kind == CELL_NULL; i++) {
		if (strcmp(w->names[i], part->member->key) != 0)
			continue;
		cell = w->cells[i];
		w->cells[i].kind = CELL_NULL;
	}
	return cell;
}

/* Gives the cell the type that values of the part are stored with. false where
 * they are spelled otherwise there, as times are. */
static bool
fit_part(struct cell *cell, const struct column *part)
{
	char text[24];

	if (part->type == TYPE_BIGINT)
		return cell->kind == CELL_INTEGER;
	if (part->type == TYPE_TEXT && cell->kind == CELL_INTEGER) {
		cell->len = (uint32_t)snprintf(text, sizeof(text), "%" PRId64,
		    cell->integer);
		cell->text = mem_copy(text, cell->len);
		cell->kind = CELL_TEXT;
	}
	return part->type == TYPE_TEXT || part->type == TYPE_UNKNOWN;
}

/* Refuses a line: its status, and nothing is covered by it. */
static int
refuse_part(const struct column *part, struct fail *why)
{
	(void)fail_set(why, STATUS_DATA,
	    "'_parent' has a '%s' that is no value of its column, which is "
	    "%s, so no rows of it can be told",
	    part->member->key, type_name(part->type));
	return 1;
}

/* Moves the waiting into t->covered; what is left of it is freed. */
static int
settle(struct table *t, struct waiting *w, struct fail *why)
{
	struct cell *cells;
	const struct column *other = NULL;
	size_t i = 0;

	t->covered = mem_grow(t->covered, &t->covered_capacity,
	    (t->covered_count + 1) * t->parent_key_count, sizeof(*cells));
	cells = t->covered + t->covered_count * t->parent_key_count;
	for (; i < t->parent_key_count; i++) {
		cells[i] = take_part(w, t->key[i]);
		if (cells[i].kind == CELL_NULL)
			break;
		if (!fit_part(&cells[i], t->key[i]))
			other = t->key[i];
	}
	free_waiting(w);
	if (i == t->parent_key_count && !other) {
		t->covered_count++;
		return 0;
	}
	while (i-- > 0)
		free_cell(&cells[i]);
	if (other)
		return refuse_part(other, why);
	(void)fail_set(why, STATUS_DATA, "'_parent' lacks a part of the key");
	return 1;
}

int
childless_add(struct table *t, const struct json_node *nodes,
    const struct json_node *parent, struct fail *why)
{
	struct waiting w = {0};
	size_t at = (size_t)(parent - nodes);

	for (size_t n = at + 1; n < nodes[at].end; n = nodes[n].end) {
		if (nodes[n].kind == JSON_STRING ||
		    nodes[n].kind == JSON_INTEGER || nodes[n].kind == JSON_NULL)
			continue;
		(void)fail_set(why, STATUS_DATA,
		    "'_parent' holds something else than strings and integers, "
		    "so no rows of it can be told");
		return 1;
	}
	read_waiting(nodes, parent, &w);
	if (t->parent_key_count > 0)
		return settle(t, &w, why);
	t->waiting = mem_grow(t->waiting, &t->waiting_capacity,
	    t->waiting_count + 1, sizeof(w));
	t->waiting[t->waiting_count++] = w;
	return 0;
}

int
childless_settle(struct table *t, struct fail *why)
{
	int result = 0;

	while (result == 0 && t->parent_key_count > 0 && t->waiting_count > 0)
		result = settle(t, &t->waiting[--t->waiting_count], why);
	return result;
}

void
childless_free(struct table *t)
{
	for (size_t i = 0; i < t->waiting_count; i++)
		free_waiting(&t->waiting[i]);
	free(t->waiting);
	for (size_t i = 0; i < t->covered_count * t->parent_key_count; i++)
		free_cell(&t->covered[i]);
	free(t->covered);
}
