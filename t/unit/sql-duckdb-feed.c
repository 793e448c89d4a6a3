/* SPDX-License-Identifier: ISC */
/*
 * Rows in columns that DuckDB reads by the Arrow C data interface, without
 * DuckDB: what it would be given is looked at here.
 */
#include "arrow.h"
#include "duckdb.h"
#include "duckdb_feed.h"
#include "mem.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 4, GROUP_ROWS = DUCKDB_BUILD_ROWS };

static struct {
	struct arrow_stream *stream;
	struct arrow_array first; /* of the last INSERT */
	uint64_t rows;
	size_t arrays;
	char insert[256], last[256];
} seen;

static int
scan(struct duckdb_connection *connection, const char *view,
    struct arrow_stream *stream)
{
	(void)connection;
	is(view, "t.feed", "a view is made");
	seen.stream = stream;
	return 0;
}

static int
query(struct duckdb_connection *connection, const char *sql,
    struct duckdb_result *result)
{
	struct arrow_array array;

	(void)connection;
	*result = (struct duckdb_result){0};
	(void)snprintf(seen.last, sizeof(seen.last), "%s", sql);
	if (strncmp(sql, "INSERT", 6) != 0)
		return 0;
	(void)snprintf(seen.insert, sizeof(seen.insert), "%s", sql);
	seen.rows = seen.arrays = 0;
	while (
	    seen.stream->get_next(seen.stream, &array) == 0 && array.release) {
		if (seen.arrays++ == 0)
			seen.first = array;
		seen.rows += (uint64_t)array.row_count;
		array.release(&array);
	}
	return 0;
}

static uint64_t
rows_changed(struct duckdb_result *result)
{
	(void)result;
	return seen.rows;
}

static void
destroy(struct duckdb_result *result)
{
	(void)result;
}

/* --- a table ------------------------------------------------------------ */

static char names[COLUMNS][2] = {"n", "b", "s", "j"};
static struct column columns[COLUMNS];
static struct duckdb_column infos[] = {{.fill = FILL_BIGINT},
    {.fill = FILL_BOOLEAN}, {.fill = FILL_TEXT}, {.fill = FILL_JSON}};
static struct sql_column sql_columns[COLUMNS];
static char name[] = "t";

static struct duckdb_table
make_table(void)
{
	struct duckdb_table t = {.columns = infos, .filled = name};

	for (size_t i = 0; i < COLUMNS; i++) {
		columns[i] =
		    (struct column){.name = names[i], .index = (uint32_t)i};
		sql_columns[i].column = &columns[i];
	}
	t.sql.columns = sql_columns;
	t.sql.column_count = COLUMNS;
	t.is_fresh = t.has_sequence = true;
	t.row_count = 1 << 20;
	return t;
}

static struct duckdb
make_database(void)
{
	struct duckdb d = {.is_new = true, .input_bytes = 1 << 30};

	d.db.lib.arrow_scan = scan;
	d.db.lib.query = query;
	d.db.lib.rows_changed = rows_changed;
	d.db.lib.destroy_result = destroy;
	return d;
}

static struct cell
text(const char *of)
{
	struct cell c = {.kind = CELL_TEXT, .len = (uint32_t)strlen(of)};

	c.text = of;
	return c;
}

static struct cell
number(int64_t of)
{
	struct cell c = {.kind = CELL_INTEGER};

	c.integer = of;
	return c;
}

static struct cell
flag(bool of)
{
	struct cell c = {.kind = CELL_BOOL};

	c.integer = of;
	return c;
}

/* --- tests -------------------------------------------------------------- */

static void
test_pays(void)
{
	struct duckdb_table t = make_table();
	struct duckdb d = make_database();

	ok(duckdb_feed_pays(&d, &t), "a large new table is fed");
	t.row_count = 100;
	ok(!duckdb_feed_pays(&d, &t), "... not one of few rows");
	t.row_count = 1 << 20;
	d.input_bytes = 1 << 20;
	ok(!duckdb_feed_pays(&d, &t), "... nor one of a small load");
	d.input_bytes = 1 << 30;
	d.is_new = false;
	ok(!duckdb_feed_pays(&d, &t), "... nor where there was a file");
	d.is_new = true;
	t.is_fresh = false;
	ok(!duckdb_feed_pays(&d, &t), "... nor a stage");
	t.is_fresh = true;
	t.sql.column_count = 300;
	ok(!duckdb_feed_pays(&d, &t), "... nor one of very many columns");
	t.sql.column_count = COLUMNS;
	d.db.lib.arrow_scan = NULL;
	ok(!duckdb_feed_pays(&d, &t), "... nor by a library that cannot");
}

static void
test_schema(void)
{
	struct arrow_schema schema;
	const char *metadata;

	is_int(seen.stream->get_schema(seen.stream, &schema), 0, "a schema");
	is_int(schema.child_count, COLUMNS + 1, "... of all columns");
	is(schema.children[0]->name, SQL_SEQUENCE, "... the sequence first");
	is(schema.children[1]->format, "l", "... with types");
	is(schema.children[2]->format, "b", "... a bit for each boolean");
	ok(!schema.children[3]->metadata, "... a text is a text");
	metadata = schema.children[4]->metadata;
	ok(metadata && memcmp(metadata + 8, "ARROW:extension:name", 20) == 0 &&
		memcmp(metadata + 32, "arrow.json", 10) == 0,
	    "... and JSON is JSON");
}

/* Rows 0 to 2, of which the last ends early. */
static void
test_values(struct duckdb *d, struct duckdb_table *t, struct duckdb_feed *feed)
{
	struct cell cells[3][COLUMNS] = {{{{0}, 0, 0}}};
	struct row rows[] = {{.cells = cells[0], .count = 4, .sequence = 11},
	    {.cells = cells[1], .count = 4, .sequence = 12},
	    {.cells = cells[2], .count = 1, .sequence = 13}};
	const struct row *list[] = {&rows[0], &rows[1], &rows[2]};
	struct cell wrong[] = {number(1), text("no boolean")};
	struct row refused = {.cells = wrong, .count = 2};
	const struct row *refused_list[] = {&refused};
	struct arrow_array *const *children;
	struct batch batch = {0};
	enum duckdb_fill wider;
	const uint8_t *bits;
	const int32_t *ends;
	struct fail why;
	size_t at;

	cells[0][0] = number(7);
	cells[0][1] = flag(true);
	cells[0][2] = text("a");
	cells[1][1] = flag(false);
	cells[1][2] = text("longer than twelve bytes");
	cells[1][3] = text("[1]");
	cells[2][0] = number(-1);
	ok(duckdb_feed_add(feed, t, list, 3, &batch, &at, &wider), "rows");
	ok(!duckdb_feed_add(feed, t, refused_list, 1, &batch, &at, &wider) &&
		at == 1 && wider == FILL_TEXT,
	    "a value that does not fit names its column");
	is_int(duckdb_feed_flush(d, feed, &why), 0, "... are brought over");
	is(seen.insert,
	    "INSERT INTO \"t\" (\"" SQL_SEQUENCE
	    "\",\"n\",\"b\",\"s\",\"j\") FROM \"t.feed\"",
	    "... by one statement");
	ok(seen.rows == 3 && seen.arrays == 1, "... without that one");
	children = seen.first.children;
	is_int(((const int64_t *)children[0]->buffers[1])[2], 13, "sequence");
	bits = children[1]->buffers[0];
	ok((bits[0] & 7) == 5 &&
		((const int64_t *)children[1]->buffers[1])[2] == -1,
	    "integers, and null");
	bits = children[2]->buffers[1];
	is_int(bits[0] & 3, 1, "booleans");
	ends = children[3]->buffers[1];
	ok(ends[0] == 0 && ends[1] == 1 && ends[2] == 25 && ends[3] == 25 &&
		memcmp(children[3]->buffers[2], "alonger than twelve bytes",
		    25) == 0,
	    "texts");
	bits = children[4]->buffers[0];
	is_int(bits[0] & 7, 2, "... null where a row ends before the column");
	batch_free(&batch);
}

static void
test_groups(struct duckdb *d, struct duckdb_table *t, struct duckdb_feed *feed)
{
	struct cell cell = number(1);
	struct row row = {.cells = &cell, .count = 1};
	const struct row *list[] = {&row};
	struct batch batch = {0};
	size_t count = 0, at;
	enum duckdb_fill wider;
	struct fail why;

	ok(duckdb_feed_room(feed) == GROUP_ROWS, "room for a group");
	while (duckdb_feed_room(feed) > 0 &&
	    duckdb_feed_add(feed, t, list, 1, &batch, &at, &wider))
		count++;
	ok(count == DUCKDB_FEED_GROUPS * GROUP_ROWS, "... for each thread");
	is_int(duckdb_feed_flush(d, feed, &why), 0, "they are brought over");
	ok(seen.arrays == DUCKDB_FEED_GROUPS && seen.rows == count,
	    "... each by itself");
	ok(duckdb_feed_room(feed) == GROUP_ROWS, "... and there is room");
	batch_free(&batch);
}

/* As rows of a list below a key of a megabyte are, which is shared. */
static void
test_long_texts(struct duckdb *d, struct duckdb_table *t,
    struct duckdb_feed *feed)
{
	enum { ROWS = 256, TEXT_BYTES = 1 << 20 };
	char *shared = mem_alloc(TEXT_BYTES, 1);
	struct cell cells[COLUMNS] = {number(1), flag(true),
	    {.kind = CELL_TEXT, .len = TEXT_BYTES}};
	struct row row = {.cells = cells, .count = COLUMNS};
	const struct row *list[ROWS];
	struct batch batch = {0};
	enum duckdb_fill wider;
	struct fail why;
	size_t at;

	cells[2].text = shared;
	for (size_t i = 0; i < ROWS; i++)
		list[i] = &row;
	ok(!duckdb_feed_add(feed, t, list, ROWS, &batch, &at, &wider) &&
		at == 2 && wider == FILL_TEXT,
	    "texts that are too long together");
	ok(duckdb_feed_add(feed, t, list, ROWS / 4, &batch, &at, &wider) &&
		duckdb_feed_room(feed) == GROUP_ROWS - ROWS / 4,
	    "... come in parts");
	ok(duckdb_feed_add(feed, t, list, 1, &batch, &at, &wider) &&
		duckdb_feed_room(feed) == GROUP_ROWS,
	    "... and end a group early");
	is_int(duckdb_feed_flush(d, feed, &why), 0, "... which");
	ok(seen.rows == ROWS / 4 + 1 && seen.arrays == 1, "... is whole");
	free(shared);
	batch_free(&batch);
}

int
main(void)
{
	struct duckdb_table t = make_table();
	struct duckdb d = make_database();
	struct duckdb_feed *feed = NULL;
	struct fail why;

	test_pays();
	is_int(duckdb_feed_open(&d, &t, &feed, &why), 0, "a feed");
	test_schema();
	test_values(&d, &t, feed);
	test_groups(&d, &t, feed);
	test_long_texts(&d, &t, feed);
	is_int(duckdb_feed_close(&d, &feed, &why), 0, "it is closed");
	is(seen.last, "DROP VIEW \"t.feed\"", "... and its view goes");
	ok(!feed, "... and it");
	return tap_done();
}
