/* SPDX-License-Identifier: ISC */
/*
 * Reading what a destination holds.
 */
#include "catalog.h"

#include "bounds.h"
#include "buf.h"
#include "dialect.h"
#include "ledger.h"
#include "mem.h"
#include "schema.h"
#include "sink.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* Counted by one query: databases limit the columns of a result. */
	COLUMNS_PER_QUERY = 200,
	/* Looked up before a column is believed to hold ids. */
	VALUES_TRIED = 1000,
};

/* --- counting ----------------------------------------------------------- */

struct counting {
	struct catalog_table *table;
	size_t first; /* column of the result's second cell */
};

static int
visit_counts(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct counting *c = context;
	uint64_t rows = (uint64_t)cells[0].integer;

	(void)why;
	c->table->row_count = rows;
	for (size_t i = 1; i < count; i++)
		c->table->null_counts[c->first + i - 1] =
		    rows - (uint64_t)cells[i].integer;
	return 0;
}

/* Counts the rows, and the nulls of some columns. */
static int
count_some(struct catalog_table *t, struct sink *sink, size_t first,
    size_t count, struct fail *why)
{
	struct counting counting = {.table = t, .first = first};
	struct buf sql;
	int result;

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, "SELECT count(*)");
	for (size_t i = first; i < first + count; i++) {
		buf_add(&sql, ", count(");
		dialect_quote(&dialect_sqlite, &sql,
		    t->table->columns[i]->name);
		buf_add_char(&sql, ')');
	}
	buf_add(&sql, " FROM ");
	dialect_quote(&dialect_sqlite, &sql, t->table->name);
	result = sink->ops->query(sink, sql.data, count + 1, visit_counts,
	    &counting, why);
	buf_free(&sql);
	return result;
}

static int
count_table(struct catalog_table *t, struct sink *sink, struct fail *why)
{
	size_t count = t->table->column_count;
	int result;

	t->null_counts = mem_alloc(count, sizeof(*t->null_counts));
	result = count_some(t, sink, 0,
	    count < COLUMNS_PER_QUERY ? count : COLUMNS_PER_QUERY, why);
	for (size_t first = COLUMNS_PER_QUERY; first < count && result == 0;
	     first += COLUMNS_PER_QUERY) {
		size_t rest = count - first;

		result = count_some(t, sink, first,
		    rest < COLUMNS_PER_QUERY ? rest : COLUMNS_PER_QUERY, why);
	}
	return result;
}

static int
read_tables(struct catalog *c, struct sink *sink, struct fail *why)
{
	size_t count = schema_table_count(c->schema);

	c->tables = mem_alloc(count, sizeof(*c->tables));
	for (size_t i = 0; i < count; i++) {
		const struct table *t = schema_table(c->schema, i);

		if (t->is_own || t->is_view || !t->is_stored)
			continue;
		c->tables[c->table_count].table = t;
		if (count_table(&c->tables[c->table_count++], sink, why) != 0)
			return -1;
	}
	return 0;
}

/* --- relations ---------------------------------------------------------- */

static void
add_relation(struct catalog *c, const struct column *from,
    const struct table *to, bool is_guess)
{
	c->relations = mem_grow(c->relations, &c->relation_capacity,
	    c->relation_count + 1, sizeof(*c->relations));
	c->relations[c->relation_count++] =
	    (struct catalog_relation){.from = from,
		.to = to,
		.is_guess = is_guess};
}

/* The table that `stem` names, as it is or with an s; it must have one id. */
static const struct table *
find_named(const struct catalog *c, const char *stem, size_t len)
{
	for (size_t i = 0; i < c->table_count; i++) {
		const struct table *t = c->tables[i].table;
		const char *name = t->name;

		if (strncmp(name, stem, len) != 0 ||
		    (name[len] != '\0' && strcmp(name + len, "s") != 0))
			continue;
		if (t->key_count == 1 && strcmp(t->key[0]->name, "id") == 0)
			return t;
	}
	return NULL;
}

/* What a column such as payload__user_id refers to by its name. */
static const struct table *
guess_target(const struct catalog *c, const struct column *column)
{
	const char *stem = column->name;
	const char *level;
	size_t len;

	while ((level = strstr(stem, "__")) != NULL)
		stem = level + 2;
	len = strlen(stem);
	if (len <= 3 || strcmp(stem + len - 3, "_id") != 0)
		return NULL;
	return find_named(c, stem, len - 3);
}

static int
visit_number(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	int64_t *number = context;

	(void)count;
	(void)why;
	*number = cells[0].integer;
	return 0;
}

/* Whether some of the column's values are ids of the table: the google user_id
 * of a user is named like a reference, and is none. */
static int
holds_ids(const struct column *from, const struct table *to, struct sink *sink,
    bool *result, struct fail *why)
{
	struct buf sql;
	int64_t number = 0;
	int status;
	/* A type of somebody else, such as uuid, may compare with no text. */
	bool is_cast = from->is_theirs || to->key[0]->is_theirs;
	const char *open = is_cast ? "CAST(" : "";
	const char *close = is_cast ? " AS text)" : "";

	buf_init(&sql, BOUND_LINE_BYTES);
	buf_addf(&sql, "SELECT count(*) FROM (SELECT %s", open);
	dialect_quote(&dialect_sqlite, &sql, from->name);
	buf_addf(&sql, "%s AS guess FROM ", close);
	dialect_quote(&dialect_sqlite, &sql, from->table->name);
	buf_add(&sql, " WHERE ");
	dialect_quote(&dialect_sqlite, &sql, from->name);
	buf_addf(&sql, " IS NOT NULL LIMIT %d) AS g WHERE guess IN (SELECT %s",
	    VALUES_TRIED, open);
	dialect_quote(&dialect_sqlite, &sql, to->key[0]->name);
	buf_addf(&sql, "%s FROM ", close);
	dialect_quote(&dialect_sqlite, &sql, to->name);
	buf_add_char(&sql, ')');
	status =
	    sink->ops->query(sink, sql.data, 1, visit_number, &number, why);
	*result = number > 0;
	buf_free(&sql);
	return status;
}

static int
find_guesses(struct catalog *c, const struct table *t, struct sink *sink,
    struct fail *why)
{
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *from = t->columns[i];
		const struct table *to =
		    from->is_own ? NULL : guess_target(c, from);
		bool is_true;

		if (!to)
			continue;
		if (holds_ids(from, to, sink, &is_true, why) != 0)
			return -1;
		if (is_true)
			add_relation(c, from, to, true);
	}
	return 0;
}

static int
find_relations(struct catalog *c, struct sink *sink, struct fail *why)
{
	for (size_t i = 0; i < c->table_count; i++) {
		const struct table *t = c->tables[i].table;

		if (t->parent && t->parent_id)
			add_relation(c, t->parent_id, t->parent, false);
		if (find_guesses(c, t, sink, why) != 0)
			return -1;
	}
	return 0;
}

/* --- loads -------------------------------------------------------------- */

static char *
copy_cell(const struct cell *cell)
{
	return cell->kind == CELL_TEXT ? mem_copy(cell->text, cell->len)
				       : mem_string("");
}

static int
visit_load(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct catalog *c = context;
	struct catalog_load *load;

	(void)why;
	c->loads = mem_grow(c->loads, &c->load_capacity, c->load_count + 1,
	    sizeof(*c->loads));
	load = &c->loads[c->load_count++];
	*load = (struct catalog_load){
	    .id = cells[0].kind == CELL_INTEGER ? cells[0].integer : 0,
	    .started = copy_cell(&cells[1]),
	    .finished = copy_cell(&cells[2]),
	    .mode = copy_cell(&cells[3]),
	    .status = copy_cell(&cells[4]),
	    .tables = copy_cell(&cells[5]),
	    .rejected = count > 6 && cells[6].kind == CELL_INTEGER
		? cells[6].integer
		: 0,
	};
	return 0;
}

/* Whether the ledger that is there has the column. */
static bool
has_rejected(const struct schema *schema)
{
	for (size_t i = 0; i < schema_table_count(schema); i++) {
		const struct table *t = schema_table(schema, i);

		for (size_t n = 0; t->is_own && n < t->column_count; n++)
			if (strcmp(t->columns[n]->name, "rejected") == 0)
				return t->columns[n]->is_stored;
	}
	return false;
}

int
catalog_read_schema(struct schema *schema, struct sink *sink, struct fail *why)
{
	struct ledger ledger;

	if (sink->ops->survey(sink, schema, why) != 0 ||
	    ledger_open(&ledger, sink, schema, 0, why) != 0)
		return -1;
	schema_adopt(schema);
	return 0;
}

int
catalog_read(struct catalog *c, struct sink *sink, struct fail *why)
{
	static const char *const columns[] = {"load_id", "started_at",
	    "finished_at", "mode", "status", "tables", "rejected"};
	size_t count = sizeof(columns) / sizeof(*columns);
	const struct schema_options options = {0};

	*c = (struct catalog){.schema = schema_new(&options)};
	if (catalog_read_schema(c->schema, sink, why) != 0 ||
	    read_tables(c, sink, why) != 0 || find_relations(c, sink, why) != 0)
		return -1;
	if (!has_rejected(c->schema))
		count--;
	return sink->ops->read(sink, "_loads", columns, count, visit_load, c,
	    why);
}

void
catalog_free(struct catalog *c)
{
	for (size_t i = 0; i < c->table_count; i++)
		free(c->tables[i].null_counts);
	for (size_t i = 0; i < c->load_count; i++) {
		free(c->loads[i].started);
		free(c->loads[i].finished);
		free(c->loads[i].mode);
		free(c->loads[i].status);
		free(c->loads[i].tables);
	}
	free(c->tables);
	free(c->relations);
	free(c->loads);
	schema_free(c->schema);
	*c = (struct catalog){0};
}
