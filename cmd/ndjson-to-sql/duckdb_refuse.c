/* SPDX-License-Identifier: ISC */
/*
 * Refusing records.
 */
#include "duckdb_refuse.h"

#include "duckdb.h"
#include "duckdb_check.h"
#include "schema.h"

#include <inttypes.h>

struct refusal {
	struct duckdb *d;
	const struct batch *batch;
	struct duckdb_table *table;
	struct buf numbers; /* of the records, with commas */
};

static int
visit_refused(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	struct refusal *r = context;
	uint64_t sequence = (uint64_t)cells[0].integer;
	struct fail reason;

	if (count == 1)
		(void)fail_set(&reason, STATUS_DATA,
		    "'%s' has a row with this key already",
		    r->table->sql.table->name);
	else
		(void)fail_set(&reason, STATUS_DATA, "%.*s", (int)cells[1].len,
		    cells[1].text);
	buf_addf(&r->numbers, "%s%" PRIu64, r->numbers.len > 0 ? "," : "",
	    sequence);
	r->table->counts.rejected++;
	r->table->row_count--;
	return r->d->options.reject(r->d->options.context,
	    &r->batch->origins[sequence - r->batch->first_sequence], &reason,
	    why);
}

/* Appends that the key of s is that of `alias`. */
static void
add_same_key(const struct sql_table *t, const char *alias, struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sql_table_key(t->table, key);

	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? " WHERE " : " AND ");
		sql_table_add_column_name(t, "s_", key[i], sql);
		buf_add(sql, " = ");
		sql_table_add_column_name(t, alias, key[i], sql);
	}
}

/* Appends the stage as s_, and the condition that a row of the batch has a key
 * that the table, or an earlier row of the stage, has. */
static void
add_refused(const struct sql_table *t, const struct batch *b, struct buf *sql)
{
	duckdb_db_quote(sql, t->stage);
	buf_addf(sql,
	    " AS s_ WHERE s_." SQL_SEQUENCE " BETWEEN %" PRIu64 " AND %" PRIu64
	    " AND (EXISTS (SELECT 1 FROM ",
	    b->first_sequence, b->first_sequence + b->origin_count);
	sql_table_add_name(t, sql);
	buf_add(sql, " AS t_");
	add_same_key(t, "t_", sql);
	buf_add(sql, ") OR EXISTS (SELECT 1 FROM ");
	duckdb_db_quote(sql, t->stage);
	buf_add(sql, " AS e_");
	add_same_key(t, "e_", sql);
	buf_add(sql, " AND e_." SQL_SEQUENCE " < s_." SQL_SEQUENCE "))");
}

/* Takes the rows out of the stage. DuckDB converts the values of deleted rows
 * as well when a column gets another type, so there must be none. */
static int
take_out(const struct refusal *r, struct fail *why)
{
	const struct sql_table *t = &r->table->sql;
	struct buf sql;

	buf_init(&sql, BOUND_LINE_BYTES);
	for (size_t i = 0; i < t->column_count; i++) {
		buf_add(&sql, i == 0 ? "UPDATE " : ",");
		if (i == 0) {
			duckdb_db_quote(&sql, r->table->filled);
			buf_add(&sql, " SET ");
		}
		duckdb_db_quote(&sql, t->columns[i].column->name);
		buf_add(&sql, " = NULL");
	}
	buf_addf(&sql, " WHERE " SQL_SEQUENCE " IN (%s); DELETE FROM ",
	    r->numbers.data);
	duckdb_db_quote(&sql, r->table->filled);
	buf_addf(&sql, " WHERE " SQL_SEQUENCE " IN (%s)", r->numbers.data);
	return duckdb_db_run_buf(&r->d->db, &sql, NULL, why);
}

/* Rejects the records that the query tells, and why; takes their rows out. An
 * appender is only ended for that: a table that refuses nothing is filled
 * without a pause. */
static int
reject(struct refusal *r, const char *query, size_t count, struct fail *why)
{
	buf_clear(&r->numbers);
	if (duckdb_table_flush(r->d, r->table, why) != 0 ||
	    duckdb_db_visit(&r->d->db, query, count, visit_refused, r, why) !=
		0)
		return -1;
	if (r->numbers.len == 0)
		return 0;
	return take_out(r, why);
}

int
duckdb_refuse(struct duckdb *d, struct duckdb_table *root,
    const struct batch *b, struct fail *why)
{
	struct refusal refusal = {.d = d, .batch = b, .table = root};
	uint64_t last = b->first_sequence + b->origin_count - 1;
	struct buf sql;
	int result;

	if (b->origin_count == 0)
		return 0;
	buf_init(&sql, BOUND_LINE_BYTES);
	buf_init(&refusal.numbers, BOUND_LINE_BYTES);
	result = duckdb_check_add(d, root, b->first_sequence, last, &sql, why);
	if (result == 0 && sql.len > 0)
		result = reject(&refusal, sql.data, 2, why);
	if (result == 0 && d->options.mode == MODE_APPEND &&
	    root->sql.table->key_count > 0) {
		buf_clear(&sql);
		buf_add(&sql, "SELECT " SQL_SEQUENCE " FROM ");
		add_refused(&root->sql, b, &sql);
		buf_add(&sql, " ORDER BY 1");
		result = reject(&refusal, sql.data, 1, why);
	}
	buf_free(&sql);
	buf_free(&refusal.numbers);
	return result;
}
