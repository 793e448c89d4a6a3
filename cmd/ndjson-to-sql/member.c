/* SPDX-License-Identifier: ISC */
/*
 * The tree of members.
 */
#include "member.h"

#include "buf.h"
#include "ident.h"
#include "infer.h"
#include "mem.h"
#include "path.h"

#include <stdlib.h>
#include <string.h>

enum {
	START_SLOTS = 256,
	/* Of a name before it is shortened, or a path: keys may be as long
	 * as lines, and as many above each other as the nesting allows. */
	NAME_BYTES_MAX = 1 << 30,
};

void
members_init(struct members *all)
{
	*all = (struct members){.slot_count = START_SLOTS};
	all->slots = mem_alloc(all->slot_count, sizeof(struct member *));
}

void
members_free(struct members *all)
{
	while (all->newest) {
		struct member *m = all->newest;

		all->newest = m->older;
		free(m->key);
		free(m->name);
		free(m->variants);
		free(m);
	}
	free(all->slots);
}

static size_t
hash_member(const struct member *above, const char *key, size_t len)
{
	/* FNV-1a over the key, started with the place above. */
	uint64_t hash = (uint64_t)(uintptr_t)above ^ 0xCBF29CE484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)key[i]) * 0x100000001B3u;
	return (size_t)(hash ^ hash >> 32);
}

static void
add_to_slot(struct members *all, struct member *m)
{
	size_t slot =
	    hash_member(m->above, m->key, m->key_len) & (all->slot_count - 1);

	m->next_in_slot = all->slots[slot];
	all->slots[slot] = m;
}

static void
grow_slots(struct members *all)
{
	free(all->slots);
	all->slot_count *= 2;
	all->slots = mem_alloc(all->slot_count, sizeof(struct member *));
	for (struct member *m = all->newest; m; m = m->older)
		if (m->key)
			add_to_slot(all, m);
}

struct member *
members_add_root(struct members *all, struct member *above, struct table *table)
{
	struct member *m = mem_alloc(1, sizeof(*m));

	m->above = above;
	m->table = table;
	m->older = all->newest;
	all->newest = m;
	return m;
}

/* The name of a member's column, or the prefix of those below it. */
static char *
name_member(const struct member *above, const char *key, size_t len)
{
	struct buf name, part;

	buf_init(&name, NAME_BYTES_MAX);
	buf_init(&part, NAME_BYTES_MAX);
	ident_normalize(key, len, 0, &part);
	if (above->name)
		buf_add(&name, above->name);
	ident_join(&name, part.data, part.len);
	buf_free(&part);
	return buf_detach(&name);
}

static struct member *
find_in_slot(const struct members *all, const struct member *above,
    const char *key, size_t len)
{
	struct member *m =
	    all->slots[hash_member(above, key, len) & (all->slot_count - 1)];

	while (m &&
	    (m->above != above || m->key_len != len ||
		memcmp(m->key, key, len) != 0))
		m = m->next_in_slot;
	return m;
}

/* Names at the top of a record that mean something to us (the stream). */
static bool
is_reserved(const char *key, size_t len)
{
	static const char *const names[] = {"_resource", "_parent", "_key",
	    "_rows", "_error"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == len && memcmp(names[i], key, len) == 0)
			return true;
	return false;
}

struct member *
members_add(struct members *all, struct member *above, const char *key,
    size_t len)
{
	struct member *m = members_add_root(all, above, above->table);
	bool is_root = !above->above;

	m->key = mem_copy(key, len);
	m->key_len = (uint32_t)len;
	m->depth = above->depth + 1;
	m->is_reserved = is_root && is_reserved(key, len);
	m->is_parent_part = above->is_parent_part ||
	    (m->is_reserved && strcmp(m->key, "_parent") == 0);
	/* _parent itself adds nothing to the names below it. */
	if (!m->is_parent_part || above->is_parent_part)
		m->name = name_member(above, key, len);
	m->has_time_name = infer_is_time_name(key, len);
	if (++all->count > all->slot_count)
		grow_slots(all);
	else
		add_to_slot(all, m);
	return m;
}

struct member *
members_find(struct members *all, struct member *above, struct member *previous,
    const char *key, size_t len)
{
	struct member *m = members_guess(above, previous, key, len);

	if (m)
		return m;
	m = find_in_slot(all, above, key, len);
	if (m && previous)
		previous->next_likely = m;
	else if (m)
		above->first_likely = m;
	return m;
}

char *
member_path(const struct member *m)
{
	const struct member *chain[PATH_STEPS_MAX];
	size_t count = 0;
	struct buf path;

	for (; m->above && count < PATH_STEPS_MAX; m = m->above)
		chain[count++] = m;
	buf_init(&path, NAME_BYTES_MAX);
	path_start(&path);
	while (count-- > 0)
		path_add(&path, chain[count]->key, chain[count]->key_len);
	return buf_detach(&path);
}
