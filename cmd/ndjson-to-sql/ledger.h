/* SPDX-License-Identifier: ISC */
/*
 * The bookkeeping in the destination, as ordinary tables that go through the
 * same sink as all others:
 *
 *      _loads     a row for each load: when, how, what, how many
 *      _columns   a row for each column: the JSON path it holds, its logical
 *                 type, its place in the key
 *
 * The schema of a later load is put together again from _columns.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include "attr.h"
#include "batch.h"
#include "fail.h"
#include "mode.h"
#include "schema.h"
#include "sink.h"

#include <stdint.h>

struct shape_list;

struct ledger {
	struct schema *schema; /* borrowed */
	struct table *loads, *columns;
	int64_t load_id;
	int64_t started_ms;
};

/* Adds the tables of the ledger with their columns. */
void ledger_add_shapes(struct shape_list *list);

/* Reads what earlier loads left, fills the schema, and chooses the load's
 * id: the time in milliseconds, but later than any load before. */
ATTR_NODISCARD
int ledger_open(struct ledger *l, struct sink *sink, struct schema *schema,
    int64_t now_ms, struct fail *why);

/* Moves the time behind the last load of a ledger that is there. */
ATTR_NODISCARD
int ledger_pass(struct sink *sink, int64_t *ms, struct fail *why);

/* Adds to an empty batch what this load has to say; `counts` is JSON, and
 * `rejected` the number of all lines that were. */
void ledger_write(struct ledger *l, struct batch *b, int64_t now_ms,
    enum mode mode, const char *status, const char *counts, uint64_t rejected);

#endif
