/* SPDX-License-Identifier: ISC */
/*
 * What a tenant has to read: one table of the lists and objects that a
 * Management API token can GET, with all that reading them whole takes.
 * A new resource is one row. Pure.
 *
 * A path is a pattern of segments, without "/api/" in front; `*` stands for
 * one segment: a parent's key, or the record's own.
 */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum catalogue_kind {
	KIND_UNKNOWN,  /* not in the table: the first answer tells */
	KIND_PAGED,    /* always in pages, 20 rows where none are asked for */
	KIND_OPTIONAL, /* whole and atomic, in pages where they are asked for */
	KIND_WHOLE,    /* never in pages; page parameters are ignored */
	KIND_OBJECT,   /* one record */
	KIND_LOG,      /* in pages, within a window of time */
};

enum catalogue_flag {
	/* Newest first, so that new rows come on the first page; else new
	 * rows may come anywhere. */
	IS_BY_TIME = 1 << 0,
	/* Takes search.id with a prefix. */
	HAS_ID_SEARCH = 1 << 1,
	/* Total-Number is no count of the rows that come. */
	HAS_LOOSE_TOTAL = 1 << 2,
	/* The answer may be 404 where the tenant has none. */
	MAY_BE_ABSENT = 1 << 3,
	/* Read by --all. */
	IN_ALL = 1 << 4,
	/* Dear to the server: calls other hosts, or holds long texts. */
	IS_HEAVY = 1 << 5,
};

struct catalogue_entry {
	const char *path;
	enum catalogue_kind kind;
	unsigned flags;
	/* Names of the parents' keys in `_parent`, one for each `*` from the
	 * left; the last `*` of a record's own path has none. Separated by
	 * blanks. */
	const char *parents;
	/* Members that tell records apart, separated by blanks: NULL is
	 * "id", "" is a single record. A dot enters an object. */
	const char *key;
	/* The member that holds the list, where the answer is an object. */
	const char *inside;
	/* Which records of the first parent list have this one: "type=User".
	 * It is a query parameter of that list and a member of its records. */
	const char *of;
	/* Patterns of the lists that give the keys, where they are not the
	 * path up to each `*`; "-" is none. Or "=a,b": the keys themselves. */
	const char *keys_from;
	/* For redact_find, as are the next. */
	const char *secrets;
	/* Members that change though nobody changed the record: --stable. */
	const char *volatiles;
	/* What --all adds to the query, to save other requests. */
	const char *all_query;
	const char *note;
};

extern const struct catalogue_entry catalogue[];
extern const size_t catalogue_count;

/* The row whose pattern matches the path, `*` in the path only where the
 * pattern has one; literal segments win. NULL if there is none. */
const struct catalogue_entry *catalogue_find(const char *path);

/* The name of the table that the path's records belong to: the constant
 * segments, joined by '_'. `entry` may be NULL. */
void catalogue_name(const struct catalogue_entry *entry, const char *path,
    struct buf *name);

/* The list that gives the keys of the `*` at offset `star` of the path: what
 * stands before it in the path, unless the row says otherwise; "" where there
 * is none; or "=a,b". */
void catalogue_keys_from(const struct catalogue_entry *entry, const char *path,
    size_t star, struct buf *list);

/* Which of the keys for the first `*` of the path have such a list, as `of`;
 * NULL: all. */
const char *catalogue_condition(const struct catalogue_entry *entry,
    const char *path);

/* The name in `_parent` of the segment at offset `at` of a path that the
 * row matches; NULL where it is no parent's key. */
const char *catalogue_parent(const struct catalogue_entry *entry,
    const char *path, size_t at, size_t *len);

/* The row whose path is nearest to a mistyped one, or NULL. */
const struct catalogue_entry *catalogue_nearest(const char *path);

/* --list: for people a line for each row, and with `has_details` more of them;
 * for programs everything, separated by tabs. */
void catalogue_print(FILE *to, bool is_for_people, bool has_details);

#endif
