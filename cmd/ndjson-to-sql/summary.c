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
