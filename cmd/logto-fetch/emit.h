/* SPDX-License-Identifier: ISC */
/*
 * Records on their way into the stream: the server's own bytes, with our
 * members in front and secret values replaced by null.
 *
 *      {"_resource":"roles_users","_parent":{"roleId":"r1"},"id":"u1",...}
 *      \---------------- prefix ---------------------------/\- server's -/
 */
#ifndef EMIT_H
#define EMIT_H

#include "attr.h"
#include "buf.h"
#include "catalogue.h"
#include "fail.h"
#include "json.h"
#include "redact.h"
#include "stream.h"

#include <stdbool.h>
#include <stdint.h>

struct sieve;

struct emit {
	struct stream *stream;
	struct sieve *sieve; /* --jq; NULL: none */
	struct redact redact;
	struct buf prefix; /* `"_resource":"users"`; empty with --raw */
	struct buf record; /* one for the sieve, put together */
	struct buf hidden; /* members of the list that come as null */
	uint64_t limit;    /* records of a resource; 0: all */
	uint64_t written;  /* of the resource under way */
	bool is_raw;
	bool is_whole;    /* of a resource below others, all there is will come;
			* its first record says so */
	bool has_secrets; /* --with-secrets */
	bool is_stable;   /* --stable */
	bool has_lost;    /* records that were given did not come out */
};

/* The key of a parent, for `_parent`. */
struct emit_parent {
	const char *name; /* slice of the catalogue */
	size_t name_len;
	const char *key; /* a string's text, unescaped */
};

/* The members that are ours, ended by NULL. */
extern const char *const emit_reserved[];

void emit_init(struct emit *e, struct stream *stream);

/* Sets what stands in front of the records of a list. */
ATTR_NODISCARD
int emit_start_list(struct emit *e, const struct catalogue_entry *entry,
    const char *path, const struct emit_parent *parents, size_t count,
    struct fail *why);

/* A walk_row; `context` is the struct emit. With --jq the record may come out
 * later. */
int emit_row(void *context, const struct json_node *nodes, size_t object,
    struct fail *why);

/* A sieve_output; `context` is the struct emit. */
int emit_sieved(void *context, bool is_same, const char *text, size_t len,
    struct fail *why);

/* Waits until every record that was given has come out: call it before the
 * next list, whatever became of this one. 0, 1 or -1, as emit_row. */
ATTR_NODISCARD
int emit_drain(struct emit *e, struct fail *why);

/* {"_resource":"hooks","_rows":0}: the list is there and empty. */
ATTR_NODISCARD
int emit_empty(struct emit *e, struct fail *why);

void emit_free(struct emit *e);

#endif
