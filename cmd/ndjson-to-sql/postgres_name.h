/* SPDX-License-Identifier: ISC */
/*
 * Names of tables, which a schema's indexes, sequences, views and types share.
 */
#ifndef POSTGRES_NAME_H
#define POSTGRES_NAME_H

#include "attr.h"
#include "fail.h"

struct postgres;

/* STATUS_USAGE if something else than a table has the name in the schema:
 * "CREATE TABLE IF NOT EXISTS" would succeed, and make none. */
ATTR_NODISCARD
int postgres_name_check(struct postgres *s, const char *name, struct fail *why);

#endif
