/* SPDX-License-Identifier: ISC */
/*
 * Generated audit-log records, shaped as GET /api/logs shows them: a dozen
 * kinds in the proportions of a working tenant, each with the members that
 * real records of that kind were seen to have.
 */
#ifndef MOCK_AUDIT_H
#define MOCK_AUDIT_H

#include "generate.h"

#include <stddef.h>

/* Cuts the templates. Call once. */
void audit_init(void);

/* The log's key, such as "Interaction.End". */
const char *audit_key(const struct generator *g, const struct row *row);

/* The id, LONG_ID_LEN characters, without a NUL. */
void audit_id(const struct generator *g, const struct row *row, char *out);

/* payload.userId and payload.applicationId; the length, 0 where the record
 * has no such member. No NUL. */
size_t audit_user(const struct generator *g, const struct row *row, char *out);
size_t audit_application(const struct generator *g, const struct row *row,
    char *out);

/* Writes the record, at most RENDER_BYTES; returns its length. */
size_t audit_render(const struct generator *g, const struct row *row,
    char *out);

#endif
