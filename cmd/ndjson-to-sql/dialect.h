/* SPDX-License-Identifier: ISC */
/*
 * How SQL differs between databases: the names of types, the quoting of names
 * and texts, and the words of the statements that sql_table.h and sql_merge.h
 * put together. Pure.
 */
#ifndef DIALECT_H
#define DIALECT_H

#include "buf.h"
#include "type.h"

#include <stdbool.h>
#include <stddef.h>

/* How a text is written between single quotes. Those within are doubled. */
enum dialect_text {
	TEXT_PLAIN,     /* a backslash is a backslash */
	TEXT_POSTGRES,  /* E'...' with backslashes doubled, if there are any */
	TEXT_BACKSLASH, /* backslashes doubled; \0 is U+0000 */
	TEXT_ESCAPES,   /* \\ \' \n \r \u0000, and no ${ */
	TEXT_C,         /* \\ \' \n \r \0 */
};

/* How a row takes the place of the one with its key. */
enum dialect_merge {
	MERGE_CONFLICT,  /* INSERT ... ON CONFLICT (key) DO UPDATE */
	MERGE_UPDATE,    /* UPDATE ... JOIN, then INSERT what is missing */
	MERGE_STATEMENT, /* MERGE INTO ... USING */
	MERGE_WHEN,      /* MERGE, comparing by WHEN MATCHED AND ... */
	MERGE_REPLACE,   /* DELETE what differs, then INSERT what is missing;
	                  * as CHOICE_LIST */
};

/* How a DELETE or UPDATE chooses its rows by those of other tables. */
enum dialect_choice {
	CHOICE_ALIAS, /* the table has an alias, and a condition that asks */
	CHOICE_MERGE, /* MERGE with a query of the rows' keys */
	CHOICE_LIST,  /* WHERE (key) IN that query; the table has no alias */
	CHOICE_NAMED, /* as CHOICE_ALIAS, but DELETE t_ FROM ... AS t_ */
	CHOICE_ALTER, /* as CHOICE_LIST, but ALTER TABLE ... UPDATE */
};

/* How a column is added that may be there. */
enum dialect_add {
	ADD_TOLD,    /* not at all: what would is printed, and it fails */
	ADD_WORDS,   /* ADD COLUMN IF NOT EXISTS */
	ADD_LIST,    /* the same, for several columns at once: there is a limit
	             * to how often a table changes */
	ADD_GEXEC,   /* psql asks the catalogue, and runs what it answers */
	ADD_EVOLVE,  /* MERGE WITH SCHEMA EVOLUTION of nothing */
	ADD_PREPARE, /* a statement is put together by the catalogue */
};

/* Where a table's key is said. */
enum dialect_key {
	KEY_INDEX,  /* in a unique index, if has_indexes */
	KEY_WITHIN, /* PRIMARY KEY among the columns */
	KEY_ORDER,  /* ORDER BY behind them; it is not unique */
};

struct dialect {
	const char *name;
	char quote; /* around identifiers; doubled within */
	/* Within identifiers a backslash escapes, and the quote too. */
	bool has_name_escapes;
	/* Names are in capitals where they are not in quotes: so are ours,
	 * for users to need none. */
	bool is_upper;
	enum dialect_text text;
	bool has_no_nul;        /* no text can hold U+0000 */
	size_t max_text_bytes;  /* of a text or JSON; 0: what memory holds */
	unsigned second_digits; /* of timestamps and times; 0: not asked */
	/* Timestamps and dates lie from the first on and before the second.
	 * NULL: not asked; the second may be alone in that. */
	const char *first_day, *end_day;
	/* The function from a code to a character, for those that cannot stand
	 * between quotes: U+0000, U+0003, and a carriage return, which shells
	 * drop at the end of a line. NULL: the database keeps no U+0000, or
	 * the text has escapes. */
	const char *chr;
	size_t max_name_bytes; /* 0: none that matters */
	bool has_short_names;  /* of characters up to U+FFFF only */
	bool has_loose_names;  /* capitals and accents are no difference */
	/* Around a name, as a text: what it has in common with those that are
	 * the same to the database. NULL: capitals of ASCII are made
	 * small. */
	const char *fold_open, *fold_close;
	/* Names that no column can have, with spaces between; one that ends in
	 * a star is the beginning of such names. NULL: there are none. */
	const char *reserved;
	bool opens_stages_once; /* in a statement */
	const char *types[TYPE_COUNT];
	/* Of columns of keys, where these differ. */
	const char *key_types[TYPE_COUNT];
	/* Key columns that are texts are key_types[TYPE_TEXT](n), where all of
	 * a key have so many characters. 0: they need no length. */
	size_t max_key_chars;
	const char *cast; /* CAST(x AS ...) a text; NULL: as types says */
	enum dialect_key key;
	const char *table_end; /* behind the columns of a table; or NULL */
	enum dialect_merge merge;
	/* Between two values: equal, or both null. NULL: there is no such
	 * operator. */
	const char *same;
	enum dialect_add add;
	/* ALTER COLUMN name ... type; NULL: a type cannot be changed. */
	const char *retype;
	/* A conversion has to be told, by USING. */
	bool has_using;
	bool has_indexes;         /* unique ones */
	bool has_partial_indexes; /* CREATE INDEX ... WHERE */
	const char *stage;        /* CREATE TEMPORARY TABLE */
	bool has_shared_stages;   /* others see them: no two with one name */
	const char *stage_end;    /* behind its columns, or "" */
	/* Around an expression: its text as JSON, quotes included. */
	const char *json_open, *json_close;
	enum dialect_choice choice;
	/* Around a text: the JSON that it spells; stages have the text. NULL:
	 * a column takes the text itself. */
	const char *parse_open, *parse_close;
	/* Around JSON, for `same`: something that can be compared; or NULL. */
	const char *compare_open, *compare_close;
	const char *begin, *commit, *rollback; /* NULL: no transactions */
	/* --- for scripts --- */
	const char *head; /* lines that a script begins with */
	const char *zone; /* behind a timestamp, which is UTC */
	bool has_copy;    /* rows follow COPY ... FROM STDIN */
	/* Definitions end transactions: they come before `begin`. */
	bool has_early_tables;
	/* Nor are there transactions: a copy of each table is changed, and
	 * then put in its place. */
	bool has_copies;
	/* In front of a literal of that type; NULL: nothing. */
	const char *literals[TYPE_COUNT];
	/* For psql, which runs what a query answers: " WHERE ...", that the
	 * table of the name e_.name is there, or "". NULL: there is no psql. */
	const char *where_there;
	/* A query that fails: these two around the words for it, then FROM.
	 * NULL: a CHECK constraint does. */
	const char *fail_open, *fail_close;
};

extern const struct dialect dialect_sqlite;
/* For columns that are added to a STRICT table of somebody else. */
extern const struct dialect dialect_sqlite_strict;
extern const struct dialect dialect_postgres;
extern const struct dialect dialect_duckdb;

/* The dialect that scripts are written in under this name, or NULL. */
const struct dialect *dialect_find(const char *name);

/* Appends the names of them all: a, b or c. */
void dialect_list(struct buf *to);

/* Appends the identifier in quotes. */
void dialect_quote(const struct dialect *d, struct buf *sql,
    const char *identifier);

/* Appends the text as an expression: a literal in quotes or, where it holds
 * U+0000, several and what joins them. Any bytes are safe. false, and nothing
 * appended, where the database has no text with U+0000. */
bool dialect_add_text(const struct dialect *d, struct buf *sql,
    const char *text, size_t len);

/* The type that a declared type of SQLite looks like, by the rules of its
 * affinities, and by a few names that say more. */
enum type dialect_guess_type(const char *declared);

#endif
