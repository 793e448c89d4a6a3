/* SPDX-License-Identifier: ISC */
/*
 * Members, tables and columns: a tree and a hash over it. Names that meet
 * are told apart here: the first one keeps its name, later ones get _2, _3.
 */
#include "schema.h"

#include "childless.h"
#include "buf.h"
#include "ident.h"
#include "mem.h"
#include "member.h"
#include "naming.h"
#include "path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	/* Of a path or a name before it is shortened: a key may be as long
	 * as a line, and there are as many of them above each other as the
	 * nesting allows. */
	NAME_BYTES_MAX = 1 << 30,
};

/* A table that the destination has, as it was found. */
struct existing {
	char *name;
	bool is_view;
	struct existing_column {
		char *name;
		enum type type;
		bool is_readonly;
	} * columns;
	size_t count, capacity;
};

struct schema {
	struct schema_options options;
	struct table **tables;
	size_t table_count, table_capacity;
	struct existing *existing;
	size_t existing_count, existing_capacity;
	struct members members;
};

struct schema *
schema_new(const struct schema_options *options)
{
	struct schema *s = mem_alloc(1, sizeof(*s));

	s->options = *options;
	members_init(&s->members);
	return s;
}

static void
free_table(struct table *t)
{
	for (size_t i = 0; i < t->column_count; i++) {
		free(t->columns[i]->name);
		free(t->columns[i]->path);
		free(t->columns[i]);
	}
	childless_free(t);
	free(t->columns);
	free(t->name);
	free(t);
}

static void
free_existing(struct existing *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->columns[i].name);
	free(e->columns);
	free(e->name);
}

void
schema_free(struct schema *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->table_count; i++)
		free_table(s->tables[i]);
	for (size_t i = 0; i < s->existing_count; i++)
		free_existing(&s->existing[i]);
	members_free(&s->members);
	free(s->tables);
	free(s->existing);
	free(s);
}

/* Whether the table can take no new column for a member; one place is kept
 * for what has none. */
static bool
is_full(const struct schema *s, const struct table *t)
{
	return t->column_count + 1 >= s->options.max_columns;
}

static enum type
find_typing(const struct schema *s, const struct member *m)
{
	const char *table = m->table->name;

	for (size_t i = 0; i < s->options.typing_count && m->name; i++) {
		const struct schema_typing *t = &s->options.typings[i];

		if (strcasecmp(t->column, m->name) == 0 &&
		    (!t->table || strcasecmp(t->table, table) == 0))
			return t->type;
	}
	return TYPE_UNKNOWN;
}

static struct member *
add_member(struct schema *s, struct member *above, const char *key, size_t len)
{
	struct member *m = members_add(&s->members, above, key, len);

	m->forced = find_typing(s, m);
	return m;
}

struct member *
schema_member(struct schema *s, struct member *above, struct member *previous,
    const char *key, size_t len)
{
	struct member *m = members_find(&s->members, above, previous, key, len);

	/* Keys that are data, as in a map, are without end: the tree must
	 * not grow for what no column can be made for. */
	if (m || is_full(s, above->table))
		return m;
	m = add_member(s, above, key, len);
	if (previous)
		previous->next_likely = m;
	return m;
}

/* --- tables ------------------------------------------------------------- */

/* Where names differ by capitals only, as PostgreSQL allows, the one that is
 * written alike counts; else the first. */

static struct existing *
find_existing(const struct schema *s, const char *table)
{
	struct existing *found = NULL;

	for (size_t i = 0; i < s->existing_count; i++) {
		struct existing *e = &s->existing[i];

		if (strcmp(e->name, table) == 0)
			return e;
		if (!found && strcasecmp(e->name, table) == 0)
			found = e;
	}
	return found;
}

static struct table *
find_table(const struct schema *s, const char *name)
{
	const struct existing *e = find_existing(s, name);
	struct table *found = NULL;

	for (size_t i = 0; i < s->table_count; i++) {
		struct table *t = s->tables[i];

		if (strcmp(t->name, name) == 0)
			return t;
		if (!found && strcasecmp(t->name, name) == 0)
			found = t;
	}
	return e && strcmp(e->name, name) == 0 ? NULL : found;
}

/* Puts `suffix` (NULL: none) behind `base` within the limit. */
static char *
limit_name(const struct schema *s, const char *base, const char *suffix)
{
	struct buf name;
	size_t max = s->options.max_name_bytes;

	buf_init(&name, NAME_BYTES_MAX);
	buf_add(&name, base);
	if (max > 0)
		ident_shorten(&name, max - (suffix ? strlen(suffix) : 0));
	if (suffix)
		buf_add(&name, suffix);
	return buf_detach(&name);
}

/* The `attempt`th name to try: "name", "name_2", "name_3". */
static char *
candidate(const struct schema *s, const char *base, unsigned attempt)
{
	char suffix[16];

	(void)snprintf(suffix, sizeof(suffix), "_%u", attempt);
	return limit_name(s, base, attempt > 1 ? suffix : NULL);
}

static struct column *
find_column(const struct table *t, const char *name)
{
	struct column *found = NULL;

	for (size_t i = 0; i < t->column_count; i++) {
		struct column *c = t->columns[i];

		if (strcmp(c->name, name) == 0)
			return c;
		if (!found && strcasecmp(c->name, name) == 0)
			found = c;
	}
	return found;
}

/* The column that keeps another one from having the name. */
static struct column *
find_rival(const struct schema *s, const struct table *t, const char *name)
{
	struct column *found = find_column(t, name);

	for (size_t i = 0; !found && i < t->column_count; i++)
		if (naming_is_same(s->options.dialect, t->columns[i]->name,
			name))
			found = t->columns[i];
	return found;
}

/* Takes `name`. */
static struct column *
add_column(struct table *t, char *name, enum type type)
{
	struct column *c = mem_alloc(1, sizeof(*c));

	c->name = name;
	c->type = type;
	c->table = t;
	c->index = (uint32_t)t->column_count;
	c->is_dirty = true;
	t->columns = mem_grow(t->columns, &t->column_capacity,
	    t->column_count + 1, sizeof(struct column *));
	t->columns[t->column_count++] = c;
	return c;
}

/* Takes `name`. What the destination has of it comes along. */
static struct table *
add_table(struct schema *s, char *name, struct table *parent)
{
	struct table *t = mem_alloc(1, sizeof(*t));
	const struct existing *e = find_existing(s, name);

	t->name = name;
	t->id = s->table_count;
	t->parent = parent;
	t->root = parent ? parent->root : t;
	for (size_t i = 0; e && i < e->count; i++) {
		struct column *c = add_column(t, mem_string(e->columns[i].name),
		    e->columns[i].type);

		c->is_stored = c->is_theirs = true;
		c->announced_type = c->type;
		c->is_readonly = e->columns[i].is_readonly;
		c->is_dirty = false;
	}
	t->is_stored = t->is_foreign = e != NULL;
	t->is_view = e && e->is_view;
	s->tables = mem_grow(s->tables, &s->table_capacity, s->table_count + 1,
	    sizeof(struct table *));
	s->tables[s->table_count++] = t;
	return t;
}

static struct table *
add_root(struct schema *s, char *name)
{
	struct table *t = add_table(s, name, NULL);

	t->record = members_add_root(&s->members, NULL, t);
	return t;
}

struct table *
schema_root(struct schema *s, const char *name, size_t len, bool is_exact)
{
	struct buf normal;
	struct table *t;
	char *text;

	buf_init(&normal, NAME_BYTES_MAX);
	if (is_exact)
		buf_append(&normal, name, len);
	else
		ident_normalize(name, len, s->options.max_name_bytes, &normal);
	text = buf_detach(&normal);
	t = find_table(s, text);
	for (unsigned n = 2; t && t->parent; n++) {
		char *other = candidate(s, text, n);

		t = find_table(s, other);
		free(text);
		text = other;
	}
	if (t)
		free(text);
	else
		t = add_root(s, text);
	return t;
}

static bool
is_table_taken(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (naming_is_same(s->options.dialect, s->tables[i]->name,
			name))
			return true;
	return find_existing(s, name) != NULL;
}

static void
attach_list(struct schema *s, struct member *m, struct table *t)
{
	m->list = t;
	m->item = members_add_root(&s->members, m, t);
	/* As dlt counts: a list and its items are one level, but a list that
	 * is an item is another. */
	m->item->depth = m->depth + (m->key ? 0 : 1);
	t->record = m->item;
	t->parent_id = schema_own_column(s, t, "_parent_id", TYPE_UNKNOWN);
	t->idx = schema_own_column(s, t, "_idx", TYPE_BIGINT);
	t->id_column = schema_own_column(s, t, "_id", TYPE_TEXT);
}

int
schema_add_list(struct schema *s, struct member *m)
{
	struct buf base;
	char *name = NULL;
	unsigned attempt = 1;

	if (s->table_count >= SCHEMA_TABLES_MAX)
		return -1;
	buf_init(&base, NAME_BYTES_MAX);
	buf_add(&base, m->table->name);
	ident_join(&base, m->name ? m->name : "list",
	    strlen(m->name ? m->name : "list"));
	do {
		free(name);
		name = candidate(s, base.data, attempt++);
	} while (is_table_taken(s, name));
	buf_free(&base);
	attach_list(s, m, add_table(s, name, m->table));
	m->list->has_other_name = attempt > 2;
	return 0;
}

size_t
schema_table_count(const struct schema *s)
{
	return s->table_count;
}

struct table *
schema_table(const struct schema *s, size_t id)
{
	return s->tables[id];
}

/* --- columns ------------------------------------------------------------ */

struct column *
schema_own_column(struct schema *s, struct table *t, const char *name,
    enum type type)
{
	char *own = candidate(s, name, 1);
	struct column *c;

	/* A member's column may have the name by now; its values stay. */
	for (unsigned attempt = 2; (c = find_rival(s, t, own)) && c->member;
	     attempt++) {
		free(own);
		own = candidate(s, name, attempt);
	}
	if (!c) {
		c = add_column(t, own, type);
		own = NULL;
	} else if (c->type == TYPE_UNKNOWN) {
		c->type = type;
	}
	free(own);
	c->is_own = true;
	c->is_theirs = false;
	if (!c->path)
		c->path = member_path(t->record);
	return c;
}

bool
schema_has_own(const struct table *t, const char *name)
{
	const struct column *c = find_column(t, name);

	return c && c->is_own;
}

/* Whether a member may put its values into a column that is there. */
static bool
is_free(const struct column *c)
{
	return c->is_stored && !c->path && !c->is_readonly && !c->is_own;
}

/* The column of a table that is not ours with the member's own key. */
static struct column *
find_raw(const struct table *t, const struct member *m)
{
	struct column *c;

	if (!m->key || m->above != t->record)
		return NULL;
	c = find_column(t, m->key);
	return c && is_free(c) ? c : NULL;
}

/* Names are tried from `base` on. */
static struct column *
make_named_column(struct schema *s, struct member *m, const char *base,
    enum type type)
{
	struct table *t = m->table;
	struct column *c;
	const struct column *met = NULL;
	char *name = NULL;

	/* Only a table that was there before may have one to spare: a record
	 * may have a hundred thousand members. */
	if (is_full(s, t) && !t->is_stored)
		return NULL;
	c = find_raw(t, m);
	for (unsigned attempt = 1; !c; attempt++) {
		free(name);
		name = candidate(s, base, attempt);
		c = find_rival(s, t, name);
		if (c && !is_free(c)) {
			met = met ? met : c;
			c = NULL;
		} else if (!c && is_full(s, t)) {
			free(name);
			return NULL;
		} else if (!c) {
			c = add_column(t, name, type);
			name = NULL;
		}
	}
	free(name);
	c->path = member_path(m);
	c->member = m;
	c->met = met;
	c->is_dirty = true;
	return c;
}

static struct column *
make_column(struct schema *s, struct member *m, const char *base,
    enum type type)
{
	struct column *c;
	struct buf name;

	buf_init(&name, NAME_BYTES_MAX);
	buf_addf(&name, "%s%s",
	    naming_is_reserved(s->options.dialect, base) ? "x" : "", base);
	c = make_named_column(s, m, name.data, type);
	buf_free(&name);
	return c;
}

/* An item's scalars have no key; dlt calls their column `value`. */
static const char *
base_name(const struct member *m)
{
	return m->name ? m->name : "value";
}

static struct column *
make_variant(struct schema *s, struct member *m, enum type type)
{
	struct buf base;
	struct column *c;

	if (!m->variants)
		m->variants = mem_alloc(TYPE_COUNT, sizeof(struct column *));
	buf_init(&base, NAME_BYTES_MAX);
	buf_addf(&base, "%s__v_%s", base_name(m), type_name(type));
	c = make_column(s, m, base.data, type);
	buf_free(&base);
	m->variants[type] = c;
	return c;
}

struct column *
schema_column(struct schema *s, struct member *m, enum type type)
{
	if (!m->column) {
		m->column = make_column(s, m, base_name(m), type);
		return m->column;
	}
	if (m->variants && m->variants[type])
		return m->variants[type];
	return make_variant(s, m, type);
}

void
schema_retype(struct schema *s, struct column *c, enum type type)
{
	(void)s;
	c->type = type;
	c->is_dirty = true;
}

static bool
is_typed_table(const struct schema_typing *typing, const struct table *t)
{
	return !t->is_own &&
	    (!typing->table || strcasecmp(typing->table, t->name) == 0);
}

bool
schema_lacks(const struct schema *s, const struct schema_typing *typing)
{
	bool is_named = false;

	for (const struct member *m = s->members.newest; m; m = m->older)
		if (m->name && strcasecmp(typing->column, m->name) == 0 &&
		    is_typed_table(typing, m->table))
			return false;
	for (size_t i = 0; i < s->table_count; i++)
		is_named |= s->tables[i]->root->is_started &&
		    is_typed_table(typing, s->tables[i]);
	return is_named;
}

const struct table *
schema_stored_list(const struct schema *s, const struct table *root)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i]->root == root && s->tables[i] != root &&
		    s->tables[i]->is_stored)
			return s->tables[i];
	return NULL;
}

/* --- what was there before ---------------------------------------------- */

void
schema_add_existing(struct schema *s, const char *table, const char *column,
    enum type type, bool is_readonly, bool is_view)
{
	struct existing *e = find_existing(s, table);

	if (!e || strcmp(e->name, table) != 0) {
		s->existing = mem_grow(s->existing, &s->existing_capacity,
		    s->existing_count + 1, sizeof(*s->existing));
		e = &s->existing[s->existing_count++];
		*e = (struct existing){.name = mem_string(table),
		    .is_view = is_view};
	}
	if (!column)
		return;
	e->columns = mem_grow(e->columns, &e->capacity, e->count + 1,
	    sizeof(*e->columns));
	e->columns[e->count++] =
	    (struct existing_column){.name = mem_string(column),
		.type = type,
		.is_readonly = is_readonly};
}

void
schema_adopt(struct schema *s)
{
	for (size_t i = 0; i < s->existing_count; i++)
		if (!find_table(s, s->existing[i].name))
			(void)add_root(s, mem_string(s->existing[i].name));
}

/* The member at `path` below the root's record. Lists on the way get the
 * table `name`: the ledger lists a table's columns before those of the
 * tables below it. */
static struct member *
walk_path(struct schema *s, struct table *root, const char *path,
    const char *name)
{
	struct member *m = root->record;
	struct path_step step;

	if (*path++ != '$')
		return NULL;
	while (path_next(&path, &step) == 1) {
		if (step.key) {
			struct member *below = members_find(&s->members, m,
			    NULL, step.key, step.len);

			/* What exists is not subject to max_columns. */
			m = below ? below
				  : add_member(s, m, step.key, step.len);
			free(step.key);
			continue;
		}
		if (!m->list && find_table(s, name))
			return NULL;
		if (!m->list)
			attach_list(s, m,
			    add_table(s, mem_string(name), m->table));
		m->list->is_foreign = false;
		m->has_below = true;
		m = m->item;
	}
	return *path ? NULL : m;
}

static void
restore_member(struct column *c, struct member *m)
{
	c->member = m;
	if (!m->column) {
		m->column = c;
		return;
	}
	if (!m->variants)
		m->variants = mem_alloc(TYPE_COUNT, sizeof(struct column *));
	m->variants[c->type] = c;
}

/* Whether tables of its lists may be left, with references to its key. */
static bool
has_tables_below(const struct schema *s, const struct table *root)
{
	size_t len = strlen(root->name);

	for (size_t i = 0; i < s->existing_count; i++) {
		const char *name = s->existing[i].name;

		if (strncasecmp(name, root->name, len) == 0 &&
		    strncmp(name + len, "__", 2) == 0)
			return true;
	}
	return false;
}

/* A table that is gone binds nobody to the key that it had. */
static void
release_column(const struct schema *s, struct column *c)
{
	const struct table *root = c->table->root;

	if (root->is_stored || has_tables_below(s, root))
		return;
	if (c->key_position > 0 || c == c->table->parent_id) {
		c->type = c->announced_type = TYPE_UNKNOWN;
		c->form = (struct form){0};
		c->is_wide = false;
		c->key_position = 0;
	}
	c->is_theirs = false;
	c->first_load = 0;
	c->is_dirty = true;
}

static void
restore_column(const struct schema *s, struct table *t, struct member *m,
    const struct schema_known *known)
{
	struct column *c = find_column(t, known->column);

	/* Ours are made when they are needed: a table that is gone may come
	 * again in another mode. */
	if (!c && known->is_own)
		return;
	if (!c)
		c = add_column(t, mem_string(known->column), known->type);
	c->type = c->announced_type = known->type;
	c->form = known->form;
	c->is_wide = known->is_wide;
	c->is_own = known->is_own;
	c->is_theirs = known->is_theirs;
	c->key_position = known->key_position;
	c->first_load = known->first_load;
	c->is_dirty = false;
	release_column(s, c);
	if (!c->path)
		c->path = member_path(m);
	if (c->key_position > 0 && c->key_position <= SCHEMA_KEY_MAX) {
		t->key[c->key_position - 1] = c;
		if (t->key_count < c->key_position)
			t->key_count = c->key_position;
	}
	if (!c->is_own)
		restore_member(c, m);
}

int
schema_restore(struct schema *s, const struct schema_known *known,
    struct fail *why)
{
	struct table *root = find_table(s, known->root);
	struct member *m;

	if (!root)
		root = add_root(s, mem_string(known->root));
	if (!root->is_known)
		root->is_foreign = false;
	root->is_known = true;
	root->is_foreign |= known->is_theirs && root->is_stored;
	m = walk_path(s, root, known->path, known->table);
	if (!m || strcasecmp(m->table->name, known->table) != 0)
		return fail_set(why, STATUS_DATA,
		    "'_columns' has no usable path '%s' for '%s.%s'",
		    known->path, known->table, known->column);
	restore_column(s, m->table, m, known);
	return 0;
}

/* --- what changed ------------------------------------------------------- */

static void
announce(struct batch *b, struct column *c)
{
	struct change change = {.kind = CHANGE_COLUMN,
	    .table = c->table,
	    .column = c,
	    .type = c->type,
	    .is_stored = c->is_stored};

	if (!c->is_announced) {
		if (c->is_stored)
			change.type = c->announced_type;
		batch_add_change(b, change);
		c->is_announced = true;
		c->announced_type = change.type;
	}
	if (c->announced_type == c->type)
		return;
	change.kind = CHANGE_TYPE;
	change.from = c->announced_type;
	change.type = c->type;
	batch_add_change(b, change);
	c->announced_type = c->type;
}

/* A column that is null so far waits for its type, so that it need not be
 * converted later; one that has become an object or a list needs none. */
static bool
is_ready(const struct column *c, bool is_last)
{
	if (is_free(c) || c->is_readonly)
		return false;
	if (c->type != TYPE_UNKNOWN || c->is_stored || c->is_announced)
		return true;
	return is_last && !(c->member && c->member->has_below);
}

static void
take_table_changes(struct table *t, struct batch *b, bool is_last)
{
	if (!t->is_announced)
		batch_add_change(b,
		    (struct change){.kind = CHANGE_TABLE,
			.table = t,
			.is_stored = t->is_stored});
	t->is_announced = true;
	for (size_t i = 0; i < t->column_count; i++) {
		struct column *c = t->columns[i];

		/* A user reads a row's own members first. */
		if (c != t->load_id && is_ready(c, is_last))
			announce(b, c);
	}
	if (t->load_id)
		announce(b, t->load_id);
}

void
schema_take_changes(struct schema *s, struct batch *b, bool is_last)
{
	for (size_t i = 0; i < s->table_count; i++)
		if (s->tables[i]->root->is_started)
			take_table_changes(s->tables[i], b, is_last);
}
