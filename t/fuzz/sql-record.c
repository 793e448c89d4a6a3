/* SPDX-License-Identifier: ISC */
/*
 * Lines of any bytes as records, judged by libjq and SQLite. Every value that
 * libjq finds in an accepted line stands in the row of its object, in a column
 * of its path and as that column's type has it, or in _rest; no row is there
 * for nothing. SQLite's json_extract finds the members of the record, too.
 *
 * The first byte of the input chooses among depths, limits and what becomes
 * of lists.
 */
#include "record.h"

#include "infer.h"
#include "instant.h"
#include "json.h"
#include "mem.h"
#include "path.h"
#include "schema.h"

#include <assert.h>
#include <jv.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { JSON_DEPTH = 24, LINES_MAX = 16, PATH_MAX_BYTES = 1 << 20 };

struct trial {
	struct record_options options;
	struct schema *schema;
	struct batch batch;
	struct {
		const char *text;
		size_t len;
		uint64_t sequence;
		struct table *table;
	} lines[LINES_MAX];
	size_t line_count;
	size_t rows_met; /* by libjq's values, all tables together */
	bool has_skipped;
};

/* A row, and the JSON of its _rest; invalid where it has none. */
struct place {
	struct table *table;
	size_t row;
	jv rest;
};

static const struct cell *
cell_at(struct trial *t, const struct table *table, size_t row,
    const struct column *c)
{
	static const struct cell nothing;
	const struct row *r = &t->batch.tables[table->id].rows[row];

	return c->index < r->count ? &r->cells[c->index] : &nothing;
}

/* --- one value ---------------------------------------------------------- */

static jv
parse_text(const char *text, size_t len)
{
	return jv_parse_sized(text, (int)len);
}

static bool
is_text(const struct cell *cell, const char *text, size_t len)
{
	return cell->kind == CELL_TEXT && cell->len == len &&
	    memcmp(cell->text, text, len) == 0;
}

/* Whether the timestamp in the cell is the value's. */
static bool
is_instant(const struct cell *cell, jv value)
{
	char text[INSTANT_TEXT_BYTES];
	struct instant at;
	jv_kind kind = jv_get_kind(value);

	if (kind == JV_KIND_NUMBER) {
		double ms = jv_number_value(value);

		return fabs(ms) < 1e15 && ms == floor(ms) &&
		    instant_from_ms((int64_t)ms, &at) == 0 &&
		    is_text(cell, text, instant_format(&at, text));
	}
	if (kind != JV_KIND_STRING ||
	    instant_parse(jv_string_value(value),
		(size_t)jv_string_length_bytes(jv_copy(value)),
		&at) == INSTANT_NONE)
		return false;
	return is_text(cell, text, instant_format(&at, text));
}

/* Whether the cell of that type is the value, which is borrowed. */
static bool
is_value(const struct cell *cell, enum type type, jv value)
{
	jv_kind kind = jv_get_kind(value);
	bool is_same;
	jv again;

	switch (type) {
	case TYPE_BOOL:
		return cell->kind == CELL_BOOL &&
		    ((kind == JV_KIND_TRUE && cell->integer == 1) ||
			(kind == JV_KIND_FALSE && cell->integer == 0));
	case TYPE_BIGINT:
		return cell->kind == CELL_INTEGER && kind == JV_KIND_NUMBER &&
		    (double)cell->integer == jv_number_value(value);
	case TYPE_DOUBLE:
		return cell->kind == CELL_NUMBER && kind == JV_KIND_NUMBER &&
		    cell->number == jv_number_value(value);
	case TYPE_TIMESTAMP:
		return is_instant(cell, value);
	case TYPE_TEXT:
		return kind == JV_KIND_STRING &&
		    is_text(cell, jv_string_value(value),
			(size_t)jv_string_length_bytes(jv_copy(value)));
	case TYPE_DECIMAL:
	case TYPE_JSON:
		if (cell->kind != CELL_TEXT)
			return false;
		again = parse_text(cell->text, cell->len);
		is_same = jv_is_valid(again) &&
		    jv_equal(jv_copy(again), jv_copy(value));
		jv_free(again);
		return is_same;
	default:
		return false;
	}
}

/* Whether the type of a cell is its column's. */
static void
check_cell(const struct cell *cell, const struct column *c)
{
	static const enum cell_kind kinds[TYPE_COUNT] = {[TYPE_BOOL] =
							     CELL_BOOL,
	    [TYPE_BIGINT] = CELL_INTEGER,
	    [TYPE_DOUBLE] = CELL_NUMBER,
	    [TYPE_DECIMAL] = CELL_TEXT,
	    [TYPE_TIMESTAMP] = CELL_TEXT,
	    [TYPE_TEXT] = CELL_TEXT,
	    [TYPE_JSON] = CELL_TEXT};

	assert(cell->kind == CELL_NULL || cell->kind == kinds[c->type]);
	if (cell->kind == CELL_TEXT && c->type == TYPE_JSON) {
		jv value = parse_text(cell->text, cell->len);

		assert(jv_is_valid(value));
		jv_free(value);
	}
}

/* Whether the row has the value at the path: in one of the columns that have
 * this path, or in _rest. */
static bool
has_value(struct trial *t, const struct place *p, const char *path, jv value)
{
	bool is_there = false;
	jv rest;

	for (size_t i = 0; i < p->table->column_count && !is_there; i++) {
		const struct column *c = p->table->columns[i];

		if (c->member && strcmp(c->path, path) == 0)
			is_there = is_value(cell_at(t, p->table, p->row, c),
			    c->type, value);
	}
	if (is_there || !jv_is_valid(p->rest))
		return is_there;
	rest = jv_object_get(jv_copy(p->rest), jv_string(path));
	if (!jv_is_valid(rest)) {
		jv_free(rest);
		return false;
	}
	return jv_equal(rest, jv_copy(value));
}

/* --- all values --------------------------------------------------------- */

static jv
read_rest(struct trial *t, struct table *table, size_t row)
{
	const struct cell *cell =
	    table->rest ? cell_at(t, table, row, table->rest) : NULL;

	if (!cell || cell->kind == CELL_NULL)
		return jv_invalid();
	assert(cell->kind == CELL_TEXT);
	return parse_text(cell->text, cell->len);
}

/* The child table whose items have the path, or NULL. */
static struct table *
find_child(struct trial *t, const struct table *above, const char *path)
{
	for (size_t i = 0; i < schema_table_count(t->schema); i++) {
		struct table *child = schema_table(t->schema, i);
		bool is_same = false;
		char *own;

		if (child->parent != above)
			continue;
		own = member_path(child->record);
		is_same = strcmp(own, path) == 0;
		free(own);
		if (is_same)
			return child;
	}
	return NULL;
}

static void meet_value(struct trial *t, const struct place *p,
    const struct buf *path, jv value, const jv *parent);

/* A list that has rows: each item is in its own. Whether it has. */
static bool
meet_items(struct trial *t, const struct place *p, const struct buf *path,
    jv list)
{
	int length = jv_array_length(jv_copy(list));
	struct place below = {0};
	struct buf item;
	int met = 0;

	buf_init(&item, PATH_MAX_BYTES);
	buf_append(&item, path->data, path->len);
	path_add(&item, NULL, 0);
	below.table = find_child(t, p->table, item.data);
	if (below.table && below.table->id < t->batch.table_count) {
		struct batch_table *rows = &t->batch.tables[below.table->id];

		for (size_t i = 0; i < rows->count; i++) {
			uint64_t sequence =
			    t->batch.tables[p->table->id].rows[p->row].sequence;

			if (rows->rows[i].parent != p->row ||
			    rows->rows[i].sequence != sequence)
				continue;
			assert(cell_at(t, below.table, i, below.table->idx)
				   ->integer == met);
			below.row = i;
			below.rest = read_rest(t, below.table, i);
			t->rows_met++;
			meet_value(t, &below, &item,
			    jv_array_get(jv_copy(list), met++), NULL);
			jv_free(below.rest);
		}
	}
	assert(met == 0 || met == length);
	buf_free(&item);
	return met > 0;
}

/* Whether a member of the record is the envelope's. */
static bool
is_reserved(const char *key)
{
	static const char *const names[] = {"_resource", "_key", "_rows",
	    "_error"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return false;
}

/* The members of an object, which is borrowed; `parent` is _parent's object
 * for those of a record, which need not repeat what it tells. */
static void
meet_members(struct trial *t, const struct place *p, const struct buf *path,
    jv object, const jv *parent)
{
	bool is_record = strcmp(path->data, "$") == 0;

	for (int i = jv_object_iter(object); jv_object_iter_valid(object, i);
	     i = jv_object_iter_next(object, i)) {
		jv key = jv_object_iter_key(object, i);
		jv value = jv_object_iter_value(object, i);
		size_t len = (size_t)jv_string_length_bytes(jv_copy(key));
		struct buf below;
		bool is_told = false;

		buf_init(&below, PATH_MAX_BYTES);
		buf_append(&below, path->data, path->len);
		path_add(&below, jv_string_value(key), len);
		if (is_record && parent) {
			jv told = jv_object_get(jv_copy(*parent), jv_copy(key));

			is_told = jv_is_valid(told)
			    ? jv_equal(jv_copy(told), jv_copy(value))
			    : false;
			jv_free(told);
		}
		if (!is_told &&
		    !(is_record && is_reserved(jv_string_value(key))))
			meet_value(t, p, &below, jv_copy(value), NULL);
		buf_free(&below);
		jv_free(value);
		jv_free(key);
	}
}

/* Takes the value. It is in the row as it is, or its members are. */
static void
meet_value(struct trial *t, const struct place *p, const struct buf *path,
    jv value, const jv *parent)
{
	jv_kind kind = jv_get_kind(value);

	if (kind == JV_KIND_NULL || has_value(t, p, path->data, value)) {
		/* Null is where nothing is. */
	} else if (kind == JV_KIND_OBJECT) {
		assert(jv_object_length(jv_copy(value)) > 0 ||
		    strcmp(path->data, "$._parent") == 0);
		meet_members(t, p, path, value, parent);
	} else {
		assert(kind == JV_KIND_ARRAY);
		assert(meet_items(t, p, path, value));
	}
	jv_free(value);
}

static void
check_line(struct trial *t, size_t line)
{
	jv value = parse_text(t->lines[line].text, t->lines[line].len), parent;
	struct place p = {.table = t->lines[line].table};
	struct batch_table *rows = &t->batch.tables[p.table->id];
	struct buf path;

	if (!jv_is_valid(value)) { /* libjq has limits of its own */
		t->has_skipped = true;
		jv_free(value);
		return;
	}
	for (p.row = 0; p.row < rows->count; p.row++)
		if (rows->rows[p.row].sequence == t->lines[line].sequence)
			break;
	assert(p.row < rows->count);
	t->rows_met++;
	buf_init(&path, PATH_MAX_BYTES);
	path_start(&path);
	p.rest = read_rest(t, p.table, p.row);
	parent = jv_object_get(jv_copy(value), jv_string("_parent"));
	meet_members(t, &p, &path, value,
	    jv_get_kind(parent) == JV_KIND_OBJECT ? &parent : NULL);
	jv_free(parent);
	jv_free(p.rest);
	jv_free(value);
	buf_free(&path);
}

/* --- SQLite ------------------------------------------------------------- */

/* Whether another member of the record has the node's name. */
static bool
is_doubled(const struct json_node *nodes, const struct json_node *node)
{
	for (size_t n = 1; n < nodes[0].end; n = nodes[n].end)
		if (&nodes[n] != node && nodes[n].key_len == node->key_len &&
		    memcmp(nodes[n].key, node->key, node->key_len) == 0)
			return true;
	return false;
}

/* json_extract finds each member with a plain name as our reader does. */
static void
check_sqlite(const struct json_node *nodes, const char *text, size_t len)
{
	static const char *const types[] = {"null", "false", "true", "integer",
	    NULL, "text", "array", "object"};
	static sqlite3_stmt *statement;
	sqlite3 *db;

	if (!statement &&
	    (sqlite3_open(":memory:", &db) != SQLITE_OK ||
		sqlite3_prepare_v2(db,
		    "SELECT json_type(?1, ?2), json_extract(?1, ?2)", -1,
		    &statement, NULL) != SQLITE_OK))
		abort();
	for (size_t n = 1; n < nodes[0].end; n = nodes[n].end) {
		const struct json_node *node = &nodes[n];
		char path[64] = "$.";
		const char *type;

		if (node->key_len == 0 || node->key_len > 32 ||
		    node->kind == JSON_NUMBER || memchr(text, '\\', len))
			continue;
		memcpy(path + 2, node->key, node->key_len);
		if (strspn(path + 2, "abcdefghijklmnopqrstuvwxyz_") <
		    node->key_len)
			continue;
		if (is_doubled(nodes, node)) /* SQLite takes the first */
			continue;
		(void)sqlite3_reset(statement);
		(void)sqlite3_bind_text(statement, 1, text, (int)len,
		    SQLITE_STATIC);
		(void)sqlite3_bind_text(statement, 2, path, -1, SQLITE_STATIC);
		assert(sqlite3_step(statement) == SQLITE_ROW);
		type = (const char *)sqlite3_column_text(statement, 0);
		assert(type && types[node->kind] &&
		    strcmp(type, types[node->kind]) == 0);
		if (node->kind == JSON_INTEGER)
			assert(sqlite3_column_int64(statement, 1) ==
			    node->integer);
		if (node->kind == JSON_STRING)
			assert((uint32_t)sqlite3_column_bytes(statement, 1) ==
				node->string_len &&
			    memcmp(sqlite3_column_text(statement, 1),
				node->string, node->string_len) == 0);
	}
}

/* --- the whole ---------------------------------------------------------- */

static void
choose(struct trial *t, unsigned how)
{
	struct schema_options limits = {
	    .max_name_bytes = how & 1 ? 63 : 0,
	    .max_columns = how & 2 ? 8 : 1000,
	};

	t->options = (struct record_options){.depth = how >> 2 & 7,
	    .has_json_arrays = (how & 32) != 0,
	    .mode = how & 64 ? MODE_APPEND : MODE_MERGE,
	    .fallback_table = "t",
	    .load_id = 1795500000000};
	if (!(how & 64))
		t->options.mode = MODE_REPLACE; /* needs no key */
	t->schema = schema_new(&limits);
}

/* Reads a line and notes what became of it. */
static void
add_line(struct trial *t, struct record *r, struct json *json, const char *line,
    size_t len)
{
	const struct json_node *nodes;
	struct origin origin = {.text = line, .len = len, .line = 1};
	size_t count, origins = t->batch.origin_count;
	struct fail why = {0};
	int result;

	if (json_parse(json, line, len, &nodes, &count, &why) != 0)
		return;
	result = record_add(r, nodes, &origin, &why);
	assert(result >= -1 && result <= 1);
	if (result != 0) {
		assert(why.status == STATUS_DATA || why.status == STATUS_USAGE);
		assert(why.text[0] != '\0');
		assert(t->batch.origin_count == origins);
		return;
	}
	check_sqlite(nodes, line, len);
	if (t->batch.origin_count == origins) /* "_rows":0 */
		return;
	t->lines[t->line_count].text = line;
	t->lines[t->line_count].len = len;
	t->lines[t->line_count].sequence = t->batch.first_sequence + origins;
	t->lines[t->line_count++].table = r->table;
}

static void
check_batch(struct trial *t)
{
	size_t rows = 0;

	schema_take_changes(t->schema, &t->batch, true);
	for (size_t i = 0; i < t->batch.table_count; i++) {
		const struct batch_table *b = &t->batch.tables[i];

		rows += b->count;
		for (size_t row = 0; row < b->count; row++)
			for (size_t c = 0; c < b->table->column_count; c++)
				check_cell(cell_at(t, b->table, row,
					       b->table->columns[c]),
				    b->table->columns[c]);
	}
	for (size_t i = 0; i < t->line_count; i++)
		check_line(t, i);
	assert(t->has_skipped || t->rows_met == rows);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct trial t = {0};
	struct json *json;
	struct record r;
	char *text;

	if (size == 0)
		return 0;
	json = json_new(JSON_DEPTH);
	text = mem_alloc(size + JSON_PADDING, 1);
	memcpy(text, data + 1, size - 1);
	choose(&t, data[0]);
	batch_clear(&t.batch, 1);
	record_init(&r, t.schema, &t.options);
	r.batch = &t.batch;
	for (size_t at = 0; at + 1 < size && t.line_count < LINES_MAX;) {
		const char *end = memchr(text + at, '\n', size - 1 - at);
		size_t len = end ? (size_t)(end - text) - at : size - 1 - at;

		add_line(&t, &r, json, text + at, len);
		at += len + 1;
	}
	check_batch(&t);
	record_free(&r);
	batch_free(&t.batch);
	schema_free(t.schema);
	json_free(json);
	free(text);
	return 0;
}
