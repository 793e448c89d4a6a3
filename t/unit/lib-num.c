/* SPDX-License-Identifier: ISC */
/*
 * Text to numbers: the whole text or nothing.
 */
#include "num.h"

#include "tap.h"

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
	return tap_done();
}
