/* SPDX-License-Identifier: ISC */
/*
 * The shape of the data: which place in the JSON is which column of which
 * table. It grows while records pass, and can be put together again from
 * what the ledger kept of earlier loads.
 *
 *      {"id":1,"user":{"name":"x"},"tags":["a",{"k":1}]}     table t
 *
 *      member                 path              column
 *      (record)               $
 *      +- id                  $.id              t.id
 *      +- user                $.user
 *      |  +- name             $.user.name       t.user__name
 *      +- tags                $.tags            (rows of t__tags)
 *         +- (item)           $.tags[*]         t__tags.value
 *            +- k             $.tags[*].k       t__tags.k
 *
 * A member is found with one comparison when records repeat their order: each
 * member remembers who came after it last time. Belongs to the thread that
 * reads; the other one sees tables and columns only through the changes of a
 * batch, and of those only what is marked as fixed. Does no I/O.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "attr.h"
#include "batch.h"
#include "fail.h"
#include "form.h"
#include "member.h"
#include "type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Members of a key, those of _parent included. */
enum { SCHEMA_KEY_MAX = 8 };

/* Tables that lists may make: where keys are data, they are without end. */
enum { SCHEMA_TABLES_MAX = 1000 };

struct column {
	char *name;          /* fixed */
	char *path;          /* fixed; NULL: a user's, without a member. One of
			  * ours has the path of its table's record */
	uint32_t index;      /* fixed; of its cell in a row */
	struct table *table; /* fixed */
	struct member *member; /* NULL: no member's */
	enum type type;
	enum type announced_type;
	struct form form;         /* of a timestamp's first value */
	unsigned key_position;    /* fixed; from 1; 0: not of the key */
	const struct column *met; /* who had the name first; NULL: nobody */
	bool is_wide;             /* holds an integer that no double is */
	bool is_announced;  /* a change told the destination: announced_type */
	bool is_stored;     /* was there before this load */
	int64_t first_load; /* that made it; 0: this one */
	bool is_own;        /* _load_id, _id, _parent_id, _idx */
	bool is_theirs;     /* was in a table that somebody else made */
	bool is_readonly;   /* generated: no value can be put into it */
	bool is_dirty;      /* the ledger has not seen its state */
};

struct table {
	char *name;            /* fixed */
	size_t id;             /* fixed; the index in a batch */
	struct table *parent;  /* fixed; NULL: a root table */
	struct table *root;    /* fixed */
	struct member *record; /* of a root: the record; else the list's item */
	struct column **columns;
	size_t column_count, column_capacity;
	struct column *key[SCHEMA_KEY_MAX]; /* fixed once announced */
	size_t key_count;
	size_t parent_key_count;   /* of these, how many came from _parent */
	struct column *load_id;    /* root tables */
	struct column *id_column;  /* children, and roots without a key */
	struct column *parent_id;  /* children */
	struct column *idx;        /* children */
	struct column *hash;       /* MODE_HISTORY: of a version's content */
	struct column *valid_from; /* MODE_HISTORY */
	struct column *valid_to;
	struct column *rest; /* JSON, of what found no column; or NULL */
	/* For --sync, to be read when all is written: the whole table was
	 * covered; or these parents besides those that have rows, each of
	 * parent_key_count cells. */
	bool is_covered;
	struct cell *covered;
	size_t covered_count, covered_capacity;
	struct waiting *waiting; /* see childless.h */
	size_t waiting_count, waiting_capacity;
	bool is_emptied;         /* it, or a parent, has no rows in the stream,
				  * says the stream, for a destination that
				  * cannot be looked at */
	bool is_incomplete;      /* of a root, as is_covered: records of it were
				  * rejected, and so nobody knows what did
				  * not come */
	uint64_t rejected_count; /* records at fault; the reading thread's */
	bool is_singleton;       /* one row; its key is of ours, and 1 */
	bool has_other_name;     /* made by this load; its own was taken */
	bool is_started;         /* the stream named it */
	bool has_records;
	bool is_announced;
	bool is_stored;  /* was there before this load */
	bool is_foreign; /* somebody else made it */
	bool is_known;   /* the ledger has it */
	bool is_view;    /* cannot be loaded into */
	bool is_own;     /* _loads, _columns */
};

/* A column whose type the user knows better. */
struct schema_typing {
	const char *table; /* NULL: any */
	const char *column;
	enum type type;
};

struct dialect;

struct schema_options {
	const struct dialect *dialect; /* that has to have the columns; NULL */
	size_t max_name_bytes;         /* 0: none */
	size_t max_columns;
	const struct schema_typing *typings; /* borrowed */
	size_t typing_count;
};

struct schema;

struct schema *schema_new(const struct schema_options *options);
void schema_free(struct schema *s);

/* The root table for a resource; `is_exact` takes the name as it is. */
struct table *schema_root(struct schema *s, const char *name, size_t len,
    bool is_exact);

/* The member `key` below `above`, made if it is new; NULL where it is new
 * and its table has max_columns columns. `previous` is the sibling that came
 * before it, or NULL. */
struct member *schema_member(struct schema *s, struct member *above,
    struct member *previous, const char *key, size_t len);

/* Makes the member a list with a child table; sets m->list and m->item. -1
 * where there are SCHEMA_TABLES_MAX tables. */
ATTR_NODISCARD
int schema_add_list(struct schema *s, struct member *m);

/* The column for the member's values of a type, made if it is new: the
 * member's own if it has none yet, else that type's variant. NULL where
 * max_columns is reached. */
struct column *schema_column(struct schema *s, struct member *m,
    enum type type);

/* One of our columns, such as _load_id. */
struct column *schema_own_column(struct schema *s, struct table *t,
    const char *name, enum type type);

/* Whether the table has that column of ours. */
bool schema_has_own(const struct table *t, const char *name);

/* Gives the column a type, or another one. */
void schema_retype(struct schema *s, struct column *c, enum type type);

/* Whether the typing is for a column that the stream does not have, though
 * it has named its table. */
bool schema_lacks(const struct schema *s, const struct schema_typing *typing);

/* A table of the root's lists that was there before; NULL. */
const struct table *schema_stored_list(const struct schema *s,
    const struct table *root);

/* --- what was there before --------------------------------------------- */

/* A column that the destination has; `type` is what its declaration looks
 * like. Called for each before the first record. With NULL for a column, only
 * the table is known. */
void schema_add_existing(struct schema *s, const char *table,
    const char *column, enum type type, bool is_readonly, bool is_view);

/* Makes a table, a foreign one, of each that the destination has and that the
 * ledger did not tell of. For looking at; a load names its tables itself. */
void schema_adopt(struct schema *s);

struct schema_known {
	const char *root, *path, *table, *column;
	enum type type;
	struct form form;
	unsigned key_position;
	int64_t first_load;
	bool is_wide, is_own, is_theirs;
};

/* What the ledger says about a column of an earlier load. */
ATTR_NODISCARD
int schema_restore(struct schema *s, const struct schema_known *known,
    struct fail *why);

/* --- what changed ------------------------------------------------------- */

/* Moves the changes since the last call into the batch. `is_last` brings
 * columns along that stayed null. */
void schema_take_changes(struct schema *s, struct batch *b, bool is_last);

size_t schema_table_count(const struct schema *s);
struct table *schema_table(const struct schema *s, size_t id);

#endif
