/* SPDX-License-Identifier: ISC */
/*
 * One flat JSON object a row, all of a table with the same members in the same
 * order: numbers and booleans as they are, decimals with all their digits,
 * JSON columns as the JSON that they hold, everything else as strings.
 */
#ifndef NDJSON_H
#define NDJSON_H

#include "format.h"

extern const struct format format_ndjson;

#endif
