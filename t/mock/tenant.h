/* SPDX-License-Identifier: ISC */
/*
 * The data of the tenant: lists of records, by the path that serves them.
 * Recorded lists come from a directory with a file a resource; `users` and
 * `logs` may be generated instead. The rules change them while the server
 * runs (drift), so readers hold the lock.
 */
#ifndef MOCK_TENANT_H
#define MOCK_TENANT_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "generate.h"
#include "settings.h"
#include "span.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum list_kind {
	LIST_RECORDED, /* a row's serial is an index of texts */
	LIST_USERS,    /* generated */
	LIST_LOGS,
};

struct list {
	char *path; /* "users", "roles/ID/users": without "/api/" */
	enum list_kind kind;
	bool is_by_time;  /* newest first; else in no order of its own */
	struct row *rows; /* rows[count - 1] is served first, so that new
	                   * rows are appended where time rules */
	size_t count, capacity;
	struct span *texts;
	size_t text_count, text_capacity;
	uint64_t tie_us; /* the time that many rows share; 0: none */
};

/* An answer that is one recorded object: "sign-in-exp". */
struct object {
	char *path;
	struct span text;
};

struct tenant {
	const struct settings *settings;
	struct generator generator;
	struct list **lists; /* by path */
	size_t list_count, list_capacity;
	struct object *objects;
	size_t object_count, object_capacity;
	char **files; /* what the spans point into */
	size_t file_count, file_capacity;
	char (*user_ids)[USER_ID_LEN + 1]; /* of the recorded users */
	pthread_rwlock_t lock;
	uint64_t version; /* grows with each change */
	uint32_t next_serial;
};

/* Reads and generates everything; `s` is borrowed. */
ATTR_NODISCARD
int tenant_open(struct tenant *t, const struct settings *s, struct fail *why);
void tenant_free(struct tenant *t);

/* NULL: no such list. */
struct list *tenant_list(const struct tenant *t, const char *path);

/* The recorded object at this path; empty if there is none. */
struct span tenant_object(const struct tenant *t, const char *path);

/* Appends the record as JSON. */
void tenant_render(const struct tenant *t, const struct list *list,
    const struct row *row, struct buf *out);

/* The record's text where it is recorded, else empty. */
struct span tenant_text(const struct list *list, const struct row *row);

/* The row with this id; NULL: none. */
const struct row *tenant_find(const struct tenant *t, const struct list *list,
    const char *id);

/* The record with this id in the recorded list at `path`; empty: none. */
struct span tenant_record(const struct tenant *t, const char *path,
    const char *id);

/* Drift. Each takes the lock for writing; `which` is "first", "last" or an
 * id. A list or row that is not there is passed over. */
void tenant_insert(struct tenant *t, const char *path, size_t count);
/* One row, `age_ms` older than the newest: where rows become visible late. */
void tenant_insert_late(struct tenant *t, const char *path, size_t age_ms);
void tenant_delete(struct tenant *t, const char *path, const char *which);
void tenant_update(struct tenant *t, const char *path, const char *which);
void tenant_tie(struct tenant *t, const char *path, size_t count);

#endif
