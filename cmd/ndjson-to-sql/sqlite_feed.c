/* SPDX-License-Identifier: ISC */
/*
 * The virtual table over a batch. It is read-only and always scanned whole.
 */
#include "sqlite_feed.h"

#include "buf.h"

#include <stdint.h>
#include <string.h>

/* SQLite's own limit is 2000 columns. */
static const struct {
	const char *name;
	size_t width;
} feeds[] = {
    {"feed16", 16},
    {"feed128", 128},
    {"feed512", 512},
    {"feed2000", 2000},
};

struct feed_table {
	sqlite3_vtab base;
	struct feed *feed;
};

struct feed_cursor {
	sqlite3_vtab_cursor base;
	struct feed *feed;
	const struct row *row; /* the current one, and its cells */
	const struct cell *cells;
	uint32_t count;
	uint64_t sequence;
	sqlite3_int64 place;
};

const char *
feed_name(size_t width)
{
	for (size_t i = 0; i < sizeof(feeds) / sizeof(*feeds); i++)
		if (width <= feeds[i].width)
			return feeds[i].name;
	return NULL;
}

static size_t
width_of(const char *name)
{
	for (size_t i = 0; i < sizeof(feeds) / sizeof(*feeds); i++)
		if (strcmp(name, feeds[i].name) == 0)
			return feeds[i].width;
	return 0;
}

static int
feed_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
    sqlite3_vtab **table, char **error)
{
	struct feed_table *t;
	struct buf sql;
	size_t width = argc > 0 ? width_of(argv[0]) : 0;
	int result;

	(void)error;
	buf_init(&sql, 1 << 20);
	buf_add(&sql, "CREATE TABLE feed(c0");
	for (size_t i = 1; i < width; i++)
		buf_addf(&sql, ",c%zu", i);
	buf_add_char(&sql, ')');
	result = sqlite3_declare_vtab(db, sql.data);
	buf_free(&sql);
	if (result != SQLITE_OK)
		return result;
	t = sqlite3_malloc(sizeof(*t));
	if (!t)
		return SQLITE_NOMEM;
	*t = (struct feed_table){.feed = aux};
	*table = &t->base;
	return SQLITE_OK;
}

static int
feed_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
feed_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedCost = 1000;
	info->estimatedRows = 1000;
	return SQLITE_OK;
}

static int
feed_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
	struct feed_cursor *c = sqlite3_malloc(sizeof(*c));

	if (!c)
		return SQLITE_NOMEM;
	*c = (struct feed_cursor){.feed = ((struct feed_table *)table)->feed};
	*cursor = &c->base;
	return SQLITE_OK;
}

static int
feed_close(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

/* Steps over rows that are not to be written. */
static void
settle(struct feed_cursor *c)
{
	struct feed *f = c->feed;
	const struct row *row;

	while (f->at < f->to &&
	    (f->rows->rows[f->at].is_same ||
		batch_origin(f->batch, &f->rows->rows[f->at])->is_dropped))
		f->at++;
	if (f->at == f->to)
		return;
	row = &f->rows->rows[f->at];
	c->place = row->sequence == c->sequence ? c->place + 1 : 0;
	c->sequence = row->sequence;
	c->row = row;
	c->cells = row->cells;
	c->count = row->count;
}

static int
feed_filter(sqlite3_vtab_cursor *cursor, int number, const char *name, int argc,
    sqlite3_value **argv)
{
	struct feed_cursor *c = (struct feed_cursor *)cursor;

	(void)number;
	(void)name;
	(void)argc;
	(void)argv;
	c->sequence = c->feed->sequence;
	c->place = c->feed->place;
	c->feed->at = c->feed->from;
	settle(c);
	return SQLITE_OK;
}

static int
feed_next(sqlite3_vtab_cursor *cursor)
{
	struct feed_cursor *c = (struct feed_cursor *)cursor;

	c->feed->at++;
	settle(c);
	return SQLITE_OK;
}

static int
feed_eof(sqlite3_vtab_cursor *cursor)
{
	const struct feed *f = ((struct feed_cursor *)cursor)->feed;

	return f->at >= f->to;
}

static int
feed_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int index)
{
	const struct feed_cursor *c = (const struct feed_cursor *)cursor;
	const struct cell *cell;

	if ((uint32_t)index >= c->count)
		return SQLITE_OK; /* null is what SQLite takes silence for */
	cell = &c->cells[index];
	switch ((enum cell_kind)cell->kind) {
	case CELL_NULL:
		break;
	case CELL_BOOL:
	case CELL_INTEGER:
		sqlite3_result_int64(to, cell->integer);
		break;
	case CELL_NUMBER:
		sqlite3_result_double(to, cell->number);
		break;
	case CELL_TEXT:
		/* The batch outlives the statement: nothing is copied. */
		sqlite3_result_text64(to, cell->text, cell->len, SQLITE_STATIC,
		    SQLITE_UTF8);
		break;
	}
	return SQLITE_OK;
}

static int
feed_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
	const struct feed_cursor *c = (const struct feed_cursor *)cursor;

	*rowid = feed_number(c->feed, c->row, c->place);
	return SQLITE_OK;
}

int
feed_register(sqlite3 *db, struct feed *f, struct fail *why)
{
	/* Without xCreate the tables are there without being created. */
	static const sqlite3_module module = {
	    .xConnect = feed_connect,
	    .xBestIndex = feed_best_index,
	    .xDisconnect = feed_disconnect,
	    .xDestroy = feed_disconnect,
	    .xOpen = feed_open,
	    .xClose = feed_close,
	    .xFilter = feed_filter,
	    .xNext = feed_next,
	    .xEof = feed_eof,
	    .xColumn = feed_column,
	    .xRowid = feed_rowid,
	};

	for (size_t i = 0; i < sizeof(feeds) / sizeof(*feeds); i++)
		if (sqlite3_create_module(db, feeds[i].name, &module, f) !=
		    SQLITE_OK)
			return fail_set(why, STATUS_LOCAL,
			    "cannot make a virtual table: %s",
			    sqlite3_errmsg(db));
	return 0;
}
