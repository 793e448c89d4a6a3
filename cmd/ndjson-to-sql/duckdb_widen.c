/* SPDX-License-Identifier: ISC */
/*
 * Wider types.
 */
#include "duckdb_widen.h"

#include "duckdb_db.h"
#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DECIMAL_DIGITS = 38 };

static const char TZ[] = "TIMESTAMP WITH TIME ZONE";
static const char NS[] = "TIMESTAMP_NS";

const char *
duckdb_widen(const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return a;
	if ((strcmp(a, TZ) == 0 && strcmp(b, NS) == 0) ||
	    (strcmp(a, NS) == 0 && strcmp(b, TZ) == 0))
		return NS;
	return "VARCHAR";
}

/* So many microseconds are as many nanoseconds as 64 bits hold. */
static const int64_t NS_LIMIT_US = INT64_MAX / 1000;

static void
add_ns(struct buf *sql, const char *name, bool is_stored)
{
	if (is_stored)
		buf_addf(sql,
		    "CASE WHEN epoch_us(%s) BETWEEN %" PRId64 " AND %" PRId64
		    " THEN ",
		    name, -NS_LIMIT_US, NS_LIMIT_US);
	buf_addf(sql, "make_timestamp_ns(epoch_us(%s) * 1000)", name);
	buf_add(sql, is_stored ? " END" : "");
}

void
duckdb_widen_add_cast(struct buf *sql, const char *name, const char *from,
    const char *to, bool is_stored)
{
	struct buf quoted;

	buf_init(&quoted, BOUND_LINE_BYTES);
	duckdb_db_quote(&quoted, name);
	if (strcmp(from, TZ) == 0 && strcmp(to, NS) == 0)
		add_ns(sql, quoted.data, is_stored);
	else if (strcmp(from, TZ) == 0 || strcmp(from, NS) == 0)
		/* As all our texts of times: three digits, or as many more
		 * as there are. */
		buf_addf(sql,
		    "CAST(regexp_replace(strftime(%s(%s)), "
		    "'%%Y-%%m-%%d %%H:%%M:%%S.%%n'), "
		    "'(\\.\\d{3}\\d*?)0*$', '\\1') AS %s)",
		    strcmp(from, TZ) == 0 ? "make_timestamp(epoch_us"
					  : "make_timestamp_ns(epoch_ns",
		    quoted.data, to);
	else
		buf_addf(sql, "%sCAST(CAST(%s AS VARCHAR) AS %s)",
		    is_stored ? "TRY_" : "", quoted.data, to);
	buf_free(&quoted);
}

void
duckdb_widen_add_misfits(struct buf *sql, const char *table, const char *column)
{
	buf_add(sql, "SELECT count(*) FROM ");
	duckdb_db_quote(sql, table);
	buf_add(sql, " WHERE epoch_us(");
	duckdb_db_quote(sql, column);
	buf_addf(sql, ") NOT BETWEEN %" PRId64 " AND %" PRId64, -NS_LIMIT_US,
	    NS_LIMIT_US);
}

/* Appends the expression's text, without a zone and zeros at its end. */
static void
add_plain(struct buf *sql, const char *expression)
{
	buf_addf(sql,
	    "regexp_replace(regexp_replace(CAST(%s AS VARCHAR), "
	    "'\\+00$', ''), '(\\.[0-9]*[1-9])0+$|\\.0+$', '\\1')",
	    expression);
}

static bool
may_round(const char *from, const char *to)
{
	static const char *const rounding[] = {"DECIMAL", "HUGEINT", "UHUGEINT",
	    "UBIGINT", "TIMESTAMP", "TIME", "DATE", "BLOB"};
	size_t len = strcspn(to, "( _");
	bool is_rounding = false;

	for (size_t i = 0; i < sizeof(rounding) / sizeof(*rounding); i++)
		is_rounding |= strlen(rounding[i]) == len &&
		    memcmp(to, rounding[i], len) == 0;
	return is_rounding && to[strlen(to) - 1] != ']' &&
	    strcmp(from, to) != 0;
}

bool
duckdb_widen_add_pair(struct buf *sql, const char *name, const char *from,
    const char *to, const char *between)
{
	struct buf part;

	if (!may_round(from, to))
		return false;
	buf_init(&part, BOUND_LINE_BYTES);
	duckdb_db_quote(&part, name);
	add_plain(sql, part.data);
	buf_add(sql, between);
	buf_clear(&part);
	duckdb_widen_add_cast(&part, name, from, to, false);
	add_plain(sql, part.data);
	buf_free(&part);
	return true;
}

bool
duckdb_widen_add_altered(struct buf *sql, const char *table, const char *name,
    const char *from, const char *to)
{
	struct buf pair;
	bool may_alter;

	buf_init(&pair, BOUND_LINE_BYTES);
	may_alter = duckdb_widen_add_pair(&pair, name, from, to, " AS a, ");
	if (may_alter) {
		buf_addf(sql, "SELECT a, b FROM (SELECT %s AS b FROM ",
		    pair.data);
		duckdb_db_quote(sql, table);
		buf_add(sql, ") WHERE a <> b LIMIT 1");
	}
	buf_free(&pair);
	return may_alter;
}

void
duckdb_widen_add_rounded(struct buf *sql, const char *table, const char *column)
{
	struct buf name;

	buf_init(&name, BOUND_LINE_BYTES);
	duckdb_db_quote(&name, column);
	buf_addf(sql,
	    "SELECT CAST(%s AS VARCHAR), CAST(CAST(CAST(%s AS DOUBLE)"
	    " AS HUGEINT) AS VARCHAR) FROM ",
	    name.data, name.data);
	duckdb_db_quote(sql, table);
	buf_addf(sql,
	    " WHERE CAST(CAST(%s AS DOUBLE) AS HUGEINT) <> %s LIMIT 1",
	    name.data, name.data);
	buf_free(&name);
}

/* --- decimals ----------------------------------------------------------- */

void
duckdb_widen_add_digits(struct buf *sql, const char *table, const char *column)
{
	buf_add(sql,
	    "SELECT count(v), count(*) FILTER (WHERE v = '-0' OR NOT"
	    " regexp_full_match(v, '-?[0-9]+(\\.[0-9]+)?')),"
	    " max(length(regexp_extract(v, '[0-9]+'))),"
	    " max(length(regexp_extract(v, '\\.([0-9]+)', 1)))"
	    " FROM (SELECT CAST(");
	duckdb_db_quote(sql, column);
	buf_add(sql, " AS VARCHAR) AS v FROM ");
	duckdb_db_quote(sql, table);
	buf_add(sql, ") WHERE v IS NOT NULL");
}

char *
duckdb_widen_decimal(const struct duckdb_digits *d)
{
	char type[sizeof("DECIMAL(38,-38)")];

	if (d->count == 0 || d->other > 0 ||
	    d->integer + d->fraction > DECIMAL_DIGITS)
		return mem_string("VARCHAR");
	if (d->fraction == 0)
		return mem_string("HUGEINT");
	(void)snprintf(type, sizeof(type), "DECIMAL(%d,%d)", DECIMAL_DIGITS,
	    (int)(d->fraction % 100));
	return mem_string(type);
}

enum type
duckdb_widen_guess(const char *declared)
{
	static const struct {
		const char *name;
		enum type type;
	} rules[] = {
	    {"BOOLEAN", TYPE_BOOL},
	    {"TINYINT", TYPE_BIGINT},
	    {"SMALLINT", TYPE_BIGINT},
	    {"INTEGER", TYPE_BIGINT},
	    {"BIGINT", TYPE_BIGINT},
	    {"UTINYINT", TYPE_BIGINT},
	    {"USMALLINT", TYPE_BIGINT},
	    {"UINTEGER", TYPE_BIGINT},
	    {"UBIGINT", TYPE_DECIMAL},
	    {"HUGEINT", TYPE_DECIMAL},
	    {"UHUGEINT", TYPE_DECIMAL},
	    {"DECIMAL", TYPE_DECIMAL},
	    {"FLOAT", TYPE_DOUBLE},
	    {"DOUBLE", TYPE_DOUBLE},
	    {"TIMESTAMP", TYPE_TIMESTAMP},
	    {"DATE", TYPE_DATE},
	    {"TIME", TYPE_TIME},
	    {"JSON", TYPE_JSON},
	};
	/* Without the digits of DECIMAL(10,2), or WITH TIME ZONE. */
	size_t len = strcspn(declared, "( _");

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strlen(rules[i].name) == len &&
		    memcmp(declared, rules[i].name, len) == 0 &&
		    declared[strlen(declared) - 1] != ']')
			return rules[i].type;
	return TYPE_TEXT;
}
