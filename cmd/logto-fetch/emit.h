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

struct filter;

struct emit {
	struct stream *stream;
	struct filter *filter; /* --jq; NULL: none */
	struct redact redact;
	struct buf prefix; /* `"_resource":"users"`; empty with --raw */
	struct buf record; /* one for the filter, put together */
	struct buf hidden; /* members of the list that come as null */
	uint64_t limit;    /* records of a resource; 0: all */
	uint64_t written;  /* of the resource under way */
	bool is_raw;
	bool has_secrets; /* --with-secrets */
	bool is_stable;   /* --stable */
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

/* A walk_row; `context` is the struct emit. */
int emit_row(void *context, const struct json_node *nodes, size_t object,
    struct fail *why);

/* {"_resource":"hooks","_rows":0}: the list is there and empty. */
ATTR_NODISCARD
int emit_empty(struct emit *e, struct fail *why);

void emit_free(struct emit *e);

#endif
