/* SPDX-License-Identifier: ISC */
/*
 * Names for keys. The expectations without a remark are what dlt 1.31 gives
 * (100,000 generated keys were compared with it and none differed); those
 * that depart from it say so.
 */
#include "ident.h"

#include "tap.h"

#include <stdint.h>

enum { ROOM = 1 << 16 };

static const struct {
	const char *key, *name, *why;
} keys[] = {
    {"userName", "user_name", "camel case"},
    {"HTTPServer", "http_server", "an abbreviation ends at a word"},
    {"a.b", "a_b", "punctuation"},
    {"trailing_", "trailingx", "an underscore at the end"},
    {"trailing--", "trailingxx", "each underscore at the end"},
    {"a. .", "ax", "a run of punctuation is one"},
    {"9lives", "_9lives", "a digit in front"},
    {"9", "_9", "nothing but a digit"},
    {"a+b*c", "axbxc", "replacements"},
    {"@at", "aat", "at sign"},
    {"a|b", "alb", "bar"},
    {"a-b", "a_b", "hyphen"},
    {"id2FA", "id2_fa", "a capital after a digit"},
    {"+Ab", "x_ab", "a replacement counts as a letter"},
    {"aA+", "a_ax", "it does so on the other side too"},
    {"ABCd", "ab_cd", "the last capital belongs to the word"},
    {"ABC", "abc", "capitals alone"},
    {"A", "a", "one capital"},
    {"aB", "a_b", "the shortest camel"},
    {"zA", "z_a", "the last small letter before the first capital"},
    {"aZz", "a_zz", "the first before the last"},
    {"ZZz", "z_zz", "an abbreviation of the last capital"},
    {"id0Z", "id0_z", "the lowest digit"},
    {"id9Z", "id9_z", "the highest digit"},
    {"_Ab", "_ab", "an underscore in front stays"},
    {"a_B", "a_b", "no second underscore"},
    {"_", "x", "nothing but an underscore"},
    {"-_", "xx", "two that are not written as two"},
    {"a__b", "a__b", "a path"},
    {"aB__cD", "a_b__c_d", "parts are named by themselves"},
    {"a__9", "a___9", "a digit in front of a part"},
    {"a_ __ b", "ax__b", "white space around a part"},
    {"a____b", "a__b", "an empty part"},
    {"a___b", "a___b", "a part with an underscore in front"},
    {"a___", "a__x", "the third underscore is a part"},
    {"__a", "a", "an empty first part"},
    {"a__", "a", "an empty last part"},
    {" a ", "a", "white space around"},
    {"\xC2\xA0"
     "a\xE3\x80\x80",
	"a", "white space outside ASCII"},
    {"", "_empty", "no key"},
    {" \t", "_empty", "a blank key"},
    {"\"", "x", "a quote"},
    {"a\"b`c]d", "a_b_c_d", "every kind of quote"},
    {"a\nb", "a_b", "a control character"},
    {"a\x7F"
     "b",
	"a_b", "delete"},
    {"_dlt_id", "_dlt_id", "a name of dlt's own"},
    /* Departures. */
    {"__", "_empty", "no part at all (dlt: an empty name)"},
    {"日本", "日本", "kept (dlt: x)"},
    {"naïve", "naïve", "kept (dlt: na_ve)"},
    {"größeMax", "größe_max", "camel case around what is kept"},
    {"éDe", "é_de", "a word after what is kept"},
    {"éD", "éd", "a capital after it alone does not begin a word"},
    {"ÉCOLE", "École", "case is folded in ASCII alone"},
    {"имя_", "имяx", "an underscore after what is kept"},
    {"日本。東京", "日本_東京", "ideographic punctuation"},
    {"«a»", "_ax", "quotation marks"},
    {"a\xE2\x80\x8B"
     "b",
	"a_b", "zero-width space"},
    {"a\xE2\x80\xAE"
     "b",
	"a_b", "direction override"},
    {"😀", "😀", "a symbol tells names apart"},
    {"a\xCC\x81", "a\xCC\x81", "a combining mark"},
    {"a\xFF"
     "b",
	"a_b", "a byte that is no UTF-8"},
    {"a\xE6\x97", "ax", "a character cut short"},
    {"a\xE6\xC3\xA9", "a_é", "a cut one before a whole one"},
};

static const struct {
	size_t max;
	const char *key, *name, *why;
} long_keys[] = {
    {16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdewztqwavwxyz", "the key's tag"},
    {17, "aLongKey__anotherLongKeyThatIsLong", "a_longq6xm9w_long",
	"a part's tag, then the whole key's"},
    {16, "abcdefghijklmnop", "abcdefghijklmnop", "as long as may be"},
    {16, " ABCDEFGHIJKLMNOPQRSTUVWXYZ ", "abcdewztqwavwxyz",
	"white space around is no part of the tag"},
    {0, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "no limit"},
};

static const struct {
	size_t max;
	const char *path, *name, *why;
} paths[] = {
    {63,
	"logs__payload__user_agent_parsed_extended_information__"
	"operating_system_details__version_major_number",
	"logs__payload__user_agent_parl2ktmqetails__version_major_number",
	"63 bytes"},
    {16, "parent__child_that_is_long", "parenjqz3og_long", "16 bytes"},
    {26, "parent__child_that_is_long", "parent__child_that_is_long", "fits"},
    {16, "日本語日本語", "日sdivta語", "characters stay whole"},
};

static void
check_keys(void)
{
	struct buf name;

	buf_init(&name, ROOM);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		buf_clear(&name);
		ident_normalize(keys[i].key, strlen(keys[i].key), 0, &name);
		is(name.data, keys[i].name, keys[i].why);
	}
	for (size_t i = 0; i < sizeof(long_keys) / sizeof(*long_keys); i++) {
		buf_clear(&name);
		ident_normalize(long_keys[i].key, strlen(long_keys[i].key),
		    long_keys[i].max, &name);
		is(name.data, long_keys[i].name, long_keys[i].why);
	}
	buf_clear(&name);
	ident_normalize("a\0B", 3, 0, &name);
	is(name.data, "a_b", "U+0000");
	buf_free(&name);
}

static void
check_paths(void)
{
	struct buf path;

	buf_init(&path, ROOM);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		buf_clear(&path);
		buf_add(&path, paths[i].path);
		ident_shorten(&path, paths[i].max);
		is(path.data, paths[i].name, paths[i].why);
		ok(path.len == strlen(path.data), "%s: length", paths[i].why);
	}
	buf_clear(&path);
	ident_join(&path, "logs", 4);
	is(path.data, "logs", "the first name of a path");
	ident_join(&path, "payload", 7);
	is(path.data, "logs__payload", "the second one");
	ident_normalize("userId", 6, 0, &path);
	is(path.data, "logs__payloaduser_id", "a name is appended");
	buf_free(&path);
}

/* Whatever the bytes, a name can be quoted: no quote, no control, not empty,
 * and not longer than it may be. */
static void
check_any_bytes(void)
{
	uint64_t seed = 1;
	struct buf name;
	int bad = 0;

	buf_init(&name, ROOM);
	for (int round = 0; round < 20000; round++) {
		char key[48];
		size_t len;

		for (size_t i = 0; i < sizeof(key); i++) {
			seed =
			    seed * 6364136223846793005U + 1442695040888963407U;
			key[i] = (char)(seed >> 56);
		}
		len = (size_t)(seed >> 33) % sizeof(key);
		buf_clear(&name);
		ident_normalize(key, len, 32, &name);
		bad += name.len == 0 || name.len > 32;
		for (size_t i = 0; i < name.len; i++) {
			unsigned char c = (unsigned char)name.data[i];

			bad += c < 0x20 || c == 0x7F || strchr("\"`[]'", c);
		}
	}
	is_int(bad, 0, "20,000 random keys");
	buf_free(&name);
}

/* What is behind a key is none of it; a name of one letter is one. */
static void
test_edges(void)
{
	struct buf name;

	buf_init(&name, 100);
	ident_normalize("ab__c", 3, 0, &name);
	is(name.data, "abx", "a key that ends within two underscores");
	buf_clear(&name);
	ident_join(&name, "a", 1);
	ident_join(&name, "b", 1);
	is(name.data, "a__b", "names of one letter");
	buf_free(&name);
}

int
main(void)
{
	check_keys();
	check_paths();
	check_any_bytes();
	test_edges();
	return tap_done();
}
