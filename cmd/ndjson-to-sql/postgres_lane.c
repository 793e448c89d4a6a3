/* SPDX-License-Identifier: ISC */
/*
 * Lanes. At most one of them is copying.
 */
#include "postgres_lane.h"

#include "batch.h"
#include "dialect.h"
#include "mem.h"
#include "postgres.h"
#include "postgres_row.h"
#include "sql_table.h"

#include <stdlib.h>
#include <string.h>

enum {
	SEND_BYTES = 1 << 18, /* while the COPY goes on */
	/* Else the one that goes on has to end first, and to begin again. */
	WAIT_BYTES = 1 << 20,
	WAITING_MAX = 16,         /* lanes that may be so large */
	TEXT_BYTES_MAX = 1 << 30, /* of a row: PostgreSQL takes no more */
	LINES_MAX = 1 << 18,      /* rows of a COPY */
};

void
postgres_lane_init(struct postgres_lane *l, const struct sql_table *t,
    bool is_stage)
{
	*l = (struct postgres_lane){.table = t, .is_stage = is_stage};
	buf_init(&l->text, TEXT_BYTES_MAX);
}

void
postgres_lane_clear(struct postgres_lane *l)
{
	buf_clear(&l->text);
	l->line_count = l->unsent_count = 0;
}

void
postgres_lane_free(struct postgres_lane *l)
{
	buf_free(&l->text);
	free(l->lines);
	free(l->name);
	*l = (struct postgres_lane){0};
}

/* Puts the line of the row that was refused in front. Rows of the ledger
 * have none; and a reject has its line already. */
static int
name_line(const struct postgres *s, const struct postgres_lane *l,
    struct fail *why)
{
	uint64_t at = s->db.failed_line;

	if (s->options.reject || at == 0 || at > l->line_count ||
	    l->lines[at - 1] == 0)
		return -1;
	return fail_prefix(why, "%s: line %llu", l->name,
	    (unsigned long long)l->lines[at - 1]);
}

static int
begin_copy(struct postgres *s, struct postgres_lane *l, struct fail *why)
{
	struct buf sql;
	int result;

	if (s->copying == l)
		return 0;
	if (postgres_lane_stop(s, why) != 0)
		return -1;
	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, "COPY ");
	if (l->is_stage)
		dialect_quote(l->table->dialect, &sql, l->table->stage);
	else
		sql_table_add_name(l->table, &sql);
	buf_add_char(&sql, ' ');
	sql_table_add_columns(l->table, l->is_stage, &sql);
	buf_add(&sql, " FROM STDIN");
	result = postgres_db_copy(&s->db, sql.data, why);
	buf_free(&sql);
	if (result == 0)
		s->copying = l;
	return result;
}

int
postgres_lane_stop(struct postgres *s, struct fail *why)
{
	struct postgres_lane *l = s->copying;

	if (!l)
		return 0;
	s->copying = NULL;
	if (postgres_db_copy_end(&s->db, why) != 0)
		return name_line(s, l, why);
	memmove(l->lines, l->lines + (l->line_count - l->unsent_count),
	    l->unsent_count * sizeof(*l->lines));
	l->line_count = l->unsent_count;
	return 0;
}

int
postgres_lane_flush(struct postgres *s, struct postgres_lane *l,
    struct fail *why)
{
	if (l->unsent_count == 0)
		return 0;
	if (buf_check(&l->text, "a row", why) != 0 ||
	    begin_copy(s, l, why) != 0)
		return -1;
	if (postgres_db_put(&s->db, l->text.data, l->text.len, why) != 0) {
		s->copying = NULL;
		return name_line(s, l, why);
	}
	buf_clear(&l->text);
	l->unsent_count = 0;
	return l->line_count > LINES_MAX ? postgres_lane_stop(s, why) : 0;
}

int
postgres_lane_end(struct postgres *s, struct postgres_lane *l, struct fail *why)
{
	if (postgres_lane_flush(s, l, why) != 0)
		return -1;
	return s->copying == l ? postgres_lane_stop(s, why) : 0;
}

/* The name of a stream lives no longer than the stream. */
static int
set_name(struct postgres *s, struct postgres_lane *l, const char *name,
    struct fail *why)
{
	if (l->name && strcmp(l->name, name) == 0)
		return 0;
	if (postgres_lane_end(s, l, why) != 0)
		return -1;
	free(l->name);
	l->name = mem_string(name);
	return 0;
}

static bool
is_full(const struct postgres *s, const struct postgres_lane *l)
{
	bool waits =
	    s->copying && s->copying != l && s->table_count <= WAITING_MAX;

	return l->text.len >= (size_t)(waits ? WAIT_BYTES : SEND_BYTES);
}

int
postgres_lane_add(struct postgres *s, struct postgres_lane *l,
    const struct row *row, const struct origin *origin, struct fail *why)
{
	if (set_name(s, l, origin->name, why) != 0)
		return -1;
	l->lines = mem_grow(l->lines, &l->line_capacity, l->line_count + 1,
	    sizeof(*l->lines));
	l->lines[l->line_count] = origin->line;
	if (postgres_row_add(&l->text, l->table, row, l->is_stage, &s->is_cut,
		why) != 0) {
		if (!s->options.reject)
			(void)fail_prefix(why, "%s: line %llu", origin->name,
			    (unsigned long long)origin->line);
		return 1;
	}
	l->line_count++;
	l->unsent_count++;
	return is_full(s, l) ? postgres_lane_flush(s, l, why) : 0;
}
