/* SPDX-License-Identifier: ISC */
/*
 * Indexes, views and triggers, from SQLite's own list of them.
 */
#include "sqlite_aside.h"

#include "dialect.h"
#include "mem.h"
#include "schema.h"
#include "sqlite.h"
#include "sqlite_db.h"
#include "sqlite_merge.h"

#include <stdlib.h>
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

/* Appends the query for unique indexes that have more than the key. */
static void
add_uniques(const struct table *t, struct buf *sql)
{
	const struct column *key[SCHEMA_KEY_MAX];
	size_t count = sqlite_merge_key(t, key);

	buf_add(sql,
	    "SELECT name, sql FROM sqlite_schema AS m WHERE type = 'index'"
	    " AND tbl_name = ?1 COLLATE NOCASE AND sql IS NOT NULL"
	    " AND name IN (SELECT name FROM pragma_index_list(?1)"
	    " WHERE \"unique\") AND EXISTS (SELECT 1 FROM"
	    " pragma_index_info(m.name) AS i WHERE i.name IS NULL"
	    " OR i.name COLLATE NOCASE NOT IN (");
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i == 0 ? "" : ",");
		(void)dialect_add_text(&dialect_sqlite, sql, key[i]->name,
		    strlen(key[i]->name));
	}
	buf_add(sql, ")) ORDER BY rowid");
}

int
sqlite_aside_uniques(struct sqlite *s, struct sqlite_table *t,
    const struct fail *reason, struct fail *why)
{
	sqlite3_stmt *statement = NULL;
	struct buf sql, drop, make;
	int result;

	buf_init(&sql, SQL_BYTES_MAX);
	buf_init(&drop, SQL_BYTES_MAX);
	buf_init(&make, SQL_BYTES_MAX);
	add_uniques(t->table, &sql);
	result = sqlite_db_prepare(s->db, &sql, &statement, why);
	if (result == 0)
		(void)sqlite3_bind_text(statement, 1, t->table->name, -1,
		    SQLITE_STATIC);
	while (result == 0 && (result = sqlite_db_step(statement, why)) == 1) {
		buf_add(&drop, "DROP INDEX ");
		sqlite_db_quote(&drop, sqlite_db_text(statement, 0));
		buf_add_char(&drop, ';');
		/* A comment may end it. */
		buf_addf(&make, "%s\n;", sqlite_db_text(statement, 1));
		result = 0;
	}
	(void)sqlite3_finalize(statement);
	if (result == 0 && drop.len > 0)
		result = sqlite_db_run(s->db, drop.data, why);
	if (result == 0 && drop.len > 0) {
		t->aside = mem_string(make.data);
		t->aside_reason = *reason;
		result = 1;
	}
	buf_free(&sql);
	buf_free(&drop);
	buf_free(&make);
	return result;
}

int
sqlite_aside_restore(struct sqlite *s, struct sqlite_table *t, struct fail *why)
{
	int result = t->aside ? sqlite_db_run(s->db, t->aside, why) : 0;

	free(t->aside);
	t->aside = NULL;
	if (result != 0 && why->status == STATUS_DATA)
		*why = t->aside_reason;
	return result;
}
