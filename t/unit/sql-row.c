/* SPDX-License-Identifier: ISC */
/*
 * Rows as lines for COPY: what PostgreSQL reads from them is what went in;
 * and the filters for keys.
 */
#include "batch.h"
#include "dialect.h"
#include "postgres_keys.h"
#include "postgres_row.h"
#include "sql_table.h"
#include "tap.h"

#include <float.h>
#include <stdint.h>

static char a_name[] = "a", t_name[] = "t";
static struct column a = {.name = a_name};
static struct table table = {.name = t_name, .key = {&a}, .key_count = 1};
static struct sql_column columns[] = {{.column = &a, .type = TYPE_TEXT}};
static struct sql_table t = {.dialect = &dialect_postgres,
    .table = &table,
    .columns = columns,
    .column_count = 1};

static int
add(struct buf *to, struct cell cell, bool *is_cut)
{
	struct row row = {.cells = &cell, .count = 1, .sequence = 7};
	struct fail why;

	buf_clear(to);
	return postgres_row_add(to, &t, &row, false, is_cut, &why);
}

/* What COPY makes of a line with one value ("Text Format" of its manual);
 * its length. */
static size_t
decode(const struct buf *line, char *to)
{
	size_t len = 0;

	for (size_t i = 0; i < line->len && line->data[i] != '\n'; i++) {
		char c = line->data[i];

		if (c == '\t')
			return SIZE_MAX;
		if (c == '\\') {
			c = line->data[++i];
			c = (char)(c == 'n' ? '\n'
				: c == 'r'  ? '\r'
				: c == 't'  ? '\t'
					    : c);
		}
		to[len++] = c;
	}
	return len;
}

/* Each byte at each place of texts of each length up to some words. */
static void
test_bytes(void)
{
	enum { LENGTH = 20 };
	char text[LENGTH], back[LENGTH + 2];
	size_t bad = 0;
	struct buf line;
	bool is_cut = false;

	buf_init(&line, 1000);
	for (int byte = 1; byte < 256; byte++)
		for (size_t len = 1; len < LENGTH; len++)
			for (size_t at = 0; at < len; at++) {
				struct cell cell = {.text = text,
				    .len = (uint32_t)len,
				    .kind = CELL_TEXT};

				memset(text, 'x', len);
				text[at] = (char)byte;
				bad += add(&line, cell, &is_cut) != 0 ||
				    decode(&line, back) != len ||
				    memcmp(back, text, len) != 0 ||
				    line.data[line.len - 1] != '\n';
			}
	is_int((long long)bad, 0, "any byte comes back");
	bad = 0;
	for (size_t at = 0; at < LENGTH; at++) {
		struct cell cell = {.text = text,
		    .len = LENGTH,
		    .kind = CELL_TEXT};

		memset(text, '\\', LENGTH);
		text[at] = '\0';
		bad += add(&line, cell, &is_cut) != -1 || line.len != 0;
	}
	is_int((long long)bad, 0, "U+0000 is refused wherever it is");
	buf_free(&line);
}

static void
test_values(void)
{
	static const struct {
		struct cell cell;
		const char *line, *name;
	} values[] = {
	    {{.kind = CELL_NULL}, "\\N\n", "null"},
	    {{.kind = CELL_TEXT, .text = "", .len = 0}, "\n", "an empty text"},
	    {{.kind = CELL_TEXT, .text = "\\N", .len = 2}, "\\\\N\n",
		"a text that looks like null"},
	    {{.kind = CELL_TEXT, .text = "\\.", .len = 2}, "\\\\.\n",
		"a text that looks like the end"},
	    {{.kind = CELL_BOOL, .integer = 1}, "t\n", "true"},
	    {{.kind = CELL_BOOL, .integer = 0}, "f\n", "false"},
	    {{.kind = CELL_INTEGER, .integer = 0}, "0\n", "zero"},
	    {{.kind = CELL_INTEGER, .integer = INT64_MIN},
		"-9223372036854775808\n", "the least"},
	    {{.kind = CELL_INTEGER, .integer = INT64_MAX},
		"9223372036854775807\n", "the greatest"},
	    {{.kind = CELL_NUMBER, .number = 0.1}, "0.1\n",
		"the fewest digits that are this number"},
	    {{.kind = CELL_NUMBER, .number = 1.0 / 3}, "0.3333333333333333\n",
		"sixteen digits"},
	    {{.kind = CELL_NUMBER, .number = DBL_MAX},
		"1.7976931348623157e+308\n", "seventeen"},
	};
	struct buf line;
	bool is_cut = false;

	buf_init(&line, 1000);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		(void)add(&line, values[i].cell, &is_cut);
		is(line.data, values[i].line, values[i].name);
	}
	ok(!is_cut, "nothing was cut");
	columns[0].type = TYPE_TIMESTAMP;
	(void)add(&line,
	    (struct cell){.kind = CELL_TEXT,
		.text = "2026-11-24 06:00:00.123456000",
		.len = 29},
	    &is_cut);
	is(line.data, "2026-11-24 06:00:00.123456\n", "zeros are cut");
	ok(!is_cut, "which loses nothing");
	(void)add(&line,
	    (struct cell){.kind = CELL_TEXT,
		.text = "2026-11-24 06:00:00.1234569",
		.len = 27},
	    &is_cut);
	is(line.data, "2026-11-24 06:00:00.123456\n", "a digit is cut");
	ok(is_cut, "and that is told");
	columns[0].type = TYPE_TEXT;
	buf_free(&line);
}

static void
test_keys(void)
{
	enum { KEYS = 200000 };
	struct postgres_keys keys = {0};
	struct cell cell = {.kind = CELL_INTEGER};
	struct row row = {.cells = &cell, .count = 1};
	int doubtful = 0, missed = 0;

	for (int i = 0; i < KEYS; i++) {
		cell.integer = i;
		doubtful += !postgres_keys_add(&keys, &table, &row);
	}
	is_int(doubtful, 0, "no new key is taken for known");
	for (int i = 0; i < KEYS; i++) {
		cell.kind = i % 2 ? CELL_INTEGER : CELL_NUMBER;
		if (i % 2)
			cell.integer = i;
		else
			cell.number = i;
		missed += postgres_keys_add(&keys, &table, &row);
	}
	is_int(missed, 0, "no known key is taken for new, 3.0 for 3 included");
	postgres_keys_free(&keys);
}

int
main(void)
{
	test_bytes();
	test_values();
	test_keys();
	return tap_done();
}
