/* SPDX-License-Identifier: ISC */
/*
 * Looking a name up in PostgreSQL's catalogues.
 */
#include "postgres_name.h"

#include "dialect.h"
#include "mem.h"
#include "postgres.h"

#include <stdlib.h>
#include <string.h>

static int
visit_holder(void *context, const struct cell *cells, size_t count,
    struct fail *why)
{
	(void)count;
	return fail_set(why, STATUS_USAGE,
	    "no table can be called '%s': the schema has %.*s of that name; "
	    "give another with --table",
	    (const char *)context, (int)cells[0].len, cells[0].text);
}

/* Appends which `column` is the name, in the schema. */
static void
add_place(const struct postgres *s, const char *column, const char *name,
    struct buf *sql)
{
	buf_addf(sql, " AND %s = ", column);
	(void)dialect_add_text(&dialect_postgres, sql, name, strlen(name));
	buf_add(sql, " AND nspname = ");
	(void)dialect_add_text(&dialect_postgres, sql, s->schema,
	    strlen(s->schema));
}

int
postgres_name_check(struct postgres *s, const char *name, struct fail *why)
{
	char *context = mem_string(name);
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql,
	    "SELECT CASE WHEN relkind IN ('i', 'I') THEN 'an index'"
	    " WHEN relkind = 'S' THEN 'a sequence'"
	    " WHEN relkind IN ('v', 'm') THEN 'a view' ELSE 'a type' END"
	    " FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace"
	    " WHERE relkind NOT IN ('r', 'p', 'f')");
	add_place(s, "relname", name, &sql);
	/* Of a relation there is a type as well, and of each type one of its
	 * lists, which makes way. */
	buf_add(&sql,
	    " UNION ALL SELECT 'a type' FROM pg_type"
	    " JOIN pg_namespace AS n ON n.oid = typnamespace"
	    " WHERE typrelid = 0 AND typelem = 0");
	add_place(s, "typname", name, &sql);
	result =
	    postgres_db_query(&s->db, sql.data, 1, visit_holder, context, why);
	buf_free(&sql);
	free(context);
	return result;
}
