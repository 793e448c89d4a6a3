/* SPDX-License-Identifier: ISC */
/*
 * Directories by time.
 */
#include "partition.h"

#include "batch.h"
#include "layout.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	size_t digits; /* of 2026-11-24 06:00:00.123 */
} units[] = {
    {"year", sizeof("2026") - 1},
    {"month", sizeof("2026-11") - 1},
    {"day", sizeof("2026-11-24") - 1},
    {"hour", sizeof("2026-11-24 06") - 1},
};

int
partition_parse(struct partition *p, const char *text, struct fail *why)
{
	const char *colon = strrchr(text, ':');

	for (size_t i = 0;
	     colon && colon > text && i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(colon + 1, units[i].name) != 0)
			continue;
		*p = (struct partition){.column = text,
		    .column_len = (size_t)(colon - text),
		    .unit = units[i].name,
		    .digits = units[i].digits};
		return 0;
	}
	return fail_set(why, STATUS_USAGE,
	    "--partition takes COLUMN:UNIT with one of year, month, day, "
	    "hour, such as created_at:day; not '%s'",
	    text);
}

int
partition_find(const struct partition *p, const struct shape *shape,
    size_t *index, struct fail *why)
{
	enum type type;

	*index = shape_find_column(shape, p->column, p->column_len, 0);
	if (*index == shape->count)
		return 0;
	type = shape->columns[*index].type;
	if (type == TYPE_TIMESTAMP || type == TYPE_UNKNOWN ||
	    (type == TYPE_DATE && strcmp(p->unit, "hour") != 0))
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "--partition: '%s.%s' is %s, and no time to split by", shape->table,
	    shape->columns[*index].name, type_name(type));
}

void
partition_add_name(const struct partition *p, const struct cell *cell,
    struct buf *name)
{
	char *column = mem_copy(p->column, p->column_len);
	char *encoded = layout_encode(column);

	buf_addf(name, "%s_%s=", encoded, p->unit);
	if (cell->kind != CELL_TEXT || cell->len < p->digits)
		buf_add(name, "__HIVE_DEFAULT_PARTITION__");
	else
		for (size_t i = 0; i < p->digits; i++)
			buf_add_char(name,
			    cell->text[i] == ' ' ? 'T' : cell->text[i]);
	free(encoded);
	free(column);
}
