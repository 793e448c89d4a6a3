/* SPDX-License-Identifier: ISC */
/*
 * Tables and their relations as a diagram, in two notations.
 */
#ifndef DIAGRAM_H
#define DIAGRAM_H

struct buf;
struct catalog;

/* An entity-relationship diagram for Mermaid, as GitHub renders it. */
void diagram_write_mermaid(struct buf *to, const struct catalog *c);

/* A directed graph for Graphviz. Dashed: told by a name alone. */
void diagram_write_dot(struct buf *to, const struct catalog *c);

#endif
