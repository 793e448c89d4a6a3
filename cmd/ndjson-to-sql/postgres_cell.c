/* SPDX-License-Identifier: ISC */
/*
 * PostgreSQL's texts as cells, by the types' numbers, which are fixed.
 */
#include "postgres_cell.h"

#include "buf.h"
#include "num.h"
#include "postgres_db.h"

#include <stdlib.h>
#include <string.h>

enum {
	OID_BOOL = 16,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_FLOAT8 = 701,
	OID_DATE = 1082,
	OID_TIMESTAMPTZ = 1184,
};

/* The year 0000 is "0001-12-31 10:00:00+00 BC" there. */
static bool
is_in_first_bc(const struct cell *cell)
{
	static const char era[] = " BC";
	size_t len = sizeof(era) - 1;

	return cell->len > len && memcmp(cell->text, "0001-", 5) == 0 &&
	    memcmp(cell->text + cell->len - len, era, len) == 0;
}

static void
put_date(struct cell *cell, struct buf *text)
{
	if (!is_in_first_bc(cell))
		return;
	buf_clear(text);
	buf_addf(text, "0000%.*s", (int)strcspn(cell->text + 4, " "),
	    cell->text + 4);
	cell->text = text->data;
	cell->len = (uint32_t)text->len;
}

/* The time zone is UTC: "2026-11-24 06:00:00.1+00" as ours, with no zone and
 * at least three digits. */
static void
put_time(struct cell *cell, struct buf *text)
{
	const char *zone = memchr(cell->text, '+', cell->len);
	size_t len = zone ? (size_t)(zone - cell->text) : cell->len;
	const char *dot = memchr(cell->text, '.', len);
	size_t digits = dot ? len - (size_t)(dot - cell->text) - 1 : 0;

	buf_clear(text);
	buf_append(text, is_in_first_bc(cell) ? "0000" : cell->text, 4);
	buf_append(text, cell->text + 4, len - 4);
	buf_addf(text, "%s%.*s", dot ? "" : ".",
	    digits < 3 ? (int)(3 - digits) : 0, "000");
	cell->text = text->data;
	cell->len = (uint32_t)text->len;
}

void
postgres_cell_read(struct postgres_db *db, const struct pg_result *result,
    int column, struct cell *cell, struct buf *text)
{
	const char *value = db->pq.getvalue(result, 0, column);
	unsigned type = db->pq.ftype(result, column);

	*cell = (struct cell){0};
	if (db->pq.getisnull(result, 0, column))
		return;
	cell->kind = CELL_TEXT;
	cell->text = value;
	cell->len = (uint32_t)db->pq.getlength(result, 0, column);
	if (type == OID_TIMESTAMPTZ)
		put_time(cell, text);
	if (type == OID_DATE)
		put_date(cell, text);
	if (type == OID_BOOL) {
		cell->kind = CELL_BOOL;
		cell->integer = *value == 't';
	} else if (type == OID_INT8 || type == OID_INT4 || type == OID_INT2) {
		if (num_i64(value, strlen(value), &cell->integer) == 0)
			cell->kind = CELL_INTEGER;
	} else if (type == OID_FLOAT8) {
		cell->kind = CELL_NUMBER;
		cell->number = strtod(value, NULL);
	}
}
