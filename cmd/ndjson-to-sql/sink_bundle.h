/* SPDX-License-Identifier: ISC */
/*
 * Warehouses as destinations: a directory for each load (bundle.h).
 */
#ifndef SINK_BUNDLE_H
#define SINK_BUNDLE_H

#include "sink.h"

extern const struct sink_kind sink_snowflake;
extern const struct sink_kind sink_bigquery;
extern const struct sink_kind sink_redshift;
extern const struct sink_kind sink_databricks;

#endif
