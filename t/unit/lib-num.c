/* SPDX-License-Identifier: ISC */
/*
 * Text to numbers: the whole text or nothing.
 */
#include "num.h"

#include "tap.h"

#include <math.h>
#include <stdlib.h>

static const struct {
	const char *text;
	uint64_t value;
	bool is_good;
} naturals[] = {
    {"0", 0, true},
    {"007", 7, true},
    {"18446744073709551615", UINT64_MAX, true},
    {"18446744073709551616", 0, false},
    {"18446744073709551620", 0, false},
    {"99999999999999999999", 0, false},
    {"100000000000000000000", 0, false},
    {"", 0, false},
    {" 1", 0, false},
    {"1 ", 0, false},
    {"+1", 0, false},
    {"-1", 0, false},
    {"1.0", 0, false},
    {"1e3", 0, false},
    {"0x10", 0, false},
    {"/", 0, false},
    {":", 0, false},
    {"\xD9\xA3", 0, false},
};

static const struct {
	const char *text;
	int64_t value;
	bool is_good;
} integers[] = {
    {"0", 0, true},
    {"-0", 0, true},
    {"-1", -1, true},
    {"9223372036854775807", INT64_MAX, true},
    {"-9223372036854775808", INT64_MIN, true},
    {"9223372036854775808", 0, false},
    {"-9223372036854775809", 0, false},
    {"", 0, false},
    {"-", 0, false},
    {"--1", 0, false},
    {"+1", 0, false},
    {"- 1", 0, false},
};

static const struct {
	const char *text;
	int64_t ms;
	bool is_good;
} durations[] = {
    {"0", 0, true},
    {"5", 5000, true},
    {"250ms", 250, true},
    {"30s", 30000, true},
    {"15m", 900000, true},
    {"6h", 21600000, true},
    {"7d", 604800000, true},
    {"1.5s", 1500, true},
    {"0.25m", 15000, true},
    {"1.999999999s", 1999, true},
    {"0.5ms", 0, true},
    {"9223372036854774ms", 9223372036854774, true},
    {"9223372036854775", 0, false},
    {"106751991166d", INT64_C(106751991166) * 86400000, true},
    {"106751991167d", 0, false},
    {"99999999999999999999s", 0, false},
    {"", 0, false},
    {"s", 0, false},
    {".5s", 0, false},
    {"1.s", 0, false},
    {"1.0000000000s", 0, false},
    {"-1s", 0, false},
    {"1 s", 0, false},
    {"1S", 0, false},
    {"1w", 0, false},
    {"1sec", 0, false},
    {"1h30m", 0, false},
};

static const struct {
	double value;
	const char *text;
} doubles[] = {
    {0, "0.0"},
    {-0.0, "-0.0"},
    {1, "1.0"},
    {-12, "-12.0"},
    {0.1, "0.1"},
    {-0.5, "-0.5"},
    {1.05, "1.05"},
    {0.000001, "0.000001"},
    {1e-7, "1e-07"},
    {123456.789, "123456.789"},
    {999999999999999.0, "999999999999999.0"},
    {1e15, "1e+15"},
    {1234567890123456789.0, "1.2345678901234568e+18"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1e300, "1e+300"},
    {4.9406564584124654e-324, "4.94065645841247e-324"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
};

/* Any double reads back as itself. */
static void
check_doubles(void)
{
	uint64_t bits = 88172645463325252u;
	char text[NUM_TEXT_BYTES];
	size_t wrong = 0;

	for (size_t i = 0; i < sizeof(doubles) / sizeof(*doubles); i++) {
		(void)num_print_double(text, doubles[i].value);
		ok(strcmp(text, doubles[i].text) == 0, "%.17g is %s",
		    doubles[i].value, doubles[i].text);
	}
	for (size_t i = 0; i < 300000; i++) {
		double value;

		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		if (i % 3 == 0)
			memcpy(&value, &bits, sizeof(value));
		else
			value = (double)(int64_t)(bits >> 20) /
			    (i % 3 == 1 ? 1e3 : 1e7);
		if (!isfinite(value))
			continue;
		wrong += num_print_double(text, value) != strlen(text) ||
		    strtod(text, NULL) != value;
	}
	is_int((long long)wrong, 0, "300,000 doubles come back");
}

static void
check_integers(void)
{
	static const int64_t values[] = {0, 7, -1, 10, INT64_MAX, INT64_MIN};
	static const char *const texts[] = {"0", "7", "-1", "10",
	    "9223372036854775807", "-9223372036854775808"};
	char text[NUM_TEXT_BYTES];

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		size_t len;

		memset(text, 'x', sizeof(text));
		len = num_print_i64(text, values[i]);
		ok(strcmp(text, texts[i]) == 0, "%s", text);
		is_int((long long)len, (long long)strlen(text), "... its size");
	}
}

int
main(void)
{
	char grouped[NUM_GROUP_BYTES];
	for (size_t i = 0; i < sizeof(naturals) / sizeof(*naturals); i++) {
		const char *text = naturals[i].text;
		uint64_t value = 42;
		bool is_good = num_u64(text, strlen(text), &value) == 0;

		ok(is_good == naturals[i].is_good &&
			value == (is_good ? naturals[i].value : 42),
		    "num_u64 '%s'", text);
	}
	for (size_t i = 0; i < sizeof(integers) / sizeof(*integers); i++) {
		const char *text = integers[i].text;
		int64_t value = 42;
		bool is_good = num_i64(text, strlen(text), &value) == 0;

		ok(is_good == integers[i].is_good &&
			value == (is_good ? integers[i].value : 42),
		    "num_i64 '%s'", text);
	}
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++) {
		int64_t ms = 42;
		bool is_good = num_duration_ms(durations[i].text, &ms) == 0;

		ok(is_good == durations[i].is_good &&
			ms == (is_good ? durations[i].ms : 42),
		    "num_duration_ms '%s'", durations[i].text);
	}
	is(num_group(grouped, 0), "0", "num_group 0");
	is(num_group(grouped, 999), "999", "num_group 999");
	is(num_group(grouped, 1000), "1,000", "num_group 1000");
	is(num_group(grouped, UINT64_MAX), "18,446,744,073,709,551,615",
	    "num_group of the largest");
	check_integers();
	check_doubles();
	return tap_done();
}
