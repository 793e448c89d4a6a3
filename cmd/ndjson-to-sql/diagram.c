/* SPDX-License-Identifier: ISC */
/*
 * The catalog as diagrams. Neither notation can hold every name, so what
 * would break it becomes `_`.
 */
#include "diagram.h"

#include "buf.h"
#include "catalog.h"
#include "schema.h"

#include <stdbool.h>
#include <string.h>

/* A column that is null everywhere has no type yet. */
static const char *
type_word(const struct column *c)
{
	return c->type == TYPE_UNKNOWN ? "null" : type_name(c->type);
}

/* A word that Mermaid takes for an attribute. */
static void
add_word(struct buf *to, const char *text)
{
	if (*text >= '0' && *text <= '9')
		buf_add_char(to, '_');
	for (; *text; text++) {
		bool is_plain = (unsigned char)*text >= 0x80 ||
		    strchr("abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
			*text);

		buf_add_char(to, is_plain ? *text : '_');
	}
}

/* Text between double quotes; Mermaid and Graphviz have no escape in common
 * but this: no quote at all. */
static void
add_quoted(struct buf *to, const char *text)
{
	buf_add_char(to, '"');
	for (; *text; text++)
		buf_add_char(to, strchr("\"\\\n", *text) ? '_' : *text);
	buf_add_char(to, '"');
}

void
diagram_write_mermaid(struct buf *to, const struct catalog *c)
{
	buf_add(to, "erDiagram\n");
	for (size_t i = 0; i < c->table_count; i++) {
		const struct table *t = c->tables[i].table;

		buf_add(to, "    ");
		add_quoted(to, t->name);
		buf_add(to, " {\n");
		for (size_t n = 0; n < t->column_count; n++) {
			buf_addf(to, "        %s ", type_word(t->columns[n]));
			add_word(to, t->columns[n]->name);
			buf_add(to,
			    t->columns[n]->key_position > 0 ? " PK\n" : "\n");
		}
		buf_add(to, "    }\n");
	}
	for (size_t i = 0; i < c->relation_count; i++) {
		const struct catalog_relation *r = &c->relations[i];

		buf_add(to, "    ");
		add_quoted(to, r->to->name);
		buf_add(to, r->is_guess ? " |o..o{ " : " ||--o{ ");
		add_quoted(to, r->from->table->name);
		buf_add(to, " : ");
		add_quoted(to, r->from->name);
		buf_add_char(to, '\n');
	}
}

/* Text in an HTML-like label. */
static void
add_html(struct buf *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			buf_add(to, "&amp;");
		else if (*text == '<')
			buf_add(to, "&lt;");
		else if (*text == '>')
			buf_add(to, "&gt;");
		else
			buf_add_char(to, *text);
	}
}

static void
write_dot_table(struct buf *to, const struct table *t)
{
	buf_add(to, "\t");
	add_quoted(to, t->name);
	buf_add(to,
	    " [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\">"
	    "<tr><td colspan=\"2\"><b>");
	add_html(to, t->name);
	buf_add(to, "</b></td></tr>");
	for (size_t n = 0; n < t->column_count; n++) {
		const struct column *column = t->columns[n];

		buf_addf(to, "\n\t\t<tr><td port=\"c%zu\" align=\"left\">", n);
		buf_add(to, column->key_position > 0 ? "<u>" : "");
		add_html(to, column->name);
		buf_add(to, column->key_position > 0 ? "</u>" : "");
		buf_addf(to, "</td><td align=\"left\">%s</td></tr>",
		    type_word(column));
	}
	buf_add(to, "</table>>];\n");
}

void
diagram_write_dot(struct buf *to, const struct catalog *c)
{
	buf_add(to, "digraph tables {\n\trankdir=LR;\n\tnode [shape=plain];\n");
	for (size_t i = 0; i < c->table_count; i++)
		write_dot_table(to, c->tables[i].table);
	for (size_t i = 0; i < c->relation_count; i++) {
		const struct catalog_relation *r = &c->relations[i];

		buf_add_char(to, '\t');
		add_quoted(to, r->from->table->name);
		buf_addf(to, ":c%u -> ", (unsigned)r->from->index);
		add_quoted(to, r->to->name);
		buf_add(to, r->is_guess ? " [style=dashed];\n" : ";\n");
	}
	buf_add(to, "}\n");
}
