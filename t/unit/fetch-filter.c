/* SPDX-License-Identifier: ISC */
/* jq programs on single records: what comes out, and that no number ever
 * changes unseen. */
#include "filter.h"

#include "buf.h"
#include "json.h"
#include "tap.h"

/* Two numbers that share a double, one of 19 digits, one beyond doubles. */
#define BIG                                                                    \
	"{\"a\":9007199254740993,\"b\":9007199254740992.5,\"n\":3,"            \
	"\"m\":-9007199254740993,\"d\":0.1234567890123456789,\"e\":1e1000,"    \
	"\"l\":[9007199254740993],\"t\":1.0}"

static const struct filter_case {
	const char *record, *program, *wanted, *why;
} cases[] = {
    {"{\"a\":1.50}", ".", "same", "the record itself"},
    {"{\"a\":1}", "select(.a == 1)", "same", "select"},
    {"{\"a\":1}", "select(.a == 2)", "", "nothing"},
    {"{\"a\":1}", "", "same", "an empty program"},
    {"{\"a\":1}", ".a # all", "1", "a comment"},
    {"{\"a\":[1,[],{},\"x\"]}", ".a[], .a", "1 [] {} \"x\" [1,[],{},\"x\"]",
	"several values"},
    {"{\"a\":1.0,\"b\":{\"c\":1e2}}", "{a,b,c:.b.c}",
	"{\"a\":1.0,\"b\":{\"c\":1e2},\"c\":100}",
	"members that are left alone keep their bytes"},
    {"{\"a\":{\"b\":1}}", "{\"b\":1} == .a", "true", "equality"},
    {"{\"k\\u0000x\":\"a\\u0000b\"}", ".k = .[\"k\\u0000x\"]",
	"{\"k\\u0000x\":\"a\\u0000b\",\"k\":\"a\\u0000b\"}", "U+0000"},
    {"{\"a\":\"\\u00e9\\ud83d\\ude00\"}", ".a, (.a | length)",
	"\"\xc3\xa9\xf0\x9f\x98\x80\" 2", "text beyond ASCII"},
    {"{\"a\":\"\\u0001\\u007f\\\"\\\\\"}", "[.a]", "[\"\\u0001\x7f\\\"\\\\\"]",
	"controls, quotes"},
    {"{\"a\":-0,\"b\":0.10,\"c\":1e22,\"d\":1e-7}", ".[]", "-0 0.1 1e+22 1e-07",
	"numbers as jq writes them"},
    {"{\"a\":1,\"a\":2}", ".", "same", "a key twice is left alone"},
    {"{\"a\":1,\"a\":2}", "[.a]", "[2]", "and means the last"},
    {"[[[]],{\"a\":{}}]", "[.[]]", "[[[]],{\"a\":{}}]", "empty ones inside"},
    {"3", ". + 1", "4", "no object"},
    /* An array that is made, and one that is a slice. */
    {"[1,2,3]", ".[1:], .[:-1]", "[2,3] [1,2]", "slices"},

    /* What fails, tells. */
    {"{}", "nan", "! a number that JSON does not have", "nan"},
    {"{}", "[infinite]", "! a number that JSON does not have", "infinite"},
    {"{}", "-infinite", "! a number that JSON does not have", "minus"},
    {"{}", "error(null)", "! null (null) is no message", "error(null)"},
    {"{}", "null | error", "! null (null) is no message", "null | error"},
    {"{}", "error(\"x\")", "! the --jq program fails: x", "error"},
    {"{}", "error({a:1})", "! the --jq program fails: {\"a\":1}", "an object"},
    {"{}", "try error(\"x\") catch .", "\"x\"", "and is caught"},
    {"{}", "input", "! it asks for input", "input"},
    {"{}", "[inputs]", "[]", "inputs: none"},
    {"{}", "halt", "! halts", "halt"},
    {"{}", "\"x\" | halt_error", "! halts", "halt_error"},
    {"{}", "1, error(\"x\")", "1 ! x", "values before the failure"},
    {"{}", "reduce range(1500) as $i (null; [.])",
	"! more than 1024 objects and lists", "too deep"},
    {"{}", "[limit(3; repeat(1))]", "[1,1,1]", "limit"},
    {"{\"a\":\"it's\"}", "@sh \"echo \\(.a)\"", "\"echo 'it'\\\\''s'\"", "@sh"},
    {"{\"a\":\"xy\"}", ".a | ltrimstr(\"x\")", "\"y\"", "ltrimstr"},
    {"{\"a\":[1,{\"b\":2}]}", "getpath([\"a\",1,\"b\"])", "2", "getpath"},
    {"{}", "$__loc__, input_filename",
	"{\"file\":\"<top-level>\",\"line\":1} "
	"null",
	"where it stands"},
    {"{}", "get_search_list, (try (\"m\" | modulemeta) catch .)",
	"[] \"module not found: m\"", "modules"},
    {"{}", "debug", "(note {}) same", "debug"},
    {"{\"a\":1}", ".a | stderr", "(note 1) 1", "stderr is debug"},

    /* Numbers in strings. */
    {"{\"s\":\"9007199254740993\"}", ".s | tonumber", "! would round",
	"tonumber"},
    {"{\"s\":\"1e1000\"}", ".s | tonumber", "! would round", "too large"},
    {"{\"s\":\"[1,9007199254740993]\"}", ".s | fromjson", "! would round",
	"fromjson"},
    {"{\"s\":\"[\\\"9007199254740993\\\",1.50,true,{\\\"e5\\\":-2e3}]\"}",
	".s | fromjson", "[\"9007199254740993\",1.5,true,{\"e5\":-2000}]",
	"fromjson of numbers that are kept"},
    {"{\"s\":\"0.30000000000000004\"}", ".s | tonumber", "0.30000000000000004",
	"tonumber of one that is kept"},
    {"{\"s\":7}", ".s | tonumber", "7", "of a number"},
    {"{\"s\":\"x\"}", "try (.s | tonumber) catch \"no\"", "\"no\"",
	"of what is none"},

    /* Numbers that a double cannot keep, passed on. */
    {BIG, ".", "same", "all"},
    {BIG, ".a, .b, .m, .d, .e",
	"9007199254740993 9007199254740992.5 -9007199254740993 "
	"0.1234567890123456789 1e1000",
	"one by one"},
    {BIG, "{x:[.a,.b],y:{z:.e}}",
	"{\"x\":[9007199254740993,9007199254740992.5],\"y\":{\"z\":1e1000}}",
	"to other places"},
    {BIG, ".n += 1 | {n,l,t}", "{\"n\":4,\"l\":[9007199254740993],\"t\":1.0}",
	"beside what is calculated"},
    {BIG, "del(.a,.b,.m,.d,.e,.l)", "{\"n\":3,\"t\":1.0}", "left out"},
    {BIG, "[.[] | select(type == \"array\")][0], (.a | type), (.l | length)",
	"[9007199254740993] \"number\" 1", "types and lengths"},
    {BIG, ".a == null, .a == \"x\", (.a // 1), (if .a then 1 else 2 end)",
	"false false 9007199254740993 1", "that it is there"},
    {BIG, "to_entries[0], ([tostream][0]), (walk(.) | .a)",
	"{\"key\":\"a\",\"value\":9007199254740993} "
	"[[\"a\"],9007199254740993] 9007199254740993",
	"through jq's own functions"},
    {BIG, "with_entries(.value |= .) | .m, .e", "-9007199254740993 1e1000",
	"rebuilt"},
    {BIG, "[.a] | add", "9007199254740993", "the sum of one"},
    {BIG, "(.a | length), (.a | fabs), - - .a, (- - .m)",
	"9007199254740993 9007199254740993 9007199254740993 "
	"-9007199254740993",
	"its own size, its sign turned twice"},
    {BIG, "[.] | unique_by(.n) | .[0].a", "9007199254740993",
	"ordered by something else"},
    {BIG, "debug | .n",
	"(note "
	"{\"a\":9007199254740993,\"b\":9007199254740992.5,\"n\":3,\"m\":-"
	"9007199254740993,\"d\":0.1234567890123456789,\"e\":1e1000,\"l\":["
	"9007199254740993],\"t\":1}) 3",
	"debug shows them"},
    {BIG, "try error(.a) catch .", "9007199254740993", "caught"},
    {BIG, "error(.a)", "! the --jq program fails: 9007199254740993",
	"an error"},

    /* Looked at. */
    {BIG, "select(.a == .b)", "! calculates or compares", "compared"},
    {BIG, "select(.a > 5)", "! calculates or compares", "by order"},
    {BIG, ".a - .b", "! such as 9007199254740993 in '.a'", "a difference"},
    {BIG, "[.a,.b] | unique", "! calculates or compares", "unique"},
    {BIG, "[.a,.n] | max", "! calculates or compares", "max"},
    {BIG, "try (.a + 1) catch 0", "! calculates or compares", "in try"},
    {BIG, ".a + 1 | empty", "! calculates or compares", "without a value"},
    {BIG, "(.a | tostring | length)", "! calculates or compares", "as text"},
    {BIG, "tojson | 1", "! calculates or compares", "the record as text"},
    {BIG, "\"\\(.a)\"", "! calculates or compares", "in a string"},
    {BIG, "[.a] | @csv", "! calculates or compares", "@csv"},
    {BIG, "[.a] | @tsv", "! calculates or compares", "@tsv"},
    {BIG, "[.a] | @sh", "! calculates or compares", "@sh"},
    {BIG, "[1,2][.a]", "! calculates or compares", "an index"},
    {BIG, "[limit(.a; 1,2)]", "! calculates or compares", "limit"},
    {BIG, "first(range(.a))", "! calculates or compares", "range"},
    {BIG, ".l | index(1)", "! calculates or compares", "index"},
    {BIG, ".l | contains([9])", "! calculates or compares", "contains"},
    {BIG, ".l - [1]", "! calculates or compares", "lists subtracted"},
    {BIG, "{l} == {l:[1]}", "! calculates or compares", "deep equality"},
    {BIG, "[.a] | implode", "! calculates or compares", "implode"},
    {BIG, "\"x\" * .a", "! calculates or compares", "a string repeated"},
    {BIG, ".l | has(.[0])", "! calculates or compares", "has"},
    {BIG, "[.l[0]] | bsearch(3)", "! calculates or compares", "bsearch"},
    {BIG, "-.a", "! its sign turned over", "turned over"},
    {BIG, ".m | length", "! its sign turned over", "the size of a negative"},
    {"{\"x\":1,\"o\":{\"l\":[1,{\"b\":9007199254740993}]}}", ".o.l[1].b + 1",
	"! such as 9007199254740993 in '.o.l[].b'", "the path to it"},
};

/* jq's functions of one number and of two. */
static const char *const functions[] = {"floor", "sqrt", "pow(.; 0)",
    "pow(0; .)", "log", "acos", "acosh", "asin", "asinh", "atan", "atan2(.; 1)",
    "atan2(1; .)", "atanh", "cbrt", "ceil", "cos", "cosh", "drem(.; 2)", "erf",
    "exp", "exp10", "exp2", "expm1", "fdim(.; 1)", "fma(.; 1; 1)",
    "fma(1; 1; .)", "fmax(.; 1)", "fmin(1; .)", "fmod(.; 2)", "frexp", "gamma",
    "hypot(.; 1)", "j0", "j1", "jn(1; .)", "ldexp(.; 1)", "lgamma", "lgamma_r",
    "log10", "log1p", "log2", "logb", "modf", "nearbyint", "nextafter(.; 1)",
    "nexttoward(.; 1)", "remainder(.; 2)", "rint", "round", "scalb(.; 1)",
    "scalbln(.; 1)", "significand", "sin", "sinh", "tan", "tanh", "tgamma",
    "trunc", "y0", "y1", "yn(1; .)", "isnan", "isinfinite", "isnormal",
    "tostring", "tojson", "@text", "@json", "@html", "@uri", "@base64", ". % 7",
    "7 % .", ". * 0", "0 * .", ". / 1", "1 / .", ". + 0", "0 - .", ". < 1",
    "1 >= .", ". == .", "[., 1] | sort", "[1, .] | min", "[range(0; .; 1e300)]",
    "{x:.} | {x:1} == .", "test(\"x\")?", "[.] | inside([1])",
    "[[., 1]] | flatten | sort", "[{a:.},{a:1}] | group_by(.a)",
    "[.] | index(1)", "[.] | indices([1])", "[.] | join(\",\")", "finites",
    "normals", "until(. > 0; 1)"};

struct taken {
	struct buf text;
};

static void
add(struct taken *t, const char *text, size_t len)
{
	if (t->text.len > 0)
		buf_add_char(&t->text, ' ');
	buf_append(&t->text, text, len);
}

static void
on_value(void *context, bool is_same, const char *text, size_t len)
{
	if (is_same)
		add(context, "same", 4);
	else
		add(context, text, len);
}

static void
on_note(void *context, const char *text, size_t len)
{
	add(context, "(note ", 6);
	buf_append(&((struct taken *)context)->text, text, len);
	buf_add_char(&((struct taken *)context)->text, ')');
}

static void
on_exhausted(void *context)
{
	(void)context;
}

static bool
is_wanted(void *context)
{
	(void)context;
	return true;
}

/* What comes out, "! " and the failure last. */
static void
run(struct taken *t, const char *record, const char *program)
{
	struct filter_events events = {on_value, on_note, on_exhausted, t};
	struct filter *filter;
	struct buf text;
	struct fail why;

	buf_init(&text, 1 << 20);
	buf_clear(&t->text);
	buf_add(&text, record);
	(void)buf_reserve(&text, JSON_PADDING);
	filter = filter_new(program, NULL, &events, &why);
	if (!filter ||
	    filter_run(filter, text.data, text.len, is_wanted, &why) != 0) {
		add(t, "! ", 2);
		buf_add(&t->text, why.text);
	}
	filter_free(filter);
	buf_free(&text);
}

static void
check(struct taken *t, const struct filter_case *c)
{
	const char *failure = strstr(c->wanted, "! ");

	run(t, c->record, c->program);
	if (!failure) {
		is(t->text.data, c->wanted, c->why);
		return;
	}
	if (!ok(strncmp(t->text.data, c->wanted,
		    (size_t)(failure + 2 - c->wanted)) == 0 &&
		    strstr(t->text.data, failure + 2),
		"%s: %s", c->why, c->program))
		(void)fprintf(stderr, "#      got: %s\n#   wanted: %s\n",
		    t->text.data, c->wanted);
}

int
main(void)
{
	struct taken t;
	char program[200];

	buf_init(&t.text, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&t, &cases[i]);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		(void)snprintf(program, sizeof(program),
		    "[.a] | try (.[0] | %s) catch 1 | 1", functions[i]);
		run(&t, "{\"a\":9007199254740993}", program);
		ok(strstr(t.text.data, "calculates or compares") != NULL,
		    "%s is seen", functions[i]);
	}
	buf_free(&t.text);
	return tap_done();
}
