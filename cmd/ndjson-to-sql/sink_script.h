/* SPDX-License-Identifier: ISC */
/*
 * The destination for scripts: sql:DIALECT.
 */
#ifndef SINK_SCRIPT_H
#define SINK_SCRIPT_H

#include "sink.h"

extern const struct sink_kind sink_script;

#endif
