/* SPDX-License-Identifier: ISC */
/*
 * DuckDB's types, and values in its vectors, without DuckDB: vectors of our
 * own stand in for its.
 */
#include "batch.h"
#include "duckdb_fill.h"
#include "duckdb_row.h"
#include "duckdb_widen.h"
#include "tap.h"

#include <stdlib.h>

enum { ROWS = 70 }; /* more than a word of the validity mask has */

struct duckdb_vector {
	uint64_t data[2 * ROWS]; /* room for strings */
	uint64_t valid[2];
	bool has_valid;
};

/* As many columns as a row of the tests has. */
struct duckdb_chunk {
	struct duckdb_vector *columns;
	uint64_t size;
};

static void *
get_data(struct duckdb_vector *v)
{
	return v->data;
}

static uint64_t *
get_validity(struct duckdb_vector *v)
{
	return v->has_valid ? v->valid : NULL;
}

static void
make_validity(struct duckdb_vector *v)
{
	if (!v->has_valid)
		memset(v->valid, 0xff, sizeof(v->valid));
	v->has_valid = true;
}

static struct duckdb_vector *
get_vector(struct duckdb_chunk *chunk, uint64_t at)
{
	return &chunk->columns[at];
}

static uint64_t
get_size(struct duckdb_chunk *chunk)
{
	return chunk->size;
}

/* The types of a result are in its pointer to the columns. */
static int
get_type(struct duckdb_result *result, uint64_t at)
{
	return ((const int *)result->columns)[at];
}

static const struct libduckdb library = {
    .vector_get_data = get_data,
    .vector_get_validity = get_validity,
    .vector_ensure_validity_writable = make_validity,
    .data_chunk_get_vector = get_vector,
    .data_chunk_get_size = get_size,
    .column_type = get_type,
};

/* --- widening ----------------------------------------------------------- */

static void
test_widen(void)
{
	static const char tz[] = "TIMESTAMP WITH TIME ZONE";
	static const char ns[] = "TIMESTAMP_NS";

	is(duckdb_widen(tz, tz), tz, "equal types stay");
	is(duckdb_widen(tz, ns), ns, "nanoseconds hold microseconds");
	is(duckdb_widen(ns, tz), ns, "... either way");
	is(duckdb_widen("DATE", tz), "VARCHAR", "a date and a time are texts");
	is(duckdb_widen("TIME", "VARCHAR"), "VARCHAR", "a text stays one");
}

static void
test_decimals(void)
{
	static const struct {
		struct duckdb_digits digits;
		const char *type;
	} cases[] = {
	    {{0, 0, 0, 0}, "VARCHAR"}, {{1, 0, 38, 0}, "HUGEINT"},
	    {{1, 0, 39, 0}, "VARCHAR"}, /* HUGEINT has 39, but not all */
	    {{1, 0, 20, 2}, "DECIMAL(38,2)"}, {{9, 0, 1, 37}, "DECIMAL(38,37)"},
	    {{1, 0, 2, 37}, "VARCHAR"},
	    {{5, 1, 3, 2}, "VARCHAR"}, /* 1e400 among them */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *type = duckdb_widen_decimal(&cases[i].digits);

		is(type, cases[i].type, "a type that holds all decimals");
		free(type);
	}
}

static void
test_guess(void)
{
	static const struct {
		const char *declared;
		enum type type;
	} cases[] = {
	    {"INTEGER", TYPE_BIGINT},
	    {"UBIGINT", TYPE_DECIMAL},
	    {"DECIMAL(10,2)", TYPE_DECIMAL},
	    {"DECIMAL(10,2)[]", TYPE_TEXT},
	    {"TIMESTAMP WITH TIME ZONE", TYPE_TIMESTAMP},
	    {"TIMESTAMP_S", TYPE_TIMESTAMP},
	    {"TIME", TYPE_TIME},
	    {"JSON", TYPE_JSON},
	    {"UUID", TYPE_TEXT},
	    {"STRUCT(a INTEGER)", TYPE_TEXT},
	    {"INTEGER[]", TYPE_TEXT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is(type_name(duckdb_widen_guess(cases[i].declared)),
		    type_name(cases[i].type), cases[i].declared);
}

static void
test_altered(void)
{
	static const struct {
		const char *from, *to;
		bool is_asked;
	} cases[] = {
	    {"VARCHAR", "DECIMAL(10,2)", true},
	    {"VARCHAR", "HUGEINT", true},
	    {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", true},
	    {"TIMESTAMP_NS", "TIMESTAMP", true},
	    {"TIMESTAMP_NS", "TIMESTAMP_NS", false},
	    {"BIGINT", "SMALLINT", false}, /* DuckDB refuses it itself */
	    {"DOUBLE", "FLOAT", false},
	    {"VARCHAR", "UUID", false},
	    {"VARCHAR", "DECIMAL(10,2)[]", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf sql;

		buf_init(&sql, 4096);
		ok(duckdb_widen_add_altered(&sql, "t", "c", cases[i].from,
		       cases[i].to) == cases[i].is_asked &&
			(sql.len > 0) == cases[i].is_asked,
		    "%s to %s", cases[i].from, cases[i].to);
		buf_free(&sql);
	}
}

/* --- filling ------------------------------------------------------------ */

static struct cell
text_cell(const char *text)
{
	struct cell c = {.kind = CELL_TEXT};

	c.text = text;
	c.len = (uint32_t)strlen(text);
	return c;
}

/* Fills a vector with one cell. */
static bool
fill(struct duckdb_vector *v, enum duckdb_fill as, struct cell *c,
    enum duckdb_fill *wider)
{
	struct row row = {.cells = c, .count = 1};
	const struct row *rows[] = {&row};
	struct batch batch = {0};
	bool fits;

	*v = (struct duckdb_vector){0};
	fits = duckdb_fill_column(&library, v, as, rows, 1, 0, &batch, wider);
	batch_free(&batch);
	return fits;
}

static void
test_times(void)
{
	static const struct {
		const char *text;
		enum duckdb_fill as;
		bool fits;
		int64_t count;
		enum duckdb_fill wider;
	} cases[] = {
	    {"1970-01-01T00:00:00.000001Z", FILL_TIMESTAMP, true, 1, 0},
	    {"1969-12-31T23:59:59.999999Z", FILL_TIMESTAMP, true, -1, 0},
	    {"1970-01-01T00:00:00.000000001Z", FILL_TIMESTAMP, false, 0,
		FILL_TIMESTAMP_NS},
	    {"1970-01-01T00:00:00.000000001Z", FILL_TIMESTAMP_NS, true, 1, 0},
	    {"0001-01-01T00:00:00.0000001Z", FILL_TIMESTAMP, false, 0,
		FILL_TEXT},
	    {"0001-01-01T00:00:00Z", FILL_TIMESTAMP_NS, false, 0, FILL_TEXT},
	    {"2262-12-31T00:00:00Z", FILL_TIMESTAMP_NS, false, 0, FILL_TEXT},
	    {"soon", FILL_TIMESTAMP, false, 0, FILL_TEXT},
	    {"23:59:59.999999", FILL_TIME, true, 86399999999, 0},
	    {"23:59:59.9999999", FILL_TIME, false, 0, FILL_TEXT},
	    {"24:00:00", FILL_TIME, false, 0, FILL_TEXT},
	    {"1:00:00", FILL_TIME, false, 0, FILL_TEXT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cell c = text_cell(cases[i].text);
		enum duckdb_fill wider;
		struct duckdb_vector v;
		bool fits = fill(&v, cases[i].as, &c, &wider);

		ok(fits == cases[i].fits &&
			(fits ? (int64_t)v.data[0] == cases[i].count
			      : wider == cases[i].wider),
		    "%s as %s", cases[i].text, duckdb_fill_type(cases[i].as));
	}
}

static void
test_strings(void)
{
	static const char longer[] = "thirteen byte";
	struct cell c = text_cell("twelve bytes");
	const struct duckdb_string *s;
	enum duckdb_fill wider;
	struct duckdb_vector v;

	ok(fill(&v, FILL_TEXT, &c, &wider), "a text");
	s = (const struct duckdb_string *)v.data;
	ok(s->len == 12 && memcmp(s->inlined, "twelve bytes", 12) == 0,
	    "... of twelve bytes lies in the value");
	c = text_cell(longer);
	ok(fill(&v, FILL_TEXT, &c, &wider), "another");
	ok(s->len == 13 && s->text == longer &&
		memcmp(s->prefix, "thir", 4) == 0,
	    "... of thirteen is pointed at");
	c = (struct cell){.kind = CELL_INTEGER, .integer = -7};
	ok(fill(&v, FILL_TEXT, &c, &wider) && s->len == 2 &&
		memcmp(s->inlined, "-7", 2) == 0,
	    "a number among texts is printed");
	c = text_cell("7");
	ok(!fill(&v, FILL_BIGINT, &c, &wider) && wider == FILL_TEXT,
	    "a text is no number");
}

static void
test_nulls(void)
{
	struct cell cells[ROWS];
	struct row rows[ROWS];
	const struct row *list[ROWS];
	struct duckdb_vector v = {0};
	struct batch batch = {0};
	enum duckdb_fill wider;

	for (size_t i = 0; i < ROWS; i++) {
		cells[i] =
		    (struct cell){.kind = CELL_INTEGER, .integer = (int)i};
		rows[i] = (struct row){.cells = &cells[i], .count = 1};
		list[i] = &rows[i];
	}
	ok(duckdb_fill_column(&library, &v, FILL_BIGINT, list, ROWS, 0, &batch,
	       &wider) &&
		!v.has_valid,
	    "a column without null needs no mask");
	cells[3].kind = CELL_NULL;
	rows[65].count = 0; /* the row ends before the column */
	ok(duckdb_fill_column(&library, &v, FILL_BIGINT, list, ROWS, 0, &batch,
	       &wider),
	    "one with null");
	ok(v.valid[0] == ~((uint64_t)1 << 3) && v.valid[1] == ~(uint64_t)2,
	    "... has the bits of these two cleared");
	batch_free(&batch);
}

/* --- reading ------------------------------------------------------------ */

static int
print_cells(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct buf *text = context;

	(void)why;
	for (size_t i = 0; i < count; i++)
		switch ((enum cell_kind)cells[i].kind) {
		case CELL_NULL:
			buf_add(text, "null ");
			break;
		case CELL_TEXT:
			buf_addf(text, "%.*s ", (int)cells[i].len,
			    cells[i].text);
			break;
		case CELL_NUMBER:
			buf_addf(text, "%g ", cells[i].number);
			break;
		case CELL_BOOL:
		case CELL_INTEGER:
			buf_addf(text, "%lld ", (long long)cells[i].integer);
			break;
		}
	return 0;
}

static void
test_rows(void)
{
	int types[] = {DUCKDB_BIGINT, DUCKDB_TIMESTAMP_TZ, DUCKDB_TIMESTAMP_NS,
	    DUCKDB_VARCHAR};
	struct duckdb_vector columns[4] = {{{0}, {0}, false}};
	struct duckdb_chunk chunk = {.columns = columns, .size = 2};
	struct duckdb_result result = {.columns = types};
	struct duckdb_string *strings = (struct duckdb_string *)columns[3].data;
	int unknown = DUCKDB_TIME;
	struct fail why;
	struct buf text;

	columns[0].data[0] = 7;
	columns[1].data[0] = (uint64_t)-1;
	columns[1].data[1] = 1500000;
	columns[2].data[0] = (uint64_t)-1;
	columns[2].data[1] = 1;
	strings[0].len = 1;
	strings[0].inlined[0] = 'x';
	make_validity(&columns[0]);
	columns[0].valid[0] = ~(uint64_t)2;
	ok(duckdb_row_is_readable(&library, &result, 4), "types to be read");
	buf_init(&text, 4096);
	is_int(duckdb_row_visit(&library, &result, &chunk, 4, print_cells,
		   &text, &why),
	    0, "rows");
	is(text.data,
	    "7 1969-12-31 23:59:59.999999 1969-12-31 23:59:59.999999999 x "
	    "null 1970-01-01 00:00:01.500 1970-01-01 00:00:00.000000001  ",
	    "... have their values, before 1970 as well");
	buf_free(&text);
	result.columns = &unknown;
	ok(!duckdb_row_is_readable(&library, &result, 1),
	    "what has to be asked for as text");
}

int
main(void)
{
	test_widen();
	test_decimals();
	test_guess();
	test_altered();
	test_times();
	test_strings();
	test_nulls();
	test_rows();
	return tap_done();
}
