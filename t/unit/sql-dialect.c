/* SPDX-License-Identifier: ISC */
/*
 * Quoting, and what declared types look like.
 */
#include "dialect.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char *name, *quoted;
	} names[] = {
	    {"a", "\"a\""},
	    {"", "\"\""},
	    {"a\"b", "\"a\"\"b\""},
	    {"\"", "\"\"\"\""},
	    {"a; DROP TABLE x --", "\"a; DROP TABLE x --\""},
	};
	static const struct {
		const char *declared;
		enum type type;
	} types[] = {
	    {NULL, TYPE_UNKNOWN},
	    {"", TYPE_UNKNOWN},
	    {"INTEGER", TYPE_BIGINT},
	    {"unsigned big int", TYPE_BIGINT},
	    {"VARCHAR(20)", TYPE_TEXT},
	    {"nativetext", TYPE_TEXT},
	    {"REAL", TYPE_DOUBLE},
	    {"double precision", TYPE_DOUBLE},
	    {"NUMERIC(10,2)", TYPE_DOUBLE},
	    {"BLOB", TYPE_UNKNOWN},
	    {"ANY", TYPE_UNKNOWN},
	    {"boolean", TYPE_BOOL},
	    {"timestamp", TYPE_TIMESTAMP},
	    {"DATETIME", TYPE_TIMESTAMP},
	    {"date", TYPE_DATE},
	    {"TIME", TYPE_TIME},
	    {"JSON", TYPE_JSON},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct buf sql;

		buf_init(&sql, 100);
		dialect_quote(&dialect_sqlite, &sql, names[i].name);
		is(sql.data, names[i].quoted, names[i].name);
		buf_free(&sql);
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		is(type_name(dialect_guess_type(types[i].declared)),
		    type_name(types[i].type),
		    types[i].declared ? types[i].declared : "none");
	/* What we declare is guessed right again, where it says enough. */
	for (enum type t = TYPE_UNKNOWN; t <= TYPE_DOUBLE; t++)
		is(type_name(dialect_guess_type(dialect_sqlite.types[t])),
		    type_name(t), dialect_sqlite.types[t]);
	return tap_done();
}
