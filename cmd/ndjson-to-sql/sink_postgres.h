/* SPDX-License-Identifier: ISC */
/*
 * PostgreSQL, through libpq: "postgresql://USER@HOST:PORT/DATABASE" and all
 * else that libpq understands, its environment and service files included.
 * Rows are copied, into the tables themselves where these are empty, else
 * into temporary ones and merged from there in one transaction.
 */
#ifndef SINK_POSTGRES_H
#define SINK_POSTGRES_H

#include "sink.h"

extern const struct sink_kind sink_postgres;

#endif
