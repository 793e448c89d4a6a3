/* SPDX-License-Identifier: ISC */
/*
 * The schema as records make it grow, as earlier loads left it, and as a
 * destination hears of it.
 */
#include "schema.h"
#include "tap.h"

#include <stdlib.h>

static const struct schema_options limits = {.max_name_bytes = 63,
    .max_columns = 1000};

static struct table *
root(struct schema *s, const char *name)
{
	return schema_root(s, name, strlen(name), false);
}

static struct member *
member(struct schema *s, struct member *above, const char *key)
{
	return schema_member(s, above, NULL, key, strlen(key));
}

/* The column of a member of the record, by its type. */
static struct column *
column(struct schema *s, struct table *t, const char *key, enum type type)
{
	return schema_column(s, member(s, t->record, key), type);
}

static void
test_names(void)
{
	struct schema *s = schema_new(&limits);
	struct table *t = root(s, "userLogs");
	struct column *first = column(s, t, "userId", TYPE_BIGINT);
	struct column *second = column(s, t, "user_id", TYPE_TEXT);
	struct column *variant = column(s, t, "userId", TYPE_TEXT);
	struct member *below = member(s, member(s, t->record, "a"), "bC");

	is(t->name, "user_logs", "a table's name");
	ok(root(s, "user-logs") == t, "... which two resources may share");
	ok(schema_root(s, "userLogs", 8, true) != t, "... or not, as it is");
	is(first->name, "user_id", "a column's name");
	is(second->name, "user_id_2", "... that another member has");
	ok(second->met == first, "... who is known");
	is(variant->name, "user_id__v_text", "a variant's");
	ok(variant == column(s, t, "userId", TYPE_TEXT), "... which is one");
	is(variant->path, "$.userId", "... and has the member's path");
	is(schema_column(s, below, TYPE_BOOL)->name, "a__b_c", "a deeper one");
	is(schema_column(s, below, TYPE_BOOL)->path, "$.a.bC", "its path");
	schema_free(s);
}

static void
test_lists(void)
{
	struct schema *s = schema_new(&limits);
	struct table *t = root(s, "t");
	struct member *list = member(s, t->record, "tags"), *inner;

	is_int(schema_add_list(s, list), 0, "a list");
	is(list->list->name, "t__tags", "its table");
	ok(list->list->parent == t && list->list->root == t, "... below t");
	is(schema_column(s, list->item, TYPE_TEXT)->name, "value",
	    "the column of its scalars");
	is(schema_column(s, list->item, TYPE_TEXT)->path, "$.tags[*]",
	    "... and their path");
	is_int(schema_add_list(s, list->item), 0, "a list in it");
	inner = list->item;
	is(inner->list->name, "t__tags__list", "its table");
	is_int((long long)schema_table_count(s), 3, "three tables");
	ok(root(s, "t__tags") != list->list, "a resource of that name");
	is(root(s, "t__tags")->name, "t__tags_2", "... has another one");
	schema_free(s);
}

static void
test_limits(void)
{
	static const struct schema_typing typing = {.column = "price",
	    .type = TYPE_DECIMAL};
	const struct schema_options few = {.max_name_bytes = 20,
	    .max_columns = 4,
	    .typings = &typing,
	    .typing_count = 1};
	struct schema *s = schema_new(&few);
	struct table *t = root(s, "t");
	struct column *c = column(s, t, "a name of more than 20 bytes", 1);

	is_int((long long)strlen(c->name), 20, "a long name is shortened");
	is_int(member(s, t->record, "price")->forced, TYPE_DECIMAL, "--type");
	ok(column(s, t, "b", TYPE_TEXT) && column(s, t, "c", TYPE_TEXT),
	    "as many columns as may be");
	ok(!schema_column(s, member(s, t->record, "price"), TYPE_TEXT),
	    "... and not one more");
	ok(!member(s, t->record, "d"), "nor a member for it");
	is(schema_own_column(s, t, "_rest", TYPE_JSON)->name, "_rest",
	    "but one of our own");
	t = root(s, "u");
	c = column(s, t, "_rest", TYPE_BIGINT);
	is(schema_own_column(s, t, "_rest", TYPE_JSON)->name, "_rest_2",
	    "... beside the one of a member that has its name");
	ok(c->type == TYPE_BIGINT && !c->is_own, "... which stays");
	ok(schema_own_column(s, t, "_rest", TYPE_JSON) != c,
	    "... the next time as well");
	schema_free(s);
}

/* The changes as "+t", "+t.c type", "t.c from>to"; a name in brackets is
 * stored already. */
static void
expect_changes(struct schema *s, bool is_last, const char *wanted,
    const char *name)
{
	struct batch b = {0};
	char text[512] = "";

	schema_take_changes(s, &b, is_last);
	for (size_t i = 0; i < b.change_count; i++) {
		const struct change *c = &b.changes[i];
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len, "%s%s%s%s%s%s%s",
		    i > 0 ? " " : "", c->is_stored ? "=" : "+",
		    c->kind == CHANGE_TABLE ? c->table->name : c->column->name,
		    c->kind == CHANGE_TABLE ? "" : ":",
		    c->kind == CHANGE_TYPE ? type_name(c->from) : "",
		    c->kind == CHANGE_TYPE ? ">" : "",
		    c->kind == CHANGE_TABLE ? "" : type_name(c->type));
	}
	is(text, wanted, name);
	batch_free(&b);
}

static void
test_changes(void)
{
	struct schema *s = schema_new(&limits);
	struct table *t = root(s, "t");
	struct column *a = column(s, t, "a", TYPE_BIGINT);

	(void)column(s, t, "null", TYPE_UNKNOWN);
	t->load_id = schema_own_column(s, t, "_load_id", TYPE_BIGINT);
	expect_changes(s, false, "", "a table that no record has named");
	t->is_started = true;
	expect_changes(s, false, "+t +a:bigint +_load_id:bigint",
	    "a table and its columns, but one that was null");
	expect_changes(s, false, "", "... once");
	schema_retype(s, a, TYPE_DECIMAL);
	expect_changes(s, false, "+a:bigint>decimal", "another type");
	schema_retype(s, member(s, t->record, "null")->column, TYPE_BOOL);
	expect_changes(s, false, "+null:bool", "the type of what was null");
	(void)column(s, t, "never", TYPE_UNKNOWN);
	expect_changes(s, false, "", "what is null waits");
	expect_changes(s, true, "+never:unknown", "... until the end");
	schema_free(s);
}

static void
test_restored(void)
{
	static const struct schema_known known[] = {
	    {.root = "t",
		.path = "$.userId",
		.table = "t",
		.column = "user_id",
		.type = TYPE_BIGINT,
		.key_position = 1,
		.first_load = 7,
		.is_wide = true},
	    {.root = "t",
		.path = "$.userId",
		.table = "t",
		.column = "user_id__v_text",
		.type = TYPE_TEXT,
		.first_load = 8},
	    {.root = "t",
		.path = "$",
		.table = "t",
		.column = "_load_id",
		.type = TYPE_BIGINT,
		.is_own = true},
	    {.root = "t",
		.path = "$.l[*].k",
		.table = "t__l",
		.column = "k",
		.type = TYPE_BOOL,
		.first_load = 7},
	};
	static const struct schema_known wrong = {.root = "t",
	    .path = "$.x[",
	    .table = "t",
	    .column = "x"};
	struct schema *s = schema_new(&limits);
	struct fail why = {0};
	struct table *t;

	schema_add_existing(s, "t", "user_id", TYPE_BIGINT, false, false);
	schema_add_existing(s, "t", "user_id__v_text", TYPE_TEXT, false, false);
	schema_add_existing(s, "t", "_load_id", TYPE_BIGINT, false, false);
	schema_add_existing(s, "t__l", "k", TYPE_BIGINT, false, false);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		is_int(schema_restore(s, &known[i], &why), 0, known[i].column);
	t = root(s, "t");
	ok(t->is_known && t->is_stored && !t->is_foreign, "the table is ours");
	ok(t->key_count == 1 &&
		t->key[0] == member(s, t->record, "userId")->column,
	    "its key");
	ok(t->key[0]->is_wide && t->key[0]->first_load == 7, "... as it was");
	is(column(s, t, "userId", TYPE_TEXT)->name, "user_id__v_text",
	    "the variant");
	ok(schema_has_own(t, "_load_id"), "our own column");
	is(member(s, t->record, "l")->list->name, "t__l", "the list's table");
	t = member(s, t->record, "l")->list;
	is_int(member(s, t->record, "k")->column->type, TYPE_BOOL,
	    "... whose column has the type that the ledger told");
	is(column(s, t->root, "user-id", TYPE_TEXT)->name, "user_id_2",
	    "names are told apart as before");
	is_int(schema_restore(s, &wrong, &why), -1, "a path that is none");
	is_int(why.status, STATUS_DATA, "... is bad data");
	schema_free(s);
}

static void
test_foreign(void)
{
	struct schema *s = schema_new(&limits);
	struct table *t;

	schema_add_existing(s, "People", "userName", TYPE_TEXT, false, false);
	schema_add_existing(s, "People", "full", TYPE_TEXT, true, false);
	schema_add_existing(s, "people_view", "x", TYPE_TEXT, false, true);
	t = root(s, "people");
	is(t->name, "people", "a table of somebody else");
	ok(t->is_foreign && t->is_stored, "... is known for one");
	is(column(s, t, "userName", TYPE_TEXT)->name, "userName",
	    "a column that has the member's own name");
	is(column(s, t, "full", TYPE_TEXT)->name, "full_2",
	    "a generated one takes no value");
	ok(root(s, "people_view")->is_view, "a view");
	schema_free(s);
}

int
main(void)
{
	test_names();
	test_lists();
	test_limits();
	test_changes();
	test_restored();
	test_foreign();
	return tap_done();
}
