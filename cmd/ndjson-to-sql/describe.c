/* SPDX-License-Identifier: ISC */
/*
 * The catalog as text for people and programs. One function a format, each
 * from the top of the page to its end.
 */
#include "describe.h"

#include "bounds.h"
#include "catalog.h"
#include "diagram.h"
#include "dialect.h"
#include "escape.h"
#include "infer.h"
#include "json.h"
#include "mem.h"
#include "out.h"
#include "schema.h"
#include "sink.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 10000 };

/* --- what all formats share --------------------------------------------- */

/* A column that is null everywhere has no type yet. */
static const char *
type_word(const struct column *c)
{
	return c->type == TYPE_UNKNOWN ? "null" : type_name(c->type);
}

/* The share of nulls in a column, as "12%"; at least 1% and at most 99%
 * where there are some and not only nulls. */
static void
add_share(struct buf *to, const struct catalog_table *t, uint64_t nulls)
{
	uint64_t percent;

	if (t->row_count == 0) {
		buf_add_char(to, '-');
		return;
	}
	percent = (uint64_t)(100.0 * (double)nulls / (double)t->row_count);
	if (percent == 0 && nulls > 0)
		percent = 1;
	if (percent == 100 && nulls < t->row_count)
		percent = 99;
	buf_addf(to, "%llu%%", (unsigned long long)percent);
}

static void
add_number(struct buf *to, uint64_t number)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)number);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_add_char(to, ',');
		buf_add_char(to, digits[i]);
	}
}

/* What is to be said of a column besides its type: "key", "of users". */
static void
add_role(struct buf *to, const struct catalog *c, const struct column *column)
{
	const char *separator = "";

	if (column->key_position > 0) {
		buf_add(to, "key");
		separator = ", ";
	}
	for (size_t i = 0; i < c->relation_count; i++) {
		const struct catalog_relation *r = &c->relations[i];

		if (r->from != column)
			continue;
		buf_addf(to, "%s%s %s", separator,
		    r->is_guess ? "id of" : "row of", r->to->name);
		separator = ", ";
	}
}

static void
add_padded(struct buf *to, const char *text, size_t width)
{
	size_t columns = 0;

	buf_add(to, text);
	for (; *text; text++)
		columns += ((unsigned char)*text & 0xC0) != 0x80;
	for (; columns < width; columns++)
		buf_add_char(to, ' ');
}

/* --- text --------------------------------------------------------------- */

static size_t
widest_name(const struct table *t)
{
	size_t widest = 0;

	for (size_t i = 0; i < t->column_count; i++)
		if (strlen(t->columns[i]->name) > widest)
			widest = strlen(t->columns[i]->name);
	return widest;
}

static void
write_text_table(struct buf *to, const struct catalog *c,
    const struct catalog_table *t)
{
	size_t width = widest_name(t->table);

	buf_addf(to, "%s: ", t->table->name);
	add_number(to, t->row_count);
	buf_add(to, t->row_count == 1 ? " row" : " rows");
	if (t->table->parent)
		buf_addf(to, ", lists of %s", t->table->parent->name);
	if (t->table->is_foreign)
		buf_add(to, ", not loaded by this program");
	buf_add_char(to, '\n');
	for (size_t i = 0; i < t->table->column_count; i++) {
		const struct column *column = t->table->columns[i];
		struct buf share;

		buf_init(&share, 64);
		buf_add(to, "  ");
		add_padded(to, column->name, width + 2);
		add_padded(to, type_word(column), 11);
		add_share(&share, t, t->null_counts[i]);
		add_padded(to, share.data, 6);
		buf_free(&share);
		buf_add(to,
		    column->path && !column->is_own ? column->path : "-");
		buf_add(to, "  ");
		add_role(to, c, column);
		while (to->data[to->len - 1] == ' ')
			to->len--;
		buf_add_char(to, '\n');
	}
}

/* "users: 3 inserted, 1 updated; " for each table that a load changed. */
static void
add_changes(struct buf *to, const struct json_node *nodes)
{
	const char *table_separator = "";

	for (size_t t = 1; t < nodes[0].end; t = nodes[t].end) {
		const char *separator = ": ";

		for (size_t n = t + 1; n < nodes[t].end; n = nodes[n].end) {
			if (nodes[n].kind != JSON_INTEGER ||
			    nodes[n].integer <= 0)
				continue;
			if (separator[0] == ':') {
				buf_add(to, table_separator);
				buf_append(to, nodes[t].key, nodes[t].key_len);
			}
			buf_add(to, separator);
			add_number(to, (uint64_t)nodes[n].integer);
			buf_add_char(to, ' ');
			buf_append(to, nodes[n].key, nodes[n].key_len);
			separator = ", ";
			table_separator = "; ";
		}
	}
}

static void
write_text_loads(struct buf *to, const struct catalog *c)
{
	struct json *json = json_new(BOUND_JSON_DEPTH);

	buf_addf(to, "loads: %zu\n", c->load_count);
	for (size_t i = 0; i < c->load_count; i++) {
		const struct catalog_load *load = &c->loads[i];
		size_t len = strlen(load->tables), count;
		char *padded = mem_alloc(len + JSON_PADDING, 1);
		const struct json_node *nodes;
		struct fail ignored; /* a ledger that others wrote into */

		memcpy(padded, load->tables, len);
		buf_addf(to, "  %lld  %s  %s  %s  ", (long long)load->id,
		    load->started, load->mode, load->status);
		if (json_parse(json, padded, len, &nodes, &count, &ignored) ==
			0 &&
		    nodes[0].kind == JSON_OBJECT)
			add_changes(to, nodes);
		if (load->rejected > 0)
			buf_addf(to, "; in all %lld rejected",
			    (long long)load->rejected);
		buf_add_char(to, '\n');
		free(padded);
	}
	json_free(json);
}

static void
write_text(struct buf *to, const struct catalog *c)
{
	for (size_t i = 0; i < c->table_count; i++) {
		write_text_table(to, c, &c->tables[i]);
		buf_add_char(to, '\n');
	}
	write_text_loads(to, c);
}

/* --- JSON --------------------------------------------------------------- */

static void
add_string(struct buf *to, const char *name, const char *text)
{
	buf_addf(to, ",\"%s\":", name);
	if (text)
		escape_json(to, text, strlen(text));
	else
		buf_add(to, "null");
}

static void
write_json_column(struct buf *to, const struct catalog_table *t, size_t index)
{
	const struct column *column = t->table->columns[index];
	uint64_t nulls = t->null_counts[index];

	buf_add(to, index == 0 ? "\n  {\"name\":" : ",\n  {\"name\":");
	escape_json(to, column->name, strlen(column->name));
	add_string(to, "type",
	    column->type == TYPE_UNKNOWN ? NULL : type_name(column->type));
	add_string(to, "path", column->is_own ? NULL : column->path);
	buf_addf(to, ",\"nulls\":%llu", (unsigned long long)nulls);
	if (t->row_count > 0)
		buf_addf(to, ",\"null_share\":%.4g",
		    (double)nulls / (double)t->row_count);
	else
		buf_add(to, ",\"null_share\":null");
	if (column->key_position > 0)
		buf_addf(to, ",\"key_position\":%u", column->key_position);
	if (column->first_load > 0)
		buf_addf(to, ",\"first_load_id\":%lld",
		    (long long)column->first_load);
	buf_add_char(to, '}');
}

static void
write_json(struct buf *to, const struct catalog *c)
{
	buf_add(to, "{\"tables\":[");
	for (size_t i = 0; i < c->table_count; i++) {
		const struct table *t = c->tables[i].table;

		buf_add(to, i == 0 ? "\n {\"name\":" : ",\n {\"name\":");
		escape_json(to, t->name, strlen(t->name));
		buf_addf(to, ",\"rows\":%llu",
		    (unsigned long long)c->tables[i].row_count);
		add_string(to, "parent", t->parent ? t->parent->name : NULL);
		buf_addf(to, ",\"is_loaded\":%s",
		    t->is_foreign ? "false" : "true");
		buf_add(to, ",\"columns\":[");
		for (size_t n = 0; n < t->column_count; n++)
			write_json_column(to, &c->tables[i], n);
		buf_add(to, "]}");
	}
	buf_add(to, "],\n\"relations\":[");
	for (size_t i = 0; i < c->relation_count; i++) {
		const struct catalog_relation *r = &c->relations[i];

		buf_addf(to, "%s\n {\"kind\":\"%s\"", i == 0 ? "" : ",",
		    r->is_guess ? "name" : "list");
		add_string(to, "table", r->from->table->name);
		add_string(to, "column", r->from->name);
		add_string(to, "refers_to", r->to->name);
		buf_add_char(to, '}');
	}
	buf_add(to, "],\n\"loads\":[");
	for (size_t i = 0; i < c->load_count; i++) {
		const struct catalog_load *load = &c->loads[i];

		buf_addf(to, "%s\n {\"load_id\":%lld", i == 0 ? "" : ",",
		    (long long)load->id);
		add_string(to, "started_at", load->started);
		add_string(to, "finished_at", load->finished);
		add_string(to, "mode", load->mode);
		add_string(to, "status", load->status);
		buf_addf(to, ",\"tables\":%s,\"rejected\":%lld}",
		    *load->tables ? load->tables : "null",
		    (long long)load->rejected);
	}
	buf_add(to, "]}\n");
}

/* --- markdown ----------------------------------------------------------- */

/* Text in a cell of a table; its characters may not end or start anything. */
static void
add_cell(struct buf *to, const char *text)
{
	buf_add(to, "| ");
	for (; *text; text++) {
		if (strchr("|\\`*_<>[]", *text))
			buf_add_char(to, '\\');
		buf_add_char(to, *text);
	}
	buf_add_char(to, ' ');
}

static void
write_markdown_table(struct buf *to, const struct catalog *c,
    const struct catalog_table *t)
{
	buf_addf(to, "## %s\n\n", t->table->name);
	add_number(to, t->row_count);
	buf_add(to, t->row_count == 1 ? " row" : " rows");
	if (t->table->parent)
		buf_addf(to, ", lists of %s", t->table->parent->name);
	buf_add(to,
	    ".\n\n| column | type | null | JSON path | |\n"
	    "|--|--|--:|--|--|\n");
	for (size_t i = 0; i < t->table->column_count; i++) {
		const struct column *column = t->table->columns[i];
		struct buf word;

		buf_init(&word, BOUND_LINE_BYTES);
		add_cell(to, column->name);
		add_cell(to, type_word(column));
		add_share(&word, t, t->null_counts[i]);
		add_cell(to, word.data);
		add_cell(to,
		    column->path && !column->is_own ? column->path : "");
		buf_clear(&word);
		add_role(&word, c, column);
		add_cell(to, word.data);
		buf_add(to, "|\n");
		buf_free(&word);
	}
	buf_add_char(to, '\n');
}

static void
write_markdown(struct buf *to, const struct catalog *c)
{
	for (size_t i = 0; i < c->table_count; i++)
		write_markdown_table(to, c, &c->tables[i]);
	buf_add(to,
	    "## Loads\n\n| load | started | finished | mode | status "
	    "| rejected |\n|--:|--|--|--|--|--:|\n");
	for (size_t i = 0; i < c->load_count; i++) {
		const struct catalog_load *load = &c->loads[i];

		buf_addf(to, "| %lld ", (long long)load->id);
		add_cell(to, load->started);
		add_cell(to, load->finished);
		add_cell(to, load->mode);
		add_cell(to, load->status);
		buf_addf(to, "| %lld |\n", (long long)load->rejected);
	}
}

void
describe_write(struct buf *to, const struct catalog *c,
    enum describe_format format)
{
	static void (*const writers[])(struct buf *, const struct catalog *) = {
	    [DESCRIBE_TEXT] = write_text,
	    [DESCRIBE_JSON] = write_json,
	    [DESCRIBE_MARKDOWN] = write_markdown,
	    [DESCRIBE_MERMAID] = diagram_write_mermaid,
	    [DESCRIBE_DOT] = diagram_write_dot,
	};

	writers[format](to, c);
}

/* --- the commands ------------------------------------------------------- */

/* A destination that is looked at. */
struct source {
	const struct sink_kind *kind;
	struct sink *sink;
	struct out nowhere; /* a dry run changes nothing, and prints it here */
};

static int
open_source(struct source *s, const struct describe_source *from,
    struct fail *why)
{
	struct sink_options options = {.ddl = &s->nowhere,
	    .is_reading = true,
	    .schema = from->schema,
	    .busy_timeout_ms = BUSY_TIMEOUT_MS,
	    .libduckdb = from->libduckdb};
	const struct sink_kind *kind =
	    sink_find(from->target, &options.target, why);

	*s = (struct source){.nowhere = {.fd = -1}};
	if (!kind)
		return -1;
	s->kind = kind;
	if (from->schema && !kind->takes_schema) {
		(void)fail_set(why, STATUS_USAGE,
		    "--schema is for databases that have schemas, and not for "
		    "%s",
		    kind->usage);
		return -1;
	}
	if (!kind->is_server && access(options.target, F_OK) != 0) {
		(void)fail_errno(why, "cannot read '%s'", options.target);
		why->status = STATUS_USAGE;
		return -1;
	}
	return kind->open(&options, &s->sink, why);
}

static void
close_source(struct source *s)
{
	if (s->sink)
		s->sink->ops->free(s->sink);
}

static int
print(const struct buf *text, struct fail *why)
{
	struct out out = {.fd = -1};
	int result = buf_check(text, "the description", why);

	if (result == 0)
		result = out_open_stdout(&out, why);
	if (result == 0)
		result = out_write(&out, text->data, text->len, why);
	if (result == 0)
		result = out_commit(&out, why);
	out_free(&out);
	return result;
}

int
describe_target(const struct describe_source *from, enum describe_format format,
    struct fail *why)
{
	struct catalog c = {0};
	struct source source;
	struct buf text;
	int result = open_source(&source, from, why);

	buf_init(&text, BOUND_LINE_BYTES);
	if (result == 0)
		result = catalog_read(&c, source.sink, why);
	if (result == 0) {
		describe_write(&text, &c, format);
		result = print(&text, why);
	}
	buf_free(&text);
	catalog_free(&c);
	close_source(&source);
	return result;
}

static int
visit_last(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct buf *text = context;
	char number[INFER_NUMBER_BYTES];

	(void)count;
	(void)why;
	switch (cells[0].kind) {
	case CELL_TEXT:
		buf_append(text, cells[0].text, cells[0].len);
		break;
	case CELL_NUMBER:
		buf_append(text, number, infer_write(cells[0].number, number));
		break;
	case CELL_INTEGER:
	case CELL_BOOL:
		buf_addf(text, "%lld", (long long)cells[0].integer);
		break;
	default:
		return 0;
	}
	buf_add_char(text, '\n');
	return 0;
}

/* The place's table and column in the schema. Names may hold dots, so each
 * dot is tried. */
static const struct column *
find_place(const struct schema *s, const char *place)
{
	for (size_t i = 0; i < schema_table_count(s); i++) {
		const struct table *t = schema_table(s, i);
		size_t len = strlen(t->name);

		if (strncmp(place, t->name, len) != 0 || place[len] != '.')
			continue;
		for (size_t n = 0; n < t->column_count; n++)
			if (strcmp(t->columns[n]->name, place + len + 1) == 0)
				return t->columns[n];
	}
	return NULL;
}

/* SQLite has decimals as texts, and files are read by it. */
static bool
has_text_decimals(const struct sink_kind *kind)
{
	return !kind->is_server && strcmp(kind->name, "duckdb") != 0;
}

static int
read_last(const struct source *source, const char *place, struct buf *text,
    struct fail *why)
{
	const struct schema_options options = {0};
	struct schema *schema = schema_new(&options);
	const struct column *column;
	struct sink *sink = source->sink;
	struct buf sql;
	int result = catalog_read_schema(schema, sink, why);

	buf_init(&sql, BOUND_LINE_BYTES);
	column = result == 0 ? find_place(schema, place) : NULL;
	if (column) {
		/* PostgreSQL knows no max() of booleans, jsonb or uuid, and
		 * sorts them all the same. */
		buf_add(&sql, "SELECT ");
		dialect_quote(&dialect_sqlite, &sql, column->name);
		buf_add(&sql, " FROM ");
		dialect_quote(&dialect_sqlite, &sql, column->table->name);
		buf_add(&sql, " WHERE ");
		dialect_quote(&dialect_sqlite, &sql, column->name);
		buf_add(&sql, " IS NOT NULL ORDER BY ");
		if (column->type == TYPE_DECIMAL &&
		    has_text_decimals(source->kind)) {
			buf_add(&sql, "CAST(");
			dialect_quote(&dialect_sqlite, &sql, column->name);
			buf_add(&sql, " AS DOUBLE PRECISION) DESC, ");
		}
		buf_add(&sql, "1 DESC LIMIT 1");
		result =
		    sink->ops->query(sink, sql.data, 1, visit_last, text, why);
	} else if (result == 0) {
		result = fail_set(why, STATUS_USAGE,
		    "there is no column '%s'; --describe lists them, and they "
		    "are named TABLE.COLUMN",
		    place);
	}
	buf_free(&sql);
	schema_free(schema);
	return result;
}

int
describe_last(const struct describe_source *from, const char *place,
    struct fail *why)
{
	struct source source;
	struct buf text;
	int result = open_source(&source, from, why);

	buf_init(&text, BOUND_LINE_BYTES);
	if (result == 0)
		result = read_last(&source, place, &text, why);
	if (result == 0)
		result = print(&text, why);
	buf_free(&text);
	close_source(&source);
	return result;
}
