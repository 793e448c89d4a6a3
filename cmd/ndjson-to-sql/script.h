/* SPDX-License-Identifier: ISC */
/*
 * A load as a script of SQL, for whoever reaches the database better than we
 * do:
 *
 *      begin          (or behind the definitions: has_early_tables)
 *      guard          fails where what is there does not fit, by _columns,
 *                     which is defined before it (script_guard.h)
 *      definitions    tables, columns and keys that may be missing
 *      stages         the rows that came, each key once (script_rows.h)
 *      merges         from the stages (sql_merge.h)
 *      commit         (or copies take the places of tables: has_copies)
 *
 * It is written when the input was complete, and COMMIT is the last word but
 * for what drops stages: a script that was cut off changes no row.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "out.h"
#include "sql_table.h"

#include <stdbool.h>
#include <stddef.h>

struct dialect;
struct shape;
struct stage;

enum { SCRIPT_NAME_BYTES = 48 };

struct script_table {
	struct sql_table sql;
	const struct shape *shape;
	size_t place; /* in the script */
	char stage[SCRIPT_NAME_BYTES];
	char parents[SCRIPT_NAME_BYTES];  /* in it, if opens_stages_once */
	char copy[SCRIPT_NAME_BYTES];     /* of the table, if has_copies */
	char key_type[SCRIPT_NAME_BYTES]; /* of texts in its key */
};

struct script {
	struct stage *stage;
	const struct dialect *dialect;
	struct script_table *tables; /* parents before their children */
	size_t count;
	struct out out;
	struct buf text; /* what is not written yet */
	bool is_cut;     /* a time had more digits than PostgreSQL keeps */
	/* Writes what makes the table's stage and fills it. */
	int (*put_rows)(struct script *s, const struct script_table *t,
	    struct fail *why);
};

/* The dialect that the stage's script is in. */
const struct dialect *script_dialect(const struct stage *stage);

/* Writes the script to s->out, which is open. The other members but stage and
 * put_rows are its own; `head` follows the dialect's. */
ATTR_NODISCARD
int script_write(struct script *s, const char *head, struct fail *why);

/* For struct stage_kind; the target is the name of a dialect. The script goes
 * to standard output. */
ATTR_NODISCARD
int script_export(struct stage *stage, struct fail *why);

/* --- for its parts ------------------------------------------------------ */

/* Writes s->text, and empties it. */
ATTR_NODISCARD
int script_flush(struct script *s, struct fail *why);

/* Ends the statement in s->text and writes it. Does nothing where there is
 * none: some dialects lack what others need. */
ATTR_NODISCARD
int script_end(struct script *s, struct fail *why);

#endif
