/* SPDX-License-Identifier: ISC */
/*
 * The summary of a load.
 */
#include "summary.h"

#include "escape.h"
#include "msg.h"
#include "schema.h"
#include "sink.h"

#include <inttypes.h>
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

void
summary_warn(const struct schema *schema)
{
	size_t count = 0;

	for (size_t i = 0; i < schema_table_count(schema); i++) {
		const struct table *t = schema_table(schema, i);

		for (size_t n = 0; n < t->column_count; n++) {
			const struct column *c = t->columns[n];

			if (!c->met || c->first_load > 0 || !c->is_announced)
				continue;
			if (count++ < WARNINGS_MAX)
				warn_of_column(c);
		}
	}
	if (count > WARNINGS_MAX)
		msg_warning("%zu more columns have another name than their "
			    "own; _columns has all paths",
		    count - WARNINGS_MAX);
}

static void
add_count(struct buf *text, uint64_t count, const char *what)
{
	if (count > 0)
		buf_addf(text, ", %" PRIu64 " %s", count, what);
}

void
summary_print(const struct schema *schema, const struct sink *sink)
{
	for (size_t i = 0; i < schema_table_count(schema); i++) {
		const struct table *t = schema_table(schema, i);
		struct sink_counts n = sink->ops->counts(sink, i);
		struct buf text;

		if (t->is_own || !t->is_announced)
			continue;
		buf_init(&text, BOUND_MESSAGE_BYTES);
		buf_addf(&text, "%s: %" PRIu64 " inserted", t->name,
		    n.inserted);
		add_count(&text, n.updated, "updated");
		add_count(&text, n.unchanged, "unchanged");
		add_count(&text, n.deleted, "deleted");
		add_count(&text, n.doubled, "replaced by a later one");
		add_count(&text, n.rejected, "rejected");
		msg_at(MSG_VERBOSE, "%s", text.data);
		buf_free(&text);
	}
}

void
summary_add_json(struct buf *json, const struct schema *schema,
    const struct sink *sink)
{
	const char *separator = "{";

	for (size_t i = 0; i < schema_table_count(schema); i++) {
		const struct table *t = schema_table(schema, i);
		struct sink_counts n = sink->ops->counts(sink, i);

		if (t->is_own || !t->is_announced)
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
