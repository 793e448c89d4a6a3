/* SPDX-License-Identifier: ISC */
/*
 * Dialects of SQL.
 *
 * SQLite: tables are not STRICT. A STRICT table knows five type names only,
 * so that a column could not say BOOLEAN or BIGINT; and a database with one
 * in it cannot be opened at all by SQLite before 3.37, which is what many
 * readers still have. What STRICT would check holds anyway: a value goes
 * into no column but one of its own type. Times, decimals and JSON are
 * declared TEXT because every other affinity would rewrite or round what
 * looks like a number.
 */
#include "dialect.h"

#include <string.h>
#include <strings.h>

const struct dialect dialect_sqlite = {
    .name = "sqlite",
    .quote = '"',
    .types =
	{
	    [TYPE_UNKNOWN] = "", /* no affinity: keeps what comes later */
	    [TYPE_BOOL] = "BOOLEAN",
	    [TYPE_BIGINT] = "BIGINT",
	    [TYPE_DOUBLE] = "DOUBLE",
	    [TYPE_DECIMAL] = "TEXT",
	    [TYPE_TIMESTAMP] = "TEXT",
	    [TYPE_DATE] = "TEXT",
	    [TYPE_TIME] = "TEXT",
	    [TYPE_TEXT] = "TEXT",
	    [TYPE_JSON] = "TEXT",
	},
};

const struct dialect dialect_sqlite_strict = {
    .name = "sqlite",
    .quote = '"',
    .types =
	{
	    [TYPE_UNKNOWN] = "ANY",
	    [TYPE_BOOL] = "INTEGER",
	    [TYPE_BIGINT] = "INTEGER",
	    [TYPE_DOUBLE] = "REAL",
	    [TYPE_DECIMAL] = "TEXT",
	    [TYPE_TIMESTAMP] = "TEXT",
	    [TYPE_DATE] = "TEXT",
	    [TYPE_TIME] = "TEXT",
	    [TYPE_TEXT] = "TEXT",
	    [TYPE_JSON] = "TEXT",
	},
};

void
dialect_quote(const struct dialect *d, struct buf *sql, const char *identifier)
{
	buf_add_char(sql, d->quote);
	for (; *identifier; identifier++) {
		if (*identifier == d->quote)
			buf_add_char(sql, d->quote);
		buf_add_char(sql, *identifier);
	}
	buf_add_char(sql, d->quote);
}

static bool
contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; *text; text++)
		if (strncasecmp(text, part, len) == 0)
			return true;
	return false;
}

enum type
dialect_guess_type(const char *declared)
{
	static const struct {
		const char *part;
		enum type type;
	} rules[] = {
	    {"BOOL", TYPE_BOOL},
	    {"JSON", TYPE_JSON},
	    {"TIMESTAMP", TYPE_TIMESTAMP},
	    {"DATETIME", TYPE_TIMESTAMP},
	    /* From here on as in SQLite's "Determination Of Affinity". */
	    {"INT", TYPE_BIGINT},
	    {"CHAR", TYPE_TEXT},
	    {"CLOB", TYPE_TEXT},
	    {"TEXT", TYPE_TEXT},
	    {"BLOB", TYPE_UNKNOWN},
	    {"ANY", TYPE_UNKNOWN},
	    {"REAL", TYPE_DOUBLE},
	    {"FLOA", TYPE_DOUBLE},
	    {"DOUB", TYPE_DOUBLE},
	    {"DATE", TYPE_DATE},
	    {"TIME", TYPE_TIME},
	};

	if (!declared || !*declared)
		return TYPE_UNKNOWN;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (contains(declared, rules[i].part))
			return rules[i].type;
	return TYPE_DOUBLE; /* NUMERIC */
}
