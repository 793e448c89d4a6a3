/* SPDX-License-Identifier: ISC */
/*
 * The dialects of servers that only scripts reach.
 */
#ifndef DIALECT_SERVER_H
#define DIALECT_SERVER_H

#include "dialect.h"

extern const struct dialect dialect_mysql; /* and MariaDB */
extern const struct dialect dialect_clickhouse;

#endif
