/* SPDX-License-Identifier: ISC */
/*
 * Refusing records.
 */
#include "duckdb_refuse.h"

#include "duckdb.h"
#include "schema.h"

#include <inttypes.h>

struct refusal {
	const struct duckdb *d;
	const struct batch *batch;
	struct duckdb_table *table;
};

static int
visit_refused(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	const struct refusal *r = context;
	uint64_t sequence = (uint64_t)cells[0].integer;
	struct fail reason;

	(void)count;
	(void)fail_set(&reason, STATUS_DATA,
	    "'%s' has a row with this key already", r->table->sql.table->name);
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

int
duckdb_refuse(struct duckdb *d, struct duckdb_table *root,
    const struct batch *b, struct fail *why)
{
	struct refusal refusal = {.d = d, .batch = b, .table = root};
	uint64_t rejected = root->counts.rejected;
	struct buf sql;
	int result;

	if (duckdb_table_flush(d, root, why) != 0)
		return -1;
	buf_init(&sql, BOUND_LINE_BYTES);
	buf_add(&sql, "SELECT " SQL_SEQUENCE " FROM ");
	add_refused(&root->sql, b, &sql);
	buf_add(&sql, " ORDER BY 1");
	result =
	    duckdb_db_visit(&d->db, sql.data, 1, visit_refused, &refusal, why);
	if (result != 0 || root->counts.rejected == rejected) {
		buf_free(&sql);
		return result;
	}
	buf_clear(&sql);
	buf_add(&sql, "DELETE FROM ");
	duckdb_db_quote(&sql, root->filled);
	buf_add(&sql,
	    " WHERE " SQL_SEQUENCE " IN (SELECT " SQL_SEQUENCE " FROM ");
	add_refused(&root->sql, b, &sql);
	buf_add_char(&sql, ')');
	return duckdb_db_run_buf(&d->db, &sql, NULL, why);
}
