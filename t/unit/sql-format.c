/* SPDX-License-Identifier: ISC */
/*
 * Files in each format give back the cells that were written, whatever they
 * hold and wherever the reader's buffer ends.
 */
#include "csv.h"
#include "ndjson.h"

#include "batch.h"
#include "buf.h"
#include "mem.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { COLUMNS = 9, ROWS = 4000, POOL_BYTES = 1 << 20 };

static const enum type types[COLUMNS] = {TYPE_BOOL, TYPE_BIGINT, TYPE_DOUBLE,
    TYPE_DECIMAL, TYPE_TIMESTAMP, TYPE_DATE, TYPE_TEXT, TYPE_JSON,
    TYPE_UNKNOWN};

struct rows {
	struct cell cells[ROWS][COLUMNS];
	char pool[POOL_BYTES]; /* what texts point into */
	size_t used;
	size_t read, wrong; /* by the visitor */
};

static uint64_t
draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void
set_text(struct rows *r, struct cell *c, const char *text, size_t len)
{
	c->kind = CELL_TEXT;
	c->text = memcpy(r->pool + r->used, text, len);
	c->len = (uint32_t)len;
	r->used += len;
}

/* A text of what formats stumble over. */
static void
set_any_text(struct rows *r, struct cell *c, uint64_t *state)
{
	static const char *const parts[] = {"\"", ",", "\n", "\r", "\\", " ",
	    "a", "\t", "\xC3\xBC", "12", "{", "\x01", "long enough", "\"\"",
	    "\\.", "null", ":", "}"};
	char text[400];
	size_t len = 0, count = draw(state) % 30;

	while (count-- > 0) {
		size_t part = draw(state) % (sizeof(parts) / sizeof(*parts));

		memcpy(text + len, parts[part], strlen(parts[part]));
		len += strlen(parts[part]);
		if (draw(state) % 50 == 0)
			text[len++] = '\0';
	}
	set_text(r, c, text, len);
}

static void
set_cell(struct rows *r, struct cell *c, enum type type, uint64_t *state)
{
	static const char *const decimals[] = {"0.10", "-1", "1e400",
	    "123456789012345678901234567890", "1.5E-3", "+1", ".5", "01", "-"};
	static const char *const values[] = {"{}", "[1,\"a\\n\"]", "\"x\"",
	    "{\"k\": [null,true] }", "-0.0"};
	static const char *const times[] = {"2026-11-24 06:00:00.123",
	    "0000-01-01 00:00:00.000", "2026-11-24 06:00:00.123456789"};
	uint64_t number = draw(state);

	*c = (struct cell){0};
	if (number % 5 == 0 || type == TYPE_UNKNOWN)
		return;
	number = draw(state);
	switch (type) {
	case TYPE_BOOL:
		c->kind = CELL_INTEGER;
		c->integer = number % 2;
		break;
	case TYPE_BIGINT:
		c->kind = CELL_INTEGER;
		c->integer = (int64_t)number >> (number % 60);
		break;
	case TYPE_DOUBLE:
		c->kind = CELL_NUMBER;
		memcpy(&c->number, &number, sizeof(number));
		if (!isfinite(c->number) || number % 2)
			c->number = (double)(number % 100000) / 100;
		break;
	case TYPE_DECIMAL:
		set_text(r, c, decimals[number % 9],
		    strlen(decimals[number % 9]));
		break;
	case TYPE_TIMESTAMP:
		set_text(r, c, times[number % 3], strlen(times[number % 3]));
		break;
	case TYPE_DATE:
		set_text(r, c, "2026-11-24", 10);
		break;
	case TYPE_JSON:
		set_text(r, c, values[number % 5], strlen(values[number % 5]));
		break;
	default:
		set_any_text(r, c, state);
		break;
	}
}

static bool
is_same(const struct cell *a, const struct cell *b)
{
	if ((a->kind == CELL_TEXT || b->kind == CELL_TEXT) &&
	    a->kind != b->kind)
		return false;
	switch (a->kind) {
	case CELL_NULL:
		return b->kind == CELL_NULL;
	case CELL_TEXT:
		return a->len == b->len &&
		    memcmp(a->text, b->text, a->len) == 0;
	default:
		/* The bits of a double are told apart, too: -0.0. */
		return b->kind != CELL_NULL && a->integer == b->integer;
	}
}

static int
compare(void *context, const struct cell *cells, size_t count, struct fail *why)
{
	struct rows *r = context;

	(void)why;
	for (size_t i = 0; i < count && r->read < ROWS; i++)
		r->wrong += !is_same(&r->cells[r->read][i], &cells[i]);
	r->read++;
	return 0;
}

static int
write_rows(const struct format *format, const char *path,
    const struct shape *shape, enum pack_kind pack, const struct rows *r,
    struct fail *why)
{
	struct sink_options options = {.pack = pack};
	struct format_file *file;
	int result = format->open(&file, path, shape, &options, why);

	for (size_t i = 0; i < ROWS && result == 0; i++)
		result = format->write(file, r->cells[i], why);
	if (result == 0)
		result = format->commit(file, why);
	format->free(file);
	return result;
}

static void
check(const struct format *format, enum pack_kind pack,
    const struct shape *shape, struct rows *r)
{
	char directory[] = "/tmp/sql-format.XXXXXX";
	struct fail why = {0};
	struct buf path;
	int result;

	if (pack_check(pack, &why) != 0)
		return;
	buf_init(&path, 1000);
	buf_addf(&path, "%s/x%s%s", mkdtemp(directory), format->suffix,
	    pack_suffix(pack));
	r->read = r->wrong = 0;
	result = write_rows(format, path.data, shape, pack, r, &why);
	if (result == 0)
		result = format->read(path.data, shape,
		    &(struct sink_options){0}, compare, r, &why);
	ok(result == 0, "%s%s: written and read %s", format->name,
	    pack_suffix(pack), why.text);
	is_int((long long)r->read, ROWS, "... every row");
	is_int((long long)r->wrong, 0, "... every cell as it was");
	ok(write_rows(format, path.data, shape, pack, r, &why) != 0,
	    "... a file that is there is not overwritten");
	(void)unlink(path.data);
	(void)rmdir(directory);
	buf_free(&path);
}

/* Our own reader is content with less; others are not. */
static void
check_quotes(void)
{
	static const char special[] = {'"', ',', '\n', '\r'};
	size_t wrong = 0;

	for (size_t len = 1; len < 20; len++) {
		for (size_t at = 0; at < len * sizeof(special); at++) {
			char text[20];
			struct buf field;

			memset(text, 'x', sizeof(text));
			text[at / sizeof(special)] =
			    special[at % sizeof(special)];
			buf_init(&field, 100);
			csv_add_field(&field, text, len);
			wrong += field.data[0] != '"' ||
			    field.data[field.len - 1] != '"' ||
			    field.len != len + 2 + (at % sizeof(special) == 0);
			buf_free(&field);
		}
	}
	is_int((long long)wrong, 0, "a special byte anywhere asks for quotes");
}

/* A field by itself. */
static void
check_fields(void)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
	    {"", "\"\""},
	    {"plain", "plain"},
	    {"a b", "a b"},
	    {" a", "\" a\""},
	    {"a\t", "\"a\t\""},
	    {"\\.", "\"\\.\""},
	    {"a\\", "a\\"},
	    {"\"", "\"\"\"\""},
	    {"say \"no\"", "\"say \"\"no\"\"\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf field;

		buf_init(&field, 100);
		csv_add_field(&field, cases[i].text, strlen(cases[i].text));
		ok(strcmp(field.data, cases[i].field) == 0, "the field %s",
		    cases[i].field);
		buf_free(&field);
	}
}

int
main(void)
{
	struct rows *r = mem_alloc(1, sizeof(*r));
	struct shape_list list = {0};
	struct shape *shape = shape_add(&list, "t");
	uint64_t state = 88172645463325252u;

	for (size_t i = 0; i < COLUMNS; i++)
		shape_add_column(shape,
		    i == 0 ? "a \"b\",\n" : type_name(types[i]), types[i]);
	for (size_t i = 0; i < ROWS; i++)
		for (size_t n = 0; n < COLUMNS; n++)
			set_cell(r, &r->cells[i][n], types[n], &state);
	for (enum pack_kind pack = PACK_PLAIN; pack < PACK_COUNT; pack++) {
		check(&format_csv, pack, shape, r);
		check(&format_ndjson, pack, shape, r);
	}
	check_quotes();
	check_fields();
	shape_list_free(&list);
	free(r);
	return tap_done();
}
