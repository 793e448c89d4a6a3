/* SPDX-License-Identifier: ISC */
/*
 * The dialects of warehouses.
 */
#ifndef DIALECT_WAREHOUSE_H
#define DIALECT_WAREHOUSE_H

#include "dialect.h"

extern const struct dialect dialect_snowflake;
extern const struct dialect dialect_bigquery;
extern const struct dialect dialect_redshift;
extern const struct dialect dialect_databricks;

#endif
