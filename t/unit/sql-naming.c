/* SPDX-License-Identifier: ISC */
/*
 * Names that databases take for one, and those that they keep.
 */
#include "naming.h"

#include "dialect.h"
#include "tap.h"

static const struct {
	const char *dialect, *a, *b;
	bool is_same;
	const char *why;
} pairs[] = {
    {"sqlite", "users", "Users", true, "capitals of ASCII"},
    {"sqlite", "é", "É", false, "other capitals"},
    {"postgres", "é", "É", false, "other capitals, where names are bytes"},
    {"mysql", "users", "USERS", true, "capitals of ASCII"},
    {"mysql", "é", "É", true, "other capitals"},
    {"mysql", "e", "É", true, "accents"},
    {"mysql", "groß", "gros", true, "a sharp s"},
    {"mysql", "groß", "gross", false, "a sharp s is one"},
    {"mysql", "größe", "grüße", false, "two vowels"},
    {"mysql", "größe", "GROSE", true, "capitals and accents"},
    {"mysql", "имя", "ИМЯ", true, "Cyrillic"},
    {"mysql", "ὠδή", "ΩΔΗ", true, "Greek"},
    {"mysql", "й", "и", false, "a letter of its own"},
    {"mysql", "日本", "日木", false, "no letters"},
    {"mysql", "日本", "日本", true, "the same"},
    {"mysql", "é", "éa", false, "a longer one"},
    {"mysql", "éa", "é", false, "a shorter one"},
    {"mysql", "a b", "aab", false, "a space is no letter"},
    {"mysql", "a_", "a1", false, "nor is a digit"},
    {"mysql", "q", "Q", true, "a letter that has no accents"},
    {"mysql", "𐐨", "𐐀", false, "beyond what is looked at"},
    {"bigquery", "é", "É", true, "other capitals"},
    {"databricks", "é", "É", true, "other capitals"},
};

static const struct {
	const char *dialect, *name;
	bool is_reserved;
	const char *why;
} reserved[] = {
    {"postgres", "xmin", true, "a column of the system"},
    {"postgres", "xmin2", false, "a longer name"},
    {"postgres", "xmi", false, "a shorter one"},
    {"postgres", "ctid", true, "the last of the list"},
    {"postgres", "tableoid", true, "the first"},
    {"postgres", "oid", false, "one of old"},
    {"redshift", "oid", true, "that it still is"},
    {"mysql", "DB_ROW_ID", true, "in capitals"},
    {"clickhouse", "_row_exists", true, "one that deletes use"},
    {"bigquery", "_file_name", true, "a beginning"},
    {"bigquery", "_file", false, "less than it"},
    {"bigquery", "_partitiondate", true, "a beginning without an end"},
    {"bigquery", "my_file_name", false, "not at the beginning"},
    {"bigquery", "_change_timestamp", true, "the last of the list"},
    {"sqlite", "xmin", false, "a database without any"},
};

int
main(void)
{
	struct fail why;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const struct dialect *d = dialect_find(pairs[i].dialect);

		ok(naming_is_same(d, pairs[i].a, pairs[i].b) ==
			    pairs[i].is_same &&
			naming_is_same(d, pairs[i].b, pairs[i].a) ==
			    pairs[i].is_same,
		    "%s: %s", pairs[i].dialect, pairs[i].why);
	}
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		ok(naming_is_reserved(dialect_find(reserved[i].dialect),
		       reserved[i].name) == reserved[i].is_reserved,
		    "%s: %s", reserved[i].dialect, reserved[i].why);
	ok(naming_is_same(NULL, "users", "Users") &&
		!naming_is_reserved(NULL, "xmin"),
	    "no database");
	ok(naming_check(dialect_find("mysql"), "𠮷", &why) == -1 &&
		naming_check(dialect_find("mysql"), "日", &why) == 0 &&
		naming_check(dialect_find("sqlite"), "𠮷", &why) == 0,
	    "characters that names cannot have");
	return tap_done();
}
