/* SPDX-License-Identifier: ISC */
/*
 * DELETE and UPDATE around a condition, in the words of each kind of database.
 * That the databases do what is meant is for the tests that run them.
 */
#include "sql_choice.h"

#include "dialect.h"
#include "tap.h"

/* A name is not const in the schema. */
#define COLUMN(variable, text)                                                 \
	static char variable##_name[] = text;                                  \
	static struct column variable = {.name = variable##_name}

COLUMN(id, "id");
COLUMN(team, "te\"am");
COLUMN(valid_to, "_valid_to");

static char users_name[] = "users";
static struct table users = {.name = users_name,
    .key = {&team, &id},
    .key_count = 2,
    .valid_to = &valid_to};

#define KEY(alias) alias "\"te\"\"am\"," alias "\"id\""
#define QUERY "(SELECT DISTINCT " KEY("t_.") " FROM \"users\" AS t_ WHERE "
#define STAGE "(SELECT DISTINCT " KEY("s_.") " FROM \"st\" AS s_ WHERE "
#define JOIN                                                                   \
	") AS g_ ON x_.\"te\"\"am\" = g_.\"te\"\"am\" AND x_.\"id\" = "        \
	"g_.\"id\""
#define IN_FORCE "t_.\"_valid_to\" IS NULL AND "
#define NOW "\"_valid_to\" = "

/* `?` stands for the condition. */
static const struct {
	enum dialect_choice choice;
	const char *deletion, *of_stage, *ending;
} cases[] = {
    {CHOICE_ALIAS, "DELETE FROM \"users\" AS t_ WHERE ?",
	"DELETE FROM \"st\" AS s_ WHERE ?",
	"UPDATE \"users\" AS t_ SET " NOW "'n''ow' WHERE " IN_FORCE "?"},
    {CHOICE_NAMED, "DELETE t_ FROM \"users\" AS t_ WHERE ?",
	"DELETE s_ FROM \"st\" AS s_ WHERE ?",
	"UPDATE \"users\" AS t_ SET " NOW "'n''ow' WHERE " IN_FORCE "?"},
    {CHOICE_MERGE,
	"MERGE INTO \"users\" AS x_ USING " QUERY "?" JOIN
	" WHEN MATCHED THEN DELETE",
	"MERGE INTO \"st\" AS x_ USING " STAGE "?" JOIN
	" WHEN MATCHED THEN DELETE",
	"MERGE INTO \"users\" AS x_ USING " QUERY IN_FORCE "?" JOIN
	" AND x_.\"_valid_to\" IS NULL WHEN MATCHED THEN UPDATE SET " NOW
	"'n''ow'"},
    {CHOICE_LIST, "DELETE FROM \"users\" WHERE (" KEY("") ") IN " QUERY "?)",
	"DELETE FROM \"st\" WHERE (" KEY("") ") IN " STAGE "?)",
	"UPDATE \"users\" SET " NOW "'n''ow' WHERE \"_valid_to\" IS NULL AND "
	"(" KEY("") ") IN " QUERY IN_FORCE "?)"},
    {CHOICE_ALTER, "DELETE FROM \"users\" WHERE (" KEY("") ") IN " QUERY "?)",
	"DELETE FROM \"st\" WHERE (" KEY("") ") IN " STAGE "?)",
	"ALTER TABLE \"users\" UPDATE " NOW "'n''ow' WHERE \"_valid_to\" IS "
	"NULL AND (" KEY("") ") IN " QUERY IN_FORCE "?)"},
};

static void
deletes(const struct sql_table *t, bool is_stage, const char *wanted,
    const char *name)
{
	struct sql_choice choice;
	struct buf sql;

	buf_init(&sql, 1 << 16);
	sql_choice_init(&choice, t, is_stage);
	sql_choice_begin_delete(&choice, &sql);
	buf_add_char(&sql, '?');
	sql_choice_end_delete(&choice, &sql);
	is(sql.data, wanted, name);
	buf_free(&sql);
}

static void
ends(const struct sql_table *t, const char *wanted, const char *name)
{
	struct sql_choice choice;
	struct buf sql;

	buf_init(&sql, 1 << 16);
	sql_choice_init(&choice, t, false);
	sql_choice_begin_end(&choice, "n'ow", &sql);
	buf_add_char(&sql, '?');
	sql_choice_end_end(&choice, "n'ow", &sql);
	is(sql.data, wanted, name);
	buf_free(&sql);
}

int
main(void)
{
	struct dialect dialect = {.quote = '"', .text = TEXT_PLAIN};
	struct sql_table t = {.dialect = &dialect,
	    .table = &users,
	    .stage = "st"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dialect.choice = cases[i].choice;
		deletes(&t, false, cases[i].deletion, "rows of the table");
		deletes(&t, true, cases[i].of_stage, "rows of its stage");
		ends(&t, cases[i].ending, "versions");
	}
	dialect.choice = CHOICE_ALIAS;
	dialect.literals[TYPE_TIMESTAMP] = "TIMESTAMP ";
	ends(&t,
	    "UPDATE \"users\" AS t_ SET " NOW
	    "TIMESTAMP 'n''ow' WHERE " IN_FORCE "?",
	    "a time with its word in front");
	return tap_done();
}
