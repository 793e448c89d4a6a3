/* SPDX-License-Identifier: ISC */
/*
 * The ledger over a destination that is made of arrays: what it reads of
 * earlier loads, and the rows that it adds for this one.
 */
#include "ledger.h"
#include "mem.h"
#include "num.h"
#include "tap.h"

#include <stdlib.h>

/* One row a line, cells between bars; "" is null, #7 an integer. */
struct fake {
	struct sink base;
	const char *const *loads, *const *columns; /* ended by NULL */
};

static int64_t
number(const char *text)
{
	int64_t value = 0;

	(void)(num_i64(text, strcspn(text, "|"), &value) == 0);
	return value;
}

static int
visit_line(const char *line, size_t count, sink_visitor *visit, void *context,
    struct fail *why)
{
	struct cell *cells = mem_alloc(count, sizeof(*cells));
	int result;

	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(line, "|");

		if (*line == '#') {
			cells[i].kind = CELL_INTEGER;
			cells[i].integer = number(line + 1);
		} else if (len > 0) {
			cells[i].kind = CELL_TEXT;
			cells[i].text = line;
			cells[i].len = (uint32_t)len;
		}
		line += len + (line[len] == '|');
	}
	result = visit(context, cells, count, why);
	free(cells);
	return result;
}

static int
fake_read(struct sink *sink, const char *table, const char *const *columns,
    size_t count, sink_visitor *visit, void *context, struct fail *why)
{
	const struct fake *f = (const struct fake *)sink;
	const char *const *lines =
	    strcmp(table, "_loads") == 0 ? f->loads : f->columns;

	(void)columns;
	for (; *lines; lines++)
		if (visit_line(*lines, count, visit, context, why) != 0)
			return -1;
	return 0;
}

static const struct sink_ops fake_ops = {.read = fake_read};
static const struct schema_options limits = {.max_name_bytes = 63,
    .max_columns = 1000};
static const char *const none[] = {NULL};

static const struct cell *
cell(const struct batch *b, const struct table *t, size_t row, const char *name)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (strcmp(t->columns[i]->name, name) == 0)
			return &b->tables[t->id].rows[row].cells[i];
	return NULL;
}

static void
is_text(const struct cell *c, const char *wanted, const char *name)
{
	char text[256] = "";

	if (c && c->kind == CELL_TEXT)
		(void)snprintf(text, sizeof(text), "%.*s", (int)c->len,
		    c->text);
	is(text, wanted, name);
}

static void
test_first(void)
{
	struct fake fake = {{.ops = &fake_ops}, none, none};
	struct schema *s = schema_new(&limits);
	struct batch b = {0}, changes = {0};
	struct ledger l;
	struct fail why;
	struct table *t;
	struct column *c;

	is_int(ledger_open(&l, &fake.base, s, 1700000000000, &why), 0,
	    "no load so far");
	is_int(l.load_id, 1700000000000, "the id is the time");
	t = schema_root(s, "t", 1, true);
	c = schema_column(s, schema_member(s, t->record, NULL, "id", 2),
	    TYPE_BIGINT);
	t->key[t->key_count++] = c;
	c->key_position = 1;
	c->is_wide = t->is_started = true;
	schema_take_changes(s, &changes, true);
	batch_clear(&b, 1);
	ledger_write(&l, &b, 1700000001500, MODE_SYNC, "complete", "{}", 7);
	is_int((long long)b.tables[l.loads->id].count, 1, "a row of _loads");
	is_int(cell(&b, l.loads, 0, "load_id")->integer, 1700000000000,
	    "its id");
	is_text(cell(&b, l.loads, 0, "started_at"), "2023-11-14 22:13:20.000",
	    "its start");
	is_text(cell(&b, l.loads, 0, "finished_at"), "2023-11-14 22:13:21.500",
	    "its end");
	is_text(cell(&b, l.loads, 0, "mode"), "sync", "its mode");
	is_text(cell(&b, l.loads, 0, "status"), "complete", "its status");
	is_text(cell(&b, l.loads, 0, "tables"), "{}", "its counts");
	is_int(cell(&b, l.loads, 0, "rejected")->integer, 7, "its rejects");
	is_int((long long)b.tables[l.columns->id].count, 1, "one of _columns");
	is_text(cell(&b, l.columns, 0, "table_name"), "t", "the table");
	is_text(cell(&b, l.columns, 0, "path"), "$.id", "the path");
	is_text(cell(&b, l.columns, 0, "kind"), "member", "the kind");
	is_text(cell(&b, l.columns, 0, "type"), "bigint", "the type");
	is_int(cell(&b, l.columns, 0, "key_position")->integer, 1, "the key");
	is_int(cell(&b, l.columns, 0, "is_wide")->integer, 1, "the width");
	is_int(cell(&b, l.columns, 0, "form")->kind, CELL_NULL, "no form");
	batch_clear(&b, 9);
	ledger_write(&l, &b, 1700000001600, MODE_SYNC, "complete", "{}", 7);
	is_int(b.table_count > l.columns->id
		? (long long)b.tables[l.columns->id].count
		: 0,
	    0, "a column that did not change is written once");
	batch_free(&b);
	batch_free(&changes);
	schema_free(s);
}

static void
test_later(void)
{
	static const char *const loads[] =
	    {"#1700000000000|2023-11-14 22:13:20.000|2023-11-14 22:13:25.000|"
	     "merge|complete|{}|1",
		"#1600000000000|2020-09-13 12:26:40.000||merge|complete|{}|1",
		NULL};
	static const char *const columns[] =
	    {"t|at|t|$.at|member|timestamp|YYYY-MM-DDThh:mm:ssZ||#0|#5",
		"t|id|t|$.id|member|bigint||#1|#1|#5",
		"t|odd|t|$.odd|member|nonsense|nonsense||#0|#5",
		"t|_load_id|t|$|own|bigint|||#0|#5",
		"t|note|t|$.note|theirs|text|||#0|#6", NULL};
	struct fake fake = {{.ops = &fake_ops}, loads, columns};
	struct schema *s = schema_new(&limits);
	char form[FORM_TEXT_BYTES];
	const struct column *c;
	struct ledger l;
	struct fail why;
	struct table *t;

	schema_add_existing(s, "t", "_load_id", TYPE_BIGINT, false, false);
	is_int(ledger_open(&l, &fake.base, s, 1699999999999, &why), 0,
	    "a clock that went back");
	is_int(l.load_id, 1700000005001, "the id lies behind every load's end");
	t = schema_root(s, "t", 1, true);
	c = schema_member(s, t->record, NULL, "at", 2)->column;
	is(form_write(&c->form, form), "YYYY-MM-DDThh:mm:ssZ", "the form");
	is_int(c->type, TYPE_TIMESTAMP, "... and the type");
	is_int(c->first_load, 5, "... and the load that made it");
	c = schema_member(s, t->record, NULL, "id", 2)->column;
	ok(c == t->key[0] && c->is_wide, "the key");
	c = schema_member(s, t->record, NULL, "odd", 3)->column;
	ok(c->type == TYPE_UNKNOWN && c->form.kind == FORM_NONE,
	    "what no version of ours has written is not known");
	ok(schema_has_own(t, "_load_id"), "a column of ours");
	c = schema_member(s, t->record, NULL, "note", 4)->column;
	ok(c->is_theirs && t->is_foreign, "and of somebody else");
	schema_free(s);
}

static void
test_broken(void)
{
	static const char *const columns[] = {"t|x|t|no path|member|text",
	    NULL};
	struct fake fake = {{.ops = &fake_ops}, none, columns};
	struct schema *s = schema_new(&limits);
	struct ledger l;
	struct fail why = {0};

	is_int(ledger_open(&l, &fake.base, s, 1, &why), -1,
	    "a path that is none");
	is_int(why.status, STATUS_DATA, "... is bad data");
	ok(strstr(why.text, "'t.x'") != NULL, "... of the column");
	schema_free(s);
}

int
main(void)
{
	test_first();
	test_later();
	test_broken();
	return tap_done();
}
