/* SPDX-License-Identifier: ISC */
/*
 * Reading SQLite's list of tables. Each table is asked for by itself: a
 * query over all of them would fail with the first view that is broken.
 */
#include "sqlite_survey.h"

#include "dialect.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"

struct survey {
	struct sqlite *sink;
	struct schema *schema;
	sqlite3_stmt *columns; /* of the table that is bound */
};

/* The columns of a table or of a view, also where the latter is broken. */
static int
read_columns(const struct survey *v, const char *name, bool is_strict,
    bool is_view, struct fail *why)
{
	int code, result = 0;

	(void)sqlite3_bind_text(v->columns, 1, name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(v->columns, 2, is_strict);
	while ((code = sqlite3_step(v->columns)) == SQLITE_ROW)
		schema_add_existing(v->schema, name,
		    sqlite_db_text(v->columns, 0),
		    dialect_guess_type(sqlite_db_text(v->columns, 1)),
		    sqlite3_column_int(v->columns, 2) != 0, is_view);
	if (is_view && (code & 0xFF) == SQLITE_ERROR)
		schema_add_existing(v->schema, name, NULL, TYPE_UNKNOWN, true,
		    true);
	else if (code != SQLITE_DONE)
		result = sqlite_db_fail(v->sink->db, why,
		    "cannot read the database");
	(void)sqlite3_reset(v->columns);
	return result;
}

static int
read_tables(const struct survey *v, sqlite3_stmt *tables, struct fail *why)
{
	int result;

	while ((result = sqlite_db_step(tables, why)) == 1)
		if (read_columns(v, sqlite_db_text(tables, 0),
			sqlite3_column_int(tables, 1) != 0,
			sqlite3_column_int(tables, 2) != 0, why) != 0)
			return -1;
	return result;
}

int
sqlite_survey(struct sink *sink, struct schema *schema, struct fail *why)
{
	/* Shadow tables hold the contents of virtual ones. */
	static const char tables_query[] =
	    "SELECT m.name, l.strict, l.type IN ('view', 'virtual', 'shadow')"
	    " FROM sqlite_schema AS m, pragma_table_list(m.name) AS l"
	    " WHERE m.type IN ('table', 'view') AND l.schema = 'main'"
	    " AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	    " ORDER BY m.rowid";
	/* hidden: 2 and 3 are generated columns. No value of JSON is a
	 * BLOB. */
	static const char columns_query[] =
	    "SELECT name, type, hidden IN (2, 3)"
	    " OR (?2 AND type = 'BLOB' COLLATE NOCASE)"
	    " FROM pragma_table_xinfo(?1) ORDER BY cid";
	struct survey v = {.sink = (struct sqlite *)sink, .schema = schema};
	sqlite3 *db = v.sink->db;
	sqlite3_stmt *tables = NULL;
	int result;

	if (sqlite3_prepare_v2(db, tables_query, -1, &tables, NULL) !=
		SQLITE_OK ||
	    sqlite3_prepare_v2(db, columns_query, -1, &v.columns, NULL) !=
		SQLITE_OK)
		result = sqlite_db_fail(db, why, "cannot read the database");
	else
		result = read_tables(&v, tables, why);
	(void)sqlite3_finalize(tables);
	(void)sqlite3_finalize(v.columns);
	return result;
}
