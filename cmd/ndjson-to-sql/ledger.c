/* SPDX-License-Identifier: ISC */
/*
 * The ledger's tables, and their rows.
 */
#include "ledger.h"

#include "buf.h"
#include "instant.h"
#include "mem.h"
#include "shape.h"

#include <stdlib.h>
#include <string.h>

/* The columns of _loads; the first is the key. */
enum loads_column {
	LOADS_ID,
	LOADS_STARTED,
	LOADS_FINISHED,
	LOADS_MODE,
	LOADS_STATUS,
	LOADS_TABLES,
	LOADS_VERSION,
	LOADS_REJECTED,
	LOADS_COUNT,
};

/* The columns of _columns; the first two are the key. */
enum columns_column {
	COLUMNS_TABLE,
	COLUMNS_COLUMN,
	COLUMNS_ROOT,
	COLUMNS_PATH,
	COLUMNS_KIND,
	COLUMNS_TYPE,
	COLUMNS_FORM,
	COLUMNS_KEY,
	COLUMNS_WIDE,
	COLUMNS_FIRST_LOAD,
	COLUMNS_COUNT,
};

struct definition {
	const char *name;
	enum type type;
};

static const struct definition loads_columns[LOADS_COUNT] = {
    [LOADS_ID] = {"load_id", TYPE_BIGINT},
    [LOADS_STARTED] = {"started_at", TYPE_TIMESTAMP},
    [LOADS_FINISHED] = {"finished_at", TYPE_TIMESTAMP},
    [LOADS_MODE] = {"mode", TYPE_TEXT},
    [LOADS_STATUS] = {"status", TYPE_TEXT},
    [LOADS_TABLES] = {"tables", TYPE_JSON},
    [LOADS_VERSION] = {"program_version", TYPE_TEXT},
    [LOADS_REJECTED] = {"rejected", TYPE_BIGINT},
};

static const struct definition columns_columns[COLUMNS_COUNT] = {
    [COLUMNS_TABLE] = {"table_name", TYPE_TEXT},
    [COLUMNS_COLUMN] = {"column_name", TYPE_TEXT},
    [COLUMNS_ROOT] = {"root_table", TYPE_TEXT},
    [COLUMNS_PATH] = {"path", TYPE_TEXT},
    [COLUMNS_KIND] = {"kind", TYPE_TEXT},
    [COLUMNS_TYPE] = {"type", TYPE_TEXT},
    [COLUMNS_FORM] = {"form", TYPE_TEXT},
    [COLUMNS_KEY] = {"key_position", TYPE_BIGINT},
    [COLUMNS_WIDE] = {"is_wide", TYPE_BOOL},
    [COLUMNS_FIRST_LOAD] = {"first_load_id", TYPE_BIGINT},
};

static const char *const mode_names[] = {
    [MODE_DEFAULT] = "default",
    [MODE_MERGE] = "merge",
    [MODE_APPEND] = "append",
    [MODE_REPLACE] = "replace",
    [MODE_SYNC] = "sync",
    [MODE_HISTORY] = "history",
};

static void
add_shape(struct shape_list *list, const char *name,
    const struct definition *columns, size_t count)
{
	struct shape *shape = shape_add(list, name);

	shape->is_own = true;
	for (size_t i = 0; i < count; i++)
		shape_add_column(shape, columns[i].name, columns[i].type);
}

void
ledger_add_shapes(struct shape_list *list)
{
	add_shape(list, "_loads", loads_columns, LOADS_COUNT);
	add_shape(list, "_columns", columns_columns, COLUMNS_COUNT);
}

/* --- reading ------------------------------------------------------------ */

static void
read_names(const struct definition *d, size_t count, const char **names)
{
	for (size_t i = 0; i < count; i++)
		names[i] = d[i].name;
}

/* What the ledger knows of the columns, before the schema does. */
struct memory_item {
	struct schema_known known;
	char *texts[4];    /* that it points to */
	size_t root_place; /* of the first item with its root */
};

struct memory {
	struct memory_item *items;
	size_t count, capacity;
};

/* A cell's text, NUL-terminated; "" where it is none. */
static char *
text_of(const struct cell *c)
{
	return c->kind == CELL_TEXT ? mem_copy(c->text, c->len)
				    : mem_string("");
}

static bool
is_text(const struct cell *c, const char *text)
{
	return c->kind == CELL_TEXT && strlen(text) == c->len &&
	    memcmp(c->text, text, c->len) == 0;
}

static size_t
root_place(const struct memory *m, const char *root)
{
	size_t place = m->count > 0 ? m->items[m->count - 1].root_place : 0;

	/* Mostly that of the item before. */
	if (place < m->count && strcmp(m->items[place].known.root, root) == 0)
		return place;
	place = 0;
	while (
	    place < m->count && strcmp(m->items[place].known.root, root) != 0)
		place++;
	return place;
}

static int
visit_column(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct memory *memory = context;
	struct memory_item item = {0};
	struct schema_known known = {0};
	const char **members[4] = {&known.table, &known.column, &known.root,
	    &known.path};
	const struct cell *type = &cells[COLUMNS_TYPE];
	const struct cell *form = &cells[COLUMNS_FORM];

	(void)count;
	(void)why;
	for (size_t i = 0; i < 4; i++)
		*members[i] = item.texts[i] = text_of(&cells[i]);
	if (type->kind == CELL_TEXT &&
	    type_parse(type->text, type->len, &known.type) != 0)
		known.type = TYPE_UNKNOWN;
	if (form->kind == CELL_TEXT)
		known.form = form_parse(form->text, form->len);
	if (cells[COLUMNS_KEY].kind == CELL_INTEGER)
		known.key_position = (unsigned)cells[COLUMNS_KEY].integer;
	if (cells[COLUMNS_FIRST_LOAD].kind == CELL_INTEGER)
		known.first_load = cells[COLUMNS_FIRST_LOAD].integer;
	known.is_wide = (cells[COLUMNS_WIDE].kind == CELL_INTEGER ||
			    cells[COLUMNS_WIDE].kind == CELL_BOOL) &&
	    cells[COLUMNS_WIDE].integer != 0;
	known.is_theirs = is_text(&cells[COLUMNS_KIND], "theirs");
	known.is_own = is_text(&cells[COLUMNS_KIND], "own");
	item.known = known;
	item.root_place = root_place(memory, known.root);
	memory->items = mem_grow(memory->items, &memory->capacity,
	    memory->count + 1, sizeof(*memory->items));
	memory->items[memory->count++] = item;
	return 0;
}

/* How many lists are on the way. A name in a path may look like one; then it
 * does in the paths below, too. */
static size_t
depth_of(const char *path)
{
	size_t depth = 0;

	while ((path = strstr(path, "[*]"))) {
		path += 3;
		depth++;
	}
	return depth;
}

/* Tables before those below them, and a member's first column before its
 * variants, whose names are longer: no matter in what order a destination
 * keeps its rows. */
static int
compare_columns(const void *one, const void *other)
{
	const struct memory_item *items[] = {one, other};
	const struct schema_known *a = &items[0]->known, *b = &items[1]->known;
	size_t depths[] = {depth_of(a->path), depth_of(b->path)};

	if (items[0]->root_place != items[1]->root_place)
		return items[0]->root_place < items[1]->root_place ? -1 : 1;
	if (depths[0] != depths[1])
		return depths[0] < depths[1] ? -1 : 1;
	if (a->first_load != b->first_load)
		return a->first_load < b->first_load ? -1 : 1;
	if (strlen(a->column) != strlen(b->column))
		return strlen(a->column) < strlen(b->column) ? -1 : 1;
	return strcmp(a->column, b->column);
}

/* Whether each key has all its parts, once each: the rest of the program takes
 * that for granted, and anybody may write into the ledger. */
static int
check_keys(const struct schema *schema, struct fail *why)
{
	for (size_t i = 0; i < schema_table_count(schema); i++) {
		const struct table *t = schema_table(schema, i);
		size_t parts = 0, at = 0;

		for (size_t n = 0; n < t->column_count; n++)
			parts += t->columns[n]->key_position > 0;
		while (at < t->key_count && t->key[at] &&
		    t->key[at]->key_position == at + 1 &&
		    (t->key[at]->member || t->key_count == 1))
			at++;
		if (!t->is_own && (at < t->key_count || parts != at))
			return fail_set(why, STATUS_DATA,
			    "'_columns' has no usable key of '%s'; its "
			    "key_position must count the parts from 1",
			    t->name);
	}
	return 0;
}

static int
read_columns(struct schema *schema, struct sink *sink, struct fail *why)
{
	const char *names[COLUMNS_COUNT];
	struct memory memory = {0};
	int result;

	read_names(columns_columns, COLUMNS_COUNT, names);
	result = sink->ops->read(sink, "_columns", names, COLUMNS_COUNT,
	    visit_column, &memory, why);
	if (memory.count > 0)
		qsort(memory.items, memory.count, sizeof(*memory.items),
		    compare_columns);
	for (size_t i = 0; i < memory.count; i++) {
		if (result == 0)
			result =
			    schema_restore(schema, &memory.items[i].known, why);
		for (size_t n = 0; n < 4; n++)
			free(memory.items[i].texts[n]);
	}
	free(memory.items);
	return result == 0 ? check_keys(schema, why) : result;
}

/* Moves the load's id behind that of the row, and behind its end: rows
 * without a key are numbered by the millisecond. */
static int
visit_load(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	/* The rows of a load are numbered from a million times its id on. */
	const int64_t last = INT64_MAX / 1000000 - 1;
	struct ledger *l = context;
	const struct cell *id = &cells[LOADS_ID], *end = &cells[LOADS_FINISHED];
	struct instant at;
	int64_t newest = -1;

	(void)count;
	if (id->kind == CELL_INTEGER)
		newest = id->integer;
	if (end->kind == CELL_TEXT &&
	    instant_parse(end->text, end->len, &at) == INSTANT_TIME &&
	    instant_to_ms(&at) > newest)
		newest = instant_to_ms(&at);
	if (newest >= last)
		return fail_set(why, STATUS_DATA,
		    "'_loads' has a load of a time that no other can follow, "
		    "load_id %lld; was the clock wrong? Correct its load_id "
		    "and finished_at",
		    (long long)(id->kind == CELL_INTEGER ? id->integer : 0));
	if (newest >= l->load_id)
		l->load_id = newest + 1;
	return 0;
}

static struct table *
add_table(struct schema *schema, const char *name, const struct definition *d,
    size_t count, size_t key_count)
{
	struct table *t = schema_root(schema, name, strlen(name), true);

	t->is_own = true;
	t->is_foreign = false;
	for (size_t i = 0; i < count; i++) {
		struct column *c =
		    schema_own_column(schema, t, d[i].name, d[i].type);

		c->type = c->announced_type = d[i].type;
		if (i >= key_count)
			continue;
		c->key_position = (unsigned)i + 1;
		t->key[i] = c;
	}
	t->key_count = key_count;
	return t;
}

int
ledger_open(struct ledger *l, struct sink *sink, struct schema *schema,
    int64_t now_ms, struct fail *why)
{
	const char *names[LOADS_FINISHED + 1];

	*l = (struct ledger){.schema = schema,
	    .load_id = now_ms,
	    .started_ms = now_ms};
	l->loads = add_table(schema, "_loads", loads_columns, LOADS_COUNT, 1);
	l->columns =
	    add_table(schema, "_columns", columns_columns, COLUMNS_COUNT, 2);
	if (l->loads->is_view || l->columns->is_view)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is a view; the tables _loads and _columns are made "
		    "by loads, so rename it",
		    l->loads->is_view ? "_loads" : "_columns");
	/* What every ledger has had from the beginning. */
	read_names(loads_columns, LOADS_FINISHED + 1, names);
	if (sink->ops->read(sink, "_loads", names, LOADS_FINISHED + 1,
		visit_load, l, why) != 0)
		return -1;
	return read_columns(schema, sink, why);
}

static int
visit_last(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	int64_t *ms = context;

	(void)count;
	(void)why;
	if (cells[0].kind == CELL_INTEGER && cells[0].integer >= *ms)
		*ms = cells[0].integer + 1;
	return 0;
}

int
ledger_pass(struct sink *sink, int64_t *ms, struct fail *why)
{
	return sink->ops->query(sink, "SELECT max(\"load_id\") FROM \"_loads\"",
	    1, visit_last, ms, why);
}

/* --- writing ------------------------------------------------------------ */

/* A row being put together. */
struct entry {
	struct batch *batch;
	struct table *table;
	struct row *row;
};

static void
open_entry(struct entry *e, struct batch *b, struct table *t)
{
	static const struct origin ours = {.name = "the ledger"};

	t->is_started = true;
	e->batch = b;
	e->table = t;
	e->row = batch_add_row(b, batch_table(b, t, t->id),
	    batch_add_origin(b, &ours), t->column_count);
}

static struct cell *
cell_of(const struct entry *e, const char *name)
{
	size_t i = 0;

	/* The table is made here, so it has the column. */
	while (strcmp(e->table->columns[i]->name, name) != 0)
		i++;
	return &e->row->cells[i];
}

static void
put_text(struct entry *e, const char *name, const char *text)
{
	struct cell *cell = cell_of(e, name);
	size_t len = strlen(text);
	char *copy = batch_alloc(e->batch, len);

	memcpy(copy, text, len);
	cell->kind = CELL_TEXT;
	cell->text = copy;
	cell->len = (uint32_t)len;
}

static void
put_integer(struct entry *e, const char *name, int64_t value)
{
	struct cell *cell = cell_of(e, name);

	cell->kind = CELL_INTEGER;
	cell->integer = value;
}

static void
put_time(struct entry *e, const char *name, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];
	struct instant at;

	if (instant_from_ms(ms, &at) != 0)
		return;
	(void)instant_format(&at, text);
	put_text(e, name, text);
}

static void
write_column(const struct ledger *l, struct batch *b, struct column *c)
{
	char form[FORM_TEXT_BYTES];
	struct entry e;

	open_entry(&e, b, l->columns);
	put_text(&e, "table_name", c->table->name);
	put_text(&e, "column_name", c->name);
	put_text(&e, "root_table", c->table->root->name);
	put_text(&e, "path", c->path);
	put_text(&e, "kind",
	    c->is_own          ? "own"
		: c->is_theirs ? "theirs"
			       : "member");
	put_text(&e, "type", type_name(c->type));
	if (c->form.kind != FORM_NONE)
		put_text(&e, "form", form_write(&c->form, form));
	if (c->key_position > 0)
		put_integer(&e, "key_position", c->key_position);
	put_integer(&e, "is_wide", c->is_wide);
	put_integer(&e, "first_load_id",
	    c->first_load ? c->first_load : l->load_id);
	c->is_dirty = false;
}

void
ledger_write(struct ledger *l, struct batch *b, int64_t now_ms, enum mode mode,
    const char *status, const char *counts, uint64_t rejected)
{
	struct entry e;

	open_entry(&e, b, l->loads);
	put_integer(&e, "load_id", l->load_id);
	put_time(&e, "started_at", l->started_ms);
	put_time(&e, "finished_at", now_ms);
	put_text(&e, "mode", mode_names[mode]);
	put_text(&e, "status", status);
	put_text(&e, "tables", counts);
	put_text(&e, "program_version", PROGRAM_VERSION);
	put_integer(&e, "rejected", (int64_t)rejected);
	for (size_t i = 0; i < schema_table_count(l->schema); i++) {
		struct table *t = schema_table(l->schema, i);

		/* A script asks it about a table that is not its own. */
		l->columns->is_started |= t->is_emptied && !t->has_records;
		for (size_t n = 0; n < t->column_count && !t->is_own; n++)
			if (t->columns[n]->is_dirty &&
			    t->columns[n]->is_announced)
				write_column(l, b, t->columns[n]);
	}
}
