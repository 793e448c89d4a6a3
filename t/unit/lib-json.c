/* SPDX-License-Identifier: ISC */
/*
 * What is JSON and what is not (the cases follow the questions of Nicolas
 * Seriot's JSONTestSuite), what a parsed text looks like, and two hunts for
 * texts that are wrongly accepted: a real record cut at each of its bytes,
 * and mutated records compared with SQLite's json_valid.
 */
#include "json.h"

#include "bounds.h"
#include "buf.h"
#include "mem.h"
#include "tap.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>

/* A case of text that may hold NULs. */
#define TEXT(literal) literal, sizeof(literal) - 1

struct text_case {
	const char *text;
	size_t len;
	const char *why;
};

static const struct text_case accepted[] = {
    {TEXT("{}"), "an empty object"},
    {TEXT("[]"), "an empty list"},
    {TEXT("{\"a\":1}"), "one member"},
    {TEXT(" \t\r\n{ \"a\" \t:\n[ ]\r} \n"), "white space everywhere"},
    {TEXT("{\"a\":1}\r"), "CRLF less its LF"},
    {TEXT("null"), "null alone"},
    {TEXT("true"), "true alone"},
    {TEXT("false"), "false alone"},
    {TEXT("\"\""), "an empty string alone"},
    {TEXT(" \"x\" "), "a string alone in white space"},
    {TEXT("0"), "zero alone"},
    {TEXT("-0"), "minus zero"},
    {TEXT("-1.5e-7 "), "a number alone, white space after"},
    {TEXT("[1,2.0,-3,4E5,6e+7]"), "numbers"},
    {TEXT("[123456789012345678901234567890]"), "an integer above 2^64"},
    {TEXT("[-9223372036854775809]"), "an integer below -2^63"},
    {TEXT("[1e400,-1e400]"), "beyond all doubles"},
    {TEXT("[1e-400]"), "closer to zero than any double"},
    {TEXT("[0.1000000000000000055511151231257827021181583404541015625]"),
	"more digits than a double has"},
    {TEXT("[1e00000000000000000000000000000000001]"), "a long exponent"},
    {TEXT("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), "every short escape"},
    {TEXT("[\"\\u0041\\u00e9\\u65E5\"]"), "escapes by code"},
    {TEXT("[\"\\u0000\"]"), "an escaped NUL"},
    {TEXT("[\"\\ud83d\\ude00\"]"), "a surrogate pair"},
    {TEXT("[\"\\uDBFF\\uDFFF\"]"), "the last code point, escaped"},
    {TEXT("[\"\xF4\x8F\xBF\xBF\"]"), "the last code point, raw"},
    {TEXT("[\"\xEF\xBF\xBF\"]"), "a noncharacter"},
    {TEXT("[\"\x7F\"]"), "a raw DEL"},
    {TEXT("[\"\xE2\x80\xA8\"]"), "a raw line separator"},
    {TEXT("[\"\xEF\xBB\xBF\"]"), "a BOM in a string"},
    {TEXT("[\"/\"]"), "a slash without an escape"},
    {TEXT("{\"\":0}"), "an empty name"},
    {TEXT("{\"a\":1,\"a\":2}"), "a name twice"},
    {TEXT("{\"\\u0061\\n\":1}"), "an escaped name"},
    {TEXT("[[[[[[[[[[]]]]]]]]]]"), "ten lists deep"},
    {TEXT("[null,true,false,1,\"\",[],{}]"), "each kind"},
};

static const struct text_case rejected[] = {
    {TEXT(""), "nothing"},
    {TEXT(" "), "white space alone"},
    {TEXT("\r"), "a blank line of a CRLF file"},
    {TEXT("\xEF\xBB\xBF{}"), "a BOM in front"},
    {TEXT("\xEF\xBB\xBF"), "a BOM alone"},
    {TEXT("{\"a\":1}{\"b\":2}"), "two values"},
    {TEXT("{\"a\":1} {\"b\":2}"), "two values and a space"},
    {TEXT("{\"a\":1},"), "a comma after the value"},
    {TEXT("{\"a\":1}}"), "a brace too many"},
    {TEXT("{\"a\":1}]"), "a bracket too many"},
    {TEXT("[]]"), "a list closed twice"},
    {TEXT("1 2"), "two numbers"},
    {TEXT("1,"), "a number and a comma"},
    {TEXT("null null"), "two nulls"},
    {TEXT("\"a\" \"b\""), "two strings"},
    {TEXT("\"a\"x"), "a string and a letter"},
    {TEXT("nul"), "a literal cut short"},
    {TEXT("nulll"), "a literal with a letter more"},
    {TEXT("[nul]"), "a cut literal in a list"},
    {TEXT("[truee]"), "a long literal in a list"},
    {TEXT("[True]"), "a capital literal"},
    {TEXT("[NaN]"), "NaN"},
    {TEXT("[nan]"), "nan"},
    {TEXT("[Infinity]"), "Infinity"},
    {TEXT("[-Infinity]"), "-Infinity"},
    {TEXT("{\"a\":NaN}"), "NaN in an object"},
    {TEXT("[undefined]"), "undefined"},
    {TEXT("[1,]"), "a comma at the end of a list"},
    {TEXT("[,1]"), "a comma at the start of a list"},
    {TEXT("[1,,2]"), "two commas"},
    {TEXT("[,]"), "a comma alone"},
    {TEXT("[1 2]"), "no comma"},
    {TEXT("[1:2]"), "a colon in a list"},
    {TEXT("[\"a\":1]"), "a member in a list"},
    {TEXT("{\"x\":[1,\"a\":[]},2]}"), "brackets crossed by a member"},
    {TEXT("[1"), "a list without an end"},
    {TEXT("["), "an opening bracket"},
    {TEXT("]"), "a closing bracket"},
    {TEXT("[1}"), "a list closed by a brace"},
    {TEXT("[\"a\""), "a list cut after a string"},
    {TEXT("{\"a\":1,}"), "a comma at the end of an object"},
    {TEXT("{,\"a\":1}"), "a comma at its start"},
    {TEXT("{\"a\":1,,\"b\":2}"), "two commas in an object"},
    {TEXT("{\"a\":1 \"b\":2}"), "no comma in an object"},
    {TEXT("{\"a\" 1}"), "no colon"},
    {TEXT("{\"a\"::1}"), "two colons"},
    {TEXT("{\"a\",1}"), "a comma for a colon"},
    {TEXT("{\"a\":}"), "no value"},
    {TEXT("{\"a\"}"), "a name alone"},
    {TEXT("{:1}"), "no name"},
    {TEXT("{1:1}"), "a number as a name"},
    {TEXT("{null:1}"), "null as a name"},
    {TEXT("{a:1}"), "a bare name"},
    {TEXT("{'a':1}"), "single quotes"},
    {TEXT("{[]:1}"), "a list as a name"},
    {TEXT("{"), "an opening brace"},
    {TEXT("}"), "a closing brace"},
    {TEXT("{\"a\":1"), "an object without an end"},
    {TEXT("{\"a\":1]"), "an object closed by a bracket"},
    {TEXT("{\"a\":"), "cut after the colon"},
    {TEXT("{\"a"), "cut in a name"},
    {TEXT("{\"_error\":{\"status\":4,\"message\":\"x\""),
	"the fragment of a broken stream"},
    {TEXT("{\"a\":1}//c"), "a comment after"},
    {TEXT("{/*c*/\"a\":1}"), "a comment inside"},
    {TEXT("#\n{}"), "a comment before"},
    {TEXT("[01]"), "a leading zero"},
    {TEXT("[-01]"), "a leading zero after the sign"},
    {TEXT("[00]"), "two zeros"},
    {TEXT("[+1]"), "a plus sign"},
    {TEXT("[--1]"), "two signs"},
    {TEXT("[-]"), "a sign alone"},
    {TEXT("[- 1]"), "a space after the sign"},
    {TEXT("[.5]"), "no integer part"},
    {TEXT("[1.]"), "no fraction"},
    {TEXT("[1.e1]"), "no fraction before the exponent"},
    {TEXT("[1e]"), "no exponent"},
    {TEXT("[1e+]"), "a sign for an exponent"},
    {TEXT("[1e1.5]"), "a fraction in the exponent"},
    {TEXT("[1.2.3]"), "two points"},
    {TEXT("[1_000]"), "an underscore"},
    {TEXT("[0x10]"), "hexadecimal"},
    {TEXT("[1a]"), "a letter in a number"},
    {TEXT("[1 000]"), "a space in a number"},
    {TEXT("[1\xC2\xA0]"), "a no-break space"},
    {TEXT("[\xEF\xBC\x91]"), "a full-width digit"},
    {TEXT("01"), "a leading zero alone"},
    {TEXT("-"), "a sign alone at the top"},
    {TEXT("1e"), "no exponent at the top"},
    {TEXT("[\"a]"), "a string without an end"},
    {TEXT("\""), "a quote alone"},
    {TEXT("\"\\\""), "an escaped quote at the end"},
    {TEXT("[\"\\\"]"), "a list whose end is in its string"},
    {TEXT("[\"\\a\"]"), "an unknown escape"},
    {TEXT("[\"\\'\"]"), "an escaped single quote"},
    {TEXT("[\"\\x41\"]"), "a hexadecimal escape"},
    {TEXT("[\"\\U0041\"]"), "a capital U"},
    {TEXT("[\"\\u\"]"), "no digits"},
    {TEXT("[\"\\u004\"]"), "three digits"},
    {TEXT("[\"\\u00zz\"]"), "no hexadecimal digits"},
    {TEXT("[\"\\u+041\"]"), "a sign among the digits"},
    {TEXT("[\"\\ud800\"]"), "a high surrogate alone"},
    {TEXT("[\"\\ud800x\"]"), "a high surrogate and a letter"},
    {TEXT("[\"\\ud800\\n\"]"), "a high surrogate and an escape"},
    {TEXT("[\"\\ud800\\u0041\"]"), "a high surrogate and no low one"},
    {TEXT("[\"\\ud800\\ud800\"]"), "two high surrogates"},
    {TEXT("[\"\\udc00\"]"), "a low surrogate alone"},
    {TEXT("[\"\\udc00\\ud800\"]"), "a pair the wrong way round"},
    {TEXT("{\"\\ud800\":1}"), "half a pair in a name"},
    {TEXT("{\"\\q\":1}"), "an unknown escape in a name"},
    {TEXT("[\"\n\"]"), "a raw newline in a string"},
    {TEXT("[\"\t\"]"), "a raw tab in a string"},
    {TEXT("[\"\0\"]"), "a raw NUL in a string"},
    {TEXT("{\"a\t\":1}"), "a raw tab in a name"},
    {TEXT("\0{}"), "a NUL in front"},
    {TEXT("{}\0"), "a NUL behind"},
    {TEXT("[\0]"), "a NUL inside"},
    {TEXT("[\f1]"), "a form feed"},
    {TEXT("[\v1]"), "a vertical tab"},
    {TEXT("[\xC2\x85]"), "a next-line character"},
    {TEXT("[\"\xFF\"]"), "a byte that never occurs"},
    {TEXT("[\"\x80\"]"), "a continuation byte alone"},
    {TEXT("[\"\xC3\"]"), "a lead byte alone"},
    {TEXT("[\"\xE6\x97\"]"), "two bytes of three"},
    {TEXT("[\"\xC0\xAF\"]"), "an overlong slash"},
    {TEXT("[\"\xE0\x80\xAF\"]"), "an overlong slash in three bytes"},
    {TEXT("[\"\xED\xA0\x80\"]"), "a surrogate as UTF-8"},
    {TEXT("[\"\xF4\x90\x80\x80\"]"), "above the last code point"},
    {TEXT("[\"\xF8\x88\x80\x80\x80\"]"), "five bytes"},
    {TEXT("{\"\xFF\":1}"), "invalid UTF-8 in a name"},
    {TEXT("{\"\xC3\":1}"), "half a character in a name"},
    {TEXT("\xFF\xFE{\0}\0"), "UTF-16"},
    {TEXT("{\"a\":[{\"b\":[1,{\"c\":tru}]}]}"), "wrong deep inside"},
    {TEXT("{\"a\":1,\"b\":[1,2,3,]}"), "wrong at the end"},
};

static const char record[] =
    "{\"_resource\":\"logs\",\"id\":\"a\\u00e9\\\"x\",\"n\":-12.5e+3,"
    "\"o\":{\"k\":[1,{\"z\":[]},\"s\\n\",null],\"e\":{}},\"t\":true,"
    "\"f\":false,\"big\":123456789012345678901,\"\":\"日本\"}";

/* Parses a copy that is followed by nothing but the padding, so that the
 * sanitizer sees a read beyond it. The nodes are valid until free(*copy). */
static int
parse(struct json *j, const char *text, size_t len, char **copy,
    const struct json_node **nodes, size_t *count, struct fail *why)
{
	*copy = mem_alloc(len + JSON_PADDING, 1);
	memcpy(*copy, text, len);
	return json_parse(j, *copy, len, nodes, count, why);
}

static bool
is_accepted(struct json *j, const char *text, size_t len)
{
	const struct json_node *nodes;
	struct fail why;
	size_t count;
	char *copy;
	bool result = parse(j, text, len, &copy, &nodes, &count, &why) == 0;

	free(copy);
	return result;
}

static void
check_grammar(struct json *j)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++)
		ok(is_accepted(j, accepted[i].text, accepted[i].len),
		    "accepts %s", accepted[i].why);
	for (size_t i = 0; i < sizeof(rejected) / sizeof(*rejected); i++)
		ok(!is_accepted(j, rejected[i].text, rejected[i].len),
		    "rejects %s", rejected[i].why);
}

/* One line a node: depth by indentation, key, kind, text, value, end. */
static char *
dump(const struct json_node *nodes, size_t count)
{
	static const char *const kinds[] = {"null", "false", "true", "integer",
	    "number", "string", "array", "object"};
	struct buf text;

	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < count; i++) {
		const struct json_node *n = &nodes[i];

		buf_addf(&text, "%zu ", i);
		buf_append(&text, n->key, n->key_len);
		buf_addf(&text, " %s ", kinds[n->kind]);
		buf_append(&text, n->text, n->text_len);
		if (n->kind == JSON_INTEGER)
			buf_addf(&text, " %lld", (long long)n->integer);
		if (n->kind == JSON_NUMBER)
			buf_addf(&text, " %.17g", n->number);
		if (n->kind == JSON_STRING) {
			buf_add_char(&text, ' ');
			buf_append(&text, n->string, n->string_len);
		}
		buf_addf(&text, " %u\n", n->end);
	}
	return buf_detach(&text);
}

static const struct {
	const char *text, *nodes, *why;
} trees[] = {
    {"{\"a\":[1,{\"b\":2}],\"c\":\"x\"}",
	"0  object {\"a\":[1,{\"b\":2}],\"c\":\"x\"} 6\n"
	"1 a array [1,{\"b\":2}] 5\n"
	"2  integer 1 1 3\n"
	"3  object {\"b\":2} 5\n"
	"4 b integer 2 2 5\n"
	"5 c string \"x\" x 6\n",
	"the example of the header"},
    {" [ ] ", "0  array [ ] 1\n", "a slice without the space around it"},
    {"{ \"a\" : { \"b\" : 1 } , \"c\" : [ ] }",
	"0  object { \"a\" : { \"b\" : 1 } , \"c\" : [ ] } 4\n"
	"1 a object { \"b\" : 1 } 3\n"
	"2 b integer 1 1 3\n"
	"3 c array [ ] 4\n",
	"slices end with their bracket"},
    {"[[],[[]],{}]",
	"0  array [[],[[]],{}] 5\n"
	"1  array [] 2\n"
	"2  array [[]] 4\n"
	"3  array [] 4\n"
	"4  object {} 5\n",
	"empty containers"},
    {"[9223372036854775807,9223372036854775808,-9223372036854775808,"
     "-9223372036854775809,-0,1.0,1e2]",
	"0  array [9223372036854775807,9223372036854775808,"
	"-9223372036854775808,-9223372036854775809,-0,1.0,1e2] 8\n"
	"1  integer 9223372036854775807 9223372036854775807 2\n"
	"2  number 9223372036854775808 9.2233720368547758e+18 3\n"
	"3  integer -9223372036854775808 -9223372036854775808 4\n"
	"4  number -9223372036854775809 -9.2233720368547758e+18 5\n"
	"5  integer -0 0 6\n"
	"6  number 1.0 1 7\n"
	"7  number 1e2 100 8\n",
	"the limits of int64"},
    {"[18446744073709551615,99999999999999999999,1e400,-1e400,1e-400]",
	"0  array [18446744073709551615,99999999999999999999,1e400,-1e400,"
	"1e-400] 6\n"
	"1  number 18446744073709551615 1.8446744073709552e+19 2\n"
	"2  number 99999999999999999999 1e+20 3\n"
	"3  number 1e400 inf 4\n"
	"4  number -1e400 -inf 5\n"
	"5  number 1e-400 0 6\n",
	"the limits of uint64 and double"},
    {"{\"a\\u0062\\n\":\"\\u00e9\\ud83d\\ude00\\/\"}",
	"0  object {\"a\\u0062\\n\":\"\\u00e9\\ud83d\\ude00\\/\"} 2\n"
	"1 ab\n string \"\\u00e9\\ud83d\\ude00\\/\" é😀/ 2\n",
	"escapes are resolved, the slice keeps them"},
    {"true", "0  true true 1\n", "a literal at the top"},
    {" -12 ", "0  integer -12 -12 1\n", "an integer at the top"},
    {"1.5", "0  number 1.5 1.5 1\n", "a number at the top"},
    {"99999999999999999999", "0  number 99999999999999999999 1e+20 1\n",
	"a large number at the top"},
    {"1e999", "0  number 1e999 inf 1\n", "an infinite one at the top"},
    {"\"a\\tb\"", "0  string \"a\\tb\" a\tb 1\n", "a string at the top"},
    {"{\"a\":1,\"a\":2}",
	"0  object {\"a\":1,\"a\":2} 3\n"
	"1 a integer 1 1 2\n"
	"2 a integer 2 2 3\n",
	"a name twice is there twice"},
};

static void
check_trees(struct json *j)
{
	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++) {
		const struct json_node *nodes;
		struct fail why;
		size_t count;
		char *copy, *got = NULL;

		if (parse(j, trees[i].text, strlen(trees[i].text), &copy,
			&nodes, &count, &why) == 0)
			got = dump(nodes, count);
		is(got, trees[i].nodes, trees[i].why);
		free(got);
		free(copy);
	}
}

static void
check_members(struct json *j)
{
	const struct json_node *nodes, *found;
	static const char text[] =
	    "{\"o\":{\"x\":1},\"x\":2,\"x\":3,\"s\":\"a\\u0000b\"}";
	struct fail why;
	size_t count;
	char *copy;

	ok(parse(j, text, sizeof(text) - 1, &copy, &nodes, &count, &why) == 0,
	    "an object to look things up in");
	found = json_member(nodes, 0, "x");
	is_int(found ? found->integer : 0, 3, "the last of two members");
	ok(!json_member(nodes, 0, "y"), "no such member");
	ok(!json_member(nodes, 0, ""), "an empty name is not found");
	ok(!json_member(nodes, 2, "x"), "no object");
	found = json_member(nodes, 0, "s");
	is_int(found ? found->string_len : 0, 3, "a NUL is part of a string");
	ok(!json_equals(found, "a"), "a string is not its part before a NUL");
	ok(!json_equals(NULL, "a"), "no node equals nothing");
	ok(!json_equals(nodes, ""), "an object is no string");
	free(copy);
}

static void
check_depth(void)
{
	static const unsigned depths[] = {1, 16, BOUND_JSON_DEPTH};
	char text[2 * BOUND_JSON_DEPTH + 3];
	const struct json_node *nodes;
	struct fail why = {.text = ""};
	size_t count;
	char *copy;

	for (size_t i = 0; i < sizeof(depths) / sizeof(*depths); i++) {
		struct json *j = json_new(depths[i]);
		size_t depth = depths[i];

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		ok(is_accepted(j, text, 2 * depth), "%zu levels", depth);
		depth++;
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		ok(!is_accepted(j, text, 2 * depth), "%zu levels are too many",
		    depth);
		json_free(j);
	}
	struct json *j = json_new(2);
	ok(parse(j, "{\"a\":{\"b\":{}}}", 14, &copy, &nodes, &count, &why) != 0,
	    "objects count as well");
	is(why.text, "JSON nested deeper than 2 levels", "the message says so");
	is_int(why.status, STATUS_DATA, "and is about the data");
	free(copy);
	json_free(j);
}

/* A list of zeros is its brackets, and each zero with what is behind it. */
static void
check_tokens(void)
{
	size_t most = BOUND_JSON_TOKENS / 2 * 2 - 1, len = most + 2;
	char *text = mem_alloc(len, 1), *copy;
	const struct json_node *nodes;
	struct json *j = json_new(2);
	struct fail why = {.text = ""};
	size_t count;

	for (size_t i = 0; i < len; i++)
		text[i] = i % 2 == 0 ? ',' : '0';
	text[0] = '[';
	text[most - 1] = ']';
	ok(parse(j, text, most, &copy, &nodes, &count, &why) == 0,
	    "as many tokens as there may be");
	free(copy);
	text[most - 1] = ',';
	text[len - 1] = ']';
	ok(parse(j, text, len, &copy, &nodes, &count, &why) != 0,
	    "... and two more");
	is(why.text,
	    "JSON of more than 16777216 values, names, commas and brackets",
	    "... are told");
	is_int(why.status, STATUS_DATA, "... and are about the data");
	free(copy);
	free(text);
	json_free(j);
}

static const struct {
	const char *text, *message;
} messages[] = {
    {"", "no JSON value"},
    {"{\"a\":tru}", "malformed JSON near byte"},
    {"\xEF\xBB\xBF{}", "malformed JSON near byte"},
    {"{\"a\":01}", "an invalid number near byte"},
    {"{} {}", "something after the JSON value near byte 4"},
    {"[\"\xFF\"]", "invalid UTF-8"},
    {"[\"\\q\"]", "an invalid escape or half a surrogate pair in a string"},
    {"[\"\t\"]", "a raw control character in a string"},
    {"[\"a", "a string without an end"},
};

static void
check_messages(struct json *j)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		const struct json_node *nodes;
		struct fail why = {.text = ""};
		size_t count, len = strlen(messages[i].message);
		char *copy;

		(void)!parse(j, messages[i].text, strlen(messages[i].text),
		    &copy, &nodes, &count, &why);
		why.text[len] = '\0';
		is(why.text, messages[i].message, "a message");
		free(copy);
	}
}

/* No beginning of a record is a record. */
static void
check_truncation(struct json *j)
{
	size_t bad = 0;

	for (size_t len = 0; len < sizeof(record) - 1; len++)
		bad += is_accepted(j, record, len);
	is_int((long long)bad, 0, "a record cut at each byte is none");
	ok(is_accepted(j, record, sizeof(record) - 1), "the whole one is");
	/* What follows the text in memory is no part of it. */
	for (size_t len = 0; len < sizeof(record) - 1; len++) {
		const struct json_node *nodes;
		char copy[sizeof(record) + JSON_PADDING] = {0};
		struct fail why;
		size_t count;

		memcpy(copy, record, sizeof(record));
		bad += json_parse(j, copy, len, &nodes, &count, &why) == 0;
	}
	is_int((long long)bad, 0, "nor with its rest behind the cut");
}

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return *state >> 33;
}

/* Half a surrogate pair is an error here and none in SQLite. */
static bool
has_surrogate(const char *text)
{
	for (const char *c = text; (c = strstr(c, "\\u")) != NULL; c++)
		if ((c[2] == 'd' || c[2] == 'D') && c[3] &&
		    !strchr("01234567", c[3]))
			return true;
	return false;
}

/* Replaces, inserts or removes a character, or doubles a stretch. */
static size_t
mutate(char *text, size_t len, uint64_t *state)
{
	static const char alphabet[] = "{}[]:,\"\\/ \t0123456789.eE+-"
				       "truefalsnu\x01x";
	char c = alphabet[next_random(state) % (sizeof(alphabet) - 1)];
	size_t at = next_random(state) % len;

	switch (next_random(state) % 4) {
	case 0:
		text[at] = c;
		return len;
	case 1:
		memmove(text + at + 1, text + at, len - at);
		text[at] = c;
		return len + 1;
	case 2:
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	default: {
		size_t stretch = next_random(state) % (len - at);

		if (stretch > 8)
			stretch = 8;
		memmove(text + at + stretch, text + at, len - at);
		return len + stretch;
	}
	}
}

static void
check_mutations(struct json *j)
{
	enum { ROUNDS = 20000 };
	static const char base[] = "{\"a\":[1,-2.5e+3,{\"z\":[]},\"s\\n\"],"
				   "\"\\u0062\":{},\"t\":true,\"n\":null}";
	uint64_t state = 20240102;
	sqlite3 *db;
	sqlite3_stmt *valid;
	int differ = 0, accepts = 0;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "SELECT json_valid(?)", -1, &valid, NULL)) {
		ok(false, "SQLite has json_valid");
		return;
	}
	for (int round = 0; round < ROUNDS; round++) {
		char text[sizeof(base) + 64];
		size_t len = sizeof(base) - 1;
		bool ours, theirs;

		memcpy(text, base, len);
		for (uint64_t n = 1 + next_random(&state) % 3; n > 0; n--)
			len = mutate(text, len, &state);
		text[len] = '\0';
		if (has_surrogate(text))
			continue;
		(void)sqlite3_reset(valid);
		(void)sqlite3_bind_text(valid, 1, text, (int)len,
		    SQLITE_STATIC);
		(void)sqlite3_step(valid);
		theirs = sqlite3_column_int(valid, 0) != 0;
		ours = is_accepted(j, text, len);
		accepts += ours;
		differ += ours != theirs;
		if (ours != theirs && differ < 5)
			(void)fprintf(stderr, "# %s: ours %d\n", text, ours);
	}
	is_int(differ, 0, "20,000 mutations are judged as SQLite does");
	ok(accepts > ROUNDS / 20, "some of them are JSON");
	(void)sqlite3_finalize(valid);
	(void)sqlite3_close(db);
}

/* A parser that met every kind of error still works. */
static void
check_reuse(struct json *j)
{
	size_t len = 3 << 20;
	char *text = mem_alloc(len, 1);

	memset(text, 'x', len);
	memcpy(text, "{\"a\":\"", 6);
	memcpy(text + len - 2, "\"}", 2);
	ok(is_accepted(j, text, len), "a string of 3 MB");
	ok(is_accepted(j, "{}", 2), "a short text after a long one");
	free(text);
}

int
main(void)
{
	struct json *j = json_new(BOUND_JSON_DEPTH);

	check_grammar(j);
	check_trees(j);
	check_members(j);
	check_depth();
	check_tokens();
	check_messages(j);
	check_truncation(j);
	check_mutations(j);
	check_reuse(j);
	json_free(j);
	json_free(NULL);
	return tap_done();
}
