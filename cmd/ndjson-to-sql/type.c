/* SPDX-License-Identifier: ISC */
/*
 * Names of the logical types.
 */
#include "type.h"

#include <string.h>

static const char *const names[TYPE_COUNT] = {
    [TYPE_UNKNOWN] = "unknown",
    [TYPE_BOOL] = "bool",
    [TYPE_BIGINT] = "bigint",
    [TYPE_DOUBLE] = "double",
    [TYPE_DECIMAL] = "decimal",
    [TYPE_TIMESTAMP] = "timestamp",
    [TYPE_DATE] = "date",
    [TYPE_TIME] = "time",
    [TYPE_TEXT] = "text",
    [TYPE_JSON] = "json",
};

const char *
type_name(enum type type)
{
	return names[type];
}

int
type_parse(const char *name, size_t len, enum type *out)
{
	for (enum type type = TYPE_UNKNOWN + 1; type < TYPE_COUNT; type++) {
		if (strlen(names[type]) == len &&
		    memcmp(names[type], name, len) == 0) {
			*out = type;
			return 0;
		}
	}
	return -1;
}
