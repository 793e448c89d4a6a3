/* SPDX-License-Identifier: ISC */
/*
 * The statements from stages into tables, run by SQLite: what they do is
 * what counts, not how they are spelled. Users have tags, and tags marks.
 */
#include "dialect.h"
#include "mem.h"
#include "sql_merge.h"
#include "sql_table.h"
#include "sql_upsert.h"
#include "tap.h"

#include <sqlite3.h>
#include <stdlib.h>

/* A name is not const in the schema. */
#define COLUMN(variable, text)                                                 \
	static char variable##_name[] = text;                                  \
	static struct column variable = {.name = variable##_name}

COLUMN(user_id, "id");
COLUMN(user_team, "team");
COLUMN(user_name, "na\"me");
COLUMN(user_load, "_load_id");
COLUMN(tag_parent, "_parent_id");
COLUMN(tag_idx, "_idx");
COLUMN(tag_id, "_id");
COLUMN(tag_value, "value");
COLUMN(mark_parent, "_parent_id");
COLUMN(mark_idx, "_idx");
COLUMN(mark_id, "_id");
COLUMN(mark_value, "value");

static char users_name[] = "us\"ers", tags_name[] = "tags",
	    marks_name[] = "marks", items_name[] = "items";

static struct table users = {.name = users_name,
    .key = {&user_team, &user_id},
    .key_count = 2,
    .parent_key_count = 1,
    .load_id = &user_load};
static struct table tags = {.name = tags_name,
    .parent = &users,
    .parent_id = &tag_parent,
    .idx = &tag_idx,
    .id_column = &tag_id};
static struct table marks = {.name = marks_name,
    .parent = &tags,
    .parent_id = &mark_parent,
    .idx = &mark_idx,
    .id_column = &mark_id};

static struct sql_column user_columns[] = {
    {.column = &user_team, .type = TYPE_TEXT},
    {.column = &user_id, .type = TYPE_BIGINT},
    {.column = &user_name, .type = TYPE_TEXT},
    {.column = &user_load, .type = TYPE_BIGINT},
};
static struct sql_column tag_columns[] = {
    {.column = &tag_parent, .type = TYPE_TEXT},
    {.column = &tag_idx, .type = TYPE_BIGINT},
    {.column = &tag_id, .type = TYPE_TEXT},
    {.column = &tag_value, .type = TYPE_TEXT},
};
static struct sql_column mark_columns[] = {
    {.column = &mark_parent, .type = TYPE_TEXT},
    {.column = &mark_idx, .type = TYPE_BIGINT},
    {.column = &mark_id, .type = TYPE_TEXT},
    {.column = &mark_value, .type = TYPE_TEXT},
};

static struct sql_table user_table = {.dialect = &dialect_sqlite,
    .table = &users,
    .schema = "main",
    .columns = user_columns,
    .column_count = 4,
    .stage = "s\"0"};
static struct sql_table tag_table = {.dialect = &dialect_sqlite,
    .table = &tags,
    .parent = &user_table,
    .schema = "main",
    .columns = tag_columns,
    .column_count = 4,
    .stage = "s1"};
static struct sql_table mark_table = {.dialect = &dialect_sqlite,
    .table = &marks,
    .parent = &tag_table,
    .schema = "main",
    .columns = mark_columns,
    .column_count = 4,
    .stage = "s2"};

static struct sql_table *const all[] = {&user_table, &tag_table, &mark_table};

static sqlite3 *db;

/* Runs the statement; the number of rows that it changed, -1 if it failed. */
static int
run(struct buf *sql)
{
	char *error = NULL;
	int before = sqlite3_total_changes(db);

	if (sqlite3_exec(db, sql->data, NULL, NULL, &error) != SQLITE_OK) {
		(void)fprintf(stderr, "# %s\n# %s\n", error, sql->data);
		sqlite3_free(error);
		return -1;
	}
	buf_clear(sql);
	return sqlite3_total_changes(db) - before;
}

static int
put(const char *text)
{
	struct buf sql;
	int result;

	buf_init(&sql, 1 << 20);
	buf_add(&sql, text);
	result = run(&sql);
	buf_free(&sql);
	return result;
}

/* The result's rows, values joined by ',' and rows by ' '. */
static void
holds(const char *query, const char *wanted, const char *name)
{
	sqlite3_stmt *statement = NULL;
	struct buf got;

	buf_init(&got, 1 << 20);
	if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK)
		buf_add(&got, sqlite3_errmsg(db));
	while (sqlite3_step(statement) == SQLITE_ROW) {
		buf_add(&got, got.len > 0 ? " " : "");
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const char *text =
			    (const char *)sqlite3_column_text(statement, i);

			buf_addf(&got, "%s%s", i > 0 ? "," : "",
			    text ? text : "-");
		}
	}
	(void)sqlite3_finalize(statement);
	is(got.data, wanted, name);
	buf_free(&got);
}

static void
begin(void)
{
	struct buf sql;

	buf_init(&sql, 1 << 20);
	(void)sqlite3_open(":memory:", &db);
	for (size_t i = 0; i < 3; i++) {
		for (int n = 0; n < 2; n++) {
			sql_table_add_create(all[i], &sql);
			is_int(run(&sql), 0, "a table is made once");
		}
		sql_table_add_stage(all[i], &sql);
		is_int(run(&sql), 0, "a stage is made");
	}
	/* SQLite wants the schema's name with that of the index. */
	(void)put("CREATE UNIQUE INDEX k0 ON \"us\"\"ers\"(team,id);"
		  "CREATE UNIQUE INDEX k1 ON tags(_parent_id,_idx);"
		  "CREATE UNIQUE INDEX k2 ON marks(_parent_id,_idx)");
	buf_free(&sql);
}

static void
end(void)
{
	(void)sqlite3_close(db);
	db = NULL;
}

/* What two loads before have left: of ["a",1] the tags x and y, the latter
 * with two marks; of ["a",2] a tag; and a user of another team. */
static void
fill(void)
{
	(void)put("INSERT INTO \"us\"\"ers\" VALUES"
		  " ('a',1,'one',7),('a',2,'two',7),('b',1,'other',7),"
		  " ('c\"',1,'q',7);"
		  "INSERT INTO tags VALUES"
		  " ('[\"a\",1]',0,'[\"a\",1].0','x'),"
		  " ('[\"a\",1]',1,'[\"a\",1].1','y'),"
		  " ('[\"a\",2]',0,'[\"a\",2].0','z'),"
		  " ('[\"b\",1]',0,'[\"b\",1].0','b'),"
		  " ('[\"c\\\"\",1]',0,'[\"c\\\"\",1].0','c');"
		  "INSERT INTO marks VALUES"
		  " ('[\"a\",1].1',0,'[\"a\",1].1.0','m'),"
		  " ('[\"a\",1].1',1,'[\"a\",1].1.1','n'),"
		  " ('[\"b\",1].0',0,'[\"b\",1].0.0','o')");
}

/* Sequence 1 and 3 are the same user; 2 has not changed but for its load. */
static void
stage(void)
{
	(void)put(
	    "INSERT INTO \"s\"\"0\" VALUES"
	    " (1,'[\"a\",1]','a',1,'old',8),"
	    " (2,'[\"a\",2]','a',2,'two',8),"
	    " (3,'[\"a\",1]','a',1,NULL,8),"
	    " (4,'[\"a\",3]','a',3,'three',8);"
	    "INSERT INTO s1 VALUES"
	    " (1,'[\"a\",1]',0,'[\"a\",1].0','old'),"
	    " (2,'[\"a\",2]',0,'[\"a\",2].0','z'),"
	    " (3,'[\"a\",1]',0,'[\"a\",1].0','new'),"
	    " (4,'[\"a\",3]',0,'[\"a\",3].0','w');"
	    "INSERT INTO s2 VALUES (1,'[\"a\",1].0',0,'[\"a\",1].0.0','u')");
}

static void
test_doubled(void)
{
	struct buf sql;

	buf_init(&sql, 1 << 20);
	sql_merge_add_doubled(&user_table, NULL, &sql);
	is_int(run(&sql), 1, "one record's key came again");
	sql_merge_add_orphans(&tag_table, NULL, &sql);
	is_int(run(&sql), 1, "what hangs on it goes");
	sql_merge_add_orphans(&mark_table, NULL, &sql);
	is_int(run(&sql), 1, "what hangs on that too");
	holds("SELECT _sequence_ FROM \"s\"\"0\" ORDER BY 1", "2 3 4",
	    "the last one stays");
	buf_free(&sql);
}

static void
test_merge(void)
{
	struct buf sql;

	begin();
	fill();
	stage();
	test_doubled();
	buf_init(&sql, 1 << 20);
	sql_merge_add_known(&user_table, NULL, &sql);
	holds(sql.data, "2", "two users are known");
	buf_clear(&sql);
	sql_merge_add_found(&user_table, NULL, &sql);
	holds(sql.data, "2,1", "of these one is the same");
	buf_clear(&sql);
	sql_merge_add_cut(&mark_table, NULL, &sql);
	is_int(run(&sql), 2, "marks of the tag that goes are cut");
	sql_merge_add_cut(&tag_table, NULL, &sql);
	is_int(run(&sql), 1, "a tag beyond the list's end is cut");
	sql_upsert_add_merge(&user_table, NULL, &sql);
	is_int(run(&sql), 2, "a user changed, one is new, one is the same");
	sql_upsert_add_merge(&user_table, NULL, &sql);
	is_int(run(&sql), 0, "nothing is left to change");
	sql_upsert_add_merge(&tag_table, NULL, &sql);
	is_int(run(&sql), 2, "a tag changed, one is new");
	holds("SELECT * FROM \"us\"\"ers\" ORDER BY 1, 2",
	    "a,1,-,8 a,2,two,7 a,3,three,8 b,1,other,7 c\",1,q,7",
	    "a row is replaced whole; that of another load stays");
	holds("SELECT _parent_id, _idx, value FROM tags ORDER BY 1, 2",
	    "[\"a\",1],0,new [\"a\",2],0,z [\"a\",3],0,w [\"b\",1],0,b "
	    "[\"c\\\"\",1],0,c",
	    "lists are what the stage says");
	holds("SELECT value FROM marks", "o", "lists in lists too");
	buf_free(&sql);
	end();
}

static void
test_range(void)
{
	struct sql_range range = {.first = 3, .last = 3};
	struct buf sql;

	begin();
	fill();
	stage();
	buf_init(&sql, 1 << 20);
	sql_merge_add_doubled(&user_table, &range, &sql);
	is_int(run(&sql), 0, "no key is doubled within the range");
	sql_merge_add_cut(&tag_table, &range, &sql);
	is_int(run(&sql), 1, "one list is cut");
	sql_upsert_add_merge(&user_table, &range, &sql);
	is_int(run(&sql), 1, "one record is merged");
	sql_merge_add_found(&user_table, &range, &sql);
	holds(sql.data, "1,1", "and then it is known, and the same");
	buf_clear(&sql);
	range = (struct sql_range){.first = 4, .last = 9};
	sql_upsert_add_insert(&user_table, &range, &sql);
	is_int(run(&sql), 1, "one record is inserted");
	holds("SELECT count(*) FROM \"us\"\"ers\"", "5", "five users");
	buf_free(&sql);
	end();
}

/* --- sync --------------------------------------------------------------- */

static void
test_absent(void)
{
	struct cell covered[] = {{.text = "c\"", .len = 2, .kind = CELL_TEXT},
	    {.text = "it's", .len = 4, .kind = CELL_TEXT}};
	struct cell nul = {.text = "a\0b", .len = 3, .kind = CELL_TEXT};
	struct buf sql;

	begin();
	fill();
	(void)put("DELETE FROM \"s\"\"0\";"
		  "INSERT INTO \"s\"\"0\" VALUES (1,'','a',2,'two',8)");
	buf_init(&sql, 1 << 20);
	ok(sql_merge_add_absent(&mark_table, &sql), "a statement");
	is_int(run(&sql), 2, "marks of the team's absent user go");
	ok(sql_merge_add_absent(&tag_table, &sql), "a statement");
	is_int(run(&sql), 2, "his tags go");
	ok(sql_merge_add_absent(&user_table, &sql), "a statement");
	is_int(run(&sql), 1, "he goes; other teams are not covered");
	users.covered = covered;
	users.covered_count = 2;
	ok(sql_merge_add_absent(&tag_table, &sql), "a statement");
	is_int(run(&sql), 1, "the tag of a covered team goes");
	ok(sql_merge_add_absent(&user_table, &sql), "a statement");
	is_int(run(&sql), 1, "the user of a covered team goes");
	users.is_covered = true;
	ok(sql_merge_add_absent(&user_table, &sql), "a statement");
	is_int(run(&sql), 1, "where all is covered, all others go");
	users.is_covered = false;
	users.covered = &nul;
	users.covered_count = 1;
	user_table.dialect = &dialect_postgres;
	ok(!sql_merge_add_absent(&user_table, &sql) && sql.len == 0,
	    "a text that the dialect has not is no statement");
	user_table.dialect = &dialect_sqlite;
	users.covered = NULL;
	users.covered_count = 0;
	/* Of two parts, a parent is a pair. */
	users.parent_key_count = 2;
	users.covered =
	    (struct cell[]){{.text = "z", .len = 1, .kind = CELL_TEXT},
		{.integer = 9, .kind = CELL_INTEGER}};
	users.covered_count = 1;
	(void)put("INSERT INTO \"us\"\"ers\" VALUES ('z',9,'',1),('z',8,'',1)");
	ok(sql_merge_add_absent(&user_table, &sql), "a statement");
	is_int(run(&sql), 1, "a pair is covered");
	users.covered =
	    (struct cell[]){{.text = "z", .len = 1, .kind = CELL_TEXT},
		{.integer = 1, .kind = CELL_BOOL},
		{.text = "z", .len = 1, .kind = CELL_TEXT},
		{.number = 8, .kind = CELL_NUMBER},
		{.text = "z", .len = 1, .kind = CELL_TEXT},
		{.kind = CELL_NULL}};
	users.covered_count = 3;
	(void)put("INSERT INTO \"us\"\"ers\" VALUES ('z',1,'',1),('z',7,'',1)");
	ok(sql_merge_add_absent(&user_table, &sql), "a statement");
	is_int(run(&sql), 2, "so are a boolean and a number; null is nobody");
	users.parent_key_count = 1;
	users.covered = NULL;
	users.covered_count = 0;
	buf_free(&sql);
	end();
}

/* --- histories ---------------------------------------------------------- */

COLUMN(item_id, "id");
COLUMN(item_hash, "_hash");
COLUMN(item_from, "_valid_from");
COLUMN(item_to, "_valid_to");

static struct table items = {.name = items_name,
    .key = {&item_id},
    .key_count = 1,
    .hash = &item_hash,
    .valid_from = &item_from,
    .valid_to = &item_to};
static struct sql_column item_columns[] = {
    {.column = &item_id, .type = TYPE_BIGINT},
    {.column = &item_hash, .type = TYPE_TEXT},
    {.column = &item_from, .type = TYPE_TIMESTAMP},
    {.column = &item_to, .type = TYPE_TIMESTAMP},
};
static struct sql_table item_table = {.dialect = &dialect_sqlite,
    .table = &items,
    .columns = item_columns,
    .column_count = 4,
    .stage = "s"};

static void
test_history(void)
{
	struct buf sql;

	(void)sqlite3_open(":memory:", &db);
	buf_init(&sql, 1 << 20);
	sql_table_add_create(&item_table, &sql);
	(void)run(&sql);
	sql_table_add_stage(&item_table, &sql);
	(void)run(&sql);
	for (int i = 0; i < 2; i++) {
		sql_table_add_key(&item_table, &sql);
		is_int(run(&sql), 0, "an index of versions in force, once");
	}
	(void)put("INSERT INTO items VALUES"
		  " (1,'z','t0','t1'),(1,'a','t1',NULL),(2,'b','t1',NULL),"
		  " (3,'c','t1',NULL),(4,'d','t1','t2');"
		  "INSERT INTO s VALUES (1,1,'a','t9',NULL),"
		  " (2,2,'B','t9',NULL),(3,4,'d','t9',NULL)");
	ok(sql_merge_add_close_absent(&item_table, "t'9", &sql), "a statement");
	is_int(run(&sql), 1, "what did not come ends");
	sql_merge_add_same(&item_table, NULL, &sql);
	is_int(run(&sql), 1, "the version in force is no new one");
	sql_merge_add_close(&item_table, "t9", NULL, &sql);
	is_int(run(&sql), 1, "what changed ends");
	sql_upsert_add_insert(&item_table, NULL, &sql);
	is_int(run(&sql), 2, "new versions begin");
	holds("SELECT * FROM items ORDER BY id, _valid_from",
	    "1,z,t0,t1 1,a,t1,- 2,b,t1,t9 2,B,t9,- 3,c,t1,t'9 4,d,t1,t2 "
	    "4,d,t9,-",
	    "the history");
	buf_free(&sql);
	end();
}

/* --- definitions -------------------------------------------------------- */

static void
test_definitions(void)
{
	static const char long_name[] =
	    "a_name_of_sixty_three_bytes_which_is_the_most_that_postgres_"
	    "has";
	struct sql_column name = {.column = &user_name, .type = TYPE_DECIMAL};
	struct table named = {.name = mem_string(long_name),
	    .key = {&user_id},
	    .key_count = 1};
	struct sql_table table = {.dialect = &dialect_postgres,
	    .schema = "a.b",
	    .table = &named,
	    .stage = "s"};
	struct buf sql;

	buf_init(&sql, 1 << 20);
	sql_table_add_key_name(&table, &sql);
	ok(sql.len <= 63 + 2, "the name of an index fits: %s", sql.data);
	buf_clear(&sql);
	free(named.name);
	named.name = mem_string("t");
	sql_table_add_column(&table, &name, &sql);
	is(sql.data,
	    "ALTER TABLE \"a.b\".\"t\" ADD COLUMN IF NOT EXISTS "
	    "\"na\"\"me\" numeric",
	    "a column is added");
	buf_clear(&sql);
	sql_table_add_retype(&table, &name, &sql);
	is(sql.data,
	    "ALTER TABLE \"a.b\".\"t\" ALTER COLUMN \"na\"\"me\" TYPE numeric "
	    "USING CAST(CAST(\"na\"\"me\" AS text) AS numeric)",
	    "a type changes by way of a text, which has all digits");
	buf_clear(&sql);
	name.declared = "varchar(9)";
	sql_table_add_stage_column(&table, &name, &sql);
	is(sql.data, "ALTER TABLE \"s\" ADD COLUMN \"na\"\"me\" varchar(9)",
	    "a stage has the types of its table");
	buf_clear(&sql);
	sql_table_add_stage_retype(&table, &name, &sql);
	is(sql.data,
	    "ALTER TABLE \"s\" ALTER COLUMN \"na\"\"me\" TYPE varchar(9) "
	    "USING CAST(CAST(\"na\"\"me\" AS text) AS varchar(9))",
	    "a stage changes with its table");
	buf_clear(&sql);
	named.key_count = 0;
	sql_table_add_key(&table, &sql);
	is(sql.data, "", "without a key there is no index");
	free(named.name);
	buf_free(&sql);
}

int
main(void)
{
	test_merge();
	test_range();
	test_absent();
	test_history();
	test_definitions();
	return tap_done();
}
