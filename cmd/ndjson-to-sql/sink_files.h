/* SPDX-License-Identifier: ISC */
/*
 * Files as destinations: a directory of CSV, NDJSON or Parquet, and one CSV on
 * standard output.
 */
#ifndef SINK_FILES_H
#define SINK_FILES_H

#include "sink.h"

extern const struct sink_kind sink_csv;
extern const struct sink_kind sink_ndjson;
extern const struct sink_kind sink_parquet;
extern const struct sink_kind sink_stdout;

#endif
