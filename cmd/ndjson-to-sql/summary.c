/* SPDX-License-Identifier: ISC */
/*
 * The summary of a load.
 */
#include "summary.h"

#include "escape.h"
#include "member.h"
#include "msg.h"
#include "num.h"
#include "schema.h"
#include "sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WARNINGS_MAX = 10 };

static void
warn_of_column(const struct column *c)
{
	if (c->met->is_own)
		msg_warning("%s: '%s' has the name of a column of this "
			    "program; its column is '%s'",
		    c->table->name, c->path, c->name);
	else
		msg_warning("%s: '%s' and '%s' have one name; the column of "
			    "the second is '%s'",
		    c->table->name, c->met->path ? c->met->path : c->met->name,
		    c->path, c->name);
}

static void
warn_of_table(const struct table *t)
{
	char *path = member_path(t->record);

	msg_warning("%s: '%s' has the name of a table that is there; its rows "
		    "are in '%s'",
	    t->root->name, path, t->name);
	free(path);
}

void
summary_warn(const struct schema *schema)
{
	size_t count = 0;

	for (size_t i = 0; i < schema_table_count(schema); i++) {
		const struct table *t = schema_table(schema, i);

		if (t->has_other_name && t->is_announced &&
		    count++ < WARNINGS_MAX)
			warn_of_table(t);
		for (size_t n = 0; n < t->column_count; n++) {
			const struct column *c = t->columns[n];

			if (!c->met || c->first_load > 0 || !c->is_announced)
				continue;
			if (count++ < WARNINGS_MAX)
				warn_of_column(c);
		}
	}
	if (count > WARNINGS_MAX)
		msg_warning("%zu more tables and columns have another name "
			    "than their own; _columns has all paths",
		    count - WARNINGS_MAX);
}

void
summary_warn_kept(const struct schema *schema, bool is_all)
{
	if (is_all)
		msg_warning("not every line could be read, so --sync deleted "
			    "nothing");
	for (size_t i = 0; i < schema_table_count(schema) && !is_all; i++) {
		const struct table *t = schema_table(schema, i);

		if (t->is_incomplete && t->is_stored)
			msg_warning("%s: not every record could be taken, so "
				    "--sync deleted nothing there",
			    t->name);
	}
}

static void
add_count(struct buf *text, uint64_t count, const char *what)
{
	char number[NUM_GROUP_BYTES];

	if (count > 0)
		buf_addf(text, ", %s %s", num_group(number, count), what);
}

/* The columns of a table that a change has announced, and of these the ones
 * that this load has made. */
static void
count_columns(const struct table *t, size_t *count, size_t *new_count)
{
	*count = *new_count = 0;
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = t->columns[i];

		*count += c->is_announced;
		*new_count += c->is_announced && !c->is_stored;
	}
}

/* A terminal has a reader; cron mails whatever stderr says. A tenant has
 * sixty tables, but not that many resources. */
static enum msg_level
level_of(const struct summary *s, const struct table *t)
{
	return s->has_reader && !t->parent ? MSG_NORMAL : MSG_VERBOSE;
}

static bool
is_told(const struct table *t)
{
	return !t->is_own && (t->is_announced || t->rejected_count > 0);
}

/* The destination refused some, the others never came so far. */
static struct sink_counts
counts_of(const struct sink *sink, const struct table *t)
{
	struct sink_counts n = sink->ops->counts(sink, t->id);

	n.rejected += t->rejected_count;
	return n;
}

/* logs: 1,000,000 rows in 2.3 s, 22 columns (3 new), 0 rejected: 5 inserted,
 * 999,995 unchanged */
static void
print_table(const struct summary *s, const struct table *t)
{
	struct sink_counts n = counts_of(s->sink, t);
	uint64_t rows = n.inserted + n.updated + n.unchanged + n.doubled;
	size_t columns, new_columns;
	char number[NUM_GROUP_BYTES];
	struct buf text;

	count_columns(t, &columns, &new_columns);
	buf_init(&text, BOUND_MESSAGE_BYTES);
	buf_addf(&text, "%s: %s row%s", t->name, num_group(number, rows),
	    rows == 1 ? "" : "s");
	if (!t->parent)
		buf_addf(&text, " in %" PRId64 ".%" PRId64 " s",
		    s->milliseconds / 1000, s->milliseconds % 1000 / 100);
	buf_addf(&text, ", %zu column%s", columns, columns == 1 ? "" : "s");
	if (new_columns > 0)
		buf_addf(&text, " (%zu new)", new_columns);
	buf_addf(&text, ", %s rejected", num_group(number, n.rejected));
	buf_addf(&text, ": %s inserted", num_group(number, n.inserted));
	add_count(&text, n.updated, "updated");
	add_count(&text, n.unchanged, "unchanged");
	add_count(&text, n.deleted, "deleted");
	add_count(&text, n.doubled, "replaced by a later one");
	msg_at(level_of(s, t), "%s", text.data);
	buf_free(&text);
}

static void
print_json(const struct summary *s)
{
	struct buf json;

	buf_init(&json, BOUND_LINE_BYTES);
	buf_add(&json, "{\"tables\":");
	summary_add_json(&json, s->schema, s->sink);
	buf_addf(&json,
	    ",\"rejected\":%" PRIu64 ",\"doubled_members\":%" PRIu64
	    ",\"discarded_values\":%" PRIu64 ",\"milliseconds\":%" PRId64 "}",
	    s->rejected, s->doubled_members, s->discarded_values,
	    s->milliseconds);
	msg_plain(json.data);
	buf_free(&json);
}

void
summary_print(const struct summary *s)
{
	size_t told = 0;

	if (s->is_json) {
		print_json(s);
		return;
	}
	for (size_t i = 0; i < schema_table_count(s->schema); i++) {
		const struct table *t = schema_table(s->schema, i);

		told += is_told(t);
		if (is_told(t) && !s->is_dry)
			print_table(s, t);
	}
	if (told == 0 && s->rejected == 0)
		msg_at(s->has_reader ? MSG_NORMAL : MSG_VERBOSE,
		    "no records came in, so nothing was loaded");
	if (s->rejected > 0)
		msg_warning("%" PRIu64 " record%s rejected", s->rejected,
		    s->rejected == 1 ? " was" : "s were");
	if (s->discarded_values > 0)
		msg_warning("the contract left %" PRIu64 " value%s out",
		    s->discarded_values, s->discarded_values == 1 ? "" : "s");
	if (s->doubled_members > 1)
		msg_warning("%" PRIu64 " records had a member twice",
		    s->doubled_members);
}

/* A list that the load had nothing of. A tenant has dozens, and a job that
 * runs each minute would fill its ledger with zeros. */
static bool
is_idle_list(const struct table *t, const struct sink_counts *n)
{
	return t->parent &&
	    (n->inserted | n->updated | n->unchanged | n->deleted | n->doubled |
		n->rejected) == 0;
}

void
summary_add_json(struct buf *json, const struct schema *schema,
    const struct sink *sink)
{
	const char *separator = "{";

	for (size_t i = 0; i < schema_table_count(schema); i++) {
		const struct table *t = schema_table(schema, i);
		struct sink_counts n = counts_of(sink, t);

		if (!is_told(t) || is_idle_list(t, &n))
			continue;
		buf_add(json, separator);
		escape_json(json, t->name, strlen(t->name));
		buf_addf(json,
		    ":{\"inserted\":%" PRIu64 ",\"updated\":%" PRIu64
		    ",\"unchanged\":%" PRIu64 ",\"deleted\":%" PRIu64
		    ",\"doubled\":%" PRIu64 ",\"rejected\":%" PRIu64 "}",
		    n.inserted, n.updated, n.unchanged, n.deleted, n.doubled,
		    n.rejected);
		separator = ",";
	}
	buf_add(json, separator[0] == '{' ? "{}" : "}");
}
