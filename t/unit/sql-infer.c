/* SPDX-License-Identifier: ISC */
/*
 * Types of values, and what columns make of values of other types.
 */
#include "infer.h"
#include "json.h"
#include "tap.h"

#include <math.h>

static void
test_types(struct json *j)
{
	static const struct {
		const char *text;
		bool has_time_name;
		enum type type;
	} cases[] = {
	    {"null", false, TYPE_UNKNOWN},
	    {"true", false, TYPE_BOOL},
	    {"false", true, TYPE_BOOL},
	    {"0", false, TYPE_BIGINT},
	    {"9223372036854775807", false, TYPE_BIGINT},
	    {"9223372036854775808", false, TYPE_DECIMAL},
	    {"1.5", false, TYPE_DOUBLE},
	    {"1e3", false, TYPE_DOUBLE},
	    {"1e400", false, TYPE_DECIMAL},
	    {"0.1", false, TYPE_DOUBLE},
	    {"0.10000000000000001", false, TYPE_DOUBLE},
	    {"0.1000000000000000055", false, TYPE_DECIMAL},
	    {"\"\"", false, TYPE_TEXT},
	    {"\"12\"", false, TYPE_TEXT},
	    {"\"2024-01-02\"", false, TYPE_TEXT},
	    {"\"2024-01-02T03:04:05Z\"", false, TYPE_TIMESTAMP},
	    {"\"2024-13-02T03:04:05Z\"", false, TYPE_TEXT},
	    {"1700000000000", true, TYPE_TIMESTAMP},
	    {"1700000000000", false, TYPE_BIGINT},
	    {"99999999999", true, TYPE_BIGINT},
	    {"100000000000", true, TYPE_TIMESTAMP},
	    {"100000000000000", true, TYPE_TIMESTAMP},
	    {"100000000000001", true, TYPE_BIGINT},
	    {"{}", false, TYPE_JSON},
	    {"[1]", false, TYPE_JSON},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[128] = {0};
		const struct json_node *nodes;
		struct fail why;
		size_t count, len = strlen(cases[i].text);

		memcpy(text, cases[i].text, len);
		if (json_parse(j, text, len, &nodes, &count, &why) != 0) {
			ok(false, "%s is JSON", cases[i].text);
			continue;
		}
		is(type_name(infer_type(&nodes[0], cases[i].has_time_name)),
		    type_name(cases[i].type), cases[i].text);
	}
}

static void
test_exact(void)
{
	static const struct {
		const char *text;
		double number;
		bool is_exact;
	} cases[] = {
	    {"1", 1, true},
	    {"-0.0", -0.0, true},
	    {"000000000000000000000.5", 0.5, true},
	    {"123456789012345", 123456789012345.0, true},
	    {"1234567890123456789012", 1234567890123456789012.0, false},
	    {"1000000000000000000000", 1e21, true},
	    {"0.30000000000000004", 0.30000000000000004, true},
	    {"-0.30000000000000004", -0.30000000000000004, true},
	    {"0.300000000000000044", 0.30000000000000004, false},
	    {"0.30000000000000005", 0.30000000000000005, false},
	    {"1234567890123456", 1234567890123456.0, true},
	    {"1234567890123456000", 1234567890123456000.0, true},
	    {"1234567890123456e200", 1234567890123456e200, true},
	    {"1234567890123456E+200", 1234567890123456e200, true},
	    {"1234567890123456e-200", 1234567890123456e-200, true},
	    {"5e-323", 5e-324, false},
	    {"5e-324", 5e-324, true},
	    {"4e-324", 5e-324, false},
	    {"1.7976931348623157e+308", 1.7976931348623157e308, true},
	    {"1e999999999999999999", HUGE_VAL, false},
	    {"9007199254740993", 9007199254740992.0, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(infer_is_exact(cases[i].text, strlen(cases[i].text),
		       cases[i].number) == cases[i].is_exact,
		    "%s is%s exact", cases[i].text,
		    cases[i].is_exact ? "" : " not");
}

static void
test_doubles(void)
{
	const int64_t limit = (int64_t)1 << 53;

	ok(infer_fits_double(limit) && infer_fits_double(-limit) &&
		infer_fits_double(limit - 1),
	    "integers that doubles hold");
	ok(!infer_fits_double(limit + 1) && !infer_fits_double(-limit - 1),
	    "integers that doubles may not hold");
}

static void
test_written(void)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {{0.1, "0.1"}, {-1.5, "-1.5"}, {2, "2"},
	    {0.30000000000000004, "0.30000000000000004"}, {1e22, "1e+22"},
	    {5e-324, "5e-324"},
	    {1.7976931348623157e308, "1.7976931348623157e+308"}};
	char text[INFER_NUMBER_BYTES];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = infer_write(cases[i].number, text);

		ok(strcmp(text, cases[i].text) == 0, "%s", cases[i].text);
		ok(len == strlen(text), "... and its length");
	}
}

static void
test_names(void)
{
	static const struct {
		const char *key;
		bool is_time;
	} cases[] = {{"createdAt", true}, {"created_at", true},
	    {"endTime", true}, {"end_time", true}, {"At", false},
	    {"Time", false}, {"_at", false}, {"at", false}, {"format", false},
	    {"time", false}, {"lifetime", false}, {"ATat", false}, {"", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(infer_is_time_name(cases[i].key, strlen(cases[i].key)) ==
			cases[i].is_time,
		    "'%s' names %s time", cases[i].key,
		    cases[i].is_time ? "a" : "no");
	ok(infer_is_time("03:04", 5) && infer_is_time("03:04:05.678", 12),
	    "times of day");
	for (size_t len = 50; len < 70; len++)
		ok(!infer_is_time("03:04:05.678000000000000000000000000000000"
				  "00000000000000000000000000000000000000000",
		       len),
		    "%zu characters are no time of day", len);
	ok(!infer_is_time("24:00", 5) && !infer_is_time("03:04Z", 6) &&
		!infer_is_time("", 0) && !infer_is_time("3:04", 4) &&
		!infer_is_time("03:04\0", 6),
	    "no times of day");
}

static void
test_merging(void)
{
	static const struct {
		const char *name;
		enum type column, value;
		int64_t integer;
		double number;
		bool is_wide;
		enum infer_action action;
		enum type wider;
	} cases[] = {
	    {"the same type", TYPE_TEXT, TYPE_TEXT, 0, 0, false, INFER_STORE,
		TYPE_UNKNOWN},
	    {"the first type", TYPE_UNKNOWN, TYPE_BOOL, 0, 0, false,
		INFER_WIDEN, TYPE_BOOL},
	    {"2.0 among integers", TYPE_BIGINT, TYPE_DOUBLE, 0, 2, false,
		INFER_STORE, TYPE_UNKNOWN},
	    {"2.5 among integers", TYPE_BIGINT, TYPE_DOUBLE, 0, 2.5, false,
		INFER_WIDEN, TYPE_DOUBLE},
	    {"2.5 among wide integers", TYPE_BIGINT, TYPE_DOUBLE, 0, 2.5, true,
		INFER_WIDEN, TYPE_DECIMAL},
	    {"2.0 among wide integers", TYPE_BIGINT, TYPE_DOUBLE, 0, 2, true,
		INFER_STORE, TYPE_UNKNOWN},
	    {"1e300 among integers", TYPE_BIGINT, TYPE_DOUBLE, 0, 1e300, false,
		INFER_WIDEN, TYPE_DOUBLE},
	    {"a decimal among integers", TYPE_BIGINT, TYPE_DECIMAL, 0, 0, true,
		INFER_WIDEN, TYPE_DECIMAL},
	    {"an integer among doubles", TYPE_DOUBLE, TYPE_BIGINT, 1, 0, false,
		INFER_STORE, TYPE_UNKNOWN},
	    {"a wide one among doubles", TYPE_DOUBLE, TYPE_BIGINT,
		((int64_t)1 << 53) + 1, 0, false, INFER_WIDEN, TYPE_DECIMAL},
	    {"a decimal among doubles", TYPE_DOUBLE, TYPE_DECIMAL, 0, 0, false,
		INFER_WIDEN, TYPE_DECIMAL},
	    {"2^53 as a double among integers", TYPE_BIGINT, TYPE_DOUBLE, 0,
		0x1p53, false, INFER_STORE, TYPE_UNKNOWN},
	    {"an integer among decimals", TYPE_DECIMAL, TYPE_BIGINT, 1, 0,
		false, INFER_STORE, TYPE_UNKNOWN},
	    {"a text among decimals", TYPE_DECIMAL, TYPE_TEXT, 0, 0, false,
		INFER_VARIANT, TYPE_UNKNOWN},
	    {"a double among decimals", TYPE_DECIMAL, TYPE_DOUBLE, 0, 1.5,
		false, INFER_STORE, TYPE_UNKNOWN},
	    {"a boolean among integers", TYPE_BIGINT, TYPE_BOOL, 0, 0, false,
		INFER_VARIANT, TYPE_UNKNOWN},
	    {"an integer among booleans", TYPE_BOOL, TYPE_BIGINT, 1, 0, false,
		INFER_VARIANT, TYPE_UNKNOWN},
	    {"a time among texts", TYPE_TEXT, TYPE_TIMESTAMP, 0, 0, false,
		INFER_STORE, TYPE_UNKNOWN},
	    {"a text among times", TYPE_TIMESTAMP, TYPE_TEXT, 0, 0, false,
		INFER_VARIANT, TYPE_UNKNOWN},
	    {"a text among JSON", TYPE_JSON, TYPE_TEXT, 0, 0, false,
		INFER_VARIANT, TYPE_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum type wider = TYPE_UNKNOWN;
		enum infer_action action = infer_merge(cases[i].column,
		    cases[i].value, cases[i].integer, cases[i].number,
		    cases[i].is_wide, &wider);

		ok(action == cases[i].action && wider == cases[i].wider, "%s",
		    cases[i].name);
	}
}

int
main(void)
{
	struct json *j = json_new(16);

	test_types(j);
	test_exact();
	test_doubles();
	test_written();
	test_names();
	test_merging();
	json_free(j);
	return tap_done();
}
