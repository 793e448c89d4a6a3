/* SPDX-License-Identifier: ISC */
/*
 * What a destination holds: its tables with their columns and how many of
 * them are null, how the tables refer to each other, and the loads that there
 * were. Put together from the schema, the ledger and a count of the rows.
 */
#ifndef CATALOG_H
#define CATALOG_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct column;
struct schema;
struct sink;
struct table;

struct catalog_table {
	const struct table *table;
	uint64_t row_count;
	uint64_t *null_counts; /* by column index */
};

struct catalog_relation {
	const struct column *from; /* a column of the table that refers */
	const struct table *to;
	/* The column is named like a reference, user_id, there is a table
	 * users, and its ids are found in the column. Else the column is the
	 * _parent_id of a list's rows. */
	bool is_guess;
};

struct catalog_load {
	int64_t id;
	char *started, *finished; /* never NULL */
	char *mode, *status;
	char *tables;     /* JSON; "" where the ledger has none */
	int64_t rejected; /* lines; 0 where the ledger does not tell */
};

struct catalog {
	struct schema *schema;
	struct catalog_table *tables; /* without the ledger's, and views */
	size_t table_count;
	struct catalog_relation *relations;
	size_t relation_count, relation_capacity;
	struct catalog_load *loads; /* oldest first */
	size_t load_count, load_capacity;
};

/* Fills the schema with all tables that there are, whoever made them. */
ATTR_NODISCARD
int catalog_read_schema(struct schema *schema, struct sink *sink,
    struct fail *why);

/* Reads all of it through an open sink, changing nothing. */
ATTR_NODISCARD
int catalog_read(struct catalog *c, struct sink *sink, struct fail *why);

void catalog_free(struct catalog *c);

#endif
