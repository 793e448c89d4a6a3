/* SPDX-License-Identifier: ISC */
/* Which numbers a double keeps, and which ones a jq program may not hold. */
#include "exact.h"

#include "program.h"
#include "tap.h"

static const struct number_case {
	const char *text;
	bool is_exact;
	const char *why;
} numbers[] = {
    {"0", true, "nothing"},
    {"-0.000", true, "nothing, written long"},
    {"1.50", true, "zeros at the end"},
    {"0.1", true, "a tenth: the shortest name of its double"},
    {"123456789012345", true, "15 digits"},
    {"9007199254740992", true, "2^53"},
    {"9007199254740993", false, "2^53 + 1"},
    {"9007199254740994", true, "2^53 + 2 is even"},
    {"-9007199254740993", false, "negative"},
    {"9007199254740993.0", false, "with a fraction"},
    {"12345678901234567890", false, "20 digits"},
    {"12345678901234567000", true, "17 digits, as a double prints"},
    {"1e22", true, "a power of ten"},
    {"1E+22", true, "a capital E"},
    {"1e1000", false, "beyond all doubles"},
    {"1E+1000", false, "... with a capital E"},
    {"-1e1000", false, "below all doubles"},
    {"1e-1000", false, "too small to tell from nothing"},
    {"0e1000", true, "nothing, many times"},
    {"5e-3244444", false, "far too small"},
    {"5e-324", true, "the smallest double"},
    {"3e-324", false, "becomes the smallest double"},
    {"1.7976931348623157e308", true, "the largest double"},
    {"0.30000000000000004", true, "17 digits that a double needs"},
    {"0.30000000000000005", false, "17 digits, of which the last is not kept"},
    {"0.30000000000000001", false, "17 digits that it does not keep"},
    {"0.1234567890123456789", false, "19 digits"},
    {"100000000000000000000000000000000000000000", true, "1e41"},
};

static const struct program_case {
	const char *text, *wanted, *why;
} programs[] = {
    {".x == 9007199254740993",
	"--jq: '9007199254740993' is a number that jq 1.6 would round, at "
	"line 1, column 7",
	"a literal"},
    {".a |\n  .b + 1e999",
	"--jq: '1e999' is a number that jq 1.6 would round, at line 2, "
	"column 8",
	"its line and column"},
    {"\"x \\(.a + \"y\\(9007199254740993)\") z\"",
	"--jq: '9007199254740993' is a number that jq 1.6 would round, at "
	"line 1, column 15",
	"inside strings inside strings"},
    {"\"9007199254740993 \\\" 9007199254740993\"", "", "text is no number"},
    {"# 9007199254740993\n.", "", "nor is a comment"},
    {".a9007199254740993 | $b9007199254740993 | c9007199254740993", "",
	"nor are names"},
    {".[.1234567890123456789]",
	"--jq: '.1234567890123456789' is a number that jq 1.6 would round, at "
	"line 1, column 3",
	"a fraction that begins with its point"},
    {"1.50 + 1e3 + .5", "", "numbers that are kept"},
    {"import \"a\" as a; .",
	"--jq: 'import' asks for a module, and modules are not read, at line "
	"1, column 1",
	"import"},
    {"  include\"a\"; .",
	"--jq: 'include' asks for a module, and modules are not read, at line "
	"1, column 3",
	"include"},
    {"{import: 1} | .include | \"import \\\"a\\\"\"", "",
	"these words as names and text"},
    {")]}\"", "", "what is no jq is left to libjq"},
};

int
main(void)
{
	struct program p;
	struct fail why;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		ok(exact_in_double(numbers[i].text, strlen(numbers[i].text)) ==
			numbers[i].is_exact,
		    "%s: %s", numbers[i].text, numbers[i].why);
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		why.text[0] = '\0';
		if (program_scan(&p, programs[i].text, &why) == 0)
			is("", programs[i].wanted, programs[i].why);
		else
			is(why.text, programs[i].wanted, programs[i].why);
	}
	ok(exact_in_double("90071992547409923", 16),
	    "a digit behind the end does not count");
	ok(program_scan(&p, "tonumber | \"\\(fromjson)\"", &why) == 0 &&
		p.has_tonumber && p.has_fromjson && !p.has_stderr &&
		!p.has_error,
	    "words that are used");
	ok(program_scan(&p, ".tonumber, $error, \"stderr\" # fromjson", &why) ==
		    0 &&
		!p.has_tonumber && !p.has_fromjson && !p.has_stderr &&
		!p.has_error,
	    "words that are not");
	return tap_done();
}
