/* SPDX-License-Identifier: ISC */
/*
 * Columns in memory, and the stream that DuckDB reads them from.
 */
#include "duckdb_feed.h"

#include "arrow.h"
#include "duckdb.h"
#include "duckdb_limit.h"
#include "mem.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	GROUP_ROWS = DUCKDB_BUILD_ROWS,
	/* Less is loaded nearly as soon by an appender, in less memory: a feed
	 * takes about 80 MB more. */
	FROM_ROWS = 3 * GROUP_ROWS,
	FROM_BYTES = 200 << 20,
	/* Of all feeds: each column of each group takes up to 160 KB. */
	COLUMNS_MAX = 256,
	/* Texts of a column end a group early: their places are 32 bits. */
	GROUP_TEXT_BYTES = 64 << 20,
	/* Rows that pass this together come in smaller parts; a single one may
	 * be of BOUND_LINE_BYTES. */
	TEXT_BYTES_MAX = 2 * GROUP_TEXT_BYTES,
	BUFFERS_MAX = 3,
};

/* A column of a group. */
struct values {
	uint8_t *valid; /* a bit for each row */
	void *fixed;    /* of types that are no text */
	int32_t *ends;  /* of texts: ends[i] is the end of row i - 1 */
	char *text;
	size_t text_capacity;
	struct arrow_array array;
	const void *buffers[BUFFERS_MAX];
};

struct group {
	struct values *columns;
	size_t row_count, text_bytes;
	struct arrow_array array;
	struct arrow_array **children;
};

struct duckdb_feed {
	char *view; /* its name in the database */
	char *insert;
	size_t column_count;
	enum duckdb_fill *fills; /* of the columns */
	bool has_sequence;       /* which is the first one then */
	struct group groups[DUCKDB_FEED_GROUPS];
	size_t filling; /* a group; or their number: all are full */
	size_t next;    /* to be read */
	struct arrow_stream stream;
	struct arrow_schema schema;
	struct arrow_schema *columns, **children;
};

/* --- types -------------------------------------------------------------- */

static const struct {
	const char *format;
	size_t bytes; /* of a value; 0: a text, or a bit */
} types[] = {
    [FILL_BOOLEAN] = {"b", 0},
    [FILL_BIGINT] = {"l", sizeof(int64_t)},
    [FILL_DOUBLE] = {"g", sizeof(double)},
    [FILL_DATE] = {"tdD", sizeof(int32_t)},
    [FILL_TIME] = {"ttu", sizeof(int64_t)},
    [FILL_TIMESTAMP] = {"tsu:UTC", sizeof(int64_t)},
    [FILL_TIMESTAMP_NS] = {"tsn:", sizeof(int64_t)},
    [FILL_TEXT] = {"u", 0},
    [FILL_JSON] = {"u", 0},
};

/* A count of pairs, and the length of each text before it. */
static const struct {
	int32_t count;
	int32_t name_len;
	char name[20];
	int32_t value_len;
	char value[12];
} json_metadata = {1, 20, {"ARROW:extension:name"}, 10, {"arrow.json"}};

static bool
is_text(enum duckdb_fill fill)
{
	return fill == FILL_TEXT || fill == FILL_JSON;
}

/* --- what DuckDB calls, one thread at a time ---------------------------- */

static void
release_schema(struct arrow_schema *schema)
{
	schema->release = NULL;
}

static void
release_array(struct arrow_array *array)
{
	array->release = NULL;
}

static void
release_stream(struct arrow_stream *stream)
{
	stream->release = NULL;
}

static int
get_schema(struct arrow_stream *stream, struct arrow_schema *schema)
{
	struct duckdb_feed *feed = stream->context;

	*schema = feed->schema;
	return 0;
}

static int
get_next(struct arrow_stream *stream, struct arrow_array *array)
{
	struct duckdb_feed *feed = stream->context;

	*array = (struct arrow_array){0};
	if (feed->next < DUCKDB_FEED_GROUPS &&
	    feed->groups[feed->next].row_count > 0)
		*array = feed->groups[feed->next++].array;
	return 0;
}

static const char *
get_last_error(struct arrow_stream *stream)
{
	(void)stream;
	return NULL;
}

/* --- opening ------------------------------------------------------------ */

bool
duckdb_feed_pays(const struct duckdb *d, const struct duckdb_table *t)
{
	size_t columns = t->sql.column_count;

	if (!d->is_new || !t->is_fresh || !d->db.lib.arrow_scan ||
	    t->row_count < FROM_ROWS || d->input_bytes < FROM_BYTES)
		return false;
	for (size_t id = 0; id < d->table_count; id++)
		if (d->tables[id] && d->tables[id]->feed)
			columns += d->tables[id]->feed->column_count;
	return columns <= COLUMNS_MAX;
}

static void
add_column(struct duckdb_feed *feed, const char *name, enum duckdb_fill fill,
    struct buf *list)
{
	size_t at = feed->column_count++;

	feed->fills[at] = fill;
	feed->children[at] = &feed->columns[at];
	feed->columns[at] = (struct arrow_schema){
	    .format = types[fill].format,
	    .name = name,
	    .metadata = fill == FILL_JSON ? (const char *)&json_metadata : NULL,
	    .flags = ARROW_NULLABLE,
	    .release = release_schema,
	};
	buf_add(list, at == 0 ? " (" : ",");
	duckdb_db_quote(list, name);
}

static void
add_columns(struct duckdb_feed *feed, const struct duckdb_table *t)
{
	size_t count = t->sql.column_count + t->has_sequence;
	struct buf sql;

	feed->fills = mem_alloc(count, sizeof(*feed->fills));
	feed->columns = mem_alloc(count, sizeof(*feed->columns));
	feed->children = mem_alloc(count, sizeof(struct arrow_schema *));
	feed->has_sequence = t->has_sequence;
	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, "INSERT INTO ");
	duckdb_db_quote(&sql, t->filled);
	if (t->has_sequence)
		add_column(feed, SQL_SEQUENCE, FILL_BIGINT, &sql);
	for (size_t i = 0; i < t->sql.column_count; i++)
		add_column(feed, t->sql.columns[i].column->name,
		    t->columns[i].fill, &sql);
	buf_add(&sql, ") FROM ");
	duckdb_db_quote(&sql, feed->view);
	feed->insert = buf_detach(&sql);
	feed->schema = (struct arrow_schema){.format = "+s",
	    .child_count = (int64_t)count,
	    .children = feed->children,
	    .release = release_schema};
	feed->stream = (struct arrow_stream){.get_schema = get_schema,
	    .get_next = get_next,
	    .get_last_error = get_last_error,
	    .release = release_stream,
	    .context = feed};
}

static void
make_values(struct values *v, enum duckdb_fill fill)
{
	v->valid = mem_alloc(GROUP_ROWS / CHAR_BIT, 1);
	if (is_text(fill))
		v->ends = mem_alloc(GROUP_ROWS + 1, sizeof(*v->ends));
	else if (fill == FILL_BOOLEAN)
		v->fixed = mem_alloc(GROUP_ROWS / CHAR_BIT, 1);
	else
		v->fixed = mem_alloc(GROUP_ROWS, types[fill].bytes);
	v->array.null_count = -1;
	v->array.buffer_count = is_text(fill) ? 3 : 2;
	v->array.buffers = v->buffers;
	v->array.release = release_array;
}

static void
make_group(struct duckdb_feed *feed, struct group *g)
{
	g->columns = mem_alloc(feed->column_count, sizeof(*g->columns));
	g->children =
	    mem_alloc(feed->column_count, sizeof(struct arrow_array *));
	for (size_t i = 0; i < feed->column_count; i++) {
		make_values(&g->columns[i], feed->fills[i]);
		g->children[i] = &g->columns[i].array;
	}
	g->array.buffer_count = 1;
	g->array.child_count = (int64_t)feed->column_count;
	g->array.buffers = mem_alloc(1, sizeof(void *));
	g->array.children = g->children;
	g->array.release = release_array;
}

int
duckdb_feed_open(struct duckdb *d, const struct duckdb_table *t,
    struct duckdb_feed **feed_out, struct fail *why)
{
	struct duckdb_feed *feed = mem_alloc(1, sizeof(*feed));
	struct buf name;

	/* No name of ours has a dot. */
	buf_init(&name, BOUND_LINE_BYTES);
	buf_addf(&name, "%s.feed", t->filled);
	feed->view = buf_detach(&name);
	add_columns(feed, t);
	for (size_t i = 0; i < DUCKDB_FEED_GROUPS; i++)
		make_group(feed, &feed->groups[i]);
	if (d->db.lib.arrow_scan(d->db.connection, feed->view, &feed->stream) !=
	    0) {
		duckdb_feed_free(feed);
		return fail_set(why, STATUS_LOCAL,
		    "DuckDB cannot read our columns");
	}
	*feed_out = feed;
	return 0;
}

/* --- filling ------------------------------------------------------------ */

size_t
duckdb_feed_room(const struct duckdb_feed *feed)
{
	if (feed->filling == DUCKDB_FEED_GROUPS)
		return 0;
	return GROUP_ROWS - feed->groups[feed->filling].row_count;
}

static void
set_bit(uint8_t *bits, size_t at, bool is_set)
{
	uint8_t bit = (uint8_t)(1U << at % CHAR_BIT);

	if (is_set)
		bits[at / CHAR_BIT] |= bit;
	else
		bits[at / CHAR_BIT] &= (uint8_t)~bit;
}

static void
add_text(struct values *v, size_t at, const char *text, size_t len)
{
	size_t start;

	assert(v->ends); /* columns of texts have some */
	start = (size_t)v->ends[at];
	v->text = mem_grow(v->text, &v->text_capacity, start + len, 1);
	memcpy(v->text + start, text, len);
	v->ends[at + 1] = (int32_t)(start + len);
}

/* Puts the cell into place `at`: false where it does not fit. */
static bool
set_value(struct values *v, size_t at, enum duckdb_fill fill,
    const struct cell *c, struct batch *b, enum duckdb_fill *wider)
{
	struct duckdb_string s;
	bool flag;

	if (!is_text(fill) && fill != FILL_BOOLEAN)
		return duckdb_fill_value(v->fixed, at, fill, c, b, wider);
	if (fill == FILL_BOOLEAN) {
		if (!duckdb_fill_value(&flag, 0, fill, c, b, wider))
			return false;
		set_bit(v->fixed, at, flag);
		return true;
	}
	if (c->kind == CELL_TEXT) {
		add_text(v, at, c->text, c->len);
		return true;
	}
	if (!duckdb_fill_value(&s, 0, fill, c, b, wider))
		return false;
	add_text(v, at, s.len <= sizeof(s.inlined) ? s.inlined : s.text, s.len);
	return true;
}

/* Whether the text would not let the places of the next ones be 32 bits. */
static bool
is_too_long(const struct values *v, size_t at, const struct cell *c)
{
	return c->kind == CELL_TEXT &&
	    (size_t)v->ends[at] + c->len > TEXT_BYTES_MAX;
}

static bool
add_values(struct values *v, size_t at, enum duckdb_fill fill,
    const struct row *const *rows, size_t count, size_t index, struct batch *b,
    enum duckdb_fill *wider)
{
	*wider = FILL_TEXT;
	for (size_t i = 0; i < count; i++, at++) {
		const struct row *row = rows[i];
		const struct cell *c = &row->cells[index];
		bool is_there = index < row->count && c->kind != CELL_NULL;

		set_bit(v->valid, at, is_there);
		if (i > 0 && is_there && v->ends && is_too_long(v, at, c)) {
			*wider = fill;
			return false;
		}
		if (is_there) {
			if (!set_value(v, at, fill, c, b, wider))
				return false;
		} else if (v->ends) {
			v->ends[at + 1] = v->ends[at];
		}
	}
	return true;
}

static void
add_sequence(struct values *v, size_t at, const struct row *const *rows,
    size_t count)
{
	int64_t *numbers = v->fixed;

	for (size_t i = 0; i < count; i++, at++) {
		set_bit(v->valid, at, true);
		numbers[at] = (int64_t)rows[i]->sequence;
	}
}

bool
duckdb_feed_add(struct duckdb_feed *feed, const struct duckdb_table *t,
    const struct row *const *rows, size_t count, struct batch *b, size_t *at,
    enum duckdb_fill *wider)
{
	struct group *g = &feed->groups[feed->filling];
	struct values *v = g->columns;
	bool is_full;

	if (feed->has_sequence)
		add_sequence(v++, g->row_count, rows, count);
	for (size_t i = 0; i < t->sql.column_count; i++, v++) {
		*at = i;
		if (!add_values(v, g->row_count, t->columns[i].fill, rows,
			count, t->sql.columns[i].column->index, b, wider))
			return false;
	}
	g->row_count += count;
	is_full = g->row_count == GROUP_ROWS;
	for (size_t i = 0; i < feed->column_count; i++)
		is_full |= g->columns[i].ends &&
		    g->columns[i].ends[g->row_count] > GROUP_TEXT_BYTES;
	feed->filling += is_full;
	return true;
}

/* --- the way into the table --------------------------------------------- */

/* Makes the group ready to be read. */
static void
finish_group(struct duckdb_feed *feed, struct group *g)
{
	g->array.row_count = (int64_t)g->row_count;
	for (size_t i = 0; i < feed->column_count; i++) {
		struct values *v = &g->columns[i];

		v->array.row_count = (int64_t)g->row_count;
		v->buffers[0] = v->valid;
		v->buffers[1] = v->ends ? (const void *)v->ends : v->fixed;
		v->buffers[2] = v->text ? v->text : "";
	}
}

int
duckdb_feed_flush(struct duckdb *d, struct duckdb_feed *feed, struct fail *why)
{
	uint64_t wanted = 0, changed = 0;

	for (size_t i = 0; i < DUCKDB_FEED_GROUPS; i++) {
		finish_group(feed, &feed->groups[i]);
		wanted += feed->groups[i].row_count;
	}
	feed->next = 0;
	if (wanted == 0)
		return 0;
	if (duckdb_limit_lift(d, feed->column_count, why) != 0 ||
	    duckdb_db_run(&d->db, feed->insert, &changed, why) != 0 ||
	    duckdb_limit_fall(d, why) != 0)
		return -1;
	if (changed != wanted)
		return fail_set(why, STATUS_LOCAL,
		    "DuckDB took %llu rows of %llu",
		    (unsigned long long)changed, (unsigned long long)wanted);
	for (size_t i = 0; i < DUCKDB_FEED_GROUPS; i++)
		feed->groups[i].row_count = 0;
	feed->filling = 0;
	return 0;
}

int
duckdb_feed_close(struct duckdb *d, struct duckdb_feed **feed, struct fail *why)
{
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, "DROP VIEW ");
	duckdb_db_quote(&sql, (*feed)->view);
	result = duckdb_db_run_buf(&d->db, &sql, NULL, why);
	duckdb_feed_free(*feed);
	*feed = NULL;
	return result;
}

static void
free_group(struct duckdb_feed *feed, struct group *g)
{
	for (size_t i = 0; i < feed->column_count; i++) {
		free(g->columns[i].valid);
		free(g->columns[i].fixed);
		free(g->columns[i].ends);
		free(g->columns[i].text);
	}
	free(g->columns);
	free(g->children);
	free(g->array.buffers);
}

void
duckdb_feed_free(struct duckdb_feed *feed)
{
	if (!feed)
		return;
	for (size_t i = 0; i < DUCKDB_FEED_GROUPS; i++)
		free_group(feed, &feed->groups[i]);
	free(feed->view);
	free(feed->insert);
	free(feed->fills);
	free(feed->columns);
	free(feed->children);
	free(feed);
}
