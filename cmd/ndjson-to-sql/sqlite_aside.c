/* SPDX-License-Identifier: ISC */
/*
 * Indexes, views and triggers, from SQLite's own list of them.
 */
#include "sqlite_aside.h"

#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"

#include <string.h>

int
sqlite_aside_list(struct sqlite *s, const struct sqlite_table *t,
    struct buf *drop, struct buf *make, struct fail *why)
{
	/* A trigger may be one of a view, and then goes with it. */
	static const char query[] =
	    "SELECT type, name, sql FROM sqlite_schema"
	    " WHERE sql IS NOT NULL AND (type IN ('view', 'trigger') OR"
	    " (type = 'index' AND tbl_name = ?1 COLLATE NOCASE"
	    " AND name <> ?1 || '.key'))"
	    " ORDER BY type = 'trigger', rowid";
	sqlite3_stmt *statement = NULL;
	struct buf sql;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_add(&sql, query);
	result = sqlite_db_prepare(s->db, &sql, &statement, why);
	buf_free(&sql);
	if (result == 0)
		(void)sqlite3_bind_text(statement, 1, t->table->name, -1,
		    SQLITE_STATIC);
	while (result == 0 && (result = sqlite_db_step(statement, why)) == 1) {
		const char *text = sqlite_db_text(statement, 2);

		buf_addf(drop, "%sDROP %s IF EXISTS ", drop->len > 0 ? ";" : "",
		    sqlite_db_text(statement, 0));
		sqlite_db_quote(drop, sqlite_db_text(statement, 1));
		/* A comment may end it. */
		buf_addf(make, "%s%s%s", make->len > 0 ? ";\n" : "", text,
		    strstr(text, "--") ? "\n" : "");
		result = 0;
	}
	(void)sqlite3_finalize(statement);
	return result;
}
